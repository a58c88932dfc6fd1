//! Which section is open, and fetching it: follows the map's links and the browser's back and forward.

use super::{all_seats::AllSeats, choice::ChosenSeat, links::opened_section, section::OpenedSection};
use crate::{
    id::{EventId, SeatId},
    seats::{
        api::GetSection,
        model::{SeatMap, SectionSeats},
    },
    ui::ask,
};
use leptos::{
    ev::{self, MouseEvent},
    prelude::*,
    server_fn::ServerFn,
    task::spawn_local,
    wasm_bindgen::{JsCast, JsValue},
};
use web_sys::{HtmlElement, Url, UrlSearchParams};

/// What stands in the place of the opened section.
#[derive(Clone, Debug)]
pub(super) enum Shown {
    /// Nothing: the overview stands alone.
    Overview,
    /// The section's seats.
    Section(OpenedSection),
    /// Why there are no seats to show, as a sentence.
    Problem(String),
}

/// The section that is open. While another is on its way, the one before stays.
#[derive(Clone, Copy)]
pub struct Opened {
    map: StoredValue<SeatMap>,
    name: RwSignal<Option<String>>,
    shown: RwSignal<Shown>,
    is_loading: RwSignal<bool>,
    was_followed: StoredValue<bool>,
    /// The seats that the choice would leave alone, by their names.
    left_alone: RwSignal<Vec<String>>,
    /// All seats of the map.
    all_seats: AllSeats,
    /// Whether seats are shown in lines.
    as_list: RwSignal<bool>,
    /// A seat that was asked for on the overview, by its place on the map.
    wish: StoredValue<Option<(i32, i32)>>,
    /// How far the section of this name was scrolled.
    scrolled: StoredValue<Option<(String, i32)>>,
}

impl Opened {
    /// Begins with this section, or with none.
    pub fn new(map: &SeatMap, section: Option<OpenedSection>) -> Self {
        let opened = Self {
            map: StoredValue::new(map.clone()),
            name: RwSignal::new(section.as_ref().map(|section| section.name().to_owned())),
            shown: RwSignal::new(section.map_or(Shown::Overview, Shown::Section)),
            is_loading: RwSignal::new(false),
            was_followed: StoredValue::new(false),
            left_alone: RwSignal::new(Vec::new()),
            all_seats: AllSeats::new(),
            as_list: RwSignal::new(false),
            wish: StoredValue::new(None),
            scrolled: StoredValue::new(None),
        };
        // Effects run in the browser only.
        Effect::new(move |_| {
            let listener = window_event_listener(ev::popstate, move |_| opened.follow_address());
            on_cleanup(move || listener.remove());
        });
        opened
    }

    /// Whose map it is.
    pub fn event_id(self) -> EventId {
        self.map.with_value(|map| map.event_id)
    }

    /// The map as it is known by now.
    pub(super) fn map(self) -> StoredValue<SeatMap> {
        self.map
    }

    /// All seats of the map.
    pub(super) fn all_seats(self) -> AllSeats {
        self.all_seats
    }

    /// Whether seats are shown in lines, whichever section is open.
    pub(super) fn as_list(self) -> RwSignal<bool> {
        self.as_list
    }

    /// The name of the section that is open, or on its way.
    pub(super) fn name(self) -> Signal<Option<String>> {
        self.name.into()
    }

    pub(super) fn shown(self) -> Signal<Shown> {
        self.shown.into()
    }

    pub(super) fn is_loading(self) -> Signal<bool> {
        self.is_loading.into()
    }

    /// Opens a section (none: the overview) in place of following its link. A click that means another tab is left alone.
    pub(super) fn follow(self, click: &MouseEvent, name: Option<String>) {
        self.wish.set_value(None);
        if click.ctrl_key() || click.meta_key() || click.shift_key() || click.alt_key() {
            return;
        }
        click.prevent_default();
        if let Some(url) = here(|fields| match &name {
            Some(name) => fields.set("section", name),
            None => fields.delete("section"),
        }) {
            let history = window().history();
            _ = history.and_then(|history| history.push_state_with_url(&JsValue::NULL, "", Some(&url)));
        }
        self.was_followed.set_value(name.is_some());
        if name.is_none() {
            // The link that was followed goes with the section.
            let seats = document().get_element_by_id("seats").and_then(|seats| seats.dyn_into::<HtmlElement>().ok());
            if let Some(seats) = seats {
                _ = seats.focus();
                request_animation_frame(move || seats.scroll_into_view());
            }
        }
        self.show(name);
    }

