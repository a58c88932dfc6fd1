//! The seating plans of pretix. Source: pretix, `seating-plan.schema.json`.
//!
//! A zone is a section, a category a price. Prices, kinds of seats and limited views have no place there: they are taken from the
//! plan that the file is to replace. The stage is an area by that name; where people stand is a zone of an area alone, whose text
//! says how many.

use super::{
    LineFault,
    frame::{around, empty_map, fit, seats_of},
};
use crate::{
    Area, Plan, Row, SEAT, SEATS_MAX, Seat, Section, Tier,
    check::{SECTIONS_MAX, SIDE_MAX, TIERS_MAX},
    name_seat,
};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeSet, HashMap};
use uuid::Uuid;

/// What follows on the number of places in the text of an area where people stand.
const STANDING: &str = " standing";
/// Points of the areas of a zone that are looked at: an area with more is decoration, or no plan.
const POINTS_MAX: usize = 1_000;
/// Names of what people look at.
const STAGES: [&str; 8] = ["stage", "pitch", "screen", "field", "podium", "bühne", "leinwand", "scène"];

#[derive(Default, Serialize, Deserialize)]
struct File {
    name: String,
    #[serde(default)]
    zones: Vec<Zone>,
    #[serde(default)]
    categories: Vec<Category>,
    #[serde(default)]
    size: Option<Size>,
}

#[derive(Default, Serialize, Deserialize)]
struct Size {
    width: f64,
    height: f64,
}

#[derive(Default, Serialize, Deserialize)]
struct Category {
    name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    color: Option<String>,
}

#[derive(Default, Serialize, Deserialize)]
struct Zone {
    #[serde(default)]
    name: String,
    #[serde(default)]
    position: Position,
    #[serde(default)]
    rows: Vec<ZoneRow>,
    #[serde(default)]
    areas: Vec<ZoneArea>,
}

#[derive(Default, Serialize, Deserialize)]
struct ZoneRow {
    row_number: String,
    #[serde(default)]
    position: Position,
    seats: Vec<ZoneSeat>,
}

#[derive(Default, Serialize, Deserialize)]
struct ZoneSeat {
    seat_guid: String,
    seat_number: String,
    #[serde(default)]
    position: Position,
    #[serde(default)]
    category: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    radius: Option<f64>,
}

#[derive(Default, Serialize, Deserialize)]
struct ZoneArea {
    #[serde(default)]
    shape: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    color: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    border_color: Option<String>,
    #[serde(default)]
    position: Position,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    polygon: Option<Polygon>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    rectangle: Option<Size>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    text: Option<AreaText>,
}

#[derive(Serialize, Deserialize)]
struct Polygon {
    points: Vec<Position>,
}

#[derive(Clone, Copy, Default, Serialize, Deserialize)]
struct Position {
    x: f64,
    y: f64,
}

/// Files of the first version of the format have the words alone.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum AreaText {
    Placed { text: String, position: Position },
    Words(String),
}

impl AreaText {
    fn words(&self) -> &str {
        match self {
            Self::Placed { text, .. } | Self::Words(text) => text,
        }
    }
}

impl std::ops::Add for Position {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self { x: self.x + other.x, y: self.y + other.y }
    }
}

/// The plan as a file.
pub fn write(plan: &Plan) -> String {
    let seats = || plan.sections.iter().flat_map(|section| section.rows().iter().flat_map(|row| &row.seats));
    let tiers: BTreeSet<&str> = seats().filter_map(|seat| seat.tier.as_deref()).collect();
    let of_sections = plan.sections.iter().map(|section| section.name.as_str());
    let categories: BTreeSet<&str> = of_sections.chain(tiers).collect();
    let stage = Zone {
        name: plan.stage_label.clone(),
        areas: vec![area(&plan.stage, Some(plan.stage_label.clone()))],
        ..Zone::default()
    };
    let file = File {
        name: "Seat map".to_owned(),
        zones: std::iter::once(stage).chain(plan.sections.iter().map(zone)).collect(),
        categories: categories
            .into_iter()
            .map(|name| Category { name: name.to_owned(), color: Some("#7c8798".to_owned()) })
            .collect(),
        size: Some(Size { width: plan.width.into(), height: plan.height.into() }),
    };
    // Its numbers are finite, and its keys are text.
    serde_json::to_string(&file).unwrap_or_default()
}

fn zone(section: &Section) -> Zone {
    let seat = |row: &Row, seat: &Seat| ZoneSeat {
        seat_guid: seat.id.map_or_else(|| name_seat(&section.name, &row.label, &seat.number), |id| id.to_string()),
        seat_number: seat.number.clone(),
        position: at(seat.x, seat.y),
        category: seat.tier.clone().unwrap_or_else(|| section.name.clone()),
        radius: Some(f64::from(SEAT / 2 - 1)),
    };
    let row = |row: &Row| ZoneRow {
        row_number: row.label.clone(),
        position: Position::default(),
        seats: row.seats.iter().map(|one| seat(row, one)).collect(),
    };
    let text = match section.area {
        Area::Standing(count) => Some(format!("{count}{STANDING}")),
        Area::Rows(_) => None,
    };
    Zone {
        name: section.name.clone(),
        position: Position::default(),
        rows: section.rows().iter().map(row).collect(),
        areas: vec![area(&section.outline, text)],
    }
}

