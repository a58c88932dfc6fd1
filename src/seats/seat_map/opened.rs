//! Which section is open, and fetching it: follows the map's links and the browser's back and forward.

use super::{links::opened_section, section::OpenedSection};
use crate::{
    error::Error,
    id::EventId,
    seats::{api::get_section, model::SeatMap},
};
use leptos::{
    ev::{self, MouseEvent},
    prelude::*,
    task::spawn_local,
    wasm_bindgen::JsValue,
};
use web_sys::UrlSearchParams;

/// What stands in the place of the opened section.
#[derive(Clone, Debug)]
pub(super) enum Shown {
    /// Nothing: the overview stands alone.
    Overview,
    /// The section's seats.
    Section(OpenedSection),
    /// Why there are no seats to show.
    Problem(Error),
}

/// The section that is open. While another is on its way, the one before stays.
#[derive(Clone, Copy)]
pub struct Opened {
    map: StoredValue<SeatMap>,
    name: RwSignal<Option<String>>,
    shown: RwSignal<Shown>,
    is_loading: RwSignal<bool>,
    was_followed: StoredValue<bool>,
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
    pub(super) fn follow(self, click: &MouseEvent, name: Option<String>, href: &str) {
        if click.ctrl_key() || click.meta_key() || click.shift_key() || click.alt_key() {
            return;
        }
        click.prevent_default();
        if let Ok(history) = window().history() {
            _ = history.push_state_with_url(&JsValue::NULL, "", Some(href));
        }
        self.was_followed.set_value(true);
        self.show(name);
    }

    /// Whether somebody has just followed a link to what is shown; asking takes the answer away.
    pub(super) fn take_followed(self) -> bool {
        self.was_followed.try_update_value(std::mem::take).unwrap_or(false)
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

    fn fetch(self, name: String) {
        let event_id = self.event_id();
        self.is_loading.set(true);
        spawn_local(async move {
            let section = get_section(event_id, name.clone()).await;
            // Answers may come in another order than their questions: only the last question's counts.
            if self.name.try_get_untracked().flatten() == Some(name) {
                self.is_loading.set(false);
                self.shown.set(match section {
                    Ok(section) => Shown::Section(section.into()),
                    Err(error) => Shown::Problem(error),
                });
            }
        });
    }
}
