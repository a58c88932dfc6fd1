//! What a seat map is made of, and how seats are named.

use super::choosing::Seating;
use crate::{
    error::{Error, Problem},
    events::window::{OffSale, SaleWindow},
    id::{EventId, SeatId},
    money::{Currency, Money},
};
use chrono::{DateTime, FixedOffset};
use serde::{Deserialize, Serialize};

/// Seats that can be asked for by their ids at once: as many as one person may ever have of an event.
pub const LIST_MAX: usize = 100;
/// Seats that can be kept back, or given free again, at once.
pub const BLOCKED_MAX: usize = 200;
/// The longest name of a section, in characters. Source: the constraint `sections_name_is_filled_in`.
const SECTION_NAME_MAX: usize = 60;
/// The largest party that seats are looked for at once.
const PARTY_MAX: i32 = 50;

/// Whether a seat can be had.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(sqlx::Type), sqlx(type_name = "seat_status", rename_all = "snake_case"))]
#[serde(rename_all = "snake_case")]
pub enum SeatStatus {
    /// Free.
    Available,
    /// In someone's hold.
    Held,
    /// In someone's confirmed booking.
    Booked,
    /// Kept back by an admin.
    Blocked,
}

/// What kind of seat it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(sqlx::Type), sqlx(type_name = "seat_kind", rename_all = "snake_case"))]
#[serde(rename_all = "snake_case")]
pub enum SeatKind {
    /// A seat.
    #[default]
    Standard,
    /// A wheelchair place.
    Accessible,
    /// The seat beside a wheelchair place.
    Companion,
}

/// One seat.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(sqlx::FromRow))]
pub struct Seat {
    /// The seat's id.
    pub id: SeatId,
    /// The section's name.
    pub section: String,
    /// The row's label, for example `F`.
    pub row: String,
    /// The seat's label in its row, for example `12`.
    pub number: String,
    /// Minor units of the event's currency.
    pub price_minor: i64,
    /// Whether it can be had. A lapsed hold reads as available.
    pub status: SeatStatus,
    /// What kind of seat it is.
    pub kind: SeatKind,
    /// Part of the stage is hidden from here.
    pub limited_view: bool,
    /// Centre on the map, in the map's units.
    pub x: i32,
    /// Centre on the map, in the map's units.
    pub y: i32,
}

impl Seat {
    /// The seat's short name, for example `F12`.
    pub fn label(&self) -> String {
        seat_label(&self.row, &self.number)
    }
}

/// The row of the places of a standing section, which no seat has.
pub const STANDING_ROW: &str = "*";

/// Whether a seat of this row is a place of a standing section: nobody chooses which one they get, and none has a name.
pub fn is_standing(row: &str) -> bool {
    row == STANDING_ROW
}

/// A seat with its section: `Stalls F12`, or `Floor` for a place where people stand.
pub fn name_place(section: &str, row: &str, number: &str) -> String {
    if is_standing(row) { section.to_owned() } else { format!("{section} {}", seat_label(row, number)) }
}

/// The short name of a seat: row and number, `F12`; parted by a dash where the row is a number too, `4-12`.
pub fn seat_label(row: &str, number: &str) -> String {
    if row.ends_with(|c: char| c.is_ascii_digit()) { format!("{row}-{number}") } else { format!("{row}{number}") }
}

/// Places of a standing section, whichever are free.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The section's name.
    pub section: String,
    /// How many places.
    pub quantity: i32,
}

impl Standing {
    /// So many places, `most` at most, of the section of this name; none without a name. Errors: `Invalid` on `quantity`, or
    /// for what can't be a name.
    pub fn parse(section: &str, quantity: Option<i32>, most: i32) -> Result<Option<Self>, Error> {
        let Some(section) = parse_section(Some(section.to_owned()))? else { return Ok(None) };
        match quantity {
            None => Err(Error::invalid("quantity", Problem::Required)),
            Some(quantity) if !(1..=most).contains(&quantity) => {
                Err(Error::invalid("quantity", Problem::OutOfRange(1, most)))
            }
            Some(quantity) => Ok(Some(Self { section, quantity })),
        }
    }
}

