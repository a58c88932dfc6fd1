//! What the browser does on every page, whatever islands are on it.

use leptos::{
    ev::{self, PageTransitionEvent, SubmitEvent},
    prelude::*,
    wasm_bindgen::{JsCast, JsValue},
};
use std::time::Duration;
use web_sys::{HtmlButtonElement, HtmlElement, HtmlFormElement, Url};

/// Longer than the server takes for any answer: after that the form went to another tab, or was stopped.
const UNDERWAY_MAX: Duration = Duration::from_secs(25);

/// Starts it, once a page.
pub fn start() {
    window_event_listener(ev::submit, lock_while_underway);
    window_event_listener(ev::pageshow, ask_again);
    take_in_answer();
}

/// A form that changes something can't be sent again while it is on its way: its button is dead until the answer is here,
/// or until it is clear that none comes to this page.
fn lock_while_underway(event: SubmitEvent) {
    let form = event.target().and_then(|form| form.dyn_into::<HtmlFormElement>().ok());
    let button = event.submitter().and_then(|button| button.dyn_into::<HtmlButtonElement>().ok());
    let (Some(form), Some(button)) = (form, button) else { return };
    if event.default_prevented() || form.method() != "post" {
        return;
    }
    // Once the browser has read the form: a dead button is no part of it.
    set_timeout(
        move || {
            set_busy(&button, true);
            set_timeout(move || set_busy(&button, false), UNDERWAY_MAX);
        },
        Duration::ZERO,
    );
}

fn set_busy(button: &HtmlButtonElement, busy: bool) {
    button.set_disabled(busy);
    _ = if busy { button.set_attribute("aria-busy", "true") } else { button.remove_attribute("aria-busy") };
}

/// A page that the browser kept whole and shows again may be from before a sale or a sign-out.
fn ask_again(event: PageTransitionEvent) {
    if event.persisted() {
        _ = window().location().reload();
    }
}

/// After a form came back: takes how it went, and what was typed, out of the address, where a reload or a bookmark would
/// say it again; and leads to the words about it, which a screen reader doesn't read out by itself on a new page.
fn take_in_answer() {
    let location = window().location();
    let Ok(url) = location.href().and_then(|href| Url::new(&href)) else { return };
    let fields = url.search_params();
    if fields.get("__err").is_none() && fields.get("saved").is_none() {
        return;
    }
    for field in ["__err", "__path", "saved", "email", "first_name", "last_name"] {
        fields.delete(field);
    }
    if let Ok(history) = window().history() {
        _ = history.replace_state_with_url(&JsValue::NULL, "", Some(&url.href()));
    }
    let words = document().query_selector("main [aria-invalid=true], main .notice").ok().flatten();
    if let Some(words) = words.and_then(|words| words.dyn_into::<HtmlElement>().ok()) {
        if words.class_list().contains("notice") {
            words.set_tab_index(-1);
        }
        _ = words.focus();
    }
}
