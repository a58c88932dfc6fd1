//! Plans as spreadsheets: a line for each seat, with a head.
//!
//! The columns, in any order: `section`, `row`, `number`; `x` and `y` (on the map; where all are empty the seats are laid out in
//! rows); `kind` (standard, accessible, companion); `limited_view` (yes, no); `price` (a decimal); `tier` (the name of its price,
//! where it isn't its section's); `id` (of a seat that the event has already). A section where people stand is one line with the
//! row `*` and its number of places. Only the first three are needed. Commas, semicolons or tabs part them.

use super::{
    FAULTS_MAX, LineFault,
    frame::{STAGE_ROOM, around, empty_map, fit, seats_of},
};
use crate::{
    Area, Plan, ROW, Row, SEAT, SEATS_MAX, Seat, SeatKind, Section, Tier,
    check::{SECTIONS_MAX, SIDE_MAX, STANDING_ROW, TIERS_MAX},
};
use std::{borrow::Cow, collections::HashMap};

const HEAD: [&str; 10] = ["section", "row", "number", "x", "y", "kind", "limited_view", "price", "tier", "id"];
/// What a spreadsheet may read as a formula. Source: OWASP, "CSV Injection".
const FORMULA: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// The plan as a file.
pub fn write(plan: &Plan, decimals: u32) -> String {
    let mut text = String::from("\u{feff}");
    push_line(&mut text, HEAD.map(Cow::from));
    let tiers: HashMap<&str, i64> = plan.tiers.iter().map(|tier| (tier.name.as_str(), tier.price_minor)).collect();
    let empty = || Cow::from("");
    for section in &plan.sections {
        if let Area::Standing(count) = section.area {
            let (name, row, number) = (Cow::from(&section.name), STANDING_ROW.into(), count.to_string().into());
            let price = decimal(section.price_minor, decimals).into();
            let nothing = (empty(), empty(), empty(), empty());
            let (x, y, kind, view) = nothing;
            push_line(&mut text, [name, row, number, x, y, kind, view, price, empty(), empty()]);
        }
        for (row, seat) in section.rows().iter().flat_map(|row| row.seats.iter().map(move |seat| (row, seat))) {
            let tier = seat.tier.as_deref();
            let price = tier.and_then(|tier| tiers.get(tier)).copied().unwrap_or(section.price_minor);
            push_line(
                &mut text,
                [
                    Cow::from(&section.name),
                    Cow::from(&row.label),
                    Cow::from(&seat.number),
                    seat.x.to_string().into(),
                    seat.y.to_string().into(),
                    say_kind(seat.kind).into(),
                    if seat.limited_view { "yes" } else { "no" }.into(),
                    decimal(price, decimals).into(),
                    tier.unwrap_or_default().into(),
                    seat.id.map(|id| id.to_string()).unwrap_or_default().into(),
                ],
            );
        }
    }
    text
}

fn say_kind(kind: SeatKind) -> &'static str {
    match kind {
        SeatKind::Standard => "standard",
        SeatKind::Accessible => "accessible",
        SeatKind::Companion => "companion",
    }
}

fn decimal(minor: i64, decimals: u32) -> String {
    let unit = 10_i64.pow(decimals);
    match decimals as usize {
        0 => minor.to_string(),
        width => format!("{}.{:0width$}", minor / unit, minor % unit),
    }
}

fn push_line(text: &mut String, cells: [Cow<str>; HEAD.len()]) {
    for (nth, cell) in cells.iter().enumerate() {
        if nth > 0 {
            text.push(',');
        }
        let is_number = cell.parse::<f64>().is_ok_and(f64::is_finite);
        // What begins with the apostrophe itself gets another, so that taking one away always gives back what was.
        let is_guarded = !is_number && cell.starts_with(FORMULA) || cell.starts_with('\'');
        if is_guarded || cell.contains(['"', ',', ';', '\n', '\r']) {
            text.push('"');
            if is_guarded {
                text.push('\'');
            }
            text.push_str(&cell.replace('"', "\"\""));
            text.push('"');
        } else {
            text.push_str(cell);
        }
    }
    text.push_str("\r\n");
}

