//! Documents that people download: each made once for its content, away from the requests that wait for it.

use super::{Result, kept::Kept};
use axum::{
    body::Bytes,
    http::header::{CONTENT_DISPOSITION, CONTENT_TYPE},
    response::{IntoResponse, Response},
};
use sha2::{Digest, Sha256};

/// Bytes of documents that are kept: about five hundred.
const KEPT_MAX_BYTES: u64 = 32 << 20;
/// Documents made at once: one core is left for those who book.
const AT_ONCE: usize = 1;

/// The documents of this process. Clones share them.
#[derive(Clone)]
pub struct Documents(Kept);

impl Default for Documents {
    fn default() -> Self {
        Self(Kept::new(KEPT_MAX_BYTES, AT_ONCE))
    }
}

impl Documents {
    /// The document of this content, which is all that `make` looks at. Errors: `Unavailable` when many wait.
    pub async fn get(
        &self,
        content: &[u8],
        make: impl FnOnce() -> anyhow::Result<Bytes> + Send + 'static,
    ) -> Result<Bytes> {
        self.0.get(hex::encode(Sha256::digest(content)), make).await
    }
}

/// The reply with a file of this type and name. Nobody keeps it on the way: it is one person's.
pub fn download(bytes: Bytes, content_type: &'static str, name: &str) -> Response {
    let disposition = format!("attachment; filename=\"{name}\"");
    ([(CONTENT_TYPE, content_type.to_owned()), (CONTENT_DISPOSITION, disposition)], bytes).into_response()
}

/// A name in letters, figures and dashes, which every system takes for a file's.
pub fn file_name(name: &str) -> String {
    let plain = name.to_lowercase().replace(|letter: char| !letter.is_ascii_alphanumeric(), "-");
    let words: Vec<&str> = plain.split('-').filter(|word| !word.is_empty()).collect();
    if words.is_empty() { "evently".to_owned() } else { words.join("-") }
}

#[cfg(test)]
mod tests {
    use super::file_name;

    #[test]
    fn a_file_is_called_like_what_it_is_about() {
        assert_eq!(file_name("Nightjar: \"Live\"\r\n in Köln"), "nightjar-live-in-k-ln");
        assert_eq!(file_name("夜"), "evently");
    }
}
