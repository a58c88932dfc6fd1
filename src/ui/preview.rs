//! What others show of a page without opening it: search engines, messengers, social sites.

use crate::server::state::AppState;
use leptos::prelude::*;
use leptos_meta::{Link, Meta};

/// Width and height of the picture a page is shown by, in pixels: what social sites ask for.
pub const PICTURE_SIZE: [u32; 2] = [1200, 630];
/// The path of the picture of pages that have none of their own.
pub const SITE_PICTURE: &str = "/picture.png";
/// What the site is called.
pub const SITE_NAME: &str = "Evently";

/// Says in a page's head what the page is, where it is, and which picture shows it.
#[component]
pub fn Preview(
    /// What the page is called.
    #[prop(into)]
    title: String,
    /// A sentence or two about it.
    #[prop(into)]
    description: String,
    /// The path of its one address, whatever else leads to it.
    #[prop(into)]
    path: String,
    /// The path of its picture, of [`PICTURE_SIZE`].
    #[prop(into)]
    picture: String,
) -> impl IntoView {
    let config = expect_context::<AppState>().config.clone();
    let (here, picture) = (config.address(&path), config.address(&picture));
    let [width, height] = PICTURE_SIZE.map(|length| length.to_string());
    view! {
        <Link rel="canonical" href=here.clone() />
        <Meta name="description" content=description.clone() />
        <Meta property="og:site_name" content=SITE_NAME />
        <Meta property="og:type" content="website" />
        <Meta property="og:url" content=here />
        <Meta property="og:title" content=title.clone() />
        <Meta property="og:description" content=description.clone() />
        <Meta property="og:image" content=picture.clone() />
        <Meta property="og:image:width" content=width />
        <Meta property="og:image:height" content=height />
        <Meta property="og:image:alt" content=title.clone() />
        <Meta name="twitter:card" content="summary_large_image" />
        <Meta name="twitter:title" content=title />
        <Meta name="twitter:description" content=description />
        <Meta name="twitter:image" content=picture />
    }
}
