//! Keeps an open map in step with what everybody does: seats and counts turn as the server tells of them.

use super::{
    choice::Choice,
    draw::{TAKEN, name_of},
    keyboard::keep_one_stop,
    opened::Opened,
    sections::{left_of, show_counts},
};
use crate::{
    events::left::Left,
    id::SeatId,
    money::{Currency, Money},
    seats::api::{GetSeatMap, GetSection},
    ui::{
        ask::{items, list, part, read},
        stream::listen,
    },
};
use leptos::{
    prelude::*,
    server_fn::ServerFn,
    task::spawn_local,
    wasm_bindgen::{JsCast, JsValue},
    web_sys::{
        HtmlInputElement,
        js_sys::{Array, Object},
    },
};

/// Follows the map from the frame that is in it already. `is_holding` says that a hold is on its way: then the chosen seats may be
/// one's own. `on_left` is told how much is left of the whole map, `on_lost` which of the chosen seats somebody else has
/// taken.
pub fn follow(
    opened: Opened,
    choice: RwSignal<Choice>,
    is_holding: impl Fn() -> bool + Copy + 'static,
    on_left: impl Fn(Left) + Copy + 'static,
    on_lost: impl Fn(Vec<SeatId>) + Copy + 'static,
) {
    // Effects run in the browser only.
    Effect::new(move |_| {
        let currency = opened.map().with_value(|map| map.currency);
        follow_stream(opened, move |news| {
            // What is on its way may be refused: then it is all still true, but for one's own seats.
            let is_chosen = |id: &String| id.parse().is_ok_and(|id| choice.with_untracked(|choice| choice.has(id)));
            let is_own = |id: &String| is_holding() && is_chosen(id);
            opened.map().update_value(|map| {
                show_counts(map, &news.counts);
                on_left(left_of(map));
            });
            news.free.iter().for_each(|id| turn(id, true, currency));
            news.taken.iter().filter(|id| !is_own(id)).for_each(|id| turn(id, false, currency));
            let frame = opened.map().with_value(|map| map.frame);
            opened.all_seats().turn(frame, news.turned);
            if !news.taken.is_empty() {
                keep_stops();
            }
            let lost: Vec<SeatId> =
                news.taken.iter().filter(|id| is_chosen(id)).filter_map(|id| id.parse().ok()).collect();
            if !lost.is_empty() && !is_holding() {
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
    /// Those by their places on the map, and whether they are free.
    turned: Vec<((i32, i32), bool)>,
}

impl News {
    /// A message of the stream.
    fn told(frame: &JsValue) -> Self {
        let count = |count: JsValue| {
            let count: Array = count.unchecked_into();
            Some((count.get(0).as_string()?, count.get(1).as_f64()? as i32))
        };
        let counts = Object::entries(part(frame, "sections").unchecked_ref());
        let taken: Vec<String> = list(frame, "taken").collect();
        let spots: Vec<i32> = items(frame, "spots").into_iter().filter_map(|at| Some(at.as_f64()? as i32)).collect();
        let turned = spots.as_chunks::<2>().0.iter().zip(0..).map(|([x, y], nth)| ((*x, *y), nth >= taken.len()));
        Self {
            counts: counts.into_iter().filter_map(count).collect(),
            turned: turned.collect(),
            free: list(frame, "free").collect(),
            taken,
        }
    }

    /// The whole map, and the seats of the section that is open, as the server answers when it is asked.
    fn asked(map: &JsValue, section: &JsValue) -> Self {
        let count = |section: JsValue| {
            let free = part(&section, "available_count").as_f64()? as i32;
            // As many are free of one that isn't on sale as of one that is sold out.
            let is_off_sale = part(&section, "off_sale").as_string().is_some();
            Some((part(&section, "name").as_string()?, if is_off_sale { -1 } else { free }))
        };
        let mut news = Self {
            counts: items(map, "sections").into_iter().filter_map(count).collect(),
            taken: Vec::new(),
            free: Vec::new(),
            turned: Vec::new(),
        };
        for seat in items(section, "seats") {
            let id = part(&seat, "id").as_string().unwrap_or_default();
            match part(&seat, "status").as_string().as_deref() {
                Some("available") => news.free.push(id),
                _ => news.taken.push(id),
            }
        }
        news
    }
}

fn follow_stream(opened: Opened, tell: impl Fn(News) + Copy + 'static) {
    let url = move || {
        let since = opened.map().with_value(|map| map.frame);
        format!("/api/v1/seats/stream?event_id={}&since={since}", opened.event_id())
    };
    let hear = move |frame: &JsValue, id: &str| {
        opened.map().update_value(|map| map.frame = id.parse().unwrap_or(map.frame));
        tell(News::told(frame));
    };
    listen(url, hear, move || spawn_local(ask(opened, tell)));
}

/// Asks how things are, and tells. What can't be had now is asked for the next time.
async fn ask(opened: Opened, tell: impl Fn(News)) {
    let event_id = opened.event_id().to_string();
    let heard = || opened.map().with_value(|map| map.frame);
    for _ in 0..TRIES {
        let before = heard();
        let Some(map) = read(GetSeatMap::PATH, &[("event_id", &event_id)]).await else { return };
        let section = match opened.name().get_untracked() {
            Some(name) => read(GetSection::PATH, &[("event_id", &event_id), ("section", &name)]).await,
            None => None,
        };
        // A stream that is begun anew goes on from here.
        if let Some(frame) = part(&map, "frame").as_f64() {
            opened.map().update_value(|map| map.frame = map.frame.max(frame as i64));
        }
        let was_told = heard() > before && heard() as f64 > part(&map, "frame").as_f64().unwrap_or_default();
        tell(News::asked(&map, &section.unwrap_or_default()));
        if !was_told {
            break;
        }
    }
    opened.all_seats().reload(opened).await;
}

/// Times that the map is asked for while the stream tells of something newer.
const TRIES: usize = 3;

/// The seat where the tab key stops may be gone.
fn keep_stops() {
    let parts = document().get_elements_by_class_name("seat-scroll");
    (0..parts.length()).filter_map(|i| parts.item(i)).for_each(|part| keep_one_stop(&part));
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
    // What was kept back, or not on sale, when it was drawn.
    _ = label.class_list().toggle_with_force("seat-blocked", false);
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
