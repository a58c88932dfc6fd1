//! Access tokens: JSON Web Tokens (RFC 7519), signed with HMAC-SHA-256 by `ring`. Nobody but this site reads them.

use crate::id::{AppId, UserId};
use chrono::{DateTime, Utc};
use jsonwebtoken::{
    Algorithm, AlgorithmFamily, DecodingKey, EncodingKey, Header, Validation,
    crypto::{CryptoProvider, JwtSigner, JwtVerifier, KeyUtils},
    decode, decode_header, encode,
    errors::{Error, ErrorKind},
    signature::{self, Signer, Verifier},
};
use ring::hmac::{HMAC_SHA256, Key, sign, verify};
use serde::{Deserialize, Serialize};
use std::sync::Once;
use uuid::Uuid;

/// What an access token says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Claims {
    /// Whose token it is: the site's address.
    pub(super) iss: String,
    /// For whom.
    pub(super) sub: UserId,
    /// Of which app.
    pub(super) sid: AppId,
    /// Since when, in seconds since 1970.
    pub(super) iat: i64,
    /// Until when, in seconds since 1970.
    pub(super) exp: i64,
}

/// A key that signs access tokens. Says nothing of itself in a log.
#[derive(Clone)]
pub(super) struct TokenKey {
    pub(super) id: Uuid,
    signs: EncodingKey,
    verifies: DecodingKey,
}

impl TokenKey {
    pub(super) fn new(id: Uuid, secret: &[u8]) -> Self {
        INSTALLED.call_once(|| {
            // Nothing else in the program signs with this library: the first is the only one.
            RING.install_default().ok();
        });
        Self { id, signs: EncodingKey::from_secret(secret), verifies: DecodingKey::from_secret(secret) }
    }

    /// The token that says this.
    pub(super) fn sign(&self, claims: &Claims) -> anyhow::Result<String> {
        let header = Header { kid: Some(self.id.to_string()), ..Header::new(Algorithm::HS256) };
        Ok(encode(&header, claims, &self.signs)?)
    }

    /// What the token says, if this key has signed it for this site, and its time is not up.
    pub(super) fn read(&self, token: &str, issuer: &str, now: DateTime<Utc>) -> Option<Claims> {
        let mut validation = Validation::new(Algorithm::HS256);
        // By our own clock, below.
        validation.validate_exp = false;
        validation.set_required_spec_claims(&["exp", "iss", "sub"]);
        validation.set_issuer(&[issuer]);
        let claims = decode::<Claims>(token, &self.verifies, &validation).ok()?.claims;
        (now.timestamp() < claims.exp).then_some(claims)
    }
}

/// The id of the key that a token says it is signed with.
pub(super) fn key_of(token: &str) -> Option<Uuid> {
    decode_header(token).ok()?.kid?.parse().ok()
}

static INSTALLED: Once = Once::new();

/// The one algorithm that is known, by the library that does the rest of the program's cryptography.
static RING: CryptoProvider = CryptoProvider {
    signer_factory: |algorithm, key| {
        require(algorithm, key.family())?;
        Ok(Box::new(Hmac(Key::new(HMAC_SHA256, key.as_bytes()))))
    },
    verifier_factory: |algorithm, key| {
        require(algorithm, key.family())?;
        Ok(Box::new(Hmac(Key::new(HMAC_SHA256, key.try_get_as_bytes()?))))
    },
    key_utils: KeyUtils::new_unimplemented(),
};

fn require(algorithm: &Algorithm, family: AlgorithmFamily) -> Result<(), Error> {
    let known = *algorithm == Algorithm::HS256 && family == AlgorithmFamily::Hmac;
    if known { Ok(()) } else { Err(ErrorKind::InvalidAlgorithm.into()) }
}

struct Hmac(Key);

impl Signer<Vec<u8>> for Hmac {
    fn try_sign(&self, message: &[u8]) -> Result<Vec<u8>, signature::Error> {
        Ok(sign(&self.0, message).as_ref().to_vec())
    }
}

