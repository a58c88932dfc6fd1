//! What admins change of an event that its bookings have a say in: its fields and places, and taking it back.

use super::{call_off::count_taken, enter_event, offer::feed_lines};
use crate::{
    discounts,
    error::{Conflict, Error, FieldError, Problem},
    events::{
        self,
        editing::{
            facts::EventFacts,
            form::{ChangedBy, EventForm},
        },
        model::decide_capacity,
        store::ManagedRow,
    },
    id::EventId,
    job::{Job, News},
    server::{Result, finish, jobs::enqueue, retrying, state::AppState},
    staff::{
        admit::Actor,
        store::{Deed, record},
    },
    waitlist,
};
use chrono::{DateTime, Utc};
use serde_json::{Map, Value};
use sqlx::PgConnection;

/// What those who booked are told of when it changes.
const TOLD: [&str; 5] = ["event_date", "timezone", "venue", "address", "city"];
/// What can't change any more once somebody has held places: amounts and times would mean something else.
const FIXED: [&str; 2] = ["currency", "timezone"];

/// An edit of an event, as it was sent.
#[derive(Clone, Debug)]
pub struct Edit {
    /// Of which.
    pub event_id: EventId,
    /// The version that the form was opened with.
    pub version: i32,
    /// The marks of its fields then ([`EventForm::marks`]); without any, a newer version is always a conflict.
    pub marks: String,
    /// Fields in which what has been saved meanwhile is kept.
    pub theirs: Vec<String>,
    /// What was typed.
    pub form: EventForm,
}

/// Changes an event in somebody's name, all of it or nothing: places that are added go to the waitlist first, and who has
/// booked a published event is told of another time or place. Nothing changed is nothing done.
///
/// Errors: `NotFound`; `EventCancelled`; `VersionConflict` when somebody saved a newer version, in other fields than were changed
/// here; `Invalid`; `BelowTaken`.
pub async fn update_event(state: &AppState, actor: Actor, edit: Edit) -> Result<()> {
    let task = state.clone();
    finish(async move {
        let _turn = enter_event(&task, edit.event_id).await?;
        retrying("update event", || update_once(&task, &actor, &edit)).await
    })
    .await
}

async fn update_once(state: &AppState, actor: &Actor, edit: &Edit) -> Result<()> {
    let event_id = edit.event_id;
    let mut tx = state.db.begin().await?;
    let seen = events::store::find_managed(&mut tx, event_id).await?.facts();
    let (has_seats, seen) = (seen.event.has_seat_selection, seen.form());
    let typed = edit.form.clone().tidied();
    let typed = if has_seats { typed.with_seats(&seen) } else { typed };
    if FIXED.iter().any(|field| typed.get(field) != seen.get(field)) {
        // A hold that is being made would be of the currency before.
        events::store::lock_sale_alone(&mut tx, event_id).await?;
    }
    let lines = waitlist::store::lock_lines(&mut tx, &[event_id]).await?;
    let row = events::store::lock_managed(&mut tx, event_id).await?;
    let now = state.clock.now_in(&mut tx).await?;
    let before = row.facts();
    let after = edit.decide(&row, typed, &before)?;
    if after == before {
        return Ok(());
    }
    refuse_fixed(&mut tx, event_id, (&before.form(), &after.form())).await?;
    let version = events::store::write_facts(&mut tx, event_id, &after, now).await?;
    feed_lines(&mut tx, &lines, now).await?;
    let changed = Changed::new(&before.form(), &after.form());
    if row.is_published() && changed.is_told() {
        let tell = Job::TellAttendees { event_id, news: News::Changed { version }, after: None };
        enqueue(&mut tx, &[tell], now).await?;
    }
    record(&mut tx, actor, changed.deed(event_id), now).await?;
    tx.commit().await?;
    Ok(())
}

