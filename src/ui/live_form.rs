//! A form of filters.

use leptos::{
    ev::{Event, SubmitEvent},
    prelude::*,
    wasm_bindgen::JsCast,
};
use std::time::Duration;
use web_sys::{HtmlFormElement, HtmlInputElement, HtmlSelectElement};

/// Around a form that is sent by GET: what is empty stays out of the address, and a choice from a list that says so
/// (a `SelectField` that `applies`) is sent at once. Not by keyboard: there each step through a list is a choice, and
/// would take its place away from whoever steps.
#[island]
pub fn LiveForm(
    /// The form.
    children: Children,
) -> impl IntoView {
    let by_keyboard = StoredValue::new(false);
    let change = move |change: Event| {
        if !by_keyboard.get_value() {
            send_choice(&change);
        }
    };
    view! {
        <div
            class="live-form"
            on:keydown=move |_| by_keyboard.set_value(true)
            on:pointerdown=move |_| by_keyboard.set_value(false)
            on:change=change
            on:submit=leave_out_empty
        >
            {children()}
        </div>
    }
}

fn send_choice(change: &Event) {
    let select = change.target().and_then(|target| target.dyn_into::<HtmlSelectElement>().ok());
    if let Some(form) = select.filter(|select| select.has_attribute("data-applies")).and_then(|select| select.form()) {
        // A field the browser itself refuses stays as it is, with the browser's words beside it.
        _ = form.request_submit();
    }
}

/// What is switched off isn't sent: so it is with every empty field while the browser reads the form.
fn leave_out_empty(event: SubmitEvent) {
    let form = event.target().and_then(|form| form.dyn_into::<HtmlFormElement>().ok());
    let Some(fields) = form.map(|form| form.elements()) else { return };
    let empty: Vec<HtmlInputElement> = (0..fields.length())
        .filter_map(|at| fields.item(at))
        // Lists have these properties too, and are cast without a look at what they are.
        .filter(|field| field.is_instance_of::<HtmlInputElement>() || field.is_instance_of::<HtmlSelectElement>())
        .map(JsCast::unchecked_into)
        .filter(|field: &HtmlInputElement| field.value().is_empty() && !field.disabled())
        .collect();
    for field in &empty {
        field.set_disabled(true);
    }
    set_timeout(move || empty.iter().for_each(|field| field.set_disabled(false)), Duration::ZERO);
}
