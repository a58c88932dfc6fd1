//! The browser half: wakes up the islands of the page the server rendered. Everything it runs is in the crate `evently`.
//!
//! A crate of its own because a library that is also an rlib loses its link-time optimisation without a word.
#![cfg(target_arch = "wasm32")]

/// Called by the page once the WASM has loaded; the page then wakes up its islands one by one.
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    leptos::mount::hydrate_islands();
    evently::ui::browser::start();
}
