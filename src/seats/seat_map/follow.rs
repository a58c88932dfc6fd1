//! Keeps an open map in step with what everybody does: seats and counts turn as the server tells of them.
//!
//! The server tells by a stream. Where none comes through (a proxy holds it back, the server restarts, too much was missed),
//! the map is asked for every few seconds instead.

use super::{
    choice::Choice,
    draw::{TAKEN, name_of},
    keyboard::keep_one_stop,
    opened::Opened,
    overview::show_counts,
};
use crate::{
    id::SeatId,
    money::{Currency, Money},
    seats::api::{GetSeatMap, GetSection},
    ui::ask::{self, items, list, part},
};
use leptos::{
    prelude::*,
    server_fn::ServerFn,
    task::spawn_local,
    wasm_bindgen::{JsCast, JsValue, closure::Closure},
    web_sys::{
        HtmlInputElement,
        js_sys::{Array, Function, JSON, Math, Object},
    },
};
use std::time::Duration;
use web_sys::{EventSource, UrlSearchParams};

/// How long a map may be without a stream before it is asked for, at the least and at the most, in seconds: not everybody at
/// once after a restart.
const ASK_AFTER_S: [f64; 2] = [4.0, 7.0];

/// Follows the map from the frame that is in it already. `is_done` says that the page is about to change: then nothing
/// turns any more. `on_lost` is told which of the chosen seats somebody else has taken.
pub fn follow(
    opened: Opened,
    choice: RwSignal<Choice>,
    is_done: impl Fn() -> bool + Copy + 'static,
    on_lost: impl Fn(Vec<SeatId>) + Copy + 'static,
) {
    // Effects run in the browser only.
    Effect::new(move |_| {
        let currency = opened.map().with_value(|map| map.currency);
        listen(opened, move |news| {
            if is_done() {
                return;
            }
            opened.map().update_value(|map| show_counts(map, &news.counts));
            news.free.iter().for_each(|id| turn(id, true, currency));
            news.taken.iter().for_each(|id| turn(id, false, currency));
            if !news.taken.is_empty() {
                keep_stops();
            }
            let is_chosen = |id: &SeatId| choice.with_untracked(|choice| choice.has(*id));
            let taken = news.taken.iter().filter_map(|id| id.parse().ok());
            let lost: Vec<SeatId> = taken.filter(is_chosen).collect();
            if !lost.is_empty() {
                on_lost(lost);
            }
        });
    });
}

/// What is known of a map by now, of all of it or of what has changed.
struct News {
    /// Sections with how many of their seats are free.
    counts: Vec<(String, i32)>,
    taken: Vec<String>,
    free: Vec<String>,
}

impl News {
    /// A message of the stream.
    fn told(frame: &JsValue) -> Self {
        let count = |count: JsValue| {
            let count: Array = count.unchecked_into();
            Some((count.get(0).as_string()?, count.get(1).as_f64()? as i32))
        };
        let counts = Object::entries(part(frame, "sections").unchecked_ref());
        Self {
            counts: counts.into_iter().filter_map(count).collect(),
            taken: list(frame, "taken").collect(),
            free: list(frame, "free").collect(),
        }
    }

    /// The whole map, and the seats of the section that is open, as the server answers when it is asked.
    fn asked(map: &JsValue, section: &JsValue) -> Self {
        let count = |section: JsValue| {
            Some((part(&section, "name").as_string()?, part(&section, "available_count").as_f64()? as i32))
        };
        let mut news = Self {
            counts: items(map, "sections").into_iter().filter_map(count).collect(),
            taken: Vec::new(),
            free: Vec::new(),
        };
        for seat in items(section, "seats") {
            let id = part(&seat, "id").as_string().unwrap_or_default();
            match part(&seat, "status").as_string().as_deref() {
                Some("available") => news.free.push(id),
                Some("held" | "booked") => news.taken.push(id),
                _ => {}
            }
        }
        news
    }
}