/// What may be the name of a section; empty is none. Errors: `Invalid` for what can't be one.
pub fn parse_section(name: Option<String>) -> Result<Option<String>, Error> {
    match name.filter(|name| !name.is_empty()) {
        Some(name) if name.chars().count() > SECTION_NAME_MAX || name.chars().any(char::is_control) => {
            Err(Error::invalid("section", Problem::Unknown))
        }
        name => Ok(name),
    }
}

/// The page of the dashboard on which seats of an event are kept back.
pub fn blocked_path(event_id: EventId) -> String {
    format!("/admin/events/{event_id}/blocked")
}

/// The seats that are to be kept back, or given free again, each once. Errors: `Invalid` for none, or more than 200.
pub fn parse_blocked(mut seat_ids: Vec<SeatId>) -> Result<Vec<SeatId>, Error> {
    seat_ids.sort_unstable();
    seat_ids.dedup();
    match seat_ids.len() {
        0 => Err(Error::invalid("seat_ids", Problem::Required)),
        1..=BLOCKED_MAX => Ok(seat_ids),
        _ => Err(Error::invalid("seat_ids", Problem::OutOfRange(1, BLOCKED_MAX as i32))),
    }
}

/// The free seats nearest to what a party keeps, as many as it has lost: beside them if possible, in their row before
/// others, on the map in any case. Where it keeps nothing here, nearest to what it has lost. None unless there are enough.
///
/// `seats` are a section's. What is kept for people with a wheelchair and who comes with them is not offered.
pub fn nearest_free<'a>(seats: &'a [Seat], kept: &[SeatId], lost: &[SeatId]) -> Vec<&'a Seat> {
    let named = |ids: &[SeatId]| seats.iter().filter(|seat| ids.contains(&seat.id)).collect::<Vec<_>>();
    let (mut beside, lost) = (named(kept), named(lost));
    if beside.is_empty() {
        beside.clone_from(&lost);
    }
    let is_offered = |seat: &&Seat| {
        seat.status == SeatStatus::Available && seat.kind == SeatKind::Standard && !kept.contains(&seat.id)
    };
    let mut free: Vec<&Seat> = seats.iter().filter(is_offered).collect();
    let mut nearest = Vec::new();
    let apart = |a: &Seat, b: &Seat| {
        let (x, y) = (i64::from(a.x - b.x), i64::from(a.y - b.y));
        (a.row != b.row, x * x + y * y)
    };
    let to_nearest = |seat: &Seat, others: &[&Seat]| others.iter().map(|other| apart(seat, other)).min();
    while nearest.len() < lost.len() {
        // Of two that are as near, the one on the side where the lost seat is.
        let distance = |seat: &Seat| (to_nearest(seat, &beside), to_nearest(seat, &lost));
        let Some(at) = (0..free.len()).min_by_key(|at| distance(free[*at])) else { return Vec::new() };
        let seat = free.remove(at);
        beside.push(seat);
        nearest.push(seat);
    }
    nearest
}

/// A free seat, and where it stands among all seats of its row, taken ones too.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "ssr", derive(sqlx::FromRow))]
pub struct FreeSeat {
    /// The seat's id.
    pub id: SeatId,
    /// Its section.
    pub section: String,
    /// Its row.
    pub row: String,
    /// Which one of the row it is, from 1: seats beside each other follow on each other, and an aisle counts as one.
    pub place: i64,
}

/// The free seats that stand beside each other, from their row's one end to the other. `free` is sorted by section, row and
/// place.
fn runs(free: &[FreeSeat]) -> impl Iterator<Item = &[FreeSeat]> {
    free.chunk_by(|a, b| (&a.section, &a.row, a.place + 1) == (&b.section, &b.row, b.place))
}

