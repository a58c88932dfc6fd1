//! Following what the server tells by a stream of events, and asking for it where none comes through: a proxy holds it back,
//! the server restarts, too much was missed.

use super::ask::part;
use leptos::{
    prelude::*,
    wasm_bindgen::{JsCast, JsValue, closure::Closure},
    web_sys::js_sys::{Function, JSON, Math},
};
use std::time::Duration;
use web_sys::EventSource;

/// How long a page may be without a stream before it asks, at the least and at the most, in seconds: not everybody at once
/// after a restart.
const ASK_AFTER_S: [f64; 2] = [4.0, 7.0];

/// Hands the data of each message and its id to `tell`, for as long as the page is open. `url` says where the stream is, whenever it is
/// begun anew; `ask` finds out how things are while there is none, and when the server says `reset`. In the browser only.
pub fn listen(
    url: impl Fn() -> String + Copy + 'static,
    tell: impl Fn(&JsValue, &str) + Copy + 'static,
    ask: impl Fn() + Copy + 'static,
) {
    let Ok(source) = EventSource::new(&url()) else { return };
    source.set_onmessage(Some(&callback(move |message| {
        let words = |name| part(&message, name).as_string().unwrap_or_default();
        if let Ok(data) = JSON::parse(&words("data")) {
            tell(&data, &words("lastEventId"));
        }
    })));
    _ = source.add_event_listener_with_callback("reset", &callback(move |_| ask()));
    let [least, most] = ASK_AFTER_S;
    let later = Duration::from_secs_f64(least + (most - least) * Math::random());
    watch_over(source, later, ask, move || listen(url, tell, ask));
}

/// Asks as long as the stream is not there. A browser comes back to it by itself, but not after a refusal.
fn watch_over(
    source: EventSource,
    later: Duration,
    ask: impl Fn() + Copy + 'static,
    begin_anew: impl FnOnce() + 'static,
) {
    set_timeout(
        move || {
            let state = source.ready_state();
            if state != EventSource::OPEN {
                ask();
            }
            if state == EventSource::CLOSED {
                begin_anew();
            } else {
                watch_over(source, later, ask, begin_anew);
            }
        },
        later,
    );
}

/// A function of the browser that calls this one. It lives as long as the browser has a use for it.
///
/// What it does may lead to its being called again at once, as a click that is made in answer to a key does.
pub fn callback(call: impl Fn(JsValue) + 'static) -> Function {
    Closure::<dyn Fn(JsValue)>::new(call).into_js_value().unchecked_into()
}
