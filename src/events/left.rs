//! How much is left of an event, on its open page: what the server tells of it, and the words that say it.

use super::{api::GetEvent, model::Availability};
use crate::{
    id::EventId,
    ui::{
        ask::{part, read},
        stream,
    },
};
use leptos::{prelude::*, server_fn::ServerFn, task::spawn_local, wasm_bindgen::JsValue};
use serde::{Deserialize, Serialize};

/// Places of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Left {
    /// Those that are left.
    #[serde(rename = "available_capacity")]
    pub available: i32,
    /// All there are.
    #[serde(rename = "total_capacity")]
    pub total: i32,
}

impl Left {
    /// As a message of the stream has it, and the answer of `events/get` too.
    fn read(event: &JsValue) -> Option<Self> {
        let count = |name| part(event, name).as_f64().map(|count| count as i32);
        Some(Self { available: count("available_capacity")?, total: count("total_capacity")? })
    }
}

/// Tells what is left of the event now, and whenever that changes, for as long as the page is open.
pub fn follow_left(event_id: EventId, tell: impl Fn(Left) + Copy + 'static) {
    let hear = move |event: &JsValue| {
        if let Some(left) = Left::read(event) {
            tell(left);
        }
    };
    let ask = move || {
        spawn_local(async move {
            // What can't be had now is asked for the next time.
            if let Some(event) = read(GetEvent::PATH, &[("event_id", &event_id.to_string())]).await {
                hear(&event);
            }
        });
    };
    // Effects run in the browser only.
    let url = move || format!("/api/v1/events/stream?event_id={event_id}");
    Effect::new(move |_| stream::listen(url, move |event, _| hear(event), ask));
}

/// Says how much is left of an event on sale, where its page says it.
pub fn show_left(left: Left) {
    let shown = document().query_selector(".event-facts .availability").ok().flatten();
    let words = Availability::on_sale(left.available, left.total).left_words();
    if let (Some(shown), Some((class, words))) = (shown, words) {
        shown.set_class_name(&format!("availability {class}"));
        shown.set_text_content(Some(&words));
    }
}