/// Those of the free seats, sorted by section, that are in this section; all without one.
pub fn free_in<'a>(free: &'a [FreeSeat], section: Option<&str>) -> &'a [FreeSeat] {
    let Some(section) = section else { return free };
    free.chunk_by(|a, b| a.section == b.section).find(|seats| seats[0].section == section).unwrap_or_default()
}

/// The most seats that one party can have at once of these, sorted by section, row and place: beside each other, or
/// anywhere. Nobody gets seats and standing places at once.
pub fn most_at_once(free: &[FreeSeat], together: bool) -> i32 {
    let in_a_run = runs(free).map(<[FreeSeat]>::len).max().unwrap_or_default();
    let most = if together { in_a_run } else { in_a_run.max(seats_of(free).count()) };
    i32::try_from(most).unwrap_or(i32::MAX)
}

/// Those that people sit on.
fn seats_of(free: &[FreeSeat]) -> impl Iterator<Item = &FreeSeat> {
    free.iter().filter(|seat| !is_standing(&seat.row))
}

/// Seats for a party of `count` out of the free ones, sorted by section, row and place; none if there aren't enough. Either
/// seats, or places of one standing section: those are beside each other.
///
/// Beside each other where that is possible, and only so if the party is to sit `together`. Of the runs that are long
/// enough the shortest that leaves no seat alone, and of these the first.
pub fn pick_seats(free: &[FreeSeat], count: i32, together: bool) -> Option<Vec<SeatId>> {
    let count = usize::try_from(count).ok().filter(|count| *count > 0)?;
    let fits = runs(free).filter(|run| run.len() >= count);
    let best = fits.min_by_key(|run| (run.len() - count == 1, run.len()));
    let ids = |seats: &[FreeSeat]| seats[..count].iter().map(|seat| seat.id).collect();
    match best {
        Some(run) => Some(ids(run)),
        None if together || seats_of(free).count() < count => None,
        // In as few pieces as there can be: the longest runs first.
        None => {
            let mut pieces: Vec<&[FreeSeat]> = runs(free).filter(|run| !is_standing(&run[0].row)).collect();
            pieces.sort_by_key(|run| std::cmp::Reverse(run.len()));
            Some(ids(&pieces.concat()))
        }
    }
}

/// What a party looks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartyWanted {
    quantity: i32,
    /// In this section only.
    pub section: Option<String>,
    /// The most that each seat may cost, in minor units.
    pub price_minor: Option<i64>,
    /// One of them needs a wheelchair place.
    pub accessible: bool,
}

impl PartyWanted {
    /// A party of `quantity`. Errors: `Invalid` outside 1 to 50, or for a price below 0.
    pub fn parse(
        quantity: i32,
        section: Option<String>,
        price_minor: Option<i64>,
        accessible: bool,
    ) -> Result<Self, Error> {
        if !(1..=PARTY_MAX).contains(&quantity) {
            return Err(Error::invalid("quantity", Problem::OutOfRange(1, PARTY_MAX)));
        }
        if price_minor.is_some_and(|price| price < 0) {
            return Err(Error::invalid("price_minor", Problem::OutOfRange(0, i32::MAX)));
        }
        Ok(Self { quantity, section: section.filter(|name| !name.is_empty()), price_minor, accessible })
    }

    /// How many they are.
    pub fn count(&self) -> usize {
        self.quantity.unsigned_abs() as usize
    }

    /// These seats, the dear ones among them as if they were taken: they still part those beside them.
    pub fn affordable(&self, seats: Vec<Seat>) -> Vec<Seat> {
        let is_dear = |seat: &Seat| self.price_minor.is_some_and(|most| seat.price_minor > most);
        let mark = |seat: Seat| if is_dear(&seat) { Seat { status: SeatStatus::Blocked, ..seat } } else { seat };
        seats.into_iter().map(mark).collect()
    }
}

