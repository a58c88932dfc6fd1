//! Polygons as the database has them: x, y, x, y, …

/// The points as the `points` attribute of an SVG polygon.
pub(super) fn points(outline: &[i32]) -> String {
    let corners: Vec<String> = corners(outline).map(|(x, y)| format!("{x},{y}")).collect();
    corners.join(" ")
}

/// The corners one by one.
fn corners(outline: &[i32]) -> impl Iterator<Item = (i32, i32)> + '_ {
    outline.as_chunks::<2>().0.iter().map(|[x, y]| (*x, *y))
}

/// Where a label stands, and how large it can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Spot {
    /// The middle of the polygon.
    pub(super) x: i32,
    /// The middle of the polygon.
    pub(super) y: i32,
    /// The size of the type, in the map's units.
    pub(super) size: i32,
}

/// Where a label of so many letters stands in a polygon. The type is at most `largest` high.
///
/// A letter is about 0.62 of the type's size wide, and a fifth of the width stays free.
pub(super) fn label_spot(outline: &[i32], letters: usize, largest: i32) -> Spot {
    let (x, y) = centre(outline);
    let (width, height) = extent(outline);
    let letters = i32::try_from(letters).unwrap_or(i32::MAX).max(1);
    let fits = (width * 8 / 10 * 100 / 62 / letters).min(height * 7 / 10);
    Spot { x, y, size: fits.clamp(1, largest.max(1)) }
}

/// The centre of gravity: in curved sections it lies inside where the middle of the extent may not.
pub(in crate::seats) fn centre(outline: &[i32]) -> (i32, i32) {
    let corners: Vec<(i64, i64)> = corners(outline).map(|(x, y)| (x.into(), y.into())).collect();
    let (mut area, mut x, mut y) = (0, 0, 0);
    for (from, to) in corners.iter().zip(corners.iter().cycle().skip(1)) {
        let cross = from.0 * to.1 - to.0 * from.1;
        area += cross;
        x += (from.0 + to.0) * cross;
        y += (from.1 + to.1) * cross;
    }
    if area == 0 {
        return corners.first().map_or((0, 0), |&(x, y)| (clamp(x), clamp(y)));
    }
    (clamp(x / (3 * area)), clamp(y / (3 * area)))
}

/// Whether a line of type of this size and so many letters lies inside the polygon, with its middle here.
pub(super) fn holds_line(outline: &[i32], (x, y): (i32, i32), letters: usize, size: i32) -> bool {
    let letters = i32::try_from(letters).unwrap_or(i32::MAX).max(1);
    let (right, down) = (size.saturating_mul(letters) * 31 / 100, size * 35 / 100);
    [(-right, -down), (right, -down), (right, down), (-right, down)]
        .iter()
        .all(|(i, j)| is_inside(outline, (x + i, y + j)))
}

/// Counts how often a ray to the right leaves and enters.
fn is_inside(outline: &[i32], (x, y): (i32, i32)) -> bool {
    let corners: Vec<(i64, i64)> = corners(outline).map(|(x, y)| (x.into(), y.into())).collect();
    let (x, y) = (i64::from(x), i64::from(y));
    let crosses = |((x1, y1), (x2, y2)): (&(i64, i64), &(i64, i64))| {
        // Whether the ray meets the edge, with both sides multiplied by the edge's height, whichever its sign.
        (*y1 > y) != (*y2 > y) && ((x - x1) * (y2 - y1) < (x2 - x1) * (y - y1)) == (y2 > y1)
    };
    corners.iter().zip(corners.iter().cycle().skip(1)).filter(|edge| crosses(*edge)).count() % 2 == 1
}

fn extent(outline: &[i32]) -> (i32, i32) {
    let span = |values: &mut dyn Iterator<Item = i32>| {
        let (low, high) = values.fold((i32::MAX, i32::MIN), |(low, high), v| (low.min(v), high.max(v)));
        high.saturating_sub(low).max(0)
    };
    (span(&mut corners(outline).map(|(x, _)| x)), span(&mut corners(outline).map(|(_, y)| y)))
}

fn clamp(value: i64) -> i32 {
    i32::try_from(value).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOX: [i32; 8] = [10, 20, 110, 20, 110, 60, 10, 60];

    #[test]
    fn corners_are_written_in_pairs() {
        assert_eq!(points(&BOX), "10,20 110,20 110,60 10,60");
        assert_eq!(points(&[]), "");
    }

    #[test]
    fn the_centre_lies_in_the_middle_of_what_is_there() {
        assert_eq!(centre(&BOX), (60, 40));
        // An L: its centre of gravity is nearer the foot than the middle of its extent.
        assert_eq!(centre(&[0, 0, 10, 0, 10, 90, 100, 90, 100, 100, 0, 100]), (28, 71));
        assert_eq!(centre(&[5, 7, 5, 7]), (5, 7));
    }

    #[test]
    fn a_line_of_type_is_inside_or_sticks_out() {
        assert!(holds_line(&BOX, (60, 40), 6, 20));
        assert!(!holds_line(&BOX, (60, 40), 9, 20));
        assert!(!holds_line(&BOX, (60, 55), 6, 20));
        // A slanted section: wide enough in all, and not where the line stands.
        let slanted = [0, 0, 60, 0, 110, 60, 50, 60];
        assert!(holds_line(&slanted, (55, 30), 4, 16));
        assert!(!holds_line(&slanted, (55, 50), 4, 16));
    }

    #[test]
    fn a_label_fits_its_polygon() {
        let spot = label_spot(&BOX, 6, 20);
        assert_eq!((spot.x, spot.y, spot.size), (60, 40, 20));
        assert!(label_spot(&BOX, 30, 20).size < 6);
        assert_eq!(label_spot(&[], 5, 20).size, 1);
    }
}
