//! Replies as they are kept for whoever sends a request once more: sealed by their `Idempotency-Key`, which is kept nowhere. A reply
//! may have a secret that is shown once; who reads the table, or a backup of it, reads none.

use super::{
    Result,
    idempotency_store::{KeptReply, Keyed},
    secret::random_bytes,
};
use anyhow::{Context, anyhow};
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};

/// Names and values of headers, in order.
pub(super) type Headers = Vec<(String, String)>;

/// What is kept of a reply, as it was sent.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Reply {
    /// The HTTP status.
    pub(super) status: i16,
    /// Its headers.
    pub(super) headers: Headers,
    /// The body, whole.
    pub(super) body: Vec<u8>,
}

/// Seals a reply: only who has the key opens it, and only as the reply to this very request.
pub(super) fn seal(reply: &Reply, keyed: &Keyed, key: [u8; 32]) -> Result<KeptReply> {
    let mut nonce = [0; NONCE_LEN];
    nonce.copy_from_slice(&random_bytes()?[..NONCE_LEN]);
    let mut body = serde_json::to_vec(&reply.headers).context("writing headers")?;
    // What follows the headers' line is the body, whatever it has.
    body.push(b'\n');
    body.extend_from_slice(&reply.body);
    sealing(key)?
        .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(keyed.fingerprint), &mut body)
        .map_err(|_| anyhow!("a reply could not be sealed"))?;
    Ok(KeptReply { status: reply.status, headers: Default::default(), body, nonce: Some(nonce.to_vec()) })
}

/// Opens it again; one from before replies were sealed is as it was sent.
pub(super) fn open(kept: KeptReply, keyed: &Keyed, key: [u8; 32]) -> Result<Reply> {
    let KeptReply { status, headers, mut body, nonce } = kept;
    let Some(nonce) = nonce else { return Ok(Reply { status, headers: headers.0, body }) };
    let nonce = Nonce::try_assume_unique_for_key(&nonce).map_err(|_| anyhow!("a kept reply has no nonce"))?;
    let opened = sealing(key)?
        .open_in_place(nonce, Aad::from(keyed.fingerprint), &mut body)
        .map_err(|_| anyhow!("a kept reply is not of this key"))?;
    let end = opened.iter().position(|byte| *byte == b'\n').context("a kept reply has no headers")?;
    let headers = serde_json::from_slice(&opened[..end]).context("reading headers")?;
    Ok(Reply { status, headers, body: opened[end + 1..].to_vec() })
}

fn sealing(key: [u8; 32]) -> Result<LessSafeKey> {
    let key = UnboundKey::new(&AES_256_GCM, &key).map_err(|_| anyhow!("a sealing key has the wrong length"))?;
    Ok(LessSafeKey::new(key))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::UserId;
    use uuid::Uuid;

    fn keyed(fingerprint: u8) -> Keyed {
        Keyed { user_id: UserId(Uuid::from_u128(1)), key_hash: [7; 32], fingerprint: [fingerprint; 32] }
    }

    fn reply() -> Reply {
        let headers = vec![("location".to_owned(), "/a\nb?secret=whsec_1".to_owned())];
        Reply { status: 302, headers, body: b"\n{\"secret\":\"whsec_1\"}\n\xff".to_vec() }
    }

    #[test]
    fn a_reply_is_opened_by_its_key_and_request_and_by_nothing_else() {
        let sealed = || seal(&reply(), &keyed(1), [2; 32]).expect("sealed");
        assert_eq!(open(sealed(), &keyed(1), [2; 32]).expect("opened"), reply());
        assert!(open(sealed(), &keyed(1), [3; 32]).is_err() && open(sealed(), &keyed(2), [2; 32]).is_err());
        let mut changed = sealed();
        changed.body[0] ^= 1;
        assert!(open(changed, &keyed(1), [2; 32]).is_err());
    }

    #[test]
    fn what_is_kept_says_nothing_of_the_reply_and_is_never_the_same() {
        let (one, other) = (seal(&reply(), &keyed(1), [2; 32]), seal(&reply(), &keyed(1), [2; 32]));
        let (one, other) = (one.expect("sealed"), other.expect("sealed"));
        assert!(one.headers.0.is_empty() && !one.body.windows(6).any(|bytes| bytes == b"secret"));
        assert!(one.nonce != other.nonce && one.body != other.body);
    }

    #[test]
    fn a_reply_from_before_is_as_it_was_sent() {
        let Reply { status, headers, body } = reply();
        let kept = KeptReply { status, headers: sqlx::types::Json(headers), body, nonce: None };
        assert_eq!(open(kept, &keyed(1), [2; 32]).expect("opened"), reply());
    }
}
