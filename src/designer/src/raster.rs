//! Seats as pixels. Drawing 50,000 of them by the canvas' own means takes longer than a picture may last; here each is a stamp
//! that is copied.

use crate::{
    camera::Camera,
    scene::{Mark, Taken},
};
use seat_plan::SeatKind;

/// Half of what a seat is drawn wide, in the map's units.
pub const RADIUS: f64 = 4.7;
/// From this radius on, in pixels, a seat shows more than its colour.
const DETAIL: f64 = 3.0;
/// Stamps between two pixels, each way: a row doesn't look uneven then.
const PHASES: i32 = 4;
/// How many looks there are.
const LOOKS: usize = Look::Ring as usize + 1;
/// From this radius on, stamps lie on whole pixels.
const WHOLE: f64 = 12.0;

/// Red, green, blue.
pub type Colour = [u8; 3];

/// The colours seats are drawn in.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Inks {
    /// Of each price: a section's own, then the tiers.
    pub prices: Vec<Colour>,
    /// Seats that somebody has.
    pub taken: Colour,
    /// What is chosen.
    pub chosen: Colour,
}

/// What a stamp looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Look {
    Disc,
    Square,
    Diamond,
    Half,
    Cross,
    Bar,
    Ring,
}

/// How much of each pixel is covered, around a centre.
struct Stamp {
    side: i32,
    cover: Vec<u8>,
    /// Of each row, the first pixel that is covered and the one after the last.
    spans: Vec<(i32, i32)>,
}

/// A picture of seats.
#[derive(Default)]
pub struct Raster {
    /// Its width in the screen's pixels.
    pub width: i32,
    /// Its height in the screen's pixels.
    pub height: i32,
    /// Red, green, blue and opacity of each pixel, row by row.
    pub pixels: Vec<u8>,
    /// By look and phase.
    stamps: Vec<Option<Stamp>>,
    radius: f64,
}

impl Raster {
    /// Begins an empty picture for this camera.
    pub fn begin(&mut self, camera: &Camera) {
        let side = |length: f64| (length * camera.density).round().clamp(1.0, 16_384.0) as i32;
        (self.width, self.height) = (side(camera.width), side(camera.height));
        self.pixels.clear();
        self.pixels.resize((self.width * self.height) as usize * 4, 0);
        let radius = (RADIUS * camera.scale * camera.density).max(0.7);
        if radius != self.radius || self.stamps.is_empty() {
            self.stamps.clear();
            self.stamps.resize_with(LOOKS * (PHASES * PHASES) as usize, || None);
            self.radius = radius;
        }
    }

    /// Draws a seat, moved by so much on the map.
    pub fn seat(&mut self, camera: &Camera, mark: &Mark, (right, down): (f64, f64), inks: &Inks) {
        let (x, y) = camera.to_canvas((f64::from(mark.x) + right, f64::from(mark.y) + down));
        let centre = (x * camera.density, y * camera.density);
        let free = inks.prices.get(usize::from(mark.tier) % inks.prices.len().max(1)).copied().unwrap_or_default();
        if self.radius < DETAIL {
            let colour = match (mark.is_chosen, mark.taken) {
                (true, _) => inks.chosen,
                (false, Taken::No) => free,
                (false, _) => inks.taken,
            };
            return self.stamp(Look::Disc, centre, colour);
        }
        let (look, colour) = match (mark.taken, mark.kind, mark.limited_view) {
            (Taken::Sold, ..) => (Look::Cross, inks.taken),
            (Taken::Blocked, ..) => (Look::Bar, inks.taken),
            (Taken::No, SeatKind::Accessible, _) => (Look::Square, free),
            (Taken::No, SeatKind::Companion, _) => (Look::Diamond, free),
            (Taken::No, SeatKind::Standard, true) => (Look::Half, free),
            (Taken::No, SeatKind::Standard, false) => (Look::Disc, free),
        };
        self.stamp(look, centre, colour);
        if mark.is_chosen {
            self.stamp(Look::Ring, centre, inks.chosen);
        }
    }

    fn stamp(&mut self, look: Look, (x, y): (f64, f64), colour: Colour) {
        let reach = self.radius + 4.0;
        if x < -reach || y < -reach || x > f64::from(self.width) + reach || y > f64::from(self.height) + reach {
            return;
        }
        let phases = if self.radius < WHOLE { PHASES } else { 1 };
        let (column, line) = ((x * f64::from(phases)).round() as i32, (y * f64::from(phases)).round() as i32);
        let (phase_x, phase_y) = (column.rem_euclid(phases), line.rem_euclid(phases));
        let radius = self.radius;
        let part = |phase: i32| f64::from(phase) / f64::from(phases);
        let place = look as usize * (PHASES * PHASES) as usize + (phase_y * PHASES + phase_x) as usize;
        let stamp = self.stamps[place].get_or_insert_with(|| Stamp::new(look, radius, (part(phase_x), part(phase_y))));
        let (left, top) = (column.div_euclid(phases) - stamp.side / 2, line.div_euclid(phases) - stamp.side / 2);
        for row in (-top).max(0)..stamp.side.min(self.height - top) {
            let (first, end) = stamp.spans[row as usize];
            let columns = first.max(-left)..end.min(self.width - left);
            if columns.is_empty() {
                continue;
            }
            let from = ((top + row) * self.width + left + columns.start) as usize * 4;
            let covers =
                &stamp.cover[(row * stamp.side + columns.start) as usize..(row * stamp.side + columns.end) as usize];
            for (pixel, cover) in self.pixels[from..].chunks_exact_mut(4).zip(covers) {
                blend(pixel, colour, *cover);
            }
        }
    }
}

