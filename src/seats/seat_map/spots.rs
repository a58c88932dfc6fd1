//! All seats of a map at once: where they stand, which are free, and which of them is meant by a place on the map.

use super::camera::PITCH;

/// The seats of a map in the order of its plan.
#[derive(Clone, Debug, Default)]
pub(super) struct Spots {
    blocks: Vec<Block>,
    places: Vec<(i32, i32)>,
    free: Vec<bool>,
}

/// A row of seats.
#[derive(Clone, Debug)]
pub(super) struct Row {
    /// Its label.
    pub(super) row: String,
    /// The labels of its seats, a line each.
    pub(super) numbers: String,
    /// As [`PlanRow::steps`](crate::seats::model::PlanRow::steps).
    pub(super) steps: Vec<i32>,
}

/// A section: which of the seats are its own, and the part of the map they stand in.
#[derive(Clone, Debug)]
struct Block {
    section: String,
    rows: Vec<Row>,
    from: usize,
    upto: usize,
    least: (i32, i32),
    most: (i32, i32),
}

/// A seat as it is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Spot<'a> {
    /// Its centre on the map.
    pub(super) place: (i32, i32),
    /// Its section.
    pub(super) section: &'a str,
    /// Its row.
    pub(super) row: &'a str,
    /// Its label in the row.
    pub(super) number: &'a str,
    /// Whether it can be had.
    pub(super) is_free: bool,
}

impl Spots {
    /// Adds a section, whose seats are not known to be free.
    pub(super) fn add_section(&mut self, section: String, rows: Vec<Row>) {
        let from = self.places.len();
        for row in &rows {
            let mut at = (0, 0);
            for [x, y] in row.steps.as_chunks::<2>().0 {
                at = (at.0 + x, at.1 + y);
                self.places.push(at);
            }
        }
        let own = &self.places[from..];
        let corner = |pick: fn(i32, i32) -> i32, start: i32| {
            own.iter().fold((start, start), |corner, place| (pick(corner.0, place.0), pick(corner.1, place.1)))
        };
        let (least, most) = (corner(i32::min, i32::MAX), corner(i32::max, i32::MIN));
        self.blocks.push(Block { section, rows, from, upto: self.places.len(), least, most });
        self.free.resize(self.places.len(), false);
    }

    /// Takes over which are free: a bit for each, as hexadecimal digits.
    pub(super) fn set_free(&mut self, digits: &str) {
        for (nth, free) in self.free.iter_mut().enumerate() {
            let digit = digits.as_bytes().get(nth / 4).and_then(|digit| char::from(*digit).to_digit(16));
            *free = digit.is_some_and(|digit| digit & (8 >> (nth % 4)) != 0);
        }
    }

    /// Takes over that the seat at this place of the map is free or taken.
    pub(super) fn turn(&mut self, place: (i32, i32), is_free: bool) {
        let holds = |block: &&Block| block.reaches(place, place);
        let nth = self
            .blocks
            .iter()
            .filter(holds)
            .find_map(|block| (block.from..block.upto).find(|nth| self.places[*nth] == place));
        if let Some(nth) = nth {
            self.free[nth] = is_free;
        }
    }

    /// Tells of each seat between these corners whether it is free.
    pub(super) fn each_between(&self, least: (f64, f64), most: (f64, f64), mut tell: impl FnMut((i32, i32), bool)) {
        for block in self.between(least, most) {
            for nth in block.from..block.upto {
                tell(self.places[nth], self.free[nth]);
            }
        }
    }

    /// The same with what each is called.
    pub(super) fn each_named(&self, least: (f64, f64), most: (f64, f64), mut tell: impl FnMut(Spot<'_>)) {
        for block in self.between(least, most) {
            (block.from..block.upto).filter_map(|nth| self.spot(block, nth)).for_each(&mut tell);
        }
    }

    /// The seat at this place of the map, if one is.
    pub(super) fn at(&self, (x, y): (f64, f64)) -> Option<Spot<'_>> {
        let far = |nth: usize| {
            let (at_x, at_y) = self.places[nth];
            (f64::from(at_x) - x).hypot(f64::from(at_y) - y)
        };
        let near = self.between((x - PITCH, y - PITCH), (x + PITCH, y + PITCH));
        let seats = near.flat_map(|block| (block.from..block.upto).map(move |nth| (far(nth), block, nth)));
        let (far, block, nth) = seats.min_by(|a, b| a.0.total_cmp(&b.0))?;
        if far <= PITCH * 0.6 { self.spot(block, nth) } else { None }
    }

