//! What hands do with the overview: fingers, mouse, wheel, keys and buttons.

use super::{
    draw::TAKEN,
    spots::Spot,
    zoom::{HINTS, NEAR, SEATS, Zoom, all, has, part, say},
};
use crate::{money::Money, ui::stream::callback};
use leptos::{
    prelude::*,
    wasm_bindgen::JsCast,
    web_sys::{Element, HtmlElement, KeyboardEvent, MouseEvent, PointerEvent, WheelEvent},
};
use web_sys::Event;

/// How much a press of a button or key zooms.
const STEP: f64 = 1.6;
/// How many pixels an arrow key moves.
const ARROW: f64 = 80.0;
/// Pixels from which on a press is a drag and not a click.
const DRAG_FROM: f64 = 6.0;
/// How much a turn of the wheel zooms, by its pixels; a pinch on a touchpad comes as small turns with the control key.
const WHEEL: [f64; 2] = [0.002, 0.012];
/// Pixels of a line, for wheels that count in lines.
const LINE: f64 = 16.0;

/// A finger or a mouse button that is down.
#[derive(Clone, Copy, Debug)]
pub(super) struct Finger {
    id: i32,
    at: (f64, f64),
    began: (f64, f64),
}

/// What the browser tells of the map's frame.
const EVENTS: [&str; 11] = [
    "pointerleave",
    "pointerdown",
    "pointermove",
    "pointerup",
    "pointercancel",
    "touchmove",
    "dragstart",
    "mousedown",
    "wheel",
    "dblclick",
    "keydown",
];

impl Zoom {
    /// Listens to the map's frame and to the buttons below it.
    pub(super) fn listen(self) {
        let (Some(frame), Some(tools)) = (part::<HtmlElement>(".map-frame"), part::<HtmlElement>(".map-tools")) else {
            return;
        };
        _ = frame.set_attribute("aria-label", "Map of the sections. Plus and minus zoom, the arrow keys move.");
        let hear = callback(move |event| self.hear(event.unchecked_ref()));
        EVENTS.iter().for_each(|name| _ = frame.add_event_listener_with_callback(name, &hear));
        // Before the links in the map hear of it.
        _ = frame.add_event_listener_with_callback_and_bool("click", &hear, true);
        let press = callback(move |event| self.use_tool(event.unchecked_ref()));
        _ = tools.add_event_listener_with_callback("click", &press);
    }

    fn hear(self, event: &Event) {
        match event.type_().as_str() {
            "pointerdown" => self.press(event.unchecked_ref()),
            "pointermove" => self.drag(event.unchecked_ref()),
            "pointerup" | "pointercancel" => self.lift(event.unchecked_ref()),
            "touchmove" => self.touch(event),
            "wheel" => self.turn(event.unchecked_ref()),
            "dblclick" => self.double(event.unchecked_ref()),
            "keydown" => self.press_key(event.unchecked_ref()),
            "pointerleave" => {
                if has(SEATS) {
                    say(HINTS[1]);
                }
            }
            "click" => self.click(event.unchecked_ref()),
            // The links in the map are not for dragging away, and no screen reader knows of them: they get no focus.
            _ => event.prevent_default(),
        }
    }

    /// Where in the frame this is.
    fn at(self, event: &MouseEvent) -> (f64, f64) {
        let corner = self.measure().map_or((0.0, 0.0), |(_, corner)| corner);
        (f64::from(event.client_x()) - corner.0, f64::from(event.client_y()) - corner.1)
    }

    fn press(self, event: &PointerEvent) {
        if event.button() != 0 {
            return;
        }
        let at = self.at(event);
        self.fingers.update_value(|fingers| {
            fingers.retain(|finger| finger.id != event.pointer_id());
            fingers.push(Finger { id: event.pointer_id(), at, began: at });
        });
        self.was_dragged.set_value(false);
    }

    fn drag(self, event: &PointerEvent) {
        let at = self.at(event);
        if event.pointer_type() == "mouse" && event.buttons() == 0 {
            // It was let go where nobody told of it.
            self.fingers.set_value(Vec::new());
        }
        let before = self.fingers.get_value();
        let Some(own) = before.iter().find(|finger| finger.id == event.pointer_id()) else {
            return self.point(at);
        };
        self.fingers.update_value(|fingers| {
            fingers.iter_mut().filter(|finger| finger.id == own.id).for_each(|finger| finger.at = at);
        });
        let far = (at.0 - own.began.0).hypot(at.1 - own.began.1);
        if !self.was_dragged.get_value() && (far > DRAG_FROM || before.len() > 1) {
            self.was_dragged.set_value(true);
            // Only now: a click is the link's below, not the frame's.
            if let Some(frame) = part::<Element>(".map-frame") {
                _ = frame.set_pointer_capture(own.id);
            }
        }
        if !self.was_dragged.get_value() {
            return;
        }
        match before.iter().find(|finger| finger.id != own.id) {
            Some(other) => {
                let apart = |a: (f64, f64)| (a.0 - other.at.0).hypot(a.1 - other.at.1).max(1.0);
                let factor = apart(at) / apart(own.at);
                let middle = ((at.0 + other.at.0) / 2.0, (at.1 + other.at.1) / 2.0);
                let (x, y) = ((at.0 - own.at.0) / 2.0, (at.1 - own.at.1) / 2.0);
                self.change(|camera, frame| camera.moved(frame, x, y).zoomed(frame, middle, factor));
            }
            None => self.change(|camera, frame| camera.moved(frame, at.0 - own.at.0, at.1 - own.at.1)),
        }
    }