/// The best free seats for a party, and why these.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BestSeats {
    /// How they would sit.
    pub seating: Seating,
    /// The seats, in order.
    pub seats: Vec<Seat>,
    /// What they cost together, in minor units.
    pub total_amount_minor: i64,
    /// The currency of all prices.
    pub currency: Currency,
    /// Why these, as a sentence.
    pub message: String,
}

impl BestSeats {
    /// These seats of a map.
    pub fn new(seating: Seating, seats: Vec<Seat>, map: &SeatMap) -> Self {
        let message = say_why(seating, &seats, &map.stage_label);
        let total_amount_minor = seats.iter().map(|seat| seat.price_minor).sum();
        Self { seating, seats, total_amount_minor, currency: map.currency, message }
    }
}

/// Why these seats are the best for a party, on a map whose stage is called so: `Row C of Stalls has 4 together, the nearest to the stage that are free.`
pub fn say_why(seating: Seating, seats: &[Seat], stage: &str) -> String {
    let Some(first) = seats.first() else { return String::new() };
    let stage = stage.to_lowercase();
    match seating {
        Seating::Together => {
            let nearest = format!("the nearest to the {stage} that are free");
            let view = if seats.iter().any(|seat| seat.limited_view) { "; their view is limited" } else { "" };
            match seats.len() {
                1 => {
                    format!("{} in {} is the nearest to the {stage} that is free{view}.", first.label(), first.section)
                }
                count => format!("Row {} of {} has {count} together, {nearest}{view}.", first.row, first.section),
            }
        }
        Seating::Split => {
            let rows = seats.chunk_by(|a, b| a.row == b.row);
            let sizes: Vec<String> = rows.map(|row| format!("{} in row {}", row.len(), row[0].row)).collect();
            let together = seats.len();
            format!(
                "{together} together are not free. The best of {} are {}: nobody sits alone.",
                first.section,
                sizes.join(" and ")
            )
        }
    }
}

/// A section in the overview.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(sqlx::FromRow))]
pub struct Section {
    /// Its name, unique in the event.
    pub name: String,
    /// Minor units of the event's currency.
    pub price_minor: i64,
    /// Outline on the map: x, y, x, y, …
    pub outline: Vec<i32>,
    /// Seats in it.
    pub total_count: i32,
    /// Seats that can be had: those that are free, at most a second late; none while the section isn't on sale.
    pub available_count: i32,
    /// People stand in it, or sit where they like: it is booked by quantity, and its places are not drawn. The browser need not
    /// read it: what depends on it is the server's.
    #[serde(default, skip_deserializing)]
    pub standing: bool,
    /// When it goes on sale, with the offset of the venue; null where it does with its event. As `standing`, and what follows, of
    /// no concern to the browser.
    #[serde(default, skip_deserializing)]
    #[cfg_attr(not(feature = "ssr"), serde(skip_serializing))]
    pub sales_open_at: Option<DateTime<FixedOffset>>,
    /// When its sale closes; null where it does with its event's.
    #[serde(default, skip_deserializing)]
    #[cfg_attr(not(feature = "ssr"), serde(skip_serializing))]
    pub sales_close_at: Option<DateTime<FixedOffset>>,
    /// Why nothing of it can be had now, whatever is free; left out where something can.
    #[serde(default, skip_deserializing, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ssr", sqlx(skip))]
    pub off_sale: Option<OffSale>,
}

/// What a seat of a section, or of a tier, costs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SectionPrice {
    /// The section's name, or the tier's.
    pub section: String,
    /// Whether it is a tier: a price that single seats have instead of their section's.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_tier: bool,
    /// The price of each of its seats; of a section's those without a tier.
    pub price: Money,
    /// These seats.
    pub total_count: i32,
    /// When the section is sold, where that isn't as long as its event; of a tier never.
    #[serde(flatten)]
    pub window: SaleWindow,
}

