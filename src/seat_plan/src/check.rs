//! What is wrong with a plan: every rule that a map has to keep before people may book on it.

use crate::{Area, Background, Plan, Row, SEATS_MAX, Seat, Section};
use serde::{Deserialize, Serialize};
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// A map is so wide and so high at most, in its units.
pub const SIDE_MAX: i32 = 20_000;
/// Sections of one plan at most.
pub const SECTIONS_MAX: usize = 500;
/// Tiers of one plan at most.
pub const TIERS_MAX: usize = 50;
/// Points of an outline at most.
pub const POINTS_MAX: usize = 200;
/// Characters of a name at most.
pub const NAME_MAX: usize = 60;
/// Characters of a row's or a seat's label at most: they are drawn on a seat.
pub const LABEL_MAX: usize = 8;
/// A price at most, in minor units: a million of a currency with four decimals.
pub const PRICE_MAX: i64 = 10_000_000_000;
/// Bytes of a background picture at most.
pub const PICTURE_MAX: usize = 2 * 1024 * 1024;
/// The label of the only row of a section where people stand; no other row may have it.
pub const STANDING_ROW: &str = "*";
/// Two seats nearer to each other than this, centre to centre, lie on top of each other.
pub const NEAREST: i32 = 6;
/// As many flaws as are told at once: who has mended these asks again.
pub const FLAWS_MAX: usize = 100;

/// Something that is wrong with a plan, and where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flaw {
    /// Which of the plan's sections, from 0; none where it is about the plan as a whole.
    pub section: Option<usize>,
    /// Which of the section's rows.
    pub row: Option<usize>,
    /// Which of the row's seats.
    pub seat: Option<usize>,
    /// What is wrong, as a sentence.
    pub words: String,
}

/// What alone is told of a plan that is too large to be looked at more closely: too many parts, or a name that is too long. It
/// quotes no name, while whatever else is told of a plan may quote names once for each seat.
pub fn find_excess(plan: &Plan) -> Option<Flaw> {
    let flaw = |(section, row, seat), words: String| Some(Flaw { section, row, seat, words });
    let nowhere = (None, None, None);
    if plan.sections.len() > SECTIONS_MAX {
        let words = format!("A map has at most {SECTIONS_MAX} sections; these are {}.", plan.sections.len());
        return flaw(nowhere, words);
    }
    if plan.tiers.len() > TIERS_MAX {
        return flaw(nowhere, format!("A map has at most {TIERS_MAX} named prices; these are {}.", plan.tiers.len()));
    }
    let count: u64 = plan.sections.iter().map(|section| section.capacity() as u64).sum();
    if count > SEATS_MAX as u64 {
        return flaw(nowhere, format!("A map has at most {SEATS_MAX} places; these are {count}."));
    }
    // Rows without seats have labels too.
    let count: usize = plan.sections.iter().map(|section| section.rows().len()).sum();
    if count > SEATS_MAX {
        return flaw(nowhere, format!("A map has at most {SEATS_MAX} rows; these are {count}."));
    }
    // A character has four bytes at most: no long text is read to its end.
    let is_long = |text: &str, most: usize| text.len() > 4 * most || text.chars().count() > most;
    if plan.tiers.iter().any(|tier| is_long(&tier.name, NAME_MAX)) {
        let words = format!("A price needs a name of 1 to {NAME_MAX} characters without spaces around it.");
        return flaw(nowhere, words);
    }
    for (of_section, section) in plan.sections.iter().enumerate() {
        if is_long(&section.name, NAME_MAX) {
            let words = format!("A section needs a name of 1 to {NAME_MAX} characters without spaces around it.");
            return flaw((Some(of_section), None, None), words);
        }
        for (of_row, row) in section.rows().iter().enumerate() {
            if is_long(&row.label, LABEL_MAX) {
                let words = format!("A row needs a label of 1 to {LABEL_MAX} characters.");
                return flaw((Some(of_section), Some(of_row), None), words);
            }
            if let Some(nth) = row.seats.iter().position(|seat| is_long(&seat.number, LABEL_MAX)) {
                let words = format!("A seat needs a label of 1 to {LABEL_MAX} characters.");
                return flaw((Some(of_section), Some(of_row), Some(nth)), words);
            }
        }
    }
    None
}

