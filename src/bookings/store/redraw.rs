//! Drawing the seat map of an event that people may have places of: what they have stays theirs, and what comes free goes to the
//! waitlist before the commit.

use super::{end::sweep_event, enter_event, offer::feed_lines};
use crate::{
    discounts,
    error::Conflict,
    events::{self, editing::facts::PRICE_MAX, store::ManagedRow},
    id::{EventId, SeatId},
    seats::{
        self,
        admin::model::{DrawingChange, EventDrawing, InUse, TakenPlaces, TakenSeat, Touches},
        model::SeatStatus,
        store::{DrawnMap, Taken},
    },
    server::{Passing, Result, finish, retrying, state::AppState},
    staff::{
        admit::Actor,
        store::{Deed, record},
    },
    waitlist,
};
use seat_plan::{Area, Changes, Comparison, Flaw, Plan, check, check::find_excess, compare, name_seat};
use serde_json::json;
use sqlx::PgConnection;
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// Seats in use that are told at once.
const IN_USE_MAX: usize = 100;
/// Their names.
const NAMES_MAX: usize = 20;

/// A drawing of the map of an event.
#[derive(Clone, Debug)]
pub struct Drawing {
    /// Of which.
    pub event_id: EventId,
    /// The version of the map that it was begun with; 0 where none was drawn.
    pub version: i64,
    /// The map as it is to be.
    pub plan: Plan,
    /// Whether to save it.
    pub confirmed: bool,
}

/// The map of an event as it is drawn, and what of it isn't free. Errors: `NotFound`.
pub async fn get_drawing(state: &AppState, event_id: EventId) -> Result<EventDrawing> {
    let mut conn = state.db.pool().acquire().await?;
    let row = events::store::find_managed(&mut conn, event_id).await?;
    let now = state.clock.now_in(&mut conn).await?;
    // Before what is taken: a seat that is new since is not among these.
    let map = seats::store::read_map(&mut conn, event_id).await?;
    let taken = seats::store::list_taken(&mut conn, event_id, now).await?;
    let event = row.facts().event;
    Ok(EventDrawing {
        event_id,
        name: event.name,
        plan: map.plan,
        version: map.version,
        currency: event.price.currency,
        decimals: event.price.currency.decimals(),
        taken: taken.seats,
        standing: taken.standing,
        is_published: row.is_published(),
    })
}

/// Draws the map of an event anew in somebody's name, all of it or nothing, or answers what that would change. Runs to its end even
/// if the caller goes away.
///
/// Errors: `NotFound`; `EventCancelled`; `VersionConflict` when somebody saved a newer version; and where the event has no seats yet,
/// `WrongEventState` unless it is a draft that nobody waits for, `PlacesTaken` if somebody has places of it; `Unavailable` when many
/// plans wait to be checked.
pub async fn draw_map(state: &AppState, actor: Actor, drawing: Drawing) -> Result<DrawingChange> {
    let task = state.clone();
    finish(async move {
        let _turn = enter_event(&task, drawing.event_id).await?;
        retrying("draw map", || draw_once(&task, &actor, &drawing)).await
    })
    .await
}

async fn draw_once(state: &AppState, actor: &Actor, drawing: &Drawing) -> Result<DrawingChange> {
    let event_id = drawing.event_id;
    let seen = look(state, drawing).await?;
    let Seen { change, before, plan, comparison } = seen;
    if !drawing.confirmed || !change.flaws.is_empty() || !change.in_use.is_nothing() || change.changes.is_nothing() {
        return Ok(change);
    }
    // In transactions of their own: what they free is offered, and added up, before the map is counted.
    while sweep_event(state, event_id).await? > 0 {}
    let mut tx = state.db.begin().await?;
    // Whoever is just taking places is waited for, and whoever is giving some back.
    events::store::lock_sale_alone(&mut tx, event_id).await?;
    discounts::store::lock_codes_of(&mut tx, event_id).await?;
    waitlist::store::lock_line_alone(&mut tx, event_id).await?;
    let lines = waitlist::store::lock_lines(&mut tx, &[event_id]).await?;
    seats::store::settle_counts(&mut tx, event_id).await?;
    seats::store::lock_map(&mut tx, event_id, before.version).await?;
    let row = events::store::lock_managed(&mut tx, event_id).await?;
    let now = state.clock.now_in(&mut tx).await?;
    decide_draw(&mut tx, &row, (event_id, before.version)).await?;
    if !seats::store::list_lapsed_holds_of_map(&mut tx, event_id, now).await?.is_empty() {
        // One that lapsed just now: it is ended first.
        return Err(Passing::Serialization.into());
    }
    let taken = seats::store::list_taken(&mut tx, event_id, now).await?;
    let in_use = find_in_use(&taken, &before, &plan, &comparison);
    if !in_use.is_nothing() {
        return Ok(DrawingChange { in_use, ..change });
    }
    let touches = count_touched(&mut tx, event_id, &comparison).await?;
    let sql = "select exists (select from bookings where event_id = $1)";
    let was_booked: bool = sqlx::query_scalar(sql).bind(event_id).fetch_one(&mut *tx).await?;
    let not_free: HashMap<SeatId, SeatStatus> = list_not_free(&mut tx, event_id).await?;
    let version =
        seats::store::write_map(&mut tx, event_id, (&before, &plan), (&not_free, row.is_draft() && !was_booked), now)
            .await?;
    discounts::store::rename_sections(&mut tx, event_id, &change.changes.sections_renamed, now).await?;
    feed_lines(&mut tx, &lines, now).await?;
    record(&mut tx, actor, deed(event_id, (&before.plan, &plan), &change.changes), now).await?;
    tx.commit().await?;
    state.plans.forget(event_id).await;
    Ok(DrawingChange { version, is_saved: true, touches, ..change })
}