/// The plan of a file; what it doesn't say is taken from `base`: the stage, the outlines and the order of sections of the same
/// name, prices that it leaves open.
///
/// Errors: what can't be read, line by line; of a file that is larger than a map can be that alone.
pub fn read(text: &str, decimals: u32, base: Option<&Plan>) -> Result<Plan, Vec<LineFault>> {
    let mut lines = Lines::new(text);
    let columns = Columns::read(&lines.next().unwrap_or_default()).map_err(|fault| vec![fault])?;
    let mut reading = Reading {
        decimals,
        base,
        sections: Vec::new(),
        by_name: HashMap::new(),
        tiers: Vec::new(),
        seat_count: 0,
        faults: Vec::new(),
    };
    for line in lines {
        if line.cells.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        if let Err(words) = reading.read_line(&columns, &line) {
            reading.faults.push(LineFault::new(line.number, words));
        }
        if let Some(words) = reading.find_excess() {
            return Err(vec![LineFault::new(line.number, words)]);
        }
        if reading.faults.len() >= FAULTS_MAX {
            break;
        }
    }
    reading.finish()
}

/// A line of cells.
#[derive(Default)]
struct Line {
    /// From 1; that of its first character.
    number: usize,
    cells: Vec<String>,
}

/// The lines of a file. Source: RFC 4180, with any of three separators.
struct Lines<'a> {
    rest: &'a str,
    separator: char,
    number: usize,
}

impl<'a> Lines<'a> {
    fn new(text: &'a str) -> Self {
        let head = text.lines().next().unwrap_or_default();
        let most = [',', ';', '\t'].into_iter().max_by_key(|separator| head.matches(*separator).count());
        // Of two that are as frequent the last is taken: of none at all it doesn't matter.
        Self { rest: text, separator: most.unwrap_or(','), number: 1 }
    }
}

impl Iterator for Lines<'_> {
    type Item = Line;

    fn next(&mut self) -> Option<Line> {
        if self.rest.is_empty() {
            return None;
        }
        let mut line = Line { number: self.number, cells: Vec::new() };
        let (mut cell, mut is_quoted, mut ends) = (String::new(), false, self.rest.len());
        let mut letters = self.rest.char_indices().peekable();
        while let Some((at, letter)) = letters.next() {
            self.number += usize::from(letter == '\n');
            match letter {
                '"' if is_quoted && letters.peek().is_some_and(|(_, next)| *next == '"') => {
                    letters.next();
                    cell.push('"');
                }
                '"' if is_quoted || cell.is_empty() => is_quoted = !is_quoted,
                '\n' if !is_quoted => {
                    ends = at + 1;
                    break;
                }
                _ if letter == self.separator && !is_quoted => line.cells.push(std::mem::take(&mut cell)),
                _ => cell.push(letter),
            }
        }
        self.rest = &self.rest[ends..];
        if cell.ends_with('\r') {
            cell.pop();
        }
        line.cells.push(cell);
        Some(line)
    }
}

/// In which column each of [`HEAD`] stands.
struct Columns([Option<usize>; HEAD.len()]);

impl Columns {
    fn read(head: &Line) -> Result<Self, LineFault> {
        let name = |cell: &String| cell.trim().to_lowercase().replace([' ', '-'], "_");
        let named: Vec<String> = head.cells.iter().map(name).collect();
        let columns = HEAD.map(|wanted| named.iter().position(|name| name == wanted));
        let missing: Vec<&str> =
            HEAD.into_iter().zip(columns).take(3).filter(|(_, at)| at.is_none()).map(|(name, _)| name).collect();
        match missing.as_slice() {
            [] => Ok(Self(columns)),
            missing => Err(LineFault::new(
                1,
                format!("The first line has to name the columns; missing: {}.", missing.join(", ")),
            )),
        }
    }

    /// What stands in a column of this line; nothing where the file doesn't have it. An apostrophe that guards from being read as
    /// a formula is taken away.
    fn cell<'a>(&self, line: &'a Line, name: &str) -> &'a str {
        let at = HEAD.iter().position(|known| *known == name).and_then(|nth| self.0[nth]);
        let cell = at.and_then(|at| line.cells.get(at)).map(|cell| cell.trim_matches(' ')).unwrap_or_default();
        match cell.strip_prefix('\'') {
            Some(rest) if rest.starts_with('\'') || rest.starts_with(FORMULA) => rest,
            _ => cell,
        }
    }
}

struct Reading<'a> {
    decimals: u32,
    base: Option<&'a Plan>,
    sections: Vec<ReadSection>,
    by_name: HashMap<String, usize>,
    tiers: Vec<Tier>,
    /// Seats of all sections.
    seat_count: usize,
    faults: Vec<LineFault>,
}

struct ReadSection {
    name: String,
    /// What its seats without a tier cost.
    price_minor: Option<i64>,
    standing: Option<u32>,
    rows: Vec<Row>,
    by_label: HashMap<String, usize>,
    /// Seats that say where they stand.
    placed_count: usize,
    seat_count: usize,
}

