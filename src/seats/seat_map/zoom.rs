//! Panning and zooming the overview: by fingers, wheel, drag, keys and buttons. From near, every seat is drawn.
//!
//! While the map moves, what was drawn last is moved and enlarged by the browser, which costs next to nothing; once it rests
//! it is drawn anew for where it is now. Source: performance.md, "seat map in Chromium".

use super::{
    camera::{Camera, Frame},
    choice::Choice,
    draw::TAKEN,
    opened::Opened,
    paint::{MARGIN, paint, shows_seats},
    spots::Spot,
};
use crate::{money::Money, ui::stream::callback};
use leptos::{
    ev,
    leptos_dom::helpers::TimeoutHandle,
    prelude::*,
    wasm_bindgen::JsCast,
    web_sys::{
        Element, HtmlCanvasElement, HtmlElement, KeyboardEvent, MouseEvent, PointerEvent, WheelEvent, js_sys::Number,
    },
};
use std::time::Duration;
use web_sys::{Event, SvgElement};

/// A map that hasn't moved for so long rests.
const RESTS_AFTER: Duration = Duration::from_millis(140);
/// How much larger or smaller than it was drawn a moving map is shown at most.
const STRETCH: [f64; 2] = [0.6, 1.7];
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

/// The class of a map that is seen from nearer than the whole, and of one whose seats are drawn.
const NEAR: &str = "map-near";
const SEATS: &str = "map-seats-shown";
/// The class of a map that moves.
const MOVING: &str = "map-moving";
/// The small map follows one picture in so many: drawing it costs more than moving the large one.
const TOLD_EVERY: u32 = 12;

/// Said while no seat is pointed at: from afar, and from where seats are drawn.
pub(super) const HINTS: [&str; 2] = ["Zoom in to see the seats.", "Choose a seat, or move the map."];

/// A finger or a mouse button that is down.
#[derive(Clone, Copy, Debug)]
struct Finger {
    id: i32,
    at: (f64, f64),
    began: (f64, f64),
}

/// How far the overview is zoomed, and everything that changes it. All of it acts on the page directly: a map that moves
/// changes with every picture of the screen.
#[derive(Clone, Copy)]
pub(super) struct Zoom {
    opened: Opened,
    choice: RwSignal<Choice>,
    /// How the map is to lie; none before it was measured.
    camera: StoredValue<Option<Camera>>,
    /// How it lay when it was drawn.
    drawn: StoredValue<Camera>,
    fingers: StoredValue<Vec<Finger>>,
    was_dragged: StoredValue<bool>,
    is_asked_for: StoredValue<bool>,
    /// The frame and its corner, while the map moves.
    measured: StoredValue<Option<(Frame, (f64, f64))>>,
    /// Pictures since the small map was told of what is seen.
    shown: StoredValue<u32>,
    rests: StoredValue<Option<TimeoutHandle>>,
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
    /// Brings the overview to life: the whole map at first.
    pub(super) fn begin(opened: Opened, choice: RwSignal<Choice>) {
        let zoom = Self {
            opened,
            choice,
            camera: StoredValue::new(None),
            drawn: StoredValue::new(Camera::default()),
            fingers: StoredValue::new(Vec::new()),
            was_dragged: StoredValue::new(false),
            is_asked_for: StoredValue::new(false),
            measured: StoredValue::new(None),
            shown: StoredValue::new(0),
            rests: StoredValue::new(None),
        };
        // Effects run in the browser only.
        Effect::new(move |_| {
            // With a section open the map is a small one of where one is.
            let is_small = zoom.opened.name().with(Option::is_some);
            if let Some(frame) = part::<HtmlElement>(".map-frame") {
                frame.set_tab_index(if is_small { -1 } else { 0 });
            }
            zoom.opened.all_seats().track();
            zoom.choice.track();
            if has(MOVING) {
                zoom.rest();
            } else if zoom.camera.with_value(Option::is_some) && !zoom.is_asked_for.get_value() {
                zoom.is_asked_for.set_value(true);
                request_animation_frame(move || {
                    zoom.is_asked_for.set_value(false);
                    zoom.draw();
                });
            }
        });
        Effect::new(move |_| zoom.listen());
        Effect::new(move |_| {
            let listener = window_event_listener(ev::resize, move |_| zoom.rest());
            on_cleanup(move || listener.remove());
        });
    }