/// When a section is sold, as it was typed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TypedWindow {
    /// The section's name.
    pub section: String,
    /// When its sale opens, at the venue; with the event's where nothing is typed.
    pub opens: String,
    /// When it closes.
    pub closes: String,
    /// Both as they were when they were looked at, if that is known.
    pub before: Option<(String, String)>,
    /// Which one of the request it is, from 0.
    pub nth: usize,
}

impl TypedWindow {
    /// The windows of these sections; empty where none is given, none unless there is one for each.
    pub fn list(
        sections: &[String],
        (opens, closes): (Vec<String>, Vec<String>),
        (opens_before, closes_before): (&[String], &[String]),
    ) -> Option<Vec<Self>> {
        if opens.is_empty() && closes.is_empty() {
            return Some(Vec::new());
        }
        let before = |nth: usize| Some((opens_before.get(nth)?.clone(), closes_before.get(nth)?.clone()));
        let typed = |(nth, (section, (opens, closes))): (usize, (&String, (String, String)))| Self {
            section: section.clone(),
            opens: opens.trim().to_owned(),
            closes: closes.trim().to_owned(),
            before: before(nth),
            nth,
        };
        let is_complete = opens.len() == sections.len() && closes.len() == sections.len();
        is_complete.then(|| sections.iter().zip(opens.into_iter().zip(closes)).enumerate().map(typed).collect())
    }
}

/// The price of a section or a tier, as it was typed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TypedPrice {
    /// Whose: a section's name, or a tier's.
    pub name: String,
    /// Whether it is a tier's.
    pub is_tier: bool,
    /// The price.
    pub price: String,
    /// What it was when it was looked at, if that is known.
    pub before: Option<String>,
    /// The name of its field in the request.
    pub field: String,
}

impl TypedPrice {
    /// Prices of sections, or of tiers, by their names; none unless there is one for each.
    pub fn list(is_tier: bool, names: Vec<String>, prices: Vec<String>, before: &[String]) -> Option<Vec<Self>> {
        let fields = if is_tier { "tier_prices" } else { "prices" };
        let typed = |(nth, (name, price)): (usize, (String, String))| Self {
            name,
            is_tier,
            price,
            before: before.get(nth).cloned(),
            field: format!("{fields}[{nth}]"),
        };
        (names.len() == prices.len()).then(|| names.into_iter().zip(prices).enumerate().map(typed).collect())
    }
}

/// The overview of an event's seats.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeatMap {
    /// Whose map it is.
    pub event_id: EventId,
    /// The currency of all its prices.
    pub currency: Currency,
    /// Width in the map's units (a seat is about 10 wide).
    pub width: i32,
    /// Height in the map's units.
    pub height: i32,
    /// Outline of the stage: x, y, x, y, …
    pub stage: Vec<i32>,
    /// What the stage is called: `Stage`, `Pitch`.
    pub stage_label: String,
    /// Whether a hold that leaves a free seat alone, where that can be avoided, is refused.
    pub leaves_no_single: bool,
    /// Its sections, in order.
    pub sections: Vec<Section>,
    /// The newest frame of `seats/stream` that is in here already.
    pub frame: i64,
}

impl SeatMap {
    /// The same map with the sections that people choose seats of first.
    pub fn seats_first(&self) -> Self {
        let mut sections = self.sections.clone();
        sections.sort_by_key(|section| section.standing);
        Self { sections, ..self.clone() }
    }

    /// The same map without standing sections.
    pub fn with_seats(&self) -> Self {
        let sections = self.sections.iter().filter(|section| !section.standing).cloned().collect();
        Self { sections, ..self.clone() }
    }
}

/// One section opened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SectionSeats {
    /// Its name.
    pub section: String,
    /// The currency of all prices.
    pub currency: Currency,
    /// Its seats by row from the front, then by place in the row from the left.
    pub seats: Vec<Seat>,
}

impl SectionSeats {
    /// The seats row by row, in order.
    pub fn rows(&self) -> Vec<&[Seat]> {
        self.seats.chunk_by(|a, b| a.row == b.row).collect()
    }
}

