//! Secrets that stand in links: whoever has one may do one thing. Only their hashes are kept.

use super::Result;
use anyhow::anyhow;
use ring::rand::{SecureRandom, SystemRandom};
use sha2::{Digest, Sha256};
use std::fmt;

/// Random bytes of a secret: more than anybody can guess, however many there are.
const BYTES: usize = 32;

/// Bytes that nobody can guess. Fails when the system has none to give.
pub fn random_bytes() -> Result<[u8; BYTES]> {
    let mut bytes = [0; BYTES];
    SystemRandom::new().fill(&mut bytes).map_err(|_| anyhow!("the system has no random bytes"))?;
    Ok(bytes)
}

/// A secret, as 64 hexadecimal digits. Neither logs nor errors show it.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// A new one. Fails when the system has no randomness.
    pub fn new() -> Result<Self> {
        Ok(Self(hex::encode(random_bytes()?)))
    }

    /// The one in a link, if it has the form of one.
    pub fn parse(text: &str) -> Option<Self> {
        let is_one = text.len() == 2 * BYTES && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        is_one.then(|| Self(text.to_owned()))
    }

    /// As it stands in the link.
    pub fn text(&self) -> &str {
        &self.0
    }

    /// What is kept of it: SHA-256 of the digits. Without salt, because nobody can try out so many.
    pub fn hash(&self) -> [u8; 32] {
        Sha256::digest(&self.0).into()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_read_back_as_it_was_written() {
        let secret = Secret::new().expect("randomness");
        assert_eq!(Secret::parse(secret.text()), Some(secret.clone()));
        assert_ne!(secret, Secret::new().expect("randomness"));
        assert!(!format!("{secret:?}").contains(secret.text()));
    }

    #[test]
    fn what_has_not_the_form_of_a_secret_is_none() {
        let short = "a".repeat(63);
        for text in ["", "x", "0", &short, &"a".repeat(65), &"A".repeat(64), &"g".repeat(64), &"é".repeat(32)] {
            assert_eq!(Secret::parse(text), None, "{text}");
        }
    }
}
