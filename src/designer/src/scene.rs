//! The seats of a drawing laid out for drawing and for finding what lies where.

use seat_plan::{
    SeatKind,
    edit::{Drawing, Spot},
};
use std::collections::HashMap;
use uuid::Uuid;

/// The side of a cell of the grid in which seats are looked for, in the map's units.
const CELL: i32 = 48;

/// Who has a seat, if anybody.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Taken {
    /// Nobody.
    #[default]
    No,
    /// Somebody holds or has booked it.
    Sold,
    /// It is kept back.
    Blocked,
}

/// A seat as it is drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mark {
    /// Which it is.
    pub spot: Spot,
    /// Its centre.
    pub x: i32,
    /// Its centre.
    pub y: i32,
    /// What kind it is.
    pub kind: SeatKind,
    /// Part of the stage is hidden.
    pub limited_view: bool,
    /// Its price: 0 is its section's, then the tiers in their order.
    pub tier: u8,
    /// Who has it.
    pub taken: Taken,
    /// It is chosen.
    pub is_chosen: bool,
}

/// All seats of a drawing, and where to look for them.
#[derive(Debug, Default)]
pub struct Scene {
    /// The seats, in the order of their spots.
    pub marks: Vec<Mark>,
    left: i32,
    top: i32,
    columns: i32,
    lines: i32,
    /// Where the seats of each cell begin in `order`, and where the last one's end.
    begins: Vec<u32>,
    order: Vec<u32>,
}

impl Scene {
    /// Lays a drawing out.
    pub fn of(drawing: &Drawing, taken: &HashMap<Uuid, Taken>, chosen: &[Spot]) -> Self {
        let tiers: HashMap<&str, u8> =
            drawing.sheet.tiers.iter().zip(1..).map(|(tier, number)| (tier.name.as_str(), number)).collect();
        let mark = |(spot, seat): (Spot, &seat_plan::Seat)| Mark {
            spot,
            x: seat.x,
            y: seat.y,
            kind: seat.kind,
            limited_view: seat.limited_view,
            tier: seat.tier.as_deref().and_then(|tier| tiers.get(tier).copied()).unwrap_or(0),
            taken: seat.id.and_then(|id| taken.get(&id).copied()).unwrap_or_default(),
            is_chosen: false,
        };
        let mut scene = Self { marks: drawing.seats().map(mark).collect(), ..Self::default() };
        scene.choose(chosen);
        scene.sort_into_cells();
        scene
    }

    /// Marks what is chosen; `chosen` is in order.
    pub fn choose(&mut self, chosen: &[Spot]) {
        let mut next = chosen.iter().peekable();
        for mark in &mut self.marks {
            while next.next_if(|spot| **spot < mark.spot).is_some() {}
            mark.is_chosen = next.next_if(|spot| **spot == mark.spot).is_some();
        }
    }

    fn sort_into_cells(&mut self) {
        let edges = seat_plan::geometry::bounds(self.marks.iter().map(|mark| (mark.x, mark.y)));
        let (left, top, right, bottom) = edges.unwrap_or_default();
        (self.left, self.top) = (left, top);
        (self.columns, self.lines) = ((right - left) / CELL + 1, (bottom - top) / CELL + 1);
        let cells: Vec<usize> =
            self.marks.iter().map(|mark| self.cell((mark.x - left) / CELL, (mark.y - top) / CELL)).collect();
        let mut begins = vec![0_u32; (self.columns * self.lines) as usize + 1];
        for cell in &cells {
            begins[cell + 1] += 1;
        }
        for cell in 1..begins.len() {
            begins[cell] += begins[cell - 1];
        }
        let mut next = begins.clone();
        let mut order = vec![0_u32; self.marks.len()];
        for (place, cell) in cells.into_iter().enumerate() {
            order[next[cell] as usize] = place as u32;
            next[cell] += 1;
        }
        (self.begins, self.order) = (begins, order);
    }

    fn cell(&self, column: i32, line: i32) -> usize {
        (line * self.columns + column) as usize
    }

    /// The seats whose centre lies between these edges, on the map.
    pub fn within(&self, (left, top, right, bottom): (f64, f64, f64, f64)) -> impl Iterator<Item = &Mark> {
        let cells = |from: f64, to: f64, first: i32, count: i32| {
            let cell = |at: f64| {
                (((at - f64::from(first)) / f64::from(CELL)).floor() as i64).clamp(-1, i64::from(count)) as i32
            };
            cell(from).max(0)..(cell(to) + 1).min(count)
        };
        let columns = cells(left, right, self.left, self.columns);
        let lines = cells(top, bottom, self.top, self.lines);
        let is_inside = move |mark: &&Mark| {
            (left..=right).contains(&f64::from(mark.x)) && (top..=bottom).contains(&f64::from(mark.y))
        };
        let lines = if columns.is_empty() { 0..0 } else { lines };
        let places = lines.flat_map(move |line| {
            let (from, to) = (self.cell(columns.start, line), self.cell(columns.end - 1, line));
            &self.order[self.begins[from] as usize..self.begins[to + 1] as usize]
        });
        places.map(|place| &self.marks[*place as usize]).filter(is_inside)
    }