impl Edit {
    /// What the event is to be. Errors: see [`update_event`].
    fn decide(&self, row: &ManagedRow, typed: EventForm, before: &EventFacts) -> Result<EventFacts> {
        let saved = before.form();
        let typed = typed.with(&self.theirs, &saved);
        let differences = typed.differences(&self.marks, &saved);
        if row.version() != self.version && differences.iter().any(|differs| differs.by != ChangedBy::You) {
            return Err(Conflict::VersionConflict.into());
        }
        if row.event.is_cancelled() {
            return Err(Conflict::EventCancelled.into());
        }
        let after = before.parse_change(&typed)?;
        if after.event.total_capacity != row.event.total_capacity {
            decide_capacity(row.event.total_capacity, row.event.available_capacity, after.event.total_capacity)?;
        }
        Ok(after)
    }
}

/// Errors: `Invalid`, for what can't change any more since somebody has held places; for the currency also while a code takes off
/// an amount of it.
async fn refuse_fixed(
    conn: &mut PgConnection,
    event_id: EventId,
    (before, after): (&EventForm, &EventForm),
) -> Result<()> {
    let changed: Vec<FieldError> = FIXED
        .into_iter()
        .filter(|field| before.get(field) != after.get(field))
        .map(|field| FieldError { field: field.to_owned(), problem: Problem::Fixed })
        .collect();
    if changed.is_empty() {
        return Ok(());
    }
    let sql = "select exists (select from bookings where event_id = $1)";
    let is_fixed: bool = sqlx::query_scalar(sql).bind(event_id).fetch_one(&mut *conn).await?;
    if is_fixed {
        return Err(Error::Invalid(changed).into());
    }
    let of_currency = |field: &FieldError| field.field == "currency";
    if changed.iter().any(of_currency) && discounts::store::has_amounts(conn, event_id).await? {
        return Err(Error::invalid("currency", Problem::Fixed).into());
    }
    Ok(())
}

/// The fields that an edit changes, as they were and as they are.
struct Changed {
    before: Map<String, Value>,
    after: Map<String, Value>,
}

impl Changed {
    fn new(before: &EventForm, after: &EventForm) -> Self {
        let changed = || before.fields().into_iter().zip(after.fields()).filter(|((.., old), (.., new))| old != new);
        let field = |name: &str, text: &str| (name.to_owned(), Value::from(text));
        Self {
            before: changed().map(|((name, _, old), _)| field(name, old)).collect(),
            after: changed().map(|(_, (name, _, new))| field(name, new)).collect(),
        }
    }

    fn is_told(&self) -> bool {
        TOLD.iter().any(|field| self.after.contains_key(*field))
    }

    fn deed(self, event_id: EventId) -> Deed {
        let (before, after) = (self.before.into(), self.after.into());
        Deed { action: "event_updated", event_id: Some(event_id), subject_id: None, before, after }
    }
}

/// Makes a published event a draft again in somebody's name, as long as nobody has places of it. Doing it twice is fine.
///
/// Errors: `NotFound`; `EventCancelled`; `PlacesTaken`.
pub async fn unpublish_event(state: &AppState, actor: &Actor, event_id: EventId) -> Result<()> {
    let mut tx = state.db.begin().await?;
    // Whoever is just taking places is waited for.
    events::store::lock_sale_alone(&mut tx, event_id).await?;
    let row = events::store::lock_managed(&mut tx, event_id).await?;
    if row.event.is_cancelled() {
        return Err(Conflict::EventCancelled.into());
    }
    if row.is_draft() {
        return Ok(());
    }
    let now: DateTime<Utc> = state.clock.now_in(&mut tx).await?;
    let taken_count = count_taken(&mut tx, event_id, now).await?;
    if taken_count > 0 {
        return Err(Conflict::PlacesTaken { taken_count }.into());
    }
    events::store::unpublish(&mut tx, actor, event_id, now).await?;
    tx.commit().await?;
    Ok(())
}
