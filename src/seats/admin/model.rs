//! What the designer of seat maps is told and tells.

use crate::{
    id::{EventId, PlanId, SeatId},
    money::Currency,
    seats::model::SeatStatus,
};
use chrono::{DateTime, Utc};
use seat_plan::{Changes, Flaw, LineFault, Plan};
use serde::{Deserialize, Serialize};

/// The map of an event as it is drawn.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventDrawing {
    /// Whose map it is.
    pub event_id: EventId,
    /// The event's name.
    pub name: String,
    /// The map; without sections where none is drawn yet.
    pub plan: Plan,
    /// The version that the next drawing has to name; 0 where none is drawn yet.
    pub version: i64,
    /// The currency of all its prices.
    pub currency: Currency,
    /// Decimal places of that currency.
    pub decimals: u32,
    /// The seats that aren't free; a lapsed hold's are.
    pub taken: Vec<TakenSeat>,
    /// How many places of each section where people stand aren't free.
    pub standing: Vec<TakenPlaces>,
    /// Whether people can see the event.
    pub is_published: bool,
}

/// A seat that isn't free.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TakenSeat {
    /// The seat.
    pub id: SeatId,
    /// Held, booked, or kept back.
    pub status: SeatStatus,
}

/// Places of a section where people stand that aren't free.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TakenPlaces {
    /// The section.
    pub section: String,
    /// Held and booked: its places can't be fewer.
    pub taken_count: u32,
    /// Kept back.
    pub blocked_count: u32,
}

/// What came of a drawing, or would come of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DrawingChange {
    /// The version of the map now.
    pub version: i64,
    /// Whether it was saved: it was confirmed, is without flaws, and removes nothing that somebody has.
    pub is_saved: bool,
    /// What is wrong with the plan.
    pub flaws: Vec<Flaw>,
    /// Places that the plan leaves out and somebody has: they can't be removed.
    pub in_use: InUse,
    /// What changes.
    pub changes: Changes,
    /// Whom it concerns.
    pub touches: Touches,
    /// What should be known before it is confirmed, as sentences.
    pub warnings: Vec<String>,
}

/// Places that can't be removed because somebody has them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct InUse {
    /// The seats, a hundred at most.
    pub seats: Vec<TakenSeat>,
    /// How many seats they are in all.
    pub seat_count: usize,
    /// Their names, the first twenty.
    pub names: Vec<String>,
    /// Sections where more people stand than would have room.
    pub standing: Vec<TakenPlaces>,
}

impl InUse {
    /// Whether nothing stands in the way.
    pub fn is_nothing(&self) -> bool {
        self.seats.is_empty() && self.standing.is_empty()
    }
}

/// Whom a change of a map concerns: people whose seats stand elsewhere, are called otherwise or are of another kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Touches {
    /// Seats of theirs that are booked.
    pub booked_count: i64,
    /// Seats of theirs that are held.
    pub held_count: i64,
    /// People.
    pub people_count: i64,
    /// People who wait for places: what is added is offered to them first.
    pub waiting_count: i64,
}

/// A file as a plan, or why it is none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadPlan {
    /// The plan; it may have flaws.
    pub plan: Option<Plan>,
    /// What can't be read.
    pub faults: Vec<LineFault>,
    /// What is wrong with the plan.
    pub flaws: Vec<Flaw>,
}

/// A plan that is kept to begin maps from, in lists.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(sqlx::FromRow))]
pub struct PlanLine {
    /// The plan's id.
    pub id: PlanId,
    /// Its name.
    pub name: String,
    /// The currency of its prices.
    #[cfg_attr(feature = "ssr", sqlx(try_from = "String"))]
    pub currency: Currency,
    /// For how many people it has room.
    pub place_count: i32,
    /// The version that the next change has to name.
    pub version: i64,
    /// When it was last saved.
    pub updated_at: DateTime<Utc>,
}

/// A plan that is kept to begin maps from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptPlan {
    /// What lists say of it.
    #[serde(flatten)]
    pub line: PlanLine,
    /// Decimal places of its currency.
    pub decimals: u32,
    /// The plan. Its seats and sections are none of an event's.
    pub plan: Plan,
}