/// What is wrong with a plan, from its first section to its last; the first [`FLAWS_MAX`] of it, and of one that is too large only
/// that ([`find_excess`]). Without any it can be saved.
pub fn check(plan: &Plan) -> Vec<Flaw> {
    if let Some(flaw) = find_excess(plan) {
        return vec![flaw];
    }
    let mut found = Found::default();
    found.check_map(plan);
    found.check_tiers(plan);
    let tiers: HashSet<&str> = plan.tiers.iter().map(|tier| tier.name.as_str()).collect();
    let (mut names, mut former, mut ids) = (HashSet::new(), HashSet::new(), HashSet::new());
    for (nth, section) in plan.sections.iter().enumerate() {
        found.at = (Some(nth), None, None);
        if found.is_full() {
            break;
        }
        if !names.insert(section.name.as_str()) {
            found.say(format!("There is another section called {}.", section.name));
        }
        if section.was.as_deref().is_some_and(|was| !former.insert(was)) {
            found.say(format!("{} and another section are made of the same one.", section.name));
        }
        found.check_section(plan, section);
        for (nth, row) in section.rows().iter().enumerate() {
            if found.is_full() {
                break;
            }
            found.at.1 = Some(nth);
            found.check_row(plan, (section, row), &tiers, &mut ids);
            found.at = (found.at.0, None, None);
        }
    }
    found.at = (None, None, None);
    found.check_overlaps(plan);
    found.flaws
}

#[derive(Default)]
struct Found {
    flaws: Vec<Flaw>,
    at: (Option<usize>, Option<usize>, Option<usize>),
}

impl Found {
    fn say(&mut self, words: String) {
        if !self.is_full() {
            let (section, row, seat) = self.at;
            self.flaws.push(Flaw { section, row, seat, words });
        }
    }

    fn is_full(&self) -> bool {
        self.flaws.len() >= FLAWS_MAX
    }

    fn check_map(&mut self, plan: &Plan) {
        if !(1..=SIDE_MAX).contains(&plan.width) || !(1..=SIDE_MAX).contains(&plan.height) {
            self.say(format!("The map has to be 1 to {SIDE_MAX} units wide and high."));
        }
        self.check_outline(plan, &plan.stage, "The stage");
        if !is_name(&plan.stage_label, 30) {
            self.say("The stage needs a name of up to 30 characters, such as Stage or Pitch.".to_owned());
        }
        if let Some(background) = &plan.background {
            self.check_background(background);
        }
        if plan.sections.iter().all(|section| section.capacity() == 0) {
            self.say("There is no place on the map yet.".to_owned());
        }
    }

    fn check_background(&mut self, background: &Background) {
        if let Err(words) = read_picture(&background.picture) {
            self.say(words.to_owned());
        }
        let is_placed = (1..=SIDE_MAX).contains(&background.width)
            && [background.x, background.y].iter().all(|at| (-SIDE_MAX..=SIDE_MAX).contains(at));
        if !is_placed || background.opacity_percent > 100 {
            self.say("The background picture lies too far off the map, or has no size.".to_owned());
        }
    }

    fn check_tiers(&mut self, plan: &Plan) {
        let mut names = HashSet::new();
        for tier in &plan.tiers {
            if !is_name(&tier.name, NAME_MAX) {
                self.say(format!("A price needs a name of 1 to {NAME_MAX} characters without spaces around it."));
            }
            if !names.insert(tier.name.as_str()) {
                self.say(format!("There is another price called {}.", tier.name));
            }
            if !(0..=PRICE_MAX).contains(&tier.price_minor) {
                self.say(format!("The price {} is below nothing, or too high.", tier.name));
            }
        }
    }

