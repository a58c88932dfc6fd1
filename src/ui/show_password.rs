//! The eye in a password field.
#![expect(missing_docs, reason = "the macro of islands leaves the struct of the properties without one")]

use super::icon::{Glyph, Icon};
use leptos::{prelude::*, wasm_bindgen::JsCast};
use web_sys::HtmlInputElement;

/// The button that shows what a password field holds, and hides it again.
#[island]
pub fn ShowPassword(
    /// The field's id.
    input_id: String,
) -> impl IntoView {
    let shown = RwSignal::new(false);
    let toggle = move |_| {
        let input = document().get_element_by_id(&input_id).and_then(|input| input.dyn_into::<HtmlInputElement>().ok());
        if let Some(input) = input {
            shown.update(|shown| *shown = !*shown);
            input.set_type(if shown.get_untracked() { "text" } else { "password" });
        }
    };
    view! {
        <button
            type="button"
            class="field-button needs-scripts"
            aria-pressed=move || if shown.get() { "true" } else { "false" }
            aria-label="Show password"
            on:click=toggle
        >
            <Icon glyph=Glyph::Eye />
        </button>
    }
}