/// What was found without a lock.
struct Seen {
    change: DrawingChange,
    before: DrawnMap,
    /// The plan, as one of this map.
    plan: Plan,
    comparison: Comparison,
}

/// Looks at what a drawing would change. Errors: those of [`draw_map`].
async fn look(state: &AppState, drawing: &Drawing) -> Result<Seen> {
    let event_id = drawing.event_id;
    let mut conn = state.db.pool().acquire().await?;
    let row = events::store::find_managed(&mut conn, event_id).await?;
    let now = state.clock.now_in(&mut conn).await?;
    let before = seats::store::read_map(&mut conn, event_id).await?;
    if before.version != drawing.version {
        return Err(Conflict::VersionConflict.into());
    }
    decide_draw(&mut conn, &row, (event_id, before.version)).await?;
    // Others need it more while this one waits for its turn.
    drop(conn);
    let plan = drawing.plan.clone();
    let price_max = PRICE_MAX * 10_i64.pow(row.facts().event.price.currency.decimals());
    let (before, plan, flaws, comparison): (DrawnMap, Plan, Vec<Flaw>, Comparison) = seats::store::in_turn(move || {
        if let Some(flaw) = find_excess(&plan) {
            return (before, plan, vec![flaw], Comparison::default());
        }
        let plan = seats::store::as_one_of(&before, plan);
        let (mut flaws, comparison) = (check(&plan), compare(&before.plan, &plan));
        flaws.extend(list_too_dear(&plan, price_max));
        (before, plan, flaws, comparison)
    })
    .await?;
    let mut conn = state.db.pool().acquire().await?;
    let taken = seats::store::list_taken(&mut conn, event_id, now).await?;
    let change = DrawingChange {
        version: before.version,
        is_saved: false,
        flaws,
        in_use: find_in_use(&taken, &before, &plan, &comparison),
        touches: count_touched(&mut conn, event_id, &comparison).await?,
        warnings: warn(&taken, &plan, &comparison),
        changes: comparison.changes.clone(),
    };
    Ok(Seen { change, before, plan, comparison })
}

/// Prices above this, which is known only with their currency.
fn list_too_dear(plan: &Plan, price_max: i64) -> Vec<Flaw> {
    let sections =
        plan.sections.iter().enumerate().map(|(nth, section)| (Some(nth), &section.name, section.price_minor));
    let tiers = plan.tiers.iter().map(|tier| (None, &tier.name, tier.price_minor));
    let dear =
        sections.chain(tiers).filter(|(.., price)| (price_max + 1..=seat_plan::check::PRICE_MAX).contains(price));
    dear.map(|(section, name, _)| Flaw {
        section,
        row: None,
        seat: None,
        words: format!("The price of {name} is too high."),
    })
    .collect()
}

/// Whether the map of this event can be drawn. Errors: `EventCancelled`; where it has no seats yet, `WrongEventState`,
/// `PlacesTaken`.
async fn decide_draw(conn: &mut PgConnection, row: &ManagedRow, (event_id, version): (EventId, i64)) -> Result<()> {
    if row.event.is_cancelled() {
        return Err(Conflict::EventCancelled.into());
    }
    if row.event.has_seat_selection && (version > 0 || row.is_draft()) {
        return Ok(());
    }
    // Its places have been counted so far: nobody may have one, or wait for one.
    let sql =
        "select coalesce(sum(quantity), 0)::int from bookings where event_id = $1 and status in ('held', 'confirmed')";
    let taken_count: i32 = sqlx::query_scalar(sql).bind(event_id).fetch_one(&mut *conn).await?;
    if taken_count > 0 {
        return Err(Conflict::PlacesTaken { taken_count }.into());
    }
    let (waiting_count, _) = waitlist::store::count_waiting(conn, event_id).await?;
    if !row.is_draft() || waiting_count > 0 {
        return Err(Conflict::WrongEventState.into());
    }
    Ok(())
}

