//! SVG drawings as PNG pictures, for those who don't read SVG: drawn away from the async threads, few at a time, and kept.

use super::{Result, lettering};
use crate::error::Error;
use anyhow::{Context, anyhow};
use axum::{
    body::Bytes,
    http::{
        HeaderMap, StatusCode,
        header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH},
    },
    response::{IntoResponse, Response},
};
use moka::sync::Cache;
use resvg::{
    tiny_skia::{Pixmap, Transform},
    usvg::Tree,
};
use std::{sync::Arc, time::Duration};
use tokio::{sync::Semaphore, task::spawn_blocking, time::timeout};

/// Bytes of pictures that are kept: about a thousand.
const KEPT_MAX_BYTES: u64 = 32 << 20;
/// Pictures drawn at once: nobody waits for one to book.
const AT_ONCE: usize = 1;
/// Longest wait for a turn.
const PATIENCE: Duration = Duration::from_secs(5);

/// The pictures of this process. Clones share them.
#[derive(Clone)]
pub struct Pictures {
    kept: Cache<String, Bytes>,
    turns: Arc<Semaphore>,
}

impl Default for Pictures {
    fn default() -> Self {
        let weigh = |key: &String, png: &Bytes| u32::try_from(key.len() + png.len()).unwrap_or(u32::MAX);
        let kept = Cache::builder().max_capacity(KEPT_MAX_BYTES).weigher(weigh).build();
        Self { kept, turns: Arc::new(Semaphore::new(AT_ONCE)) }
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
        let png = self.png(key, size, draw).await?;
        Ok((headers, [(CONTENT_TYPE, "image/png")], png).into_response())
    }

    async fn png(&self, key: String, size: [u32; 2], draw: impl FnOnce() -> String + Send + 'static) -> Result<Bytes> {
        if let Some(png) = self.kept.get(&key) {
            return Ok(png);
        }
        let turn = timeout(PATIENCE, Arc::clone(&self.turns).acquire_owned());
        let Ok(Ok(turn)) = turn.await else { return Err(Error::Unavailable { retry_after_s: 1 }.into()) };
        let kept = self.kept.clone();
        let drawn = spawn_blocking(move || {
            // Let go of when the picture is there, also where nobody waits for it any more.
            let _turn = turn;
            kept.try_get_with(key, || render(&draw(), size))
        });
        let drawn = drawn.await.context("drawing a picture")?;
        Ok(drawn.map_err(|error| anyhow!("{error:#}").context("drawing a picture"))?)
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
