//! What the QR code of a ticket carries, and how it is verified: with the public keys alone, so without a connection. How it is
//! written stands in the crate `ticket_code`, which the browser at the door has too.

pub use ticket_code::Flaw;

use crate::id::{EventId, SeatId, TicketId};
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use ticket_code::Content;
use uuid::Uuid;

/// The public half of a key: what verifies.
pub type PublicKey = [u8; 32];

/// The secret half of a key, with the public one. Says nothing of itself in a log.
#[derive(Debug)]
pub struct SigningKey(Ed25519KeyPair);

impl SigningKey {
    /// The key of this seed of 32 bytes; nothing for what is no seed.
    pub fn from_seed(seed: &[u8]) -> Option<Self> {
        Ed25519KeyPair::from_seed_unchecked(seed).ok().map(Self)
    }

    /// Its public half.
    pub fn public(&self) -> PublicKey {
        let mut public = PublicKey::default();
        public.copy_from_slice(self.0.public_key().as_ref());
        public
    }
}

/// The place a ticket is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// A seat.
    Seat(SeatId),
    /// General admission: the number in the booking, from 1.
    Number(i32),
}

impl Place {
    /// A number is no seat's id: those are large, their first bits being the time.
    fn to_bits(self) -> u128 {
        match self {
            Self::Seat(seat_id) => seat_id.0.as_u128(),
            Self::Number(number) => number.unsigned_abs().into(),
        }
    }

    fn from_bits(bits: u128) -> Self {
        i32::try_from(bits).map_or(Self::Seat(SeatId(Uuid::from_u128(bits))), Self::Number)
    }
}

/// What is signed: which ticket this is, and which issue of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// The event it admits to.
    pub event_id: EventId,
    /// The ticket.
    pub ticket_id: TicketId,
    /// The place it is for.
    pub place: Place,
    /// Which issue of the ticket.
    pub nonce: i32,
}

impl Stamp {
    /// The text of the QR code.
    pub fn sign(&self, key: &SigningKey) -> String {
        let content = self.content();
        content.write(key.0.sign(&content.to_bytes()).as_ref())
    }

    /// What a scanned text says, if one of these keys has signed it. Whether its nonce is the ticket's current one is for the
    /// scanner to compare. Errors: [`Flaw`].
    pub fn verify(text: &str, keys: &[PublicKey]) -> Result<Self, Flaw> {
        let is_signed = |signed: &[u8], signature: &[u8]| {
            keys.iter().any(|key| UnparsedPublicKey::new(&ED25519, key).verify(signed, signature).is_ok())
        };
        Content::read(text, is_signed).map(Self::of)
    }

    fn content(&self) -> Content {
        Content {
            event: self.event_id.0.as_u128(),
            ticket: self.ticket_id.0.as_u128(),
            place: self.place.to_bits(),
            nonce: self.nonce,
        }
    }

    fn of(content: Content) -> Self {
        Self {
            event_id: EventId(Uuid::from_u128(content.event)),
            ticket_id: TicketId(Uuid::from_u128(content.ticket)),
            place: Place::from_bits(content.place),
            nonce: content.nonce,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::clock::new_id;
    use proptest::prelude::*;

    fn key(seed: u8) -> SigningKey {
        SigningKey::from_seed(&[seed; 32]).expect("a key")
    }

    fn stamp() -> Stamp {
        Stamp {
            event_id: EventId(new_id()),
            ticket_id: TicketId(new_id()),
            place: Place::Seat(SeatId(new_id())),
            nonce: 1,
        }
    }

    #[test]
    fn what_was_signed_verifies_with_the_public_key_alone() {
        for place in [Place::Seat(SeatId(new_id())), Place::Number(1), Place::Number(i32::MAX)] {
            let stamp = Stamp { place, ..stamp() };
            assert_eq!(Stamp::verify(&stamp.sign(&key(1)), &[key(1).public()]), Ok(stamp));
        }
    }

    #[test]
    fn a_code_has_at_most_120_bytes_and_only_letters_that_a_qr_code_packs_tightest() {
        let text = stamp().sign(&key(1));
        assert!(base45::decode(&text).expect("bytes").len() <= 120);
        assert!(text.chars().all(|letter| "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:".contains(letter)), "{text}");
    }

    #[test]
    fn another_key_is_a_forgery_and_older_keys_go_on_verifying() {
        let text = stamp().sign(&key(1));
        assert_eq!(Stamp::verify(&text, &[key(2).public()]), Err(Flaw::Forged));
        assert_eq!(Stamp::verify(&text, &[]), Err(Flaw::Forged));
        assert!(Stamp::verify(&text, &[key(2).public(), key(1).public()]).is_ok());
    }

    #[test]
    fn any_byte_that_was_altered_gives_it_away() {
        let bytes = base45::decode(stamp().sign(&key(1))).expect("bytes");
        for at in 0..bytes.len() {
            for bit in 0..8 {
                let mut altered = bytes.clone();
                altered[at] ^= 1 << bit;
                let flaw = if at == 0 { Flaw::OtherVersion } else { Flaw::Forged };
                assert_eq!(Stamp::verify(&base45::encode(altered), &[key(1).public()]), Err(flaw), "byte {at}");
            }
        }
    }

    #[test]
    fn the_nonce_can_t_be_taken_over_from_another_issue() {
        let old = base45::decode(stamp().sign(&key(1))).expect("bytes");
        let mut forged = old.clone();
        forged[52] = 2;
        assert_eq!(Stamp::verify(&base45::encode(forged), &[key(1).public()]), Err(Flaw::Forged));
        let read = Stamp::verify(&base45::encode(old), &[key(1).public()]).expect("signed");
        assert_eq!(read.nonce, 1, "an old code says which issue it is, so that it fails against the ticket's row");
    }

    #[test]
    fn what_is_cut_short_too_long_or_something_else_is_unreadable() {
        let bytes = base45::decode(stamp().sign(&key(1))).expect("bytes");
        for length in 1..bytes.len() {
            assert_eq!(
                Stamp::verify(&base45::encode(&bytes[..length]), &[key(1).public()]),
                Err(Flaw::Unreadable),
                "{length} bytes"
            );
        }
        let longer = [bytes.as_slice(), &[0]].concat();
        for text in [base45::encode(longer).as_str(), "", "https://example.org", "夜", "::::::", "A"] {
            let flaw = Stamp::verify(text, &[key(1).public()]).expect_err("no ticket");
            assert!(matches!(flaw, Flaw::Unreadable | Flaw::OtherVersion), "{text}: {flaw:?}");
        }
    }

    #[test]
    fn another_version_is_said_to_be_one() {
        let mut bytes = base45::decode(stamp().sign(&key(1))).expect("bytes");
        bytes[0] = 2;
        assert_eq!(Stamp::verify(&base45::encode(&bytes), &[key(1).public()]), Err(Flaw::OtherVersion));
        assert_eq!(Stamp::verify(&base45::encode(&bytes[..9]), &[key(1).public()]), Err(Flaw::OtherVersion));
    }

    #[test]
    fn a_key_says_nothing_of_its_secret() {
        assert!(!format!("{:?}", key(7)).contains("7, 7"), "{:?}", key(7));
        assert!(SigningKey::from_seed(&[1; 31]).is_none());
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in ".{0,200}") {
            prop_assert!(Stamp::verify(&text, &[key(1).public()]).is_err());
        }
    }
}