    fn between(&self, least: (f64, f64), most: (f64, f64)) -> impl Iterator<Item = &Block> {
        let round = |(x, y): (f64, f64)| (x as i32, y as i32);
        let (least, most) = (round((least.0 - PITCH, least.1 - PITCH)), round((most.0 + PITCH, most.1 + PITCH)));
        self.blocks.iter().filter(move |block| block.reaches(least, most))
    }

    fn spot<'a>(&'a self, block: &'a Block, nth: usize) -> Option<Spot<'a>> {
        let mut nth_in_row = nth - block.from;
        let mut rows = block.rows.iter();
        let row = loop {
            let row = rows.next()?;
            let count = row.steps.len() / 2;
            if nth_in_row < count {
                break row;
            }
            nth_in_row -= count;
        };
        Some(Spot {
            place: self.places[nth],
            section: &block.section,
            row: &row.row,
            number: row.numbers.lines().nth(nth_in_row)?,
            is_free: self.free[nth],
        })
    }
}

impl Block {
    /// Whether some of it may lie between these corners.
    fn reaches(&self, least: (i32, i32), most: (i32, i32)) -> bool {
        self.least.0 <= most.0 && self.most.0 >= least.0 && self.least.1 <= most.1 && self.most.1 >= least.1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two sections side by side: `Left` with rows of two and one, `Right` with a row of two.
    fn spots() -> Spots {
        let row = |row: &str, numbers: &str, steps: &[i32]| Row {
            row: row.to_owned(),
            numbers: numbers.to_owned(),
            steps: steps.to_vec(),
        };
        let mut spots = Spots::default();
        spots.add_section("Left".to_owned(), vec![row("A", "1\n2", &[10, 10, 10, 0]), row("B", "1", &[15, 20])]);
        spots.add_section("Right".to_owned(), vec![row("A", "7\n8", &[110, 12, 10, 1])]);
        spots
    }

    #[test]
    fn a_place_on_the_map_is_a_seat_or_none() {
        let spots = spots();
        let named = |at| spots.at(at).map(|spot| (spot.section, spot.row, spot.number));
        assert_eq!(named((21.0, 11.0)), Some(("Left", "A", "2")));
        assert_eq!(named((15.0, 19.0)), Some(("Left", "B", "1")));
        assert_eq!(named((118.0, 13.0)), Some(("Right", "A", "8")));
        assert_eq!(named((60.0, 12.0)), None);
        assert_eq!(Spots::default().at((0.0, 0.0)), None);
    }

    #[test]
    fn seats_are_free_as_the_server_says_and_turn_by_their_place() {
        let mut spots = spots();
        spots.set_free("a8");
        let free = |spots: &Spots| {
            let mut free = Vec::new();
            spots.each_between((0.0, 0.0), (500.0, 500.0), |place, is_free| free.push((place.0, is_free)));
            free
        };
        assert_eq!(free(&spots), [(10, true), (20, false), (15, true), (110, false), (120, true)]);
        spots.turn((120, 13), false);
        spots.turn((20, 10), true);
        spots.turn((21, 10), true);
        assert_eq!(free(&spots), [(10, true), (20, true), (15, true), (110, false), (120, false)]);
        spots.set_free("");
        assert!(free(&spots).iter().all(|(_, is_free)| !is_free));
    }

    #[test]
    fn only_what_is_near_is_drawn() {
        let spots = spots();
        let mut drawn = Vec::new();
        spots.each_named((100.0, 0.0), (200.0, 50.0), |spot| drawn.push(spot.number.to_owned()));
        assert_eq!(drawn, ["7", "8"]);
    }
}