    fn check_section(&mut self, plan: &Plan, section: &Section) {
        let name = if section.name.is_empty() { "A section" } else { &section.name };
        if !is_name(&section.name, NAME_MAX) {
            self.say(format!("{name} needs a name of 1 to {NAME_MAX} characters without spaces around it."));
        }
        if !(0..=PRICE_MAX).contains(&section.price_minor) {
            self.say(format!("The price of {name} is below nothing, or too high."));
        }
        self.check_outline(plan, &section.outline, &format!("The outline of {name}"));
        let mut labels = HashSet::new();
        match &section.area {
            Area::Standing(0) => self.say(format!("{name} has room for nobody: say for how many, or remove it.")),
            Area::Standing(_) => {}
            Area::Rows(rows) if rows.is_empty() => self.say(format!("{name} has no seats: draw some, or remove it.")),
            Area::Rows(rows) => {
                for (nth, row) in rows.iter().enumerate() {
                    if self.is_full() {
                        return;
                    }
                    self.at.1 = Some(nth);
                    if !labels.insert(row.label.as_str()) {
                        self.say(format!("{name} has another row {}.", row.label));
                    }
                    self.at.1 = None;
                }
            }
        }
    }

    fn check_outline(&mut self, plan: &Plan, outline: &[i32], what: &str) {
        let count = outline.len() / 2;
        if !outline.len().is_multiple_of(2) || !(3..=POINTS_MAX).contains(&count) {
            self.say(format!("{what} needs 3 to {POINTS_MAX} points."));
        } else if outline.as_chunks::<2>().0.iter().any(|[x, y]| !is_inside(plan, *x, *y)) {
            self.say(format!("{what} reaches beyond the map."));
        } else if doubled_area(outline) == 0 {
            self.say(format!("{what} has no area: its points lie on one line."));
        }
    }

    fn check_row<'a>(
        &mut self,
        plan: &Plan,
        (section, row): (&Section, &'a Row),
        tiers: &HashSet<&str>,
        ids: &mut HashSet<Uuid>,
    ) {
        let called = format!("row {} of {}", row.label, section.name);
        if row.label == STANDING_ROW {
            self.say(format!("A row can't be called {STANDING_ROW}: rename it in {}.", section.name));
        } else if !is_name(&row.label, LABEL_MAX) {
            self.say(format!("A row of {} needs a label of 1 to {LABEL_MAX} characters.", section.name));
        }
        if row.seats.is_empty() {
            self.say(format!("There are no seats in {called}."));
        }
        let mut numbers: HashSet<&'a str> = HashSet::with_capacity(row.seats.len());
        for (nth, seat) in row.seats.iter().enumerate() {
            if self.is_full() {
                return;
            }
            self.at.2 = Some(nth);
            if !is_name(&seat.number, LABEL_MAX) {
                self.say(format!("A seat in {called} needs a label of 1 to {LABEL_MAX} characters."));
            }
            if !numbers.insert(&seat.number) {
                self.say(format!("There is another seat {} in {called}.", seat.number));
            }
            if !is_inside(plan, seat.x, seat.y) {
                self.say(format!("Seat {} in {called} lies outside the map.", seat.number));
            }
            if seat.tier.as_ref().is_some_and(|tier| !tiers.contains(tier.as_str())) {
                self.say(format!("Seat {} in {called} has a price that isn't there.", seat.number));
            }
            if seat.id.is_some_and(|id| !ids.insert(id)) {
                self.say(format!("Seat {} in {called} and another one are the same seat.", seat.number));
            }
        }
        self.at.2 = None;
    }

    /// Each seat is compared with those in the squares around it alone.
    fn check_overlaps(&mut self, plan: &Plan) {
        let seats: Vec<(Place, &Seat)> = places(plan).filter(|(_, seat)| is_inside(plan, seat.x, seat.y)).collect();
        let square = |seat: &Seat| (seat.x / NEAREST, seat.y / NEAREST);
        // The last seat of each square, and before each seat the one before it in its square.
        let mut last: HashMap<(i32, i32), usize> = HashMap::with_capacity(seats.len());
        let mut before: Vec<Option<usize>> = Vec::with_capacity(seats.len());
        for (nth, (place, seat)) in seats.iter().enumerate() {
            if self.is_full() {
                break;
            }
            let (column, line) = square(seat);
            let around = (-1..=1).flat_map(|dx| (-1..=1).map(move |dy| (column + dx, line + dy)));
            let mut near = around.filter_map(|at| last.get(&at).copied());
            let overlapped = near.find_map(|mut other| {
                loop {
                    let (dx, dy) = (seats[other].1.x - seat.x, seats[other].1.y - seat.y);
                    if dx * dx + dy * dy < NEAREST * NEAREST {
                        return Some(other);
                    }
                    other = before[other]?;
                }
            });
            if let Some(other) = overlapped {
                self.at = (Some(place.0), Some(place.1), Some(place.2));
                let name = |place: Place| name_of(plan, place);
                self.say(format!("{} lies on top of {}.", name(*place), name(seats[other].0)));
            }
            before.push(last.insert((column, line), nth));
        }
    }
}