fn at(x: i32, y: i32) -> Position {
    Position { x: x.into(), y: y.into() }
}

fn area(outline: &[i32], text: Option<String>) -> ZoneArea {
    let points: Vec<Position> = outline.as_chunks::<2>().0.iter().map(|[x, y]| at(*x, *y)).collect();
    let sum = points.iter().copied().fold(Position::default(), |sum, point| sum + point);
    let count = points.len().max(1) as f64;
    let middle = Position { x: (sum.x / count).round(), y: (sum.y / count).round() };
    ZoneArea {
        shape: "polygon".to_owned(),
        color: Some("#ffffff".to_owned()),
        border_color: Some("#7c8798".to_owned()),
        polygon: Some(Polygon { points }),
        text: text.map(|text| AreaText::Placed { text, position: middle }),
        ..ZoneArea::default()
    }
}

/// The plan of a file. What it doesn't say is that of `base`: prices by the names of sections and tiers, kinds of seats by their ids.
///
/// Errors: where it can't be read, or what it has more of than a map can have.
pub fn read(text: &str, base: Option<&Plan>) -> Result<Plan, Vec<LineFault>> {
    let file: File = serde_json::from_str(text)
        .map_err(|error| vec![LineFault::new(error.line(), format!("This is no seating plan of pretix: {error}."))])?;
    refuse_excess(&file)?;
    let scale = scale(&file);
    let mut plan = base.cloned().unwrap_or_else(|| {
        let size = file.size.as_ref();
        let side =
            |of: fn(&Size) -> f64, else_: i32| size.map_or(else_, |size| place(of(size), scale).clamp(1, SIDE_MAX));
        let empty = empty_map();
        Plan { width: side(|size| size.width, empty.width), height: side(|size| size.height, empty.height), ..empty }
    });
    plan.sections.clear();
    let known: HashMap<Uuid, &Seat> = base
        .into_iter()
        .flat_map(|base| base.sections.iter().flat_map(|section| section.rows().iter().flat_map(|row| &row.seats)))
        .filter_map(|seat| Some((seat.id?, seat)))
        .collect();
    for (nth, zone) in file.zones.iter().enumerate() {
        if zone.rows.iter().all(|row| row.seats.is_empty()) {
            plan.read_areas(zone, scale, base);
            if plan.sections.len() > SECTIONS_MAX {
                return Err(vec![LineFault::new(0, format!("A map has at most {SECTIONS_MAX} sections."))]);
            }
            continue;
        }
        let name = if zone.name.is_empty() { format!("Section {}", nth + 1) } else { zone.name.clone() };
        let known_section = base.and_then(|base| base.sections.iter().find(|section| section.name == name));
        let rows = zone.rows.iter().filter(|row| !row.seats.is_empty());
        let rows: Vec<Row> = rows.map(|row| read_row((zone, &name), row, scale, &known)).collect();
        let mut section = Section {
            was: known_section.and_then(|section| section.was.clone()),
            name,
            price_minor: known_section.map_or(0, |section| section.price_minor),
            outline: Vec::new(),
            area: Area::Rows(rows),
        };
        // Every seat is held against every point: so many of them, and no more.
        let mut point_count = 0;
        let drawn = zone
            .areas
            .iter()
            .filter(|area| !area.is_too_fine())
            .map(|area| outline(zone, area, scale))
            .take_while(|outline| {
                point_count += outline.len() / 2;
                point_count <= POINTS_MAX
            })
            .find(|outline| holds(outline, &section));
        section.outline = drawn.unwrap_or_else(|| around(seats_of(&section)));
        plan.sections.push(section);
    }
    let used: BTreeSet<String> = plan
        .sections
        .iter()
        .flat_map(|section| section.rows().iter().flat_map(|row| &row.seats).filter_map(|seat| seat.tier.clone()))
        .collect();
    let is_new = |name: &String| plan.tiers.iter().all(|tier| tier.name != *name);
    let new: Vec<String> = used.into_iter().filter(is_new).collect();
    if new.len() > TIERS_MAX {
        return Err(vec![LineFault::new(0, format!("A map has at most {TIERS_MAX} named prices."))]);
    }
    plan.tiers.extend(new.into_iter().map(|name| Tier { name, price_minor: 0 }));
    if plan.sections.is_empty() {
        return Err(vec![LineFault::new(0, "There is no seat in this file.")]);
    }
    fit(&mut plan);
    Ok(plan)
}

/// Refuses what would take ever longer to read and is no map in the end. Errors: of what there is too much.
fn refuse_excess(file: &File) -> Result<(), Vec<LineFault>> {
    let seat_count: usize = file.zones.iter().flat_map(|zone| &zone.rows).map(|row| row.seats.len()).sum();
    let words = if seat_count > SEATS_MAX {
        format!("A map has at most {SEATS_MAX} places; these are {seat_count}.")
    } else if file.zones.len() > SECTIONS_MAX + 1 {
        // The stage is a zone too.
        format!("A map has at most {SECTIONS_MAX} sections; these are {} zones.", file.zones.len())
    } else {
        return Ok(());
    };
    Err(vec![LineFault::new(0, words)])
}

