//! Which part of a map is seen, and how large: the arithmetic of panning and zooming.

/// Pixels from one seat to the next at the closest: more would only make seats larger, not clearer.
const CLOSEST_PITCH: f64 = 34.0;
/// Units of the map from one seat to the next.
pub(super) const PITCH: f64 = 10.0;

/// The part of the page that shows a map, and the map.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Frame {
    /// Pixels.
    pub(super) width: f64,
    /// Pixels.
    pub(super) height: f64,
    /// Units.
    pub(super) map_width: f64,
    /// Units.
    pub(super) map_height: f64,
}

impl Frame {
    /// The whole map, in the middle.
    pub(super) fn whole(&self) -> Camera {
        Camera::default().within(self)
    }

    fn least_scale(&self) -> f64 {
        (self.width / self.map_width).min(self.height / self.map_height)
    }

    fn most_scale(&self) -> f64 {
        (CLOSEST_PITCH / PITCH).max(self.least_scale())
    }
}

/// How a map lies in its frame.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Camera {
    /// Pixels a unit.
    pub(super) scale: f64,
    /// Where the map's corner is in the frame, in pixels.
    pub(super) x: f64,
    /// Where the map's corner is in the frame, in pixels.
    pub(super) y: f64,
}

impl Camera {
    /// Larger by a factor, with what is at this place of the frame staying there.
    pub(super) fn zoomed(self, frame: &Frame, (x, y): (f64, f64), factor: f64) -> Self {
        let scale = (self.scale * factor).clamp(frame.least_scale(), frame.most_scale());
        let factor = scale / self.scale;
        Self { scale, x: x - (x - self.x) * factor, y: y - (y - self.y) * factor }.within(frame)
    }

    /// Moved by so many pixels.
    pub(super) fn moved(self, frame: &Frame, x: f64, y: f64) -> Self {
        Self { x: self.x + x, y: self.y + y, ..self }.within(frame)
    }

    /// The same, no smaller than the whole map, no closer than is of use, and with no empty space beside the map that the map could fill.
    pub(super) fn within(self, frame: &Frame) -> Self {
        let scale = self.scale.clamp(frame.least_scale(), frame.most_scale());
        let place = |at: f64, room: f64, map: f64| {
            let map = map * scale;
            if map <= room { (room - map) / 2.0 } else { at.clamp(room - map, 0.0) }
        };
        let (x, y) = (place(self.x, frame.width, frame.map_width), place(self.y, frame.height, frame.map_height));
        Self { scale, x, y }
    }

    /// Whether this is nearer than the whole map.
    pub(super) fn is_near(self, frame: &Frame) -> bool {
        self.scale > frame.least_scale() * 1.01
    }

    /// The place on the map that is at this place of the frame.
    pub(super) fn on_map(self, (x, y): (f64, f64)) -> (f64, f64) {
        ((x - self.x) / self.scale, (y - self.y) / self.scale)
    }

    /// The part of the map that fills the frame: x, y, width, height in units.
    pub(super) fn seen(self, frame: &Frame) -> [f64; 4] {
        let (x, y) = self.on_map((0.0, 0.0));
        [x, y, frame.width / self.scale, frame.height / self.scale]
    }

    /// How a drawing made for another camera has to be enlarged and moved, from the frame's corner, to lie as for this one.
    pub(super) fn from(self, drawn: Self) -> [f64; 3] {
        let factor = self.scale / drawn.scale;
        [factor, self.x - drawn.x * factor, self.y - drawn.y * factor]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn frames() -> impl Strategy<Value = Frame> {
        (200.0..1_400.0, 200.0..900.0, 100.0..5_000.0, 100.0..5_000.0)
            .prop_map(|(width, height, map_width, map_height)| Frame { width, height, map_width, map_height })
    }

    fn near(a: f64, b: f64) -> bool {
        (a - b).abs() < 1e-6 * (1.0 + a.abs().max(b.abs()))
    }

    proptest! {
        /// Whatever is done, the map fills the frame as far as it can, and is neither lost nor too large.
        #[test]
        fn the_map_stays_in_its_frame(
            frame in frames(),
            deeds in prop::collection::vec((0.2..5.0, -900.0..900.0, -900.0..900.0, 0.5..2.0), 0..20),
        ) {
            let mut camera = frame.whole();
            let mut frame = frame;
            for (factor, x, y, wider) in deeds {
                // The window is made wider or narrower.
                frame.width *= wider;
                camera = camera.within(&frame);
                camera = camera.zoomed(&frame, (x, y), factor).moved(&frame, x, y);
                prop_assert!(camera.scale >= frame.least_scale() - 1e-9);
                prop_assert!(camera.scale * PITCH <= CLOSEST_PITCH.max(frame.least_scale() * PITCH) + 1e-9);
                for (at, room, map) in [(camera.x, frame.width, frame.map_width), (camera.y, frame.height, frame.map_height)] {
                    let map = map * camera.scale;
                    let lies_well = if map <= room { near(at * 2.0, room - map) } else { at <= 1e-6 && at + map >= room - 1e-6 };
                    prop_assert!(lies_well);
                }
            }
        }

        /// What is under the fingers stays there, as long as the map's edge doesn't stop it.
        #[test]
        fn zooming_keeps_what_is_pointed_at(frame in frames(), at in (0.3..0.7, 0.3..0.7), factor in 1.0..3.0) {
            let start = Camera { scale: frame.whole().scale, x: 0.0, y: 0.0 }.zoomed(&frame, (frame.width / 2.0, frame.height / 2.0), 2.0);
            let place = (at.0 * frame.width, at.1 * frame.height);
            let free = |camera: Camera| camera == camera.within(&frame);
            let after = start.zoomed(&frame, place, factor);
            let (before, now) = (start.on_map(place), after.on_map(place));
            let unstopped = start.scale * frame.map_width > frame.width * 1.001 && start.scale * frame.map_height > frame.height * 1.001;
            prop_assert!(free(after));
            prop_assert!(!unstopped || near(before.0, now.0) && near(before.1, now.1));
        }

        /// A drawing that is moved along lies where it would be drawn.
        #[test]
        fn a_drawing_follows(frame in frames(), factor in 1.0..4.0, point in (0.0..100.0, 0.0..100.0)) {
            let drawn = frame.whole();
            let camera = drawn.zoomed(&frame, (frame.width / 3.0, frame.height / 4.0), factor);
            let [grown, x, y] = camera.from(drawn);
            let at = |camera: Camera| (point.0 * camera.scale + camera.x, point.1 * camera.scale + camera.y);
            let (was, is) = (at(drawn), at(camera));
            prop_assert!(near(was.0 * grown + x, is.0) && near(was.1 * grown + y, is.1));
        }
    }

    #[test]
    fn the_whole_map_is_seen_at_first() {
        let frame = Frame { width: 400.0, height: 300.0, map_width: 4_000.0, map_height: 2_000.0 };
        let camera = frame.whole();
        assert_eq!(camera, Camera { scale: 0.1, x: 0.0, y: 50.0 });
        assert_eq!(camera.seen(&frame), [0.0, -500.0, 4_000.0, 3_000.0]);
        assert!(!camera.is_near(&frame) && camera.zoomed(&frame, (0.0, 0.0), 2.0).is_near(&frame));
    }
}
