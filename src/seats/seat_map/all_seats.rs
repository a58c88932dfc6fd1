//! All seats of the map as far as this page has asked for them, kept in step with the stream.

use super::{
    opened::Opened,
    spots::{Row, Spots},
};
use crate::{
    seats::api::{GetSeatPlan, GetSeatStatuses},
    ui::ask::{items, part, read},
};
use leptos::{prelude::*, server_fn::ServerFn, task::spawn_local, wasm_bindgen::JsValue, web_sys::js_sys::Int32Array};
use std::time::Duration;

/// After so many milliseconds seats that could not be had are asked for again.
const AGAIN_MS: u64 = 4_000;

/// Which seats turned, by their places, and whether they are free now.
type Turned = Vec<((i32, i32), bool)>;

/// All seats of the map; none of them before somebody looks from near. Copies share them.
#[derive(Clone, Copy)]
pub(super) struct AllSeats {
    spots: StoredValue<Option<Spots>>,
    is_loading: StoredValue<bool>,
    /// What the stream has told while statuses are on their way, by its frames.
    told: StoredValue<Vec<(i64, Turned)>>,
    changed: Trigger,
}

impl AllSeats {
    pub(super) fn new() -> Self {
        Self {
            spots: StoredValue::new(None),
            is_loading: StoredValue::new(false),
            told: StoredValue::new(Vec::new()),
            changed: Trigger::new(),
        }
    }

    /// Looks at them, if they are there.
    pub(super) fn with<T>(self, look: impl FnOnce(&Spots) -> T) -> Option<T> {
        self.spots.with_value(|spots| spots.as_ref().map(look))
    }

    /// Runs the effect around this again when they change.
    pub(super) fn track(self) {
        self.changed.track();
    }

    /// Takes over which seats turned with a frame of the stream.
    pub(super) fn turn(self, frame: i64, turned: Turned) {
        if turned.is_empty() {
            return;
        }
        self.spots.update_value(|spots| spots.iter_mut().for_each(|spots| apply(spots, &turned)));
        if self.is_loading.get_value() {
            self.told.update_value(|told| told.push((frame, turned)));
        }
        self.changed.notify();
    }

    /// Fetches where the seats stand and which are free, once.
    pub(super) fn load(self, opened: Opened) {
        if self.spots.with_value(Option::is_none) && self.begin() {
            spawn_local(async move {
                let plan = read(GetSeatPlan::PATH, &[("event_id", &opened.event_id().to_string())]).await;
                let found = match plan {
                    Some(plan) => self.read_free(opened, read_plan(&plan)).await,
                    None => None,
                };
                let is_there = found.is_some();
                self.end(found);
                if !is_there {
                    // Whoever still looks asks again.
                    set_timeout(move || self.changed.notify(), Duration::from_millis(AGAIN_MS));
                }
            });
        }
    }

    /// Asks anew which seats are free: too much was missed.
    pub(super) async fn reload(self, opened: Opened) {
        let known = self.spots.get_value();
        if let Some(spots) = known.filter(|_| self.begin()) {
            let found = self.read_free(opened, spots).await;
            self.end(found);
        }
    }

    fn begin(self) -> bool {
        let is_free = !self.is_loading.try_update_value(|is| std::mem::replace(is, true)).unwrap_or(true);
        if is_free {
            self.told.set_value(Vec::new());
        }
        is_free
    }

    fn end(self, found: Option<Spots>) {
        self.is_loading.set_value(false);
        if found.is_some() {
            self.spots.set_value(found);
            self.changed.notify();
        }
    }

    /// Takes over which seats are free, and what the stream has told since.
    async fn read_free(self, opened: Opened, mut spots: Spots) -> Option<Spots> {
        let (event_id, heard) = (opened.event_id().to_string(), opened.map().with_value(|map| map.frame).to_string());
        let statuses = read(GetSeatStatuses::PATH, &[("event_id", &event_id), ("frame", &heard)]).await?;
        let frame = part(&statuses, "frame").as_f64()? as i64;
        spots.set_free(&part(&statuses, "free").as_string()?);
        self.told.with_value(|told| {
            told.iter().filter(|(number, _)| *number > frame).for_each(|(_, turned)| apply(&mut spots, turned));
        });
        Some(spots)
    }
}

fn apply(spots: &mut Spots, turned: &Turned) {
    turned.iter().for_each(|(place, is_free)| spots.turn(*place, *is_free));
}

/// The seats of a [`SeatPlan`](crate::seats::model::SeatPlan).
fn read_plan(plan: &JsValue) -> Spots {
    let mut spots = Spots::default();
    for section in items(plan, "sections") {
        let name = part(&section, "section").as_string().unwrap_or_default();
        let rows = items(&section, "rows").into_iter().map(|row| Row {
            row: part(&row, "row").as_string().unwrap_or_default(),
            // Whole lists at once: one by one, 50,000 seats take a while.
            numbers: items(&row, "numbers").join("\n").into(),
            steps: Int32Array::new(&part(&row, "steps")).to_vec(),
        });
        spots.add_section(name, rows.collect());
    }
    spots
}