/// What the plan leaves out although somebody has it.
fn find_in_use(taken: &Taken, before: &DrawnMap, plan: &Plan, comparison: &Comparison) -> InUse {
    let seats = taken.had(&comparison.removed);
    let shown: Vec<TakenSeat> = seats.iter().take(IN_USE_MAX).copied().collect();
    let named: HashSet<Uuid> = shown.iter().take(NAMES_MAX).map(|seat| seat.id.0).collect();
    let room = |places: &&TakenPlaces| {
        let kept = plan.sections.iter().find(|section| section.was.as_ref() == Some(&places.section));
        let count = match kept.map(|section| &section.area) {
            Some(Area::Standing(count)) => *count,
            _ => 0,
        };
        count < places.taken_count
    };
    InUse {
        seat_count: seats.len(),
        names: list_names(&before.plan, &named),
        standing: taken.standing.iter().filter(room).cloned().collect(),
        seats: shown,
    }
}

fn list_names(plan: &Plan, ids: &HashSet<Uuid>) -> Vec<String> {
    if ids.is_empty() {
        return Vec::new();
    }
    let rows = plan.sections.iter().flat_map(|section| section.rows().iter().map(move |row| (section, row)));
    rows.flat_map(|(section, row)| row.seats.iter().map(move |seat| (section, row, seat)))
        .filter(|(.., seat)| seat.id.is_some_and(|id| ids.contains(&id)))
        .map(|(section, row, seat)| name_seat(&section.name, &row.label, &seat.number))
        .collect()
}

/// What should be known before it is saved.
fn warn(taken: &Taken, plan: &Plan, comparison: &Comparison) -> Vec<String> {
    let statuses: HashMap<Uuid, SeatStatus> = taken.seats.iter().map(|seat| (seat.id.0, seat.status)).collect();
    let count = |ids: &[Uuid], wanted: &[SeatStatus]| {
        ids.iter().filter(|id| statuses.get(id).is_some_and(|status| wanted.contains(status))).count()
    };
    let mut warnings = Vec::new();
    let blocked = count(&comparison.removed, &[SeatStatus::Blocked]);
    if blocked > 0 {
        warnings.push(format!("{} kept back and would be removed.", are(blocked)));
    }
    let touched = count(&comparison.touched, &[SeatStatus::Booked]);
    if touched > 0 {
        warnings.push(format!(
            "{} booked: tickets that were printed or saved before still say where it was.",
            are(touched)
        ));
    }
    let seats = || plan.sections.iter().flat_map(|section| section.rows().iter().flat_map(|row| &row.seats));
    let has_seats = seats().next().is_some();
    if has_seats && seats().all(|seat| seat.kind != seat_plan::SeatKind::Accessible) {
        warnings.push("There is no wheelchair place on this map.".to_owned());
    }
    warnings
}

fn are(count: usize) -> String {
    if count == 1 { "1 seat is".to_owned() } else { format!("{count} seats are") }
}

/// Whose seats stand elsewhere, are called otherwise or are of another kind.
async fn count_touched(conn: &mut PgConnection, event_id: EventId, comparison: &Comparison) -> Result<Touches> {
    let (booked_count, held_count, people_count): (i64, i64, i64) = if comparison.touched.is_empty() {
        (0, 0, 0)
    } else {
        sqlx::query_as(
            "select count(*) filter (where seats.status = 'booked'), count(*) filter (where seats.status = 'held'),
                    count(distinct user_id)
             from seats join bookings on bookings.id = booking_id
             where seats.event_id = $1 and seats.id = any($2)",
        )
        .bind(event_id)
        .bind(&comparison.touched)
        .fetch_one(&mut *conn)
        .await?
    };
    let (waiting_count, _) = waitlist::store::count_waiting(conn, event_id).await?;
    Ok(Touches { booked_count, held_count, people_count, waiting_count })
}

/// The places of the event that somebody has, or that are kept back.
async fn list_not_free(conn: &mut PgConnection, event_id: EventId) -> Result<HashMap<SeatId, SeatStatus>> {
    let sql = "select id, status from seats where event_id = $1 and status <> 'available'";
    let seats: Vec<(SeatId, SeatStatus)> = sqlx::query_as(sql).bind(event_id).fetch_all(conn).await?;
    Ok(seats.into_iter().collect())
}

fn deed(event_id: EventId, (before, plan): (&Plan, &Plan), changes: &Changes) -> Deed {
    let listed = |listed: &seat_plan::compare::Listed| listed.count;
    let after = json!({
        "place_count": plan.capacity(), "added": listed(&changes.added), "removed": listed(&changes.removed),
        "moved": listed(&changes.moved), "renumbered": listed(&changes.renumbered), "repriced": listed(&changes.repriced),
        "changed_kind": listed(&changes.changed_kind), "sections_added": changes.sections_added,
        "sections_removed": changes.sections_removed, "sections_renamed": changes.sections_renamed,
    });
    let before = json!({"place_count": before.capacity()});
    Deed { action: "map_drawn", event_id: Some(event_id), subject_id: None, before, after }
}