    fn listen(self) {
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
            "pointerleave" => say_if_shown(HINTS[1]),
            "click" => self.click(event.unchecked_ref()),
            // The links in the map are not for dragging away, and no screen reader knows of them: they get no focus.
            _ => event.prevent_default(),
        }
    }

    /// The frame, and its corner in the window.
    fn measure(self) -> Option<(Frame, (f64, f64))> {
        if let Some(known) = self.measured.get_value() {
            return Some(known);
        }
        let frame = part::<HtmlElement>(".map-frame")?;
        let corner = frame.get_bounding_client_rect();
        let (width, height) = (f64::from(frame.client_width()), f64::from(frame.client_height()));
        let (map_width, map_height) = self.opened.map().with_value(|map| (f64::from(map.width), f64::from(map.height)));
        let frame = Frame { width, height, map_width, map_height };
        (width > 0.0 && height > 0.0).then_some((frame, (corner.left(), corner.top())))
    }

    fn is_small(self) -> bool {
        self.opened.name().with_untracked(Option::is_some)
    }

    /// Changes how the map lies, to be seen with the next picture the browser makes.
    fn change(self, change: impl FnOnce(Camera, &Frame) -> Camera) {
        let Some(measured) = self.measure().filter(|_| !self.is_small()) else { return };
        // Asking again while it moves would make the browser lay out the page for each picture.
        self.measured.set_value(Some(measured));
        let frame = measured.0;
        let before = self.camera.get_value();
        if before.is_none() {
            self.drawn.set_value(frame.whole());
        }
        self.camera.set_value(Some(change(before.unwrap_or_else(|| frame.whole()), &frame)));
        if !self.is_asked_for.get_value() {
            self.is_asked_for.set_value(true);
            if let Some(view) = part::<Element>(".map-view").filter(|view| !view.class_list().contains(MOVING)) {
                _ = view.class_list().add_1(MOVING);
            }
            request_animation_frame(move || self.show());
        }
    }

    /// Draws the map anew when it has come to rest.
    fn rest(self) {
        let later = set_timeout_with_handle(move || self.draw(), RESTS_AFTER).ok();
        self.rests.update_value(|rests| {
            if let Some(before) = std::mem::replace(rests, later) {
                before.clear();
            }
        });
    }

    /// Moves and enlarges what was drawn last.
    fn show(self) {
        self.is_asked_for.set_value(false);
        let (Some((frame, _)), Some(camera)) = (self.measure(), self.camera.get_value()) else { return };
        let [factor, x, y] = camera.from(self.drawn.get_value());
        let is_beyond = x.abs().max((x + frame.width * (factor - 1.0)).abs()) > frame.width * MARGIN
            || y.abs().max((y + frame.height * (factor - 1.0)).abs()) > frame.height * MARGIN;
        if !(STRETCH[0]..STRETCH[1]).contains(&factor) || is_beyond && factor < 1.0 + MARGIN && shows_seats(camera) {
            self.draw();
            return;
        }
        self.lay(&format!("translate({}px,{}px) scale({})", digits(x), digits(y), digits(factor)));
        let shown = self.shown.get_value() + 1;
        self.shown.set_value(shown % TOLD_EVERY);
        if shown == TOLD_EVERY {
            self.tell(camera, &frame);
        }
        self.rest();
    }

    /// Draws the map for how it is to lie.
    fn draw(self) {
        self.measured.set_value(None);
        let (Some((frame, _)), Some(shapes)) = (self.measure(), part::<SvgElement>(".section-map")) else { return };
        let asked = self.camera.get_value().filter(|_| !self.is_small());
        let camera = asked.map_or_else(|| frame.whole(), |camera| camera.within(&frame));
        if asked.is_some() {
            // The whole map follows the window's size by itself.
            self.camera.set_value(Some(camera).filter(|camera| camera.is_near(&frame)));
        }
        self.drawn.set_value(camera);
        let whole = self.opened.map().with_value(|map| format!("0 0 {} {}", map.width, map.height));
        let seen = if camera.is_near(&frame) { camera.seen(&frame).map(digits).join(" ") } else { whole };
        _ = shapes.set_attribute("viewBox", &seen);
        // What keeps its size on the screen is measured in these.
        _ = shapes.style().set_property("--pixel", &format!("{}px", digits(1.0 / camera.scale)));
        self.lay("none");
        if let Some(view) = part::<Element>(".map-view") {
            _ = view.class_list().remove_1(MOVING);
        }
        self.tell(camera, &frame);
        let canvas = part::<HtmlCanvasElement>("canvas").filter(|_| camera.is_near(&frame));
        if let Some(canvas) = canvas {
            let chosen =
                self.choice.with_untracked(|choice| choice.seats().iter().map(|seat| seat.spot).collect::<Vec<_>>());
            let all_seats = self.opened.all_seats();
            all_seats.with(|spots| paint(&canvas, spots, camera, &frame, &chosen));
            if shows_seats(camera) {
                all_seats.load(self.opened);
            }
        }
    }

    /// Moves what was drawn last.
    fn lay(self, transform: &str) {
        if let Some(layer) = part::<HtmlElement>(".map-layer") {
            _ = HtmlElement::style(&layer).set_property("transform", transform);
        }
    }

    /// Tells the styles and the small map what is seen.
    fn tell(self, camera: Camera, frame: &Frame) {
        let Some(view) = part::<Element>(".map-view") else { return };
        let is_near = camera.is_near(frame);
        _ = view.class_list().toggle_with_force(NEAR, is_near);
        // Not before they are there.
        let shows = is_near && shows_seats(camera) && self.opened.all_seats().with(|_| ()).is_some();
        if shows != has(SEATS) {
            _ = view.class_list().toggle_with_force(SEATS, shows);
            say(HINTS[usize::from(shows)]);
        }
        if !is_near {
            return;
        }
        if let Some(path) = part::<Element>(".map-mini path").filter(|path| !path.has_attribute("d")) {
            let points = all(".section-map polygon").filter_map(|shape| shape.get_attribute("points"));
            let outlines: String = points.map(|points| format!("M{points}Z")).collect();
            _ = path.set_attribute("d", &outlines);
        }
        if let Some(part) = part::<Element>(".map-mini rect") {
            for (name, units) in ["x", "y", "width", "height"].into_iter().zip(camera.seen(frame)) {
                _ = part.set_attribute(name, &digits(units));
            }
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

fn all(selector: &str) -> impl Iterator<Item = Element> + use<> {
    let found = document().query_selector_all(selector).ok();
    found
        .into_iter()
        .flat_map(|found| (0..found.length()).filter_map(move |i| found.item(i)))
        .filter_map(|node| node.dyn_into().ok())
}

fn has(class: &str) -> bool {
    part::<Element>(".map-view").is_some_and(|view| view.class_list().contains(class))
}

fn say(words: &str) {
    if let Some(named) = part::<Element>(".map-named") {
        named.set_text_content(Some(words));
    }
}

fn say_if_shown(words: &str) {
    if has(SEATS) {
        say(words);
    }
}

/// A part of the overview, which is the server's; none on a map without one.
fn part<T: JsCast>(selector: &str) -> Option<T> {
    document().query_selector(selector).ok().flatten()?.dyn_into().ok()
}

/// A number in words. By the browser: it has what this takes, and the bundle need not.
pub(super) fn digits(number: f64) -> String {
    Number::from(number).to_string_with_radix(10).map(String::from).unwrap_or_default()
}
