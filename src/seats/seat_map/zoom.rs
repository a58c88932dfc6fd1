//! Panning and zooming the overview; what hands do with it is in [`super::gestures`]. From near, every seat is drawn.
//!
//! While the map moves, what was drawn last is moved and enlarged by the browser, which costs next to nothing; once it rests
//! it is drawn anew for where it is now. Source: performance.md, "seat map in Chromium".

use super::{
    camera::{Camera, Frame},
    choice::Choice,
    gestures::Finger,
    opened::Opened,
    paint::{MARGIN, paint, shows_seats},
};
use leptos::{
    ev,
    leptos_dom::helpers::TimeoutHandle,
    prelude::*,
    wasm_bindgen::JsCast,
    web_sys::{Element, HtmlCanvasElement, HtmlElement, js_sys::Number},
};
use std::time::Duration;
use web_sys::SvgElement;

/// A map that hasn't moved for so long rests.
const RESTS_AFTER: Duration = Duration::from_millis(140);
/// How much larger or smaller than it was drawn a moving map is shown at most.
const STRETCH: [f64; 2] = [0.6, 1.7];
/// The class of a map that is seen from nearer than the whole, and of one whose seats are drawn.
pub(super) const NEAR: &str = "map-near";
pub(super) const SEATS: &str = "map-seats-shown";
/// The class of a map that moves.
const MOVING: &str = "map-moving";
/// The small map follows one picture in so many: drawing it costs more than moving the large one.
const TOLD_EVERY: u32 = 12;

/// Said while no seat is pointed at: from afar, and from where seats are drawn.
pub(super) const HINTS: [&str; 2] = ["Zoom in to see the seats.", "Choose a seat, or move the map."];

/// How far the overview is zoomed, and everything that changes it. All of it acts on the page directly: a map that moves
/// changes with every picture of the screen.
#[derive(Clone, Copy)]
pub(super) struct Zoom {
    pub(super) opened: Opened,
    choice: RwSignal<Choice>,
    /// How the map is to lie; none before it was measured.
    pub(super) camera: StoredValue<Option<Camera>>,
    /// How it lay when it was drawn.
    drawn: StoredValue<Camera>,
    pub(super) fingers: StoredValue<Vec<Finger>>,
    pub(super) was_dragged: StoredValue<bool>,
    is_asked_for: StoredValue<bool>,
    /// The frame and its corner, while the map moves.
    measured: StoredValue<Option<(Frame, (f64, f64))>>,
    /// Pictures since the small map was told of what is seen.
    shown: StoredValue<u32>,
    rests: StoredValue<Option<TimeoutHandle>>,
}

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

    /// The frame, and its corner in the window.
    pub(super) fn measure(self) -> Option<(Frame, (f64, f64))> {
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

    pub(super) fn is_small(self) -> bool {
        self.opened.name().with_untracked(Option::is_some)
    }

    /// Changes how the map lies, to be seen with the next picture the browser makes.
    pub(super) fn change(self, change: impl FnOnce(Camera, &Frame) -> Camera) {
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
}

pub(super) fn all(selector: &str) -> impl Iterator<Item = Element> + use<> {
    let found = document().query_selector_all(selector).ok();
    found
        .into_iter()
        .flat_map(|found| (0..found.length()).filter_map(move |i| found.item(i)))
        .filter_map(|node| node.dyn_into().ok())
}

pub(super) fn has(class: &str) -> bool {
    part::<Element>(".map-view").is_some_and(|view| view.class_list().contains(class))
}

pub(super) fn say(words: &str) {
    if let Some(named) = part::<Element>(".map-named") {
        named.set_text_content(Some(words));
    }
}

/// A part of the overview, which is the server's; none on a map without one.
pub(super) fn part<T: JsCast>(selector: &str) -> Option<T> {
    document().query_selector(selector).ok().flatten()?.dyn_into().ok()
}

/// A number in words. By the browser: it has what this takes, and the bundle need not.
pub(super) fn digits(number: f64) -> String {
    Number::from(number).to_string_with_radix(10).map(String::from).unwrap_or_default()
}