/// The places of an event as its staff choose among them: on sale or not, and of drafts too.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Places {
    /// The map; what its sections have free is all that is.
    pub map: SeatMap,
    /// One of its sections with its seats.
    pub section: SectionSeats,
}

/// Where every seat of an event stands and what it is called: for drawing all of them at once. Who has which is said apart, by
/// [`SeatStatuses`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeatPlan {
    /// Its sections, in the order of [`SeatMap::sections`].
    pub sections: Vec<PlanSection>,
}

/// A section of a [`SeatPlan`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanSection {
    /// Its name.
    pub section: String,
    /// Its rows.
    pub rows: Vec<PlanRow>,
}

/// A row of a [`SeatPlan`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanRow {
    /// Its label.
    pub row: String,
    /// The labels of its seats.
    pub numbers: Vec<String>,
    /// The centre of its first seat in the map's units and then the step to each next one: x, y, x, y, …
    pub steps: Vec<i32>,
}

/// Which seats of an event are free.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeatStatuses {
    /// The newest frame of `seats/stream` that is in here already.
    pub frame: i64,
    /// A bit for each seat in the order of [`SeatPlan`], 1 for a free one, as hexadecimal digits: the first seat is the highest
    /// bit of the first digit. 50,000 seats are 12.5 kB.
    pub free: String,
}

