//! Draws the seats of a map that is seen from near: on a canvas, because thousands of elements would not move smoothly.

use super::{
    camera::{Camera, Frame, PITCH},
    spots::Spots,
    zoom::digits,
};
use leptos::{
    prelude::window,
    wasm_bindgen::JsCast,
    web_sys::{CanvasRenderingContext2d, HtmlCanvasElement},
};

/// How far the drawing goes beyond the frame on each side, as a part of the frame: as far as one can move before it is drawn
/// anew.
pub(super) const MARGIN: f64 = 0.3;
/// Pixels from one seat to the next from which on seats are drawn: smaller ones would be dust.
const DRAWN_FROM: f64 = 3.0;
/// Pixels from which on their numbers are legible.
const NUMBERED_FROM: f64 = 21.0;
/// The size of a free seat and of a taken one, as parts of what lies between two: a taken one is small as well as pale.
const SIZES: [f64; 2] = [0.76, 0.3];
/// More would only cost time: the map is drawn for the eye at arm's length.
const PIXEL_RATIO_MAX: f64 = 2.0;

/// Whether seats are drawn from so near.
pub(super) fn shows_seats(camera: Camera) -> bool {
    camera.scale * PITCH >= DRAWN_FROM
}

/// Draws what is seen. `chosen` are the person's own seats by their places.
pub(super) fn paint(canvas: &HtmlCanvasElement, spots: &Spots, camera: Camera, frame: &Frame, chosen: &[(i32, i32)]) {
    let Some(context) = canvas.get_context("2d").ok().flatten() else { return };
    let Ok(context) = context.dyn_into::<CanvasRenderingContext2d>() else { return };
    let ratio = window().device_pixel_ratio().clamp(1.0, PIXEL_RATIO_MAX);
    let (beside, above) = (frame.width * MARGIN, frame.height * MARGIN);
    let size = [frame.width + 2.0 * beside, frame.height + 2.0 * above].map(|pixels| (pixels * ratio) as u32);
    if [canvas.width(), canvas.height()] == size {
        context.clear_rect(0.0, 0.0, size[0].into(), size[1].into());
    } else {
        canvas.set_width(size[0]);
        canvas.set_height(size[1]);
    }
    if !shows_seats(camera) {
        return;
    }
    let scale = camera.scale * ratio;
    let spot = |(x, y): (i32, i32)| {
        let at = |units: i32, corner: f64| f64::from(units) * scale + corner * ratio;
        (at(x, camera.x + beside), at(y, camera.y + above))
    };
    let (least, most) = (camera.on_map((-beside, -above)), camera.on_map((frame.width + beside, frame.height + above)));
    let square = |place: (i32, i32), part: f64| {
        let ((x, y), size) = (spot(place), PITCH * scale * part);
        context.fill_rect(x - size / 2.0, y - size / 2.0, size, size);
    };
    for (is_free, (part, colour)) in
        [false, true].into_iter().zip([SIZES[1], SIZES[0]].into_iter().zip(["outline-color", "color"]))
    {
        context.set_fill_style_str(&style_of(canvas, colour));
        spots.each_between(least, most, |place, free| {
            if free == is_free {
                square(place, part);
            }
        });
    }
    context.set_fill_style_str(&style_of(canvas, "caret-color"));
    chosen.iter().for_each(|place| square(*place, 1.0));
    if camera.scale * PITCH >= NUMBERED_FROM {
        context.set_fill_style_str(&style_of(canvas, "border-top-color"));
        let size = digits(PITCH * scale * 0.36);
        context.set_font(&format!("600 {size}px {}", style_of(canvas, "font-family")));
        context.set_text_align("center");
        context.set_text_baseline("middle");
        spots.each_named(least, most, |seat| {
            if seat.is_free {
                let (x, y) = spot(seat.place);
                _ = context.fill_text(seat.number, x, y);
            }
        });
    }
}

/// What a property of the canvas comes to: the styles know the colours, in light and in dark, and the type.
fn style_of(canvas: &HtmlCanvasElement, property: &str) -> String {
    let style = window().get_computed_style(canvas).ok().flatten();
    style.and_then(|style| style.get_property_value(property).ok()).unwrap_or_default()
}
