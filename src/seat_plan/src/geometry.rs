//! Points and polygons of a plan. A polygon is its corners as a plan keeps them: x, y, x, y, …

use crate::{check::POINTS_MAX, model::Row};

/// A place on the map: x, y.
pub type Point = (i32, i32);

/// From the centre of a seat to the outline of its section, in the map's units.
pub const PADDING: i32 = 10;
/// A corner that lies this near to the line between its neighbours, in the map's units, is none.
const FLAT: f64 = 1.0;
/// The longest a corner may stick out, as times of the padding.
const SPIKE_MAX: f64 = 2.0;

/// The corners of a polygon.
pub fn corners(polygon: &[i32]) -> impl DoubleEndedIterator<Item = Point> + ExactSizeIterator + Clone + '_ {
    polygon.chunks_exact(2).map(|corner| (corner[0], corner[1]))
}

/// The polygon of these corners.
pub fn polygon(corners: impl IntoIterator<Item = Point>) -> Vec<i32> {
    corners.into_iter().flat_map(|(x, y)| [x, y]).collect()
}

/// The rectangle between two opposite corners.
pub fn rectangle((left, top): Point, (right, bottom): Point) -> Vec<i32> {
    vec![left, top, right, top, right, bottom, left, bottom]
}

/// Left, top, right and bottom of these points; nothing of none.
pub fn bounds(points: impl IntoIterator<Item = Point>) -> Option<(i32, i32, i32, i32)> {
    points.into_iter().fold(None, |found, (x, y)| {
        let (left, top, right, bottom) = found.unwrap_or((x, y, x, y));
        Some((left.min(x), top.min(y), right.max(x), bottom.max(y)))
    })
}

/// The middle between the edges of a polygon; the corner of the map for none.
pub fn middle(polygon: &[i32]) -> Point {
    bounds(corners(polygon)).map_or((0, 0), |(left, top, right, bottom)| ((left + right) / 2, (top + bottom) / 2))
}

/// Whether a point lies within a polygon, by how often a ray to the right leaves it.
pub fn is_inside(polygon: &[i32], (x, y): Point) -> bool {
    let (x, y) = (f64::from(x), f64::from(y));
    let last = corners(polygon).next_back();
    let (crossings, _) = corners(polygon).fold((0, last), |(crossings, before), to| {
        let Some(from) = before else { return (crossings, Some(to)) };
        let ((x1, y1), (x2, y2)) = (to_f64(from), to_f64(to));
        let is_crossed = (y1 > y) != (y2 > y) && x < (x2 - x1) * (y - y1) / (y2 - y1) + x1;
        (crossings + i32::from(is_crossed), Some(to))
    });
    crossings % 2 == 1
}

/// The outline of a section by its seats: along the rows where they lie like rows, else the line around all of them. Empty
/// without a seat.
pub fn outline_of(rows: &[Row]) -> Vec<i32> {
    let seats = || rows.iter().flat_map(|row| row.seats.iter().map(|seat| (seat.x, seat.y)));
    let along = ribbon(rows).filter(|ribbon| seats().all(|seat| is_inside(ribbon, seat)) && is_simple(ribbon));
    along.unwrap_or_else(|| {
        let line: Vec<_> = hull(seats().flat_map(around).collect()).into_iter().map(to_f64).collect();
        polygon(flattened(&line).into_iter().map(|(x, y)| (x.round() as i32, y.round() as i32)))
    })
}

/// The corners of an octagon around a seat.
fn around((x, y): Point) -> [Point; 8] {
    let (far, near) = (PADDING, PADDING * 5 / 12);
    [(far, near), (near, far), (-near, far), (-far, near), (-far, -near), (-near, -far), (near, -far), (far, -near)]
        .map(|(right, down)| (x + right, y + down))
}