    /// Opens a section to choose the seat at this place of the map in it.
    pub(super) fn follow_seat(self, click: &MouseEvent, section: String, place: (i32, i32)) {
        self.follow(click, Some(section));
        // A click that means another tab is left to its link.
        if click.default_prevented() {
            self.wish.set_value(Some(place));
        }
    }

    /// The place of the seat that was asked for on the overview; asking takes the answer away.
    pub(super) fn take_wish(self) -> Option<(i32, i32)> {
        self.wish.try_update_value(Option::take).flatten()
    }

    /// Keeps the chosen seats in the address: a reload finds them again.
    pub fn remember(self, seat_ids: &[SeatId]) {
        let seats = seat_ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(",");
        let url = here(|fields| {
            // Said of other seats.
            fields.delete("found");
            fields.delete("seat_ids[]");
            if seats.is_empty() { fields.delete("seats") } else { fields.set("seats", &seats) }
        });
        if let (Some(url), Ok(history)) = (url, window().history()) {
            _ = history.replace_state_with_url(&JsValue::NULL, "", Some(&url));
        }
    }

    /// The seats of the section that the choice would leave alone, where that is not allowed, by their names.
    pub fn left_alone(self) -> RwSignal<Vec<String>> {
        self.left_alone
    }

    /// Whether somebody has just followed a link to what is shown; asking takes the answer away.
    pub(super) fn take_followed(self) -> bool {
        self.was_followed.try_update_value(std::mem::take).unwrap_or(false)
    }

    /// How far this section was scrolled when it was last seen, in pixels, if it was the last one seen.
    pub(super) fn scrolled(self, name: &str) -> Option<i32> {
        self.scrolled.with_value(|scrolled| scrolled.as_ref().filter(|(of, _)| of == name).map(|(_, left)| *left))
    }

    pub(super) fn keep_scrolled(self, name: String, left: i32) {
        self.scrolled.set_value(Some((name, left)));
    }

    /// The free seats of the section that are nearest to these kept ones, as many as were lost. Follows the section: it is
    /// fetched anew when seats are lost.
    pub fn nearest(self, kept: &[SeatId], lost: &[SeatId]) -> Vec<ChosenSeat> {
        self.shown.with(|shown| match shown {
            Shown::Section(section) => section.nearest(kept, lost),
            Shown::Overview | Shown::Problem(_) => Vec::new(),
        })
    }

    /// Fetches the section again, when its seats are known to have changed.
    pub fn refetch(self) {
        if let Some(name) = self.name.get_untracked() {
            self.fetch(name);
        }
    }

    fn follow_address(self) {
        let search = window().location().search().unwrap_or_default();
        let asked = UrlSearchParams::new_with_str(&search).ok().and_then(|fields| fields.get("section"));
        let name = self.map.with_value(|map| opened_section(map, asked.as_deref()));
        if name != self.name.get_untracked() {
            self.show(name);
        }
    }

    fn show(self, name: Option<String>) {
        self.name.set(name.clone());
        match name {
            Some(name) => self.fetch(name),
            None => {
                self.is_loading.set(false);
                self.shown.set(Shown::Overview);
            }
        }
    }

    fn fetch(self, asked: String) {
        let event_id = self.event_id();
        self.is_loading.set(true);
        spawn_local(async move {
            let section = get_section(event_id, &asked).await;
            // Answers may come in another order than their questions: only the last question's counts.
            if self.name.try_get_untracked().flatten().as_ref() == Some(&asked) {
                self.is_loading.set(false);
                match section {
                    Ok(section) => self.shown.set(Shown::Section(section.into())),
                    // What is shown already is better than nothing.
                    Err(_) if self.shows(&asked) => {}
                    Err(sentence) => self.shown.set(Shown::Problem(sentence)),
                }
            }
        });
    }

    fn shows(self, name: &str) -> bool {
        self.shown.with_untracked(|shown| matches!(shown, Shown::Section(section) if section.name() == name))
    }
}

/// The section's seats, or why they can't be had.
async fn get_section(event_id: EventId, name: &str) -> Result<SectionSeats, String> {
    let fields = UrlSearchParams::new().map_err(|_| String::new())?;
    fields.append("event_id", &event_id.to_string());
    fields.append("section", name);
    let text = ask::get(GetSection::PATH, &fields).await.map_err(|refusal| refusal.message)?;
    serde_json::from_str(&text).map_err(|error| error.to_string())
}

/// The address of this page with its fields changed.
fn here(change: impl FnOnce(&UrlSearchParams)) -> Option<String> {
    let url = Url::new(&window().location().href().ok()?).ok()?;
    change(&url.search_params());
    Some(url.href())
}