fn listen(opened: Opened, tell: impl Fn(News) + Copy + 'static) {
    let since = opened.map().with_value(|map| map.frame);
    let url = format!("/api/v1/seats/stream?event_id={}&since={since}", opened.event_id());
    let Ok(source) = EventSource::new(&url) else { return };
    source.set_onmessage(Some(&callback(move |message| {
        let data = part(&message, "data").as_string().unwrap_or_default();
        if let Ok(frame) = JSON::parse(&data) {
            tell(News::told(&frame));
        }
    })));
    let reset = callback(move |_| spawn_local(ask(opened, tell)));
    _ = source.add_event_listener_with_callback("reset", &reset);
    watch_over(source, opened, tell);
}

/// Asks for the map as long as the stream is not there. A browser comes back to it by itself, but not after a refusal.
fn watch_over(source: EventSource, opened: Opened, tell: impl Fn(News) + Copy + 'static) {
    let [least, most] = ASK_AFTER_S;
    let later = Duration::from_secs_f64(least + (most - least) * Math::random());
    set_timeout(
        move || {
            let state = source.ready_state();
            if state != EventSource::OPEN {
                spawn_local(ask(opened, tell));
            }
            if state == EventSource::CLOSED {
                listen(opened, tell);
            } else {
                watch_over(source, opened, tell);
            }
        },
        later,
    );
}

/// Asks how things are, and tells. What can't be had now is asked for the next time.
async fn ask(opened: Opened, tell: impl Fn(News)) {
    let read = async |path: &str, section: Option<&str>| -> Option<JsValue> {
        let fields = UrlSearchParams::new().ok()?;
        fields.append("event_id", &opened.event_id().to_string());
        if let Some(section) = section {
            fields.append("section", section);
        }
        JSON::parse(&ask::get(path, &fields).await.ok()?).ok()
    };
    let Some(map) = read(GetSeatMap::PATH, None).await else { return };
    let section = match opened.name().get_untracked() {
        Some(name) => read(GetSection::PATH, Some(&name)).await,
        None => None,
    };
    // A stream that is begun anew goes on from here.
    if let Some(frame) = part(&map, "frame").as_f64() {
        opened.map().update_value(|map| map.frame = frame as i64);
    }
    tell(News::asked(&map, &section.unwrap_or_default()));
}

/// The seat where the tab key stops may be gone.
fn keep_stops() {
    let parts = document().get_elements_by_class_name("seat-scroll");
    (0..parts.length()).filter_map(|i| parts.item(i)).for_each(|part| keep_one_stop(&part));
}

/// Lives as long as the browser has a use for it.
fn callback(call: impl FnMut(JsValue) + 'static) -> Function {
    Closure::<dyn FnMut(JsValue)>::new(call).into_js_value().unchecked_into()
}

/// Turns this seat free or taken, where it is on the page, as [`super::draw`] draws it.
fn turn(id: &str, free: bool, currency: Currency) {
    let found = document().query_selector(&format!(".seat>input[value=\"{id}\"]")).ok().flatten();
    let Some(input) = found.and_then(|found| found.dyn_into::<HtmlInputElement>().ok()) else { return };
    let Some(label) = input.parent_element() else { return };
    if label.class_list().contains("seat-available") == free {
        return;
    }
    _ = label.class_list().toggle_with_force("seat-taken", !free);
    _ = label.class_list().toggle_with_force("seat-available", free);
    // Whoever is just on it by keyboard stays where they are.
    input.set_disabled(!free && document().active_element().as_ref() != Some(input.as_ref()));
    if free {
        _ = input.set_attribute("name", "seat_ids[]");
    } else {
        _ = input.remove_attribute("name");
    }
    let price = input.get_attribute("data-price").and_then(|minor| minor.parse().ok()).unwrap_or_default();
    let said = |name: &str| input.get_attribute(name).unwrap_or_default();
    let state = if free { Money::new(price, currency).to_string() } else { TAKEN.to_owned() };
    let name = name_of(&said("data-row"), &said("data-number"), &state, &said("data-more"));
    _ = input.set_attribute("aria-label", &name);
}