/// The convex line around points (Andrew's monotone chain), anticlockwise as seen with y up.
pub fn hull(mut points: Vec<Point>) -> Vec<Point> {
    points.sort_unstable();
    points.dedup();
    if points.len() < 3 {
        return points;
    }
    let half = |points: &mut dyn Iterator<Item = Point>| {
        let mut chain: Vec<Point> = Vec::new();
        for point in points {
            while chain.len() >= 2 && cross(chain[chain.len() - 2], chain[chain.len() - 1], point) <= 0 {
                chain.pop();
            }
            chain.push(point);
        }
        chain.pop();
        chain
    };
    let mut lower = half(&mut points.iter().copied());
    lower.extend(half(&mut points.iter().rev().copied()));
    lower
}

/// Twice the area of a triangle, above zero where it turns left with y up.
fn cross(a: Point, b: Point, c: Point) -> i64 {
    let of = |value: i32| i64::from(value);
    (of(b.0) - of(a.0)) * (of(c.1) - of(a.1)) - (of(b.1) - of(a.1)) * (of(c.0) - of(a.0))
}

/// The line along the front row, the ends of the rows, the back row and the other ends, as far away as the padding says.
/// Nothing where the rows don't make one.
fn ribbon(rows: &[Row]) -> Option<Vec<i32>> {
    let rows: Vec<Vec<Point>> =
        rows.iter().map(|row| row.seats.iter().map(|seat| (seat.x, seat.y)).collect()).collect();
    let ([front, between @ .., back], true) = (rows.as_slice(), rows.iter().all(|row| row.len() >= 2)) else {
        return None;
    };
    let mut line = front.clone();
    line.extend(between.iter().filter_map(|row| row.last()));
    line.extend(back.iter().rev());
    line.extend(between.iter().rev().filter_map(|row| row.first()));
    line.dedup();
    let line = flattened(&line.into_iter().map(to_f64).collect::<Vec<_>>());
    let count = line.len();
    let area: f64 = (0..count).map(|at| wedge(line[at], line[(at + 1) % count])).sum();
    if count < 3 || area.abs() < 1.0 {
        return None;
    }
    let outwards = f64::from(PADDING) * area.signum();
    let moved = |at: usize| -> Option<Point> {
        let (before, here, after) = (line[(at + count - 1) % count], line[at], line[(at + 1) % count]);
        let ((ax, ay), (bx, by)) = (normal(before, here)?, normal(here, after)?);
        let (x, y) = (ax + bx, ay + by);
        let long = 1.0 + ax * bx + ay * by;
        let spike = (x * x + y * y).sqrt() / long.max(1e-6);
        let scale = outwards / long.max(1e-6) * (SPIKE_MAX / spike).min(1.0);
        (long > 0.05).then(|| ((here.0 + x * scale).round() as i32, (here.1 + y * scale).round() as i32))
    };
    (0..count).map(moved).collect::<Option<Vec<Point>>>().map(polygon)
}

fn to_f64((x, y): Point) -> (f64, f64) {
    (f64::from(x), f64::from(y))
}

fn wedge(a: (f64, f64), b: (f64, f64)) -> f64 {
    (a.0 * b.1 - b.0 * a.1) / 2.0
}

/// The unit vector to the right of the way from here to there, with y down.
fn normal(from: (f64, f64), to: (f64, f64)) -> Option<(f64, f64)> {
    let (x, y) = (to.0 - from.0, to.1 - from.1);
    let long = (x * x + y * y).sqrt();
    (long > 0.0).then(|| (y / long, -x / long))
}

/// A closed line without the corners that are none (Ramer, Douglas, Peucker, from the first corner to the one farthest away
/// and back).
fn flattened(line: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let Some(&first) = line.first() else { return Vec::new() };
    let away = |to: (f64, f64)| (to.0 - first.0).powi(2) + (to.1 - first.1).powi(2);
    let far = (0..line.len()).max_by(|a, b| away(line[*a]).total_cmp(&away(line[*b]))).unwrap_or(0);
    let mut kept = vec![first];
    keep_corners(&line[..=far], &mut kept);
    let back: Vec<_> = line[far..].iter().copied().chain([first]).collect();
    keep_corners(&back, &mut kept);
    kept.pop();
    kept
}