impl Verifier<Vec<u8>> for Hmac {
    fn verify(&self, message: &[u8], signature: &Vec<u8>) -> Result<(), signature::Error> {
        verify(&self.0, message, signature).map_err(|_| signature::Error::new())
    }
}

impl JwtSigner for Hmac {
    fn algorithm(&self) -> Algorithm {
        Algorithm::HS256
    }
}

impl JwtVerifier for Hmac {
    fn algorithm(&self) -> Algorithm {
        Algorithm::HS256
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    const SITE: &str = "https://tickets.example.org";
    const NOW: i64 = 1_900_000_000;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).expect("an instant")
    }

    fn key() -> TokenKey {
        TokenKey::new(Uuid::from_u128(1), &[7; 32])
    }

    fn claims() -> Claims {
        Claims {
            iss: SITE.to_owned(),
            sub: UserId(Uuid::from_u128(2)),
            sid: AppId(Uuid::from_u128(3)),
            iat: NOW,
            exp: NOW + 600,
        }
    }

    fn token() -> String {
        key().sign(&claims()).expect("a token")
    }

    /// A part of a token: base64url without padding (RFC 7515, 2), written out here so that nothing is tested by itself.
    fn part(value: &Value) -> String {
        const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        let bytes = value.to_string().into_bytes();
        let write = |chunk: &[u8]| {
            let bits = chunk.iter().fold(0u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
            (0..=chunk.len()).map(|i| char::from(LETTERS[(bits >> (18 - 6 * i) & 63) as usize])).collect::<String>()
        };
        bytes.chunks(3).map(write).collect()
    }

    #[test]
    fn a_token_says_what_was_signed_until_its_time_is_up() {
        assert_eq!(key().read(&token(), SITE, at(NOW)), Some(claims()));
        assert_eq!(key_of(&token()), Some(Uuid::from_u128(1)));
        assert_eq!(key().read(&token(), SITE, at(NOW + 599)), Some(claims()));
        assert_eq!(key().read(&token(), SITE, at(NOW + 600)), None);
    }

    #[test]
    fn a_token_of_another_key_or_another_site_is_none() {
        let other = TokenKey::new(Uuid::from_u128(1), &[8; 32]);
        assert_eq!(key().read(&other.sign(&claims()).expect("a token"), SITE, at(NOW)), None);
        assert_eq!(key().read(&token(), "https://elsewhere.example", at(NOW)), None);
    }

    #[test]
    fn no_algorithm_but_ours_counts() {
        let token = token();
        let [own_head, body, signature] = token.split('.').collect::<Vec<_>>()[..] else { panic!("{token}") };
        for alg in ["none", "None", "HS384", "RS256", "EdDSA", ""] {
            let head = part(&json!({"alg": alg, "typ": "JWT"}));
            for signature in ["", signature] {
                assert_eq!(key().read(&format!("{head}.{body}.{signature}"), SITE, at(NOW)), None, "{alg}");
            }
        }
        // A head that is written here and says ours is taken for what it is: only the signature is another's.
        let head = part(&json!({"typ": "JWT", "alg": "HS256", "kid": key().id.to_string()}));
        assert_eq!(key_of(&format!("{head}.{body}.{signature}")), Some(key().id));
        assert_eq!(key().read(&format!("{own_head}.{body}.{signature}"), SITE, at(NOW)), Some(claims()));
    }

    proptest! {
        #[test]
        fn a_token_with_another_letter_is_none(place in 0usize..300, letter in "[A-Za-z0-9_.-]") {
            let token = token();
            let place = place % token.len();
            prop_assume!(token[place..=place] != letter);
            let mut changed = token.clone();
            changed.replace_range(place..=place, &letter);
            // The last letter of a signature has bits that mean nothing; they have to be zero.
            prop_assert_eq!(key().read(&changed, SITE, at(NOW)), None, "{}", changed);
        }

        #[test]
        fn nonsense_is_no_token(text in "\\PC*") {
            prop_assert_eq!(key().read(&text, SITE, at(NOW)), None);
            prop_assert_eq!(key_of(&text), None);
        }
    }
}
