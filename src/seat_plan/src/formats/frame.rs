//! What files don't say of a plan: outlines around seats, a stage, and a map on which all of it lies.

use crate::{Area, Plan, Section, check::POINTS_MAX};

/// From the centre of a seat to the outline of its section, and from there to the edge of the map.
const PADDING: i32 = 10;
/// From the upper edge of a new map to its first seats: a stage lies between.
pub(super) const STAGE_ROOM: i32 = 60;

/// The outline around some points: the smallest shape without dents that lies [`PADDING`] around each.
pub(super) fn around(points: impl IntoIterator<Item = (i32, i32)>) -> Vec<i32> {
    // An octagon around each point, so that corners are cut.
    let (far, near) = (PADDING, PADDING / 2);
    let corners = [
        (far, near),
        (near, far),
        (-near, far),
        (-far, near),
        (-far, -near),
        (-near, -far),
        (near, -far),
        (far, -near),
    ];
    let mut all: Vec<(i32, i32)> = points
        .into_iter()
        .flat_map(|(x, y)| corners.map(|(dx, dy)| (x.saturating_add(dx), y.saturating_add(dy))))
        .collect();
    all.sort_unstable();
    all.dedup();
    let mut hull = half_hull(all.iter());
    hull.pop();
    let mut other = half_hull(all.iter().rev());
    other.pop();
    hull.append(&mut other);
    // Of a curve with more corners than an outline may have, every second one does as well.
    while hull.len() > POINTS_MAX {
        hull = hull.into_iter().step_by(2).collect();
    }
    hull.into_iter().flat_map(|(x, y)| [x, y]).collect()
}

/// One side of the hull of points in order. Source: A. M. Andrew, "Another efficient algorithm for convex hulls", 1979.
fn half_hull<'a>(points: impl Iterator<Item = &'a (i32, i32)>) -> Vec<(i32, i32)> {
    let mut hull: Vec<(i32, i32)> = Vec::new();
    for point in points {
        while let [.., a, b] = hull[..] {
            let side = |from: (i32, i32), to: (i32, i32)| {
                (i128::from(to.0) - i128::from(from.0), i128::from(to.1) - i128::from(from.1))
            };
            let (first, second) = (side(a, b), side(a, *point));
            let turn = first.0 * second.1 - first.1 * second.0;
            if turn > 0 {
                break;
            }
            hull.pop();
        }
        hull.push(*point);
    }
    hull
}

/// An empty map with a stage.
pub(super) fn empty_map() -> Plan {
    Plan {
        width: 600,
        height: 400,
        stage: vec![200, 10, 400, 10, 400, 40, 200, 40],
        stage_label: "Stage".to_owned(),
        ..Plan::default()
    }
}

/// Moves what lies beyond the upper or left edge of the map onto it, and makes the map as large as what lies on it.
pub(super) fn fit(plan: &mut Plan) {
    let (mut least, mut most) = ((0, 0), (0, 0));
    each_point(plan, |x, y| {
        least = (least.0.min(*x), least.1.min(*y));
        most = (most.0.max(*x), most.1.max(*y));
    });
    let by = (least.0.saturating_neg(), least.1.saturating_neg());
    if by != (0, 0) {
        each_point(plan, |x, y| (*x, *y) = (x.saturating_add(by.0), y.saturating_add(by.1)));
    }
    let side = |side: i32, most: i32| if most > side { most.saturating_add(PADDING) } else { side };
    plan.width = side(plan.width, most.0.saturating_add(by.0));
    plan.height = side(plan.height, most.1.saturating_add(by.1));
}

fn each_point(plan: &mut Plan, mut change: impl FnMut(&mut i32, &mut i32)) {
    let mut outline =
        |outline: &mut Vec<i32>| outline.as_chunks_mut::<2>().0.iter_mut().for_each(|[x, y]| change(x, y));
    outline(&mut plan.stage);
    plan.sections.iter_mut().for_each(|section| outline(&mut section.outline));
    for Section { area, .. } in &mut plan.sections {
        if let Area::Rows(rows) = area {
            rows.iter_mut().flat_map(|row| &mut row.seats).for_each(|seat| change(&mut seat.x, &mut seat.y));
        }
    }
}

/// Where the seats of a section stand.
pub(super) fn seats_of(section: &Section) -> impl Iterator<Item = (i32, i32)> {
    section.rows().iter().flat_map(|row| row.seats.iter().map(|seat| (seat.x, seat.y)))
}