/// Adds the corners of an open line but its first.
fn keep_corners(line: &[(f64, f64)], kept: &mut Vec<(f64, f64)>) {
    let (Some(&from), Some(&to)) = (line.first(), line.last()) else { return };
    let long = ((to.0 - from.0).powi(2) + (to.1 - from.1).powi(2)).sqrt();
    let off = |point: (f64, f64)| {
        let area = (to.0 - from.0) * (point.1 - from.1) - (to.1 - from.1) * (point.0 - from.0);
        if long > 0.0 { area.abs() / long } else { (point.0 - from.0).hypot(point.1 - from.1) }
    };
    let inner = 1..line.len().saturating_sub(1);
    match inner.max_by(|a, b| off(line[*a]).total_cmp(&off(line[*b]))).filter(|at| off(line[*at]) > FLAT) {
        Some(at) => {
            keep_corners(&line[..=at], kept);
            keep_corners(&line[at..], kept);
        }
        None if line.len() > 1 => kept.push(to),
        None => {}
    }
}

/// Whether no two edges of a polygon cross.
fn is_simple(polygon: &[i32]) -> bool {
    let corners: Vec<Point> = corners(polygon).collect();
    let count = corners.len();
    let edge = |at: usize| (corners[at], corners[(at + 1) % count]);
    let cross_each_other = |a: usize, b: usize| {
        let ((p, q), (r, s)) = (edge(a), edge(b));
        let differ = |one: i64, other: i64| one.signum() * other.signum() < 0;
        differ(cross(p, q, r), cross(p, q, s)) && differ(cross(r, s, p), cross(r, s, q))
    };
    count <= POINTS_MAX && (0..count).all(|a| (a + 1..count).all(|b| !cross_each_other(a, b)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Seat;

    fn row(points: &[Point]) -> Row {
        let seats = points.iter().map(|(x, y)| Seat { x: *x, y: *y, ..Seat::default() }).collect();
        Row { label: "A".to_owned(), seats }
    }

    #[test]
    fn a_point_is_inside_a_polygon_or_not() {
        let bent = [0, 0, 30, 0, 30, 30, 20, 30, 20, 10, 0, 10];
        assert!(is_inside(&bent, (5, 5)) && is_inside(&bent, (25, 25)));
        assert!(!is_inside(&bent, (5, 25)) && !is_inside(&bent, (40, 5)) && !is_inside(&[], (0, 0)));
    }

    #[test]
    fn the_outline_of_a_block_is_a_rectangle() {
        let rows = [row(&[(100, 100), (112, 100), (124, 100)]), row(&[(100, 114), (112, 114), (124, 114)])];
        let outline = outline_of(&rows);
        assert_eq!(bounds(corners(&outline)), Some((90, 90, 134, 124)));
        assert_eq!(outline.len(), 8, "{outline:?}");
    }

    #[test]
    fn the_outline_of_an_arc_leaves_its_inside_out() {
        let arc = |radius: f64| -> Vec<Point> {
            (-9..=9)
                .map(|step| f64::from(step) * 0.15)
                .map(|angle| ((500.0 + radius * angle.sin()) as i32, (100.0 + radius * angle.cos()) as i32))
                .collect()
        };
        let outline = outline_of(&[row(&arc(200.0)), row(&arc(214.0)), row(&arc(228.0))]);
        assert!(!is_inside(&outline, (500, 150)), "{outline:?}");
        assert!(is_inside(&outline, (500, 310)));
    }

    #[test]
    fn seats_that_are_no_rows_have_the_line_around_them() {
        let outline = outline_of(&[row(&[(0, 0), (50, 0)]), row(&[(50, 50), (0, 50)]), row(&[(20, 20)])]);
        assert!([(0, 0), (50, 0), (50, 50), (0, 50), (20, 20)].iter().all(|seat| is_inside(&outline, *seat)));
        assert_eq!(outline_of(&[]), Vec::<i32>::new());
        assert_eq!(outline_of(&[row(&[(7, 7)])]).len(), 16);
    }
}