    fn lift(self, event: &PointerEvent) {
        self.fingers.update_value(|fingers| fingers.retain(|finger| finger.id != event.pointer_id()));
    }

    /// Keeps the page from scrolling while fingers move the map.
    fn touch(self, event: &Event) {
        let holds = has(NEAR) || self.fingers.with_value(|fingers| fingers.len() > 1);
        if holds && event.cancelable() {
            event.prevent_default();
        }
    }

    /// The whole map lets the page scroll; from near, or with the control key, the wheel zooms.
    fn turn(self, event: &WheelEvent) {
        let pinches = event.ctrl_key() || event.meta_key();
        if !(pinches || has(NEAR)) || self.is_small() {
            return;
        }
        event.prevent_default();
        let pixels = event.delta_y() * if event.delta_mode() == WheelEvent::DOM_DELTA_LINE { LINE } else { 1.0 };
        let factor = (-pixels * WHEEL[usize::from(pinches)]).exp();
        let at = self.at(event);
        self.change(|camera, frame| camera.zoomed(frame, at, factor));
    }

    fn double(self, event: &MouseEvent) {
        let at = self.at(event);
        self.change(|camera, frame| camera.zoomed(frame, at, STEP * STEP));
    }

    fn press_key(self, event: &KeyboardEvent) {
        if event.ctrl_key() || event.meta_key() || event.alt_key() {
            return;
        }
        let (x, y) = match event.key().as_str() {
            "+" | "=" => return self.step(STEP, event),
            "-" => return self.step(1.0 / STEP, event),
            "0" => return self.step(0.0, event),
            "ArrowLeft" => (ARROW, 0.0),
            "ArrowRight" => (-ARROW, 0.0),
            "ArrowUp" => (0.0, ARROW),
            "ArrowDown" => (0.0, -ARROW),
            _ => return,
        };
        if has(NEAR) {
            event.prevent_default();
            self.change(|camera, frame| camera.moved(frame, x, y));
        }
    }

    fn step(self, factor: f64, event: &KeyboardEvent) {
        event.prevent_default();
        self.zoom_by(factor);
    }

    /// Zooms at the middle, or at the section nearest to it where none is there: nobody wants a closer look at the lawn. By 0
    /// to the whole map.
    fn zoom_by(self, factor: f64) {
        let Some((frame, corner)) = self.measure() else { return };
        let middle = (frame.width / 2.0, frame.height / 2.0);
        let at = if factor > 1.0 { nearest_section(middle, corner) } else { middle };
        self.change(|camera, frame| camera.zoomed(frame, at, factor).moved(frame, middle.0 - at.0, middle.1 - at.1));
    }

    /// A click on a seat opens its section with that seat chosen; the end of a drag is no click; everything else is the link's.
    fn click(self, event: &MouseEvent) {
        if self.was_dragged.try_update_value(std::mem::take).unwrap_or_default() {
            event.prevent_default();
            event.stop_propagation();
        } else if has(SEATS) {
            let found =
                self.seat_at(self.at(event), |seat| seat.is_free.then(|| (seat.section.to_owned(), seat.place)));
            if let Some((section, place)) = found.flatten() {
                event.stop_propagation();
                self.opened.follow_seat(event, section, place);
            }
        }
    }

    fn seat_at<T>(self, at: (f64, f64), read: impl FnOnce(Spot<'_>) -> T) -> Option<T> {
        let place = self.camera.get_value()?.on_map(at);
        self.opened.all_seats().with(|spots| spots.at(place).map(read)).flatten()
    }

    /// Says which seat is pointed at.
    fn point(self, at: (f64, f64)) {
        if !has(SEATS) {
            return;
        }
        let words = self.opened.map().with_value(|map| {
            self.seat_at(at, |seat| {
                let section = map.sections.iter().find(|section| section.name == seat.section);
                let price = section.map(|section| Money::new(section.price_minor, map.currency).to_string());
                let state = if seat.is_free { price.unwrap_or_default() } else { TAKEN.to_owned() };
                format!("{}, row {} seat {}, {state}", seat.section, seat.row, seat.number)
            })
        });
        say(words.as_deref().unwrap_or(HINTS[1]));
    }

    fn use_tool(self, event: &Event) {
        let Some(button) = event_target::<Element>(event).closest("button").ok().flatten() else { return };
        let factors = [("in", STEP), ("out", 1.0 / STEP), ("whole", 0.0)];
        let wanted = button.get_attribute("data-zoom");
        if let Some((_, factor)) = factors.iter().find(|(name, _)| wanted.as_deref() == Some(name)) {
            self.zoom_by(*factor);
        }
    }
}

/// The middle of the section that has something free and is nearest to this place of the frame, whose corner is here in the
/// window; the place itself where a section is.
fn nearest_section(place: (f64, f64), corner: (f64, f64)) -> (f64, f64) {
    let is_section = |element: &Element| element.closest(".section").is_ok_and(|section| section.is_some());
    let there = document().element_from_point((place.0 + corner.0) as f32, (place.1 + corner.1) as f32);
    if there.is_some_and(|there| is_section(&there)) {
        return place;
    }
    let middle = |section: Element| {
        let lies = section.get_bounding_client_rect();
        (lies.left() + lies.width() / 2.0 - corner.0, lies.top() + lies.height() / 2.0 - corner.1)
    };
    let far = |at: &(f64, f64)| (at.0 - place.0).hypot(at.1 - place.1);
    let sections = all(".section:not(.section-sold-out) .section-shape").map(middle);
    sections.min_by(|a, b| far(a).total_cmp(&far(b))).unwrap_or(place)
}