impl ZoneArea {
    /// Whether it has more points than are looked at.
    fn is_too_fine(&self) -> bool {
        self.polygon.as_ref().is_some_and(|polygon| polygon.points.len() > POINTS_MAX)
    }
}

fn read_row((zone, section): (&Zone, &str), row: &ZoneRow, scale: f64, known: &HashMap<Uuid, &Seat>) -> Row {
    let seats = row.seats.iter().map(|seat| {
        let at = zone.position + row.position + seat.position;
        let id: Option<Uuid> = seat.seat_guid.parse().ok();
        let known = id.and_then(|id| known.get(&id));
        Seat {
            id,
            number: seat.seat_number.clone(),
            x: place(at.x, scale),
            y: place(at.y, scale),
            kind: known.map(|seat| seat.kind).unwrap_or_default(),
            limited_view: known.is_some_and(|seat| seat.limited_view),
            tier: Some(seat.category.clone()).filter(|category| !category.is_empty() && category != section),
        }
    });
    Row { label: row.row_number.clone(), seats: seats.collect() }
}

impl Plan {
    /// A zone without seats: a stage, places to stand, or decoration, which is left out.
    fn read_areas(&mut self, zone: &Zone, scale: f64, base: Option<&Plan>) {
        for area in zone.areas.iter().filter(|area| !area.is_too_fine()) {
            let words = area.text.as_ref().map_or("", AreaText::words);
            let outline = outline(zone, area, scale);
            if outline.len() < 6 {
                continue;
            }
            if let Some(count) = words.strip_suffix(STANDING).and_then(|count| count.parse().ok()) {
                let known = base.and_then(|base| base.sections.iter().find(|section| section.name == zone.name));
                self.sections.push(Section {
                    was: known.and_then(|section| section.was.clone()),
                    name: zone.name.clone(),
                    price_minor: known.map_or(0, |section| section.price_minor),
                    outline,
                    area: Area::Standing(count),
                });
            } else if [words, &zone.name].iter().any(|name| STAGES.contains(&&*name.trim().to_lowercase())) {
                self.stage = outline;
                self.stage_label = if words.is_empty() { zone.name.clone() } else { words.to_owned() };
            }
        }
    }
}

/// The corners of an area that has some.
fn outline(zone: &Zone, area: &ZoneArea, scale: f64) -> Vec<i32> {
    let origin = zone.position + area.position;
    let corner = |x: f64, y: f64| Position { x, y };
    let corners = match (&area.polygon, &area.rectangle) {
        (Some(polygon), _) => polygon.points.clone(),
        (_, Some(Size { width, height })) => {
            vec![corner(0.0, 0.0), corner(*width, 0.0), corner(*width, *height), corner(0.0, *height)]
        }
        _ => Vec::new(),
    };
    corners.into_iter().map(|at| origin + at).flat_map(|at| [place(at.x, scale), place(at.y, scale)]).collect()
}

/// Whether all seats of a section lie within this outline. Source: the even-odd rule.
fn holds(outline: &[i32], section: &Section) -> bool {
    let corners = outline.as_chunks::<2>().0;
    let is_inside = |(x, y): (i32, i32)| {
        let edges = corners.iter().zip(corners.iter().cycle().skip(1));
        let crossed = edges.filter(|([ax, ay], [bx, by])| {
            let (x, y) = (f64::from(x), f64::from(y));
            let (ax, ay, bx, by) = (f64::from(*ax), f64::from(*ay), f64::from(*bx), f64::from(*by));
            (ay > y) != (by > y) && x < (bx - ax) * (y - ay) / (by - ay) + ax
        });
        crossed.count() % 2 == 1
    };
    corners.len() >= 3 && seats_of(section).all(is_inside)
}

/// By how much the file's pixels are enlarged so that seats stand about [`SEAT`] apart: not at all where they nearly do.
fn scale(file: &File) -> f64 {
    let gap = |pair: &[ZoneSeat]| {
        let (dx, dy) = (pair[0].position.x - pair[1].position.x, pair[0].position.y - pair[1].position.y);
        dx.hypot(dy)
    };
    let rows = file.zones.iter().flat_map(|zone| &zone.rows);
    let mut gaps: Vec<f64> = rows.flat_map(|row| row.seats.windows(2).map(gap)).filter(|gap| *gap > 0.0).collect();
    gaps.sort_unstable_by(f64::total_cmp);
    let usual = f64::from(SEAT);
    match gaps.get(gaps.len() / 2) {
        Some(median) if *median < usual * 0.66 || *median > usual * 1.5 => usual / median,
        _ => 1.0,
    }
}

/// A place on the map, within what can be told to be beyond it.
fn place(at: f64, scale: f64) -> i32 {
    (at * scale).round().clamp(f64::from(-SIDE_MAX), f64::from(4 * SIDE_MAX)) as i32
}

#[cfg(test)]
mod tests;
