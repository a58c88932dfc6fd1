//! Signing what is told, so that the receiver knows from whom it is and that it isn't an old one sent again.
//!
//! `Evently-Signature: t=1893499200,v1=5257a8…,v1=…`: `t` is the second of the try, and each `v1` the HMAC-SHA-256, in hexadecimal
//! digits, of `t`, a dot and the body, by one of the secrets that are good just now.

use chrono::{DateTime, Utc};
use ring::hmac::{HMAC_SHA256, Key, sign};

/// The header.
pub const SIGNATURE: &str = "evently-signature";
/// What every secret begins with, so that one that lies around is recognised.
const PREFIX: &str = "whsec_";

/// A secret as its receiver keeps it: the text is the key.
pub fn secret_text(secret: &[u8]) -> String {
    format!("{PREFIX}{}", hex::encode(secret))
}

/// The header's value for this body, by all of these secrets.
pub fn sign_body(secrets: &[Vec<u8>], at: DateTime<Utc>, body: &[u8]) -> String {
    let t = at.timestamp();
    let signed = [format!("{t}.").as_bytes(), body].concat();
    let mut value = format!("t={t}");
    for secret in secrets {
        let key = Key::new(HMAC_SHA256, secret_text(secret).as_bytes());
        value.push_str(",v1=");
        value.push_str(&hex::encode(sign(&key, &signed)));
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_the_one_that_others_compute() {
        // Computed with: printf '0.{}' | openssl dgst -sha256 -hmac whsec_0101…
        let secret = vec![1; 32];
        let signed = sign_body(std::slice::from_ref(&secret), DateTime::UNIX_EPOCH, b"{}");
        assert_eq!(signed, format!("t=0,v1={EXPECTED}"));
        let both = sign_body(&[secret, vec![2; 32]], DateTime::UNIX_EPOCH, b"{}");
        assert!(both.starts_with(&signed) && both.matches(",v1=").count() == 2);
        assert_ne!(sign_body(&[vec![1; 32]], DateTime::UNIX_EPOCH, b"{ }"), signed);
    }

    const EXPECTED: &str = "fb1abd7cb92cb6b27ce7d6b78cf8e611fa3d92fdd888373c877aa5548773d15c";
}