/// Seats in words, by section and row: `Stalls F12, F13 · Floor, 3 places`. Those of a section follow on each other.
pub fn name_seats<'a>(seats: impl IntoIterator<Item = (&'a str, &'a str, &'a str)>) -> String {
    let seats: Vec<(&str, &str, &str)> = seats.into_iter().collect();
    let name = |seats: &[(&str, &str, &str)]| {
        let section = seats[0].0;
        let labels: Vec<String> =
            seats.iter().filter(|seat| !is_standing(seat.1)).map(|seat| seat_label(seat.1, seat.2)).collect();
        match (labels.is_empty(), seats.len()) {
            (false, _) => format!("{section} {}", labels.join(", ")),
            (true, 1) => section.to_owned(),
            (true, count) => format!("{section}, {count} places"),
        }
    };
    seats.chunk_by(|a, b| a.0 == b.0).map(name).collect::<Vec<_>>().join(" · ")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two rows of five seats; the ids are 1 to 5 and 11 to 15, the free ones as said.
    fn two_rows(free: &[u128]) -> Vec<Seat> {
        let seat = |id: u128| Seat {
            id: SeatId(uuid::Uuid::from_u128(id)),
            section: "Stalls".to_owned(),
            row: if id < 10 { "A" } else { "B" }.to_owned(),
            number: (id % 10).to_string(),
            price_minor: 2_500,
            status: if free.contains(&id) { SeatStatus::Available } else { SeatStatus::Held },
            kind: SeatKind::Standard,
            limited_view: false,
            x: 10 * (id % 10) as i32,
            y: if id < 10 { 0 } else { 8 },
        };
        (1..=5).chain(11..=15).map(seat).collect()
    }

    fn nearest(free: &[u128], kept: &[u128], lost: &[u128]) -> Vec<u128> {
        let ids = |ids: &[u128]| ids.iter().map(|id| SeatId(uuid::Uuid::from_u128(*id))).collect::<Vec<_>>();
        let seats = two_rows(free);
        nearest_free(&seats, &ids(kept), &ids(lost)).iter().map(|seat| seat.id.0.as_u128()).collect()
    }

    #[test]
    fn what_is_nearest_to_the_rest_of_the_party_is_offered() {
        assert_eq!(nearest(&[1, 3, 5, 11], &[3], &[4]), [5], "two seats away in the row before the next row");
        assert_eq!(nearest(&[1, 2, 3, 4], &[2], &[1, 5]), [1, 3], "the lost seat itself, if it is free again");
        assert_eq!(nearest(&[12, 15], &[], &[2]), [12], "nothing kept and nothing in the row: the one behind");
        assert_eq!(nearest(&[12], &[], &[2, 3]), [0; 0], "one is no help to two");
    }

    /// Free seats of row A at these places; their ids are their places.
    fn row(places: &[u128]) -> Vec<FreeSeat> {
        let seat = |place: &u128| FreeSeat {
            id: SeatId(uuid::Uuid::from_u128(*place)),
            section: "Stalls".to_owned(),
            row: "A".to_owned(),
            place: *place as i64,
        };
        places.iter().map(seat).collect()
    }

    fn picked(places: &[u128], count: i32, together: bool) -> Option<Vec<u128>> {
        let ids = pick_seats(&row(places), count, together)?;
        Some(ids.into_iter().map(|id| id.0.as_u128()).collect())
    }

    #[test]
    fn a_party_gets_the_shortest_run_that_leaves_no_seat_alone() {
        assert_eq!(picked(&[1, 2, 3, 5, 6, 8, 9, 10, 11], 2, true), Some(vec![5, 6]));
        assert_eq!(picked(&[1, 2, 3, 8, 9, 10, 11], 2, true), Some(vec![8, 9]), "3 would leave one alone");
        assert_eq!(picked(&[1, 2, 3], 2, true), Some(vec![1, 2]), "unless nothing else is possible");
    }

    #[test]
    fn a_party_that_wants_to_sit_together_waits_for_it() {
        assert_eq!(picked(&[1, 3, 5, 6], 3, true), None);
        assert_eq!(picked(&[1, 3, 5, 6], 3, false), Some(vec![5, 6, 1]));
        assert_eq!(picked(&[1, 3], 3, false), None);
        assert_eq!((most_at_once(&row(&[1, 3, 5, 6]), true), most_at_once(&row(&[1, 3, 5, 6]), false)), (2, 4));
    }

    #[test]
    fn nobody_gets_seats_and_standing_places_at_once() {
        let standing = |place: u128| FreeSeat {
            id: SeatId(uuid::Uuid::from_u128(100 + place)),
            section: "Floor".to_owned(),
            row: STANDING_ROW.to_owned(),
            place: place as i64,
        };
        let free: Vec<FreeSeat> = (1..=3).map(standing).chain(row(&[1, 3])).collect();
        let picked = |count| pick_seats(&free, count, false).map(|ids| ids.iter().map(|id| id.0.as_u128()).collect());
        assert_eq!(picked(3), Some(vec![101, 102, 103]), "people who stand stand together");
        assert_eq!(picked(4), None);
        assert_eq!((most_at_once(&free, true), most_at_once(&free, false)), (3, 3));
        let free: Vec<FreeSeat> = (1..=1).map(standing).chain(row(&[1, 3])).collect();
        assert_eq!(pick_seats(&free, 2, false).map(|ids| ids[0].0.as_u128()), Some(1));
    }

    #[test]
    fn seats_are_named_by_section_once() {
        let seats = [("Stalls", "F", "12"), ("Stalls", "F", "13"), ("Balcony", "A", "1")];
        assert_eq!(name_seats(seats), "Stalls F12, F13 · Balcony A1");
        assert_eq!(name_seats([]), "");
    }

    #[test]
    fn places_of_a_standing_section_are_counted_and_not_named() {
        assert_eq!(name_seats([("Floor", "*", "17")]), "Floor");
        let seats = [("Floor", "*", "1"), ("Floor", "*", "2"), ("Floor", "*", "30"), ("Balcony", "A", "1")];
        assert_eq!(name_seats(seats), "Floor, 3 places · Balcony A1");
        assert_eq!(
            (name_place("Floor", "*", "17"), name_place("Balcony", "4", "2")),
            ("Floor".to_owned(), "Balcony 4-2".to_owned())
        );
    }

    #[test]
    fn a_row_that_is_a_number_is_kept_apart_from_the_seat() {
        assert_eq!(seat_label("F", "12"), "F12");
        assert_eq!(seat_label("4", "12"), "4-12");
    }
}
