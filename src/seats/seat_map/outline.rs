//! Polygons as the database has them: x, y, x, y, …

/// The corners one by one.
pub(super) fn corners(outline: &[i32]) -> impl Iterator<Item = (i32, i32)> + '_ {
    outline.as_chunks::<2>().0.iter().map(|[x, y]| (*x, *y))
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

fn clamp(value: i64) -> i32 {
    i32::try_from(value).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOX: [i32; 8] = [10, 20, 110, 20, 110, 60, 10, 60];

    #[test]
    fn the_centre_lies_in_the_middle_of_what_is_there() {
        assert_eq!(centre(&BOX), (60, 40));
        // An L: its centre of gravity is nearer the foot than the middle of its extent.
        assert_eq!(centre(&[0, 0, 10, 0, 10, 90, 100, 90, 100, 100, 0, 100]), (28, 71));
        assert_eq!(centre(&[5, 7, 5, 7]), (5, 7));
    }
}