impl Reading<'_> {
    fn read_line(&mut self, columns: &Columns, line: &Line) -> Result<(), String> {
        let cell = |name: &str| columns.cell(line, name);
        let (name, label, number) = (cell("section"), cell("row"), cell("number"));
        for (what, text) in [("section", name), ("row", label), ("number", number)] {
            if text.is_empty() {
                return Err(format!("The {what} is missing."));
            }
        }
        let price = match cell("price") {
            "" => None,
            text => Some(read_price(text, self.decimals).ok_or_else(|| format!("{text} is no price."))?),
        };
        let tier = Some(cell("tier")).filter(|tier| !tier.is_empty());
        let seat = match label {
            STANDING_ROW => None,
            _ => Some(read_seat(&cell, tier)?),
        };
        let count = match seat {
            Some(_) => 0,
            None => number.parse::<u32>().map_err(|_| format!("{number} is no number of places to stand."))?,
        };
        if let (Some(tier), Some(price)) = (tier, price) {
            self.price_tier(tier, price)?;
        } else if let Some(tier) = tier {
            let known = self.base.and_then(|base| base.tiers.iter().find(|known| known.name == tier));
            let price = known.map_or(0, |known| known.price_minor);
            if self.tiers.iter().all(|known| known.name != tier) {
                self.tiers.push(Tier { name: tier.to_owned(), price_minor: price });
            }
        }
        let section = self.section(name);
        if let (None, Some(price)) = (tier, price) {
            match section.price_minor.replace(price) {
                Some(other) if other != price => {
                    return Err(format!("Seats of {name} without a tier cost two different prices: name a tier."));
                }
                _ => {}
            }
        }
        let Some(seat) = seat else {
            return match section.standing.replace(count) {
                Some(_) => Err(format!("The places of {name} are said twice.")),
                None => Ok(()),
            };
        };
        section.seat_count += 1;
        section.placed_count += usize::from(!cell("x").is_empty());
        let rows = &mut section.rows;
        let row = *section.by_label.entry(label.to_owned()).or_insert_with(|| {
            rows.push(Row { label: label.to_owned(), seats: Vec::new() });
            rows.len() - 1
        });
        rows[row].seats.push(seat);
        self.seat_count += 1;
        Ok(())
    }

    /// Of what there is more than a map can have: reading on would take ever longer with each line.
    fn find_excess(&self) -> Option<String> {
        if self.sections.len() > SECTIONS_MAX {
            return Some(format!("A map has at most {SECTIONS_MAX} sections."));
        }
        if self.tiers.len() > TIERS_MAX {
            return Some(format!("A map has at most {TIERS_MAX} named prices."));
        }
        (self.seat_count > SEATS_MAX).then(|| format!("A map has at most {SEATS_MAX} places."))
    }

    fn price_tier(&mut self, name: &str, price_minor: i64) -> Result<(), String> {
        match self.tiers.iter().find(|tier| tier.name == name) {
            Some(tier) if tier.price_minor != price_minor => Err(format!("The tier {name} has two different prices.")),
            Some(_) => Ok(()),
            None => {
                self.tiers.push(Tier { name: name.to_owned(), price_minor });
                Ok(())
            }
        }
    }

    fn section(&mut self, name: &str) -> &mut ReadSection {
        let at = *self.by_name.entry(name.to_owned()).or_insert_with(|| {
            self.sections.push(ReadSection {
                name: name.to_owned(),
                price_minor: None,
                standing: None,
                rows: Vec::new(),
                by_label: HashMap::new(),
                placed_count: 0,
                seat_count: 0,
            });
            self.sections.len() - 1
        });
        &mut self.sections[at]
    }

    fn finish(mut self) -> Result<Plan, Vec<LineFault>> {
        for section in &self.sections {
            if section.standing.is_some() && section.seat_count > 0 {
                let words = format!("{} has both seats and places to stand: make two sections of it.", section.name);
                self.faults.push(LineFault::new(0, words));
            }
            if section.placed_count != 0 && section.placed_count != section.seat_count {
                let words = format!("Some seats of {} say where they stand and some don't.", section.name);
                self.faults.push(LineFault::new(0, words));
            }
        }
        if self.sections.is_empty() && self.faults.is_empty() {
            self.faults.push(LineFault::new(0, "There is no seat in this file."));
        }
        if !self.faults.is_empty() {
            return Err(self.faults);
        }
        let mut plan = self.base.cloned().unwrap_or_else(empty_map);
        plan.sections.clear();
        // In the order that they had, new ones behind.
        let tiers = self.tiers;
        for known in &mut plan.tiers {
            if let Some(read) = tiers.iter().find(|tier| tier.name == known.name) {
                known.price_minor = read.price_minor;
            }
        }
        let is_new = |tier: &Tier| plan.tiers.iter().all(|known| known.name != tier.name);
        let new: Vec<Tier> = tiers.into_iter().filter(is_new).collect();
        plan.tiers.extend(new);
        for read in self.sections {
            let base = self.base.and_then(|base| base.sections.iter().find(|known| known.name == read.name));
            let section = read.into_section(base, &plan);
            plan.sections.push(section);
        }
        fit(&mut plan);
        Ok(plan)
    }
}