    /// The seat nearest to a place on the map, if it is not farther than this.
    pub fn at(&self, (x, y): (f64, f64), reach: f64) -> Option<&Mark> {
        let away = |mark: &Mark| (f64::from(mark.x) - x).hypot(f64::from(mark.y) - y);
        let near = self.within((x - reach, y - reach, x + reach, y + reach));
        near.filter(|mark| away(mark) <= reach).min_by(|a, b| away(a).total_cmp(&away(b)))
    }

    /// A seat by where it is in the drawing.
    pub fn mark(&self, spot: Spot) -> Option<&Mark> {
        self.marks.binary_search_by_key(&spot, |mark| mark.spot).ok().map(|place| &self.marks[place])
    }

    /// The nearest seat in a direction (right and down, of which one is 0): what lies beside the line to it counts thrice.
    pub fn beside(&self, from: (i32, i32), (right, down): (i32, i32)) -> Option<&Mark> {
        let score = |mark: &Mark| {
            let (x, y) = (f64::from(mark.x - from.0), f64::from(mark.y - from.1));
            let (ahead, aside) =
                (x * f64::from(right) + y * f64::from(down), (x * f64::from(down) - y * f64::from(right)).abs());
            (ahead >= 1.0 && aside <= 4.0 * ahead).then_some(ahead + 3.0 * aside)
        };
        let found = |reach: f64| {
            let (x, y) = (f64::from(from.0), f64::from(from.1));
            let near = self.within((x - reach, y - reach, x + reach, y + reach));
            near.filter_map(|mark| Some((score(mark)?, mark))).min_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, mark)| mark)
        };
        found(100.0).or_else(|| found(1e6))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use seat_plan::{Area, Plan, Row, Seat, Section};

    pub(crate) fn drawing() -> Drawing {
        let seat = |number: i32, y: i32| Seat { number: number.to_string(), x: number * 12, y, ..Seat::default() };
        let row = |label: &str, y: i32| Row {
            label: label.to_owned(),
            seats: (1..=100).map(|number| seat(number, y)).collect(),
        };
        let section = Section {
            was: None,
            name: "Stalls".to_owned(),
            price_minor: 1_000,
            outline: vec![0, 0, 9, 0, 9, 9],
            area: Area::Rows(vec![row("A", 100), row("B", 114)]),
        };
        Drawing::from(Plan { width: 2_000, height: 500, sections: vec![section], ..Plan::default() })
    }

    #[test]
    fn seats_are_found_where_they_are() {
        let scene = Scene::of(&drawing(), &HashMap::new(), &[]);
        let at = |x, y| scene.at((x, y), 6.0).map(|mark| mark.spot);
        assert_eq!(at(602.0, 101.0), Some(Spot::new(0, 0, 49)));
        assert_eq!(at(602.0, 300.0), None);
        assert_eq!(at(-900.0, 100.0), None);
        let all = scene.within((0.0, 0.0, 1e5, 1e5)).count();
        assert_eq!((all, scene.within((100.0, 110.0, 130.0, 120.0)).count()), (200, 2));
    }

    #[test]
    fn what_is_chosen_is_marked() {
        let scene = Scene::of(&drawing(), &HashMap::new(), &[Spot::new(0, 0, 3), Spot::new(0, 1, 99)]);
        let chosen: Vec<_> = scene.marks.iter().filter(|mark| mark.is_chosen).map(|mark| mark.spot).collect();
        assert_eq!(chosen, [Spot::new(0, 0, 3), Spot::new(0, 1, 99)]);
    }

    #[test]
    fn one_goes_from_seat_to_seat() {
        let scene = Scene::of(&drawing(), &HashMap::new(), &[]);
        let to = |direction| scene.beside((24, 100), direction).map(|mark| mark.spot);
        assert_eq!(to((1, 0)), Some(Spot::new(0, 0, 2)));
        assert_eq!(to((-1, 0)), Some(Spot::new(0, 0, 0)));
        assert_eq!(to((0, 1)), Some(Spot::new(0, 1, 1)));
        assert_eq!(to((0, -1)), None);
    }
}
