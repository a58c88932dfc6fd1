//! SVG drawings as PNG pictures, for those who don't read SVG.

use super::{Result, kept::Kept, lettering};
use anyhow::Context;
use axum::{
    body::Bytes,
    http::{
        HeaderMap, StatusCode,
        header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH},
    },
    response::{IntoResponse, Response},
};
use resvg::{
    tiny_skia::{Pixmap, Transform},
    usvg::Tree,
};

/// Bytes of pictures that are kept: about a thousand.
const KEPT_MAX_BYTES: u64 = 32 << 20;
/// Pictures drawn at once: nobody waits for one to book.
const AT_ONCE: usize = 1;

/// The pictures of this process. Clones share them.
#[derive(Clone)]
pub struct Pictures(Kept);

impl Default for Pictures {
    fn default() -> Self {
        Self(Kept::new(KEPT_MAX_BYTES, AT_ONCE))
    }
}

impl Pictures {
    /// The reply with the picture of this size that `draw` makes as SVG, or that what the asker has is still the same.
    /// `key` is another one whenever the drawing is. Errors: `Unavailable` when many wait.
    pub async fn reply(
        &self,
        asked: &HeaderMap,
        key: String,
        size: [u32; 2],
        draw: impl FnOnce() -> String + Send + 'static,
    ) -> Result<Response> {
        let tag = format!("\"{key}\"");
        let headers = [(ETAG, tag.clone()), (CACHE_CONTROL, "public, max-age=86400".to_owned())];
        if has(asked, &tag) {
            return Ok((StatusCode::NOT_MODIFIED, headers).into_response());
        }
        let png = self.0.get(key, move || render(&draw(), size)).await?;
        Ok((headers, [(CONTENT_TYPE, "image/png")], png).into_response())
    }
}

/// Whether the asker has what this tag names.
fn has(asked: &HeaderMap, tag: &str) -> bool {
    let tags = asked.get(IF_NONE_MATCH).and_then(|tags| tags.to_str().ok()).unwrap_or_default();
    tags.split(',').any(|other| other.trim().trim_start_matches("W/") == tag)
}

fn render(svg: &str, [width, height]: [u32; 2]) -> anyhow::Result<Bytes> {
    let tree = Tree::from_str(svg, &lettering::options()).context("reading the drawing")?;
    let mut pixels = Pixmap::new(width, height).context("a picture without pixels")?;
    let scale = Transform::from_scale(width as f32 / tree.size().width(), height as f32 / tree.size().height());
    resvg::render(&tree, scale, &mut pixels.as_mut());
    Ok(pixels.encode_png().context("packing the picture")?.into())
}
