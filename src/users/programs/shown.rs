//! How a page shows a new secret once. Of what leads there, the address has one half and the session the other: neither a log of
//! addresses nor the table of sessions holds the secret.

use super::model::NewApiKey;
use crate::{
    id::ApiKeyId,
    server::{Caller, Result, caller::is_plain_form, redirect_to, secret::random_bytes},
};
use serde::{Deserialize, Serialize};

/// The session's key for the half that it has.
const HALF: &str = "new_api_key";

/// The half that the session has.
#[derive(Serialize, Deserialize)]
struct Half {
    key_id: ApiKeyId,
    prefix: String,
    half: String,
}

/// Sends a form that made a secret on to the page that shows it. A program has it in its answer.
pub(super) async fn show_once(caller: &Caller, made: &NewApiKey) -> Result<()> {
    let secret = made.secret.rsplit('_').next().and_then(|digits| hex::decode(digits).ok());
    let (true, Some(secret)) = (is_plain_form(), secret) else { return Ok(()) };
    let pad = random_bytes()?;
    let half =
        Half { key_id: made.api_key.id, prefix: made.api_key.prefix.clone(), half: hex::encode(mix(&secret, &pad)) };
    caller.keep(HALF, half).await?;
    redirect_to(&format!("/account/keys?made={}", hex::encode(pad)));
    Ok(())
}

/// The secret whose other half stands in the address, with the id of its key.
pub(super) async fn find_shown(caller: &Caller, pad: &str) -> Option<(ApiKeyId, String)> {
    let pad = hex::decode(pad).ok().filter(|pad| !pad.is_empty())?;
    let Half { key_id, prefix, half } = caller.kept(HALF).await.ok()??;
    let half = hex::decode(half).ok().filter(|half| half.len() == pad.len())?;
    Some((key_id, format!("{prefix}_{}", hex::encode(mix(&half, &pad)))))
}

/// Each byte of one with that of the other: with a pad that nobody can guess, the result says nothing of the secret.
fn mix(one: &[u8], other: &[u8]) -> Vec<u8> {
    one.iter().zip(other).map(|(one, other)| one ^ other).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_halves_together_are_the_secret_again() {
        let (secret, pad) = ([1, 2, 255], [7, 0, 255]);
        let half = mix(&secret, &pad);
        assert_ne!(half, secret);
        assert_eq!(mix(&half, &pad), secret);
    }
}
