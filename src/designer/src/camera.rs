//! What part of the map is in sight, and how large.

/// The most a unit of the map is enlarged to, in pixels.
const SCALE_MAX: f64 = 8.0;
/// The least.
const SCALE_MIN: f64 = 0.02;
/// Left free around a map that is shown as a whole, in pixels.
const FREE: f64 = 24.0;

/// Where the map is on the canvas.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Camera {
    /// Pixels for each unit of the map, as the page counts them.
    pub scale: f64,
    /// Where the map's corner is on the canvas.
    pub x: f64,
    /// Where the map's corner is on the canvas.
    pub y: f64,
    /// Width of the canvas.
    pub width: f64,
    /// Height of the canvas.
    pub height: f64,
    /// Pixels of the screen for each of the page's.
    pub density: f64,
}

impl Default for Camera {
    fn default() -> Self {
        Self { scale: 1.0, x: 0.0, y: 0.0, width: 1.0, height: 1.0, density: 1.0 }
    }
}

impl Camera {
    /// The place on the map below a point of the canvas.
    pub fn to_map(&self, (x, y): (f64, f64)) -> (f64, f64) {
        ((x - self.x) / self.scale, (y - self.y) / self.scale)
    }

    /// The point of the canvas above a place on the map.
    pub fn to_canvas(&self, (x, y): (f64, f64)) -> (f64, f64) {
        (x * self.scale + self.x, y * self.scale + self.y)
    }

    /// Left, top, right and bottom of what is in sight, on the map.
    pub fn in_sight(&self) -> (f64, f64, f64, f64) {
        let ((left, top), (right, bottom)) = (self.to_map((0.0, 0.0)), self.to_map((self.width, self.height)));
        (left, top, right, bottom)
    }

    /// Enlarges what is in sight about a point of the canvas that stays where it is.
    pub fn zoom(&mut self, factor: f64, (x, y): (f64, f64)) {
        let scale = (self.scale * factor).clamp(SCALE_MIN, SCALE_MAX);
        let share = scale / self.scale;
        (self.x, self.y, self.scale) = (x - (x - self.x) * share, y - (y - self.y) * share, scale);
    }

    /// Shows this part of the map as large as it fits.
    pub fn fit(&mut self, (left, top, right, bottom): (i32, i32, i32, i32)) {
        let (wide, high) = (f64::from(right - left).max(1.0), f64::from(bottom - top).max(1.0));
        let room = |length: f64| (length - 2.0 * FREE).max(10.0);
        self.scale = (room(self.width) / wide).min(room(self.height) / high).clamp(SCALE_MIN, SCALE_MAX / 2.0);
        self.x = (self.width - wide * self.scale) / 2.0 - f64::from(left) * self.scale;
        self.y = (self.height - high * self.scale) / 2.0 - f64::from(top) * self.scale;
    }

    /// The canvas is so large from now on: what was in its middle stays there, and as much is in sight as before.
    pub fn resize(&mut self, width: f64, height: f64, density: f64) {
        let (width, height) = (width.max(1.0), height.max(1.0));
        let middle = self.to_map((self.width / 2.0, self.height / 2.0));
        let share = (width / self.width).min(height / self.height);
        (self.width, self.height, self.density) = (width, height, density.clamp(0.5, 4.0));
        self.scale = (self.scale * share).clamp(SCALE_MIN, SCALE_MAX);
        (self.x, self.y) = (width / 2.0 - middle.0 * self.scale, height / 2.0 - middle.1 * self.scale);
    }

    /// Moves so far that this place is in sight.
    pub fn show(&mut self, place: (f64, f64)) {
        let (x, y) = self.to_canvas(place);
        let edge = |at: f64, length: f64| {
            let free = (2.0 * FREE).min(length / 3.0);
            at.clamp(free, length - free) - at
        };
        self.x += edge(x, self.width);
        self.y += edge(y, self.height);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn camera() -> Camera {
        Camera { width: 800.0, height: 600.0, ..Camera::default() }
    }

    #[test]
    fn what_lies_below_the_pointer_stays_there() {
        let mut camera = camera();
        let before = camera.to_map((200.0, 100.0));
        camera.zoom(3.0, (200.0, 100.0));
        let after = camera.to_map((200.0, 100.0));
        assert!((before.0 - after.0).abs() < 1e-9 && (before.1 - after.1).abs() < 1e-9);
        camera.zoom(1e9, (0.0, 0.0));
        assert_eq!(camera.scale, SCALE_MAX);
    }

    #[test]
    fn another_size_shows_as_much_around_the_same_middle() {
        let mut camera = camera();
        camera.fit((0, 0, 1_000, 500));
        camera.resize(400.0, 600.0, 2.0);
        let middle = camera.to_map((200.0, 300.0));
        assert!((middle.0 - 500.0).abs() < 1e-6 && (middle.1 - 250.0).abs() < 1e-6);
        let (left, _, right, _) = camera.in_sight();
        assert!(left <= 0.0 && right >= 1_000.0);
    }

    #[test]
    fn a_whole_map_fits_and_a_place_comes_into_sight() {
        let mut camera = camera();
        camera.fit((0, 0, 4_000, 1_000));
        let (left, top, right, bottom) = camera.in_sight();
        assert!(left <= 0.0 && top <= 0.0 && right >= 4_000.0 && bottom >= 1_000.0);
        camera.zoom(10.0, (400.0, 300.0));
        camera.show((0.0, 0.0));
        let (x, y) = camera.to_canvas((0.0, 0.0));
        assert!((0.0..800.0).contains(&x) && (0.0..600.0).contains(&y));
    }
}
