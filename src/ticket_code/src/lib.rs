//! What the QR code of a ticket says: for the server, which signs and verifies it, and for the browser at the door, which
//! verifies it without a connection. Each brings its own cryptography; what is signed, and how it is written, stands here alone.
//!
//! Bytes: version (1), event (16), ticket (16), seat or number of the place (16), nonce (4, big endian), signature (64) of all
//! before it; as base 45 text (RFC 9285), which a QR code packs tightest and every scanner hands on unharmed.

const VERSION: u8 = 1;
const SIGNED_LENGTH: usize = 1 + 3 * 16 + 4;
const SIGNATURE_LENGTH: usize = 64;
const LENGTH: usize = SIGNED_LENGTH + SIGNATURE_LENGTH;

/// What is signed, the ids as their bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Content {
    /// The event it admits to.
    pub event: u128,
    /// The ticket.
    pub ticket: u128,
    /// The seat, or the number of the place.
    pub place: u128,
    /// Which issue of the ticket.
    pub nonce: i32,
}

/// Why what was scanned is no ticket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// Something else: not the text or not the length of a ticket's code.
    Unreadable,
    /// The code of a program newer than this one.
    OtherVersion,
    /// No key of ours has signed this.
    Forged,
}

impl Content {
    /// The bytes that are signed.
    pub fn to_bytes(self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(LENGTH);
        bytes.push(VERSION);
        for part in [self.event, self.ticket, self.place] {
            bytes.extend_from_slice(&part.to_be_bytes());
        }
        bytes.extend_from_slice(&self.nonce.to_be_bytes());
        bytes
    }

    /// The text of the code with this signature of [`Content::to_bytes`].
    pub fn write(self, signature: &[u8]) -> String {
        base45::encode([&self.to_bytes(), signature].concat())
    }

    /// What a scanned text says, if `is_signed` finds the signature, its second argument, to be of the first. Errors: [`Flaw`].
    pub fn read(text: &str, is_signed: impl Fn(&[u8], &[u8]) -> bool) -> Result<Self, Flaw> {
        let bytes = base45::decode(text).map_err(|_| Flaw::Unreadable)?;
        if bytes.first().is_some_and(|version| *version != VERSION) {
            return Err(Flaw::OtherVersion);
        }
        if bytes.len() != LENGTH {
            return Err(Flaw::Unreadable);
        }
        let (signed, signature) = bytes.split_at(SIGNED_LENGTH);
        if is_signed(signed, signature) { Self::from_bytes(signed).ok_or(Flaw::Unreadable) } else { Err(Flaw::Forged) }
    }

    fn from_bytes(signed: &[u8]) -> Option<Self> {
        let part = |at: usize| Some(u128::from_be_bytes(signed.get(at..at + 16)?.try_into().ok()?));
        Some(Self {
            event: part(1)?,
            ticket: part(17)?,
            place: part(33)?,
            nonce: i32::from_be_bytes(signed.get(49..53)?.try_into().ok()?),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONTENT: Content = Content { event: 1 << 100, ticket: 2 << 90, place: 7, nonce: 3 };

    #[test]
    fn what_was_written_is_read_back_with_its_signature() {
        let text = CONTENT.write(&[9; SIGNATURE_LENGTH]);
        let is_signed =
            |signed: &[u8], signature: &[u8]| signed == CONTENT.to_bytes() && signature == [9; SIGNATURE_LENGTH];
        assert_eq!(Content::read(&text, is_signed), Ok(CONTENT));
        assert_eq!(Content::read(&text, |_, _| false), Err(Flaw::Forged));
    }

    #[test]
    fn only_a_code_of_this_length_is_asked_for_its_signature() {
        for length in [0, 63, 65] {
            let text = CONTENT.write(&vec![9; length]);
            assert_eq!(Content::read(&text, |_, _| panic!("too long or too short")), Err(Flaw::Unreadable));
        }
    }
}
