//! What the browser does on every page, whatever islands are on it.

use leptos::{
    ev::{self, PageTransitionEvent, SubmitEvent},
    prelude::*,
    server_fn::redirect::set_redirect_hook,
    wasm_bindgen::{JsCast, JsValue},
};
use std::time::Duration;
use web_sys::{HtmlButtonElement, Url};

/// Starts it, once a page.
pub fn start() {
    // Refused only when it is set already.
    _ = set_redirect_hook(go_to);
    window_event_listener(ev::submit, lock_while_underway);
    window_event_listener(ev::pageshow, ask_again);
    forget_answer();
}

fn go_to(path: &str) {
    _ = window().location().assign(path);
}

/// A form that is on its way can't be sent again: until the answer is here, its button is dead.
fn lock_while_underway(event: SubmitEvent) {
    let button = event.submitter().and_then(|button| button.dyn_into::<HtmlButtonElement>().ok());
    let Some(button) = button.filter(|_| !event.default_prevented()) else { return };
    // Once the browser has read the form: a dead button is no part of it.
    set_timeout(
        move || {
            button.set_disabled(true);
            _ = button.set_attribute("aria-busy", "true");
        },
        Duration::ZERO,
    );
}

/// A page that the browser kept whole and shows again may be from before a sale or a sign-out.
fn ask_again(event: PageTransitionEvent) {
    if event.persisted() {
        _ = window().location().reload();
    }
}

/// Takes how a form went out of the address: a reload or a bookmark shouldn't say it again.
fn forget_answer() {
    let location = window().location();
    let Ok(url) = location.href().and_then(|href| Url::new(&href)) else { return };
    let fields = url.search_params();
    for field in ["__err", "__path", "saved"] {
        fields.delete(field);
    }
    if let (true, Ok(history)) = (location.href().is_ok_and(|href| href != url.href()), window().history()) {
        _ = history.replace_state_with_url(&JsValue::NULL, "", Some(&url.href()));
    }
}