/// Lays a colour over a pixel.
fn blend(pixel: &mut [u8], colour: Colour, cover: u8) {
    if cover == 0 {
        return;
    }
    let under = u32::from(pixel[3]);
    if cover == 255 || under == 0 {
        pixel[..3].copy_from_slice(&colour);
        pixel[3] = cover.max(pixel[3]);
        return;
    }
    let cover = u32::from(cover);
    let below = under * (255 - cover) / 255;
    let all = cover + below;
    for (part, ink) in pixel.iter_mut().zip(colour) {
        *part = ((u32::from(ink) * cover + u32::from(*part) * below) / all) as u8;
    }
    pixel[3] = all.min(255) as u8;
}

impl Stamp {
    fn new(look: Look, radius: f64, (right, down): (f64, f64)) -> Self {
        // A diamond sticks out by a quarter, a ring by itself.
        let reach = match look {
            Look::Ring => radius + 4.0,
            Look::Diamond => radius * 1.25 + 1.5,
            _ => radius + 1.5,
        };
        let side = 2 * reach.ceil() as i32 + 1;
        let middle = f64::from(side / 2);
        let cover = |at: i32| {
            let (x, y) = (f64::from(at % side) - middle - right, f64::from(at / side) - middle - down);
            ((0.5 - distance(look, radius, (x, y))).clamp(0.0, 1.0) * 255.0).round() as u8
        };
        let cover: Vec<u8> = (0..side * side).map(cover).collect();
        let span = |row: &[u8]| {
            let is_covered = |cover: &u8| *cover > 0;
            let first = row.iter().position(is_covered).unwrap_or(row.len());
            let end = row.iter().rposition(is_covered).map_or(first, |last| last + 1);
            (first as i32, end as i32)
        };
        let spans = cover.chunks(side as usize).map(span).collect();
        Self { side, cover, spans }
    }
}

/// How far a point is from the edge of a look, in pixels; below zero inside.
fn distance(look: Look, radius: f64, (x, y): (f64, f64)) -> f64 {
    let disc = x.hypot(y) - radius;
    let line = (radius / 4.0).max(1.0);
    let square = |half: f64, round: f64| {
        let (right, down) = (x.abs() - half + round, y.abs() - half + round);
        right.max(0.0).hypot(down.max(0.0)) + right.max(down).min(0.0) - round
    };
    match look {
        Look::Disc => disc,
        Look::Square => square(radius, radius / 4.0),
        Look::Diamond => (x.abs() + y.abs() - radius * 1.25) * std::f64::consts::FRAC_1_SQRT_2,
        Look::Half => disc.max((-disc - line).min(-y)),
        Look::Cross => {
            let stroke = ((x - y).abs().min((x + y).abs()) * std::f64::consts::FRAC_1_SQRT_2) - line / 2.0;
            disc.max(-stroke)
        }
        Look::Bar => disc.max(-(y.abs() - line / 2.0)),
        Look::Ring => (x.hypot(y) - radius - 2.0).abs() - 1.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use seat_plan::edit::Spot;

    fn mark(x: i32, y: i32) -> Mark {
        Mark {
            spot: Spot::new(0, 0, 0),
            x,
            y,
            kind: SeatKind::Standard,
            limited_view: false,
            tier: 0,
            taken: Taken::No,
            is_chosen: false,
        }
    }

    fn drawn(scale: f64, marks: &[Mark]) -> Raster {
        let camera = Camera { scale, width: 100.0, height: 60.0, ..Camera::default() };
        let inks = Inks { prices: vec![[1, 2, 3], [4, 5, 6]], taken: [7, 8, 9], chosen: [10, 11, 12] };
        let mut raster = Raster::default();
        raster.begin(&camera);
        marks.iter().for_each(|mark| raster.seat(&camera, mark, (0.0, 0.0), &inks));
        raster
    }

    fn pixel(raster: &Raster, x: i32, y: i32) -> [u8; 4] {
        let from = ((y * raster.width + x) * 4) as usize;
        raster.pixels[from..from + 4].try_into().expect("a pixel")
    }

    #[test]
    fn a_seat_is_where_it_is_and_nowhere_else() {
        let raster = drawn(2.0, &[mark(20, 10)]);
        assert_eq!(pixel(&raster, 40, 20), [1, 2, 3, 255]);
        assert_eq!(pixel(&raster, 40, 40), [0, 0, 0, 0]);
    }

    #[test]
    fn looks_differ_by_more_than_colour() {
        let seat = mark(20, 10);
        let variants = [
            seat,
            Mark { kind: SeatKind::Accessible, ..seat },
            Mark { kind: SeatKind::Companion, ..seat },
            Mark { limited_view: true, ..seat },
            Mark { taken: Taken::Sold, ..seat },
            Mark { taken: Taken::Blocked, ..seat },
            Mark { is_chosen: true, ..seat },
        ];
        let shapes: Vec<Vec<u8>> =
            variants.iter().map(|mark| drawn(2.0, &[*mark]).pixels.chunks(4).map(|pixel| pixel[3]).collect()).collect();
        for (at, shape) in shapes.iter().enumerate() {
            assert!(shapes[..at].iter().all(|other| other != shape), "{at}");
        }
    }

    #[test]
    fn what_is_out_of_sight_or_half_in_it_harms_nothing() {
        let raster = drawn(2.0, &[mark(-500, 3), mark(0, 0), mark(50, 30), mark(5_000, 5_000)]);
        assert_eq!(pixel(&raster, 0, 0), [1, 2, 3, 255]);
        assert_eq!(pixel(&raster, 99, 59), [1, 2, 3, 255]);
        assert!(
            drawn(0.01, &[mark(10, 10)]).pixels.iter().any(|part| *part > 0),
            "a seat is never too small to be seen"
        );
    }
}