impl ReadSection {
    /// The section, below what lies on the plan already where the file doesn't say where its seats stand.
    fn into_section(self, base: Option<&Section>, plan: &Plan) -> Section {
        let area = match self.standing {
            Some(count) => Area::Standing(count),
            None => Area::Rows(self.rows),
        };
        let lowest = |section: &Section| section.outline.as_chunks::<2>().0.iter().map(|[_, y]| *y).max();
        let below = plan.sections.iter().filter_map(lowest).max().unwrap_or(STAGE_ROOM).clamp(0, SIDE_MAX) + 2 * ROW;
        let mut section = Section {
            was: base.and_then(|base| base.was.clone()),
            name: self.name,
            price_minor: self.price_minor.or(base.map(|base| base.price_minor)).unwrap_or_default(),
            outline: Vec::new(),
            area,
        };
        if let Area::Rows(rows) = &mut section.area
            && self.placed_count == 0
        {
            lay_out(rows, below);
        }
        section.outline = match base {
            Some(base) => base.outline.clone(),
            None if section.rows().is_empty() => {
                vec![2 * SEAT, below, 20 * SEAT, below, 20 * SEAT, below + 4 * ROW, 2 * SEAT, below + 4 * ROW]
            }
            None => around(seats_of(&section)),
        };
        section
    }
}

/// Puts seats side by side and rows behind each other.
fn lay_out(rows: &mut [Row], below: i32) {
    for (row, y) in rows.iter_mut().zip((below..).step_by(ROW as usize)) {
        for (seat, x) in row.seats.iter_mut().zip((2 * SEAT..).step_by(SEAT as usize)) {
            (seat.x, seat.y) = (x, y);
        }
    }
}

fn read_seat<'a>(cell: &impl Fn(&str) -> &'a str, tier: Option<&str>) -> Result<Seat, String> {
    let coordinate = |name: &str| match cell(name) {
        "" => Ok(0),
        text => text.parse::<i32>().map_err(|_| format!("{text} is no place on the map: use a whole number.")),
    };
    if cell("x").is_empty() != cell("y").is_empty() {
        return Err("Say both x and y, or neither.".to_owned());
    }
    let kind = match cell("kind").to_lowercase().as_str() {
        "" | "standard" => SeatKind::Standard,
        "accessible" | "wheelchair" => SeatKind::Accessible,
        "companion" => SeatKind::Companion,
        other => return Err(format!("{other} is no kind of seat: standard, accessible or companion.")),
    };
    let limited_view = match cell("limited_view").to_lowercase().as_str() {
        "" | "no" | "false" | "0" => false,
        "yes" | "true" | "1" => true,
        other => return Err(format!("{other} is neither yes nor no.")),
    };
    let id = match cell("id") {
        "" => None,
        text => Some(text.parse().map_err(|_| format!("{text} is no id of a seat: leave it empty for a new one."))?),
    };
    let number = cell("number").to_owned();
    Ok(Seat { id, number, x: coordinate("x")?, y: coordinate("y")?, kind, limited_view, tier: tier.map(str::to_owned) })
}

/// A price of so many decimal places in minor units.
fn read_price(text: &str, decimals: u32) -> Option<i64> {
    let (whole, part) = text.split_once(['.', ',']).unwrap_or((text, ""));
    let are_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let width = decimals as usize;
    // Three digits may be thousands: "1,200" is no 1.20, nor is it known to be 1.200 where the currency has as many decimals.
    let is_ambiguous = if width < 3 { part.len() == 3 } else { text.contains(',') };
    if is_ambiguous {
        return None;
    }
    // A spreadsheet may have written zeros behind.
    let part = if part.len() > width { part.trim_end_matches('0') } else { part };
    if whole.is_empty() || whole.len() > 10 || part.len() > width || !are_digits(whole) || !are_digits(part) {
        return None;
    }
    format!("{whole}{part:0<width$}").parse().ok()
}

#[cfg(test)]
pub(crate) mod tests;