/// A seat by its section, its row and its place there.
type Place = (usize, usize, usize);

fn places(plan: &Plan) -> impl Iterator<Item = (Place, &Seat)> {
    plan.sections.iter().enumerate().flat_map(|(of_section, section)| {
        section.rows().iter().enumerate().flat_map(move |(of_row, row)| {
            row.seats.iter().enumerate().map(move |(nth, seat)| ((of_section, of_row, nth), seat))
        })
    })
}

fn name_of(plan: &Plan, (section, row, seat): Place) -> String {
    let section = &plan.sections[section];
    let row = &section.rows()[row];
    crate::name_seat(&section.name, &row.label, &row.seats[seat].number)
}

fn is_inside(plan: &Plan, x: i32, y: i32) -> bool {
    (0..=plan.width.min(SIDE_MAX)).contains(&x) && (0..=plan.height.min(SIDE_MAX)).contains(&y)
}

/// Whether it can be shown, and found again as it was typed: no control characters, no spaces around it.
fn is_name(name: &str, most: usize) -> bool {
    !name.is_empty()
        && name.trim() == name
        && name.chars().count() <= most
        && !name.chars().any(|c| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}'))
}

/// Twice the area that an outline encloses.
fn doubled_area(outline: &[i32]) -> i64 {
    let points = outline.as_chunks::<2>().0;
    let next = points.iter().cycle().skip(1);
    let cross = |(a, b): (&[i32; 2], &[i32; 2])| i64::from(a[0]) * i64::from(b[1]) - i64::from(b[0]) * i64::from(a[1]);
    points.iter().zip(next).map(cross).sum::<i64>().abs()
}

/// Whether a background's address is a picture as it says. Errors: why not, as a sentence.
fn read_picture(address: &str) -> Result<(), &'static str> {
    const KIND: &str = "The background picture has to be a PNG, a JPEG or a WebP.";
    let (head, data) = address.strip_prefix("data:").and_then(|rest| rest.split_once(";base64,")).ok_or(KIND)?;
    let data = data.trim_end_matches('=');
    if data.len() / 4 * 3 > PICTURE_MAX {
        return Err("The background picture is larger than 2 MB.");
    }
    if !data.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/')) {
        return Err(KIND);
    }
    let begin = decode(data.as_bytes().get(..16).ok_or(KIND)?);
    // Source: the formats' first bytes; WebP is RIFF, its length, then its name.
    let is_kind = match head {
        "image/png" => begin.starts_with(b"\x89PNG\r\n\x1a\n"),
        "image/jpeg" => begin.starts_with(&[0xff, 0xd8, 0xff]),
        "image/webp" => begin.starts_with(b"RIFF") && begin.get(8..12) == Some(b"WEBP"),
        _ => false,
    };
    if is_kind { Ok(()) } else { Err(KIND) }
}

/// What base 64 stands for, of whole groups of four.
fn decode(text: &[u8]) -> Vec<u8> {
    let value = |byte: u8| match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' => 62,
        _ => 63,
    };
    let group = |group: &[u8; 4]| {
        let bits = group.iter().fold(0_u32, |bits, byte| bits << 6 | u32::from(value(*byte)));
        [(bits >> 16) as u8, (bits >> 8) as u8, bits as u8]
    };
    text.as_chunks::<4>().0.iter().flat_map(group).collect()
}

#[cfg(test)]
pub(crate) mod tests;
