//! `evently seed`: a demonstration worth looking at, made once through the slices' own functions.
//!
//! Everything follows from the catalogue and from now, with no chance but the repeatable one of `chance`. Owns no table.
//!
//! A run that is cut off leaves no half-filled catalogue for ever: the demo admin is made last, and is the mark of a
//! complete demonstration. Until it is there, the next run goes on where the last one stopped. Each step is one
//! transaction that leaves a trace (the event of that name, its seats, its publication, its bookings or those of a few
//! sections) and is skipped where the trace is found. A database with events of its own is left alone.

mod accounts;
mod bookings;
mod calendar;
mod catalogue;
mod chance;
mod codes;
mod events;
mod maps;
mod people;
mod sales;
mod sold;
mod store;

use crate::{
    audit,
    bookings::store::join_waitlist,
    error::{Conflict, Error},
    events::store::cancel_event,
    id::{EventId, UserId},
    job::Lane,
    notifications,
    seats::store::{count_together, project_availability},
    server::{Failure, Result, clock::Clock, jobs::run_due, state::AppState},
    waitlist::store::JoinRequest,
};
use accounts::People;
use anyhow::{Context, anyhow, bail};
use catalogue::{EventPlan, Fate, Places};
use chrono::{DateTime, TimeDelta, Utc};
use store::Made;

/// Fills in the demonstration unless it is there. Progress goes to the error stream; the demo accounts are printed.
pub async fn run(state: &AppState) -> anyhow::Result<()> {
    let Some(_turn) = store::take_turn(state).await? else {
        bail!("another process is filling in the demonstration");
    };
    if store::has_admin(state, accounts::ADMIN.email)
        .await
        .context("looking for the demo admin: is the database migrated?")?
    {
        eprintln!("The demonstration is there already: nothing was changed.");
        accounts::print();
        return Ok(());
    }
    let made = store::list_events(state).await?;
    if let Some(own) = made.iter().find(|made| catalogue::events().iter().all(|plan| plan.name != made.name)) {
        eprintln!("This database has events of its own, for example \"{}\": no demonstration was added.", own.name);
        return Ok(());
    }
    fill_in(state, &made).await?;
    accounts::print();
    Ok(())
}

async fn fill_in(state: &AppState, made: &[Made]) -> anyhow::Result<()> {
    let now = state.clock.now();
    let people = accounts::make_people(state, now).await.map_err(tell)?;
    eprintln!("{} people", people.crowd.len() + 2);
    let plans = catalogue::events();
    let mut events = Vec::with_capacity(plans.len());
    for (number, plan) in (1..).zip(&plans) {
        let before = made.iter().find(|made| made.name == plan.name);
        let (event_id, words) = events::make_event(state, plan, before, &people, now)
            .await
            .map_err(|failure| tell(failure).context(format!("making {}", plan.name)))?;
        eprintln!("{number} of {}: {}, {}: {words}", plans.len(), plan.name, plan.place.city.name);
        events.push((*plan, event_id));
    }
    bookings::make_past_bookings(state, &events, people.demo, now).await.map_err(tell)?;
    wait_in_line(state, &events, &people, now).await.map_err(tell)?;
    call_off(state, &events, made, now).await.map_err(tell)?;
    codes::make_codes(state, &events).await.map_err(tell)?;
    bookings::make_hold(state, &events, people.demo).await.map_err(tell)?;
    notifications::store::skip_history(state).await.map_err(tell)?;
    while project_availability(state).await.map_err(tell)? > 0 {}
    // Some seconds from now all that has changed is due.
    let soon = state.with_clock(Clock::fixed(state.clock.now() + TimeDelta::minutes(1)));
    while count_together(&soon).await.map_err(tell)? > 0 {}
    let mut first = None;
    let broken = audit::run(state, |line| _ = first.get_or_insert(line)).await?;
    if let Some(first) = first {
        bail!("the demonstration breaks {broken} rules of the inventory, the first: {first}");
    }
    accounts::make_admin(state, now).await.map_err(tell)
}

/// People wait for what is sold out: the friend is first in line, the attendee fourth.
async fn wait_in_line(
    state: &AppState,
    events: &[(&EventPlan, EventId)],
    people: &People,
    now: DateTime<Utc>,
) -> Result<()> {
    for (plan, event_id) in events {
        let mut line: Vec<UserId> = people.crowd.iter().copied().step_by(17).collect();
        line.insert(0, people.friend);
        line.insert(3, people.demo);
        let joined = (0..).map(|place| now - TimeDelta::days(6) + TimeDelta::hours(9 * place));
        for (place, (user_id, joined_at)) in line.into_iter().zip(joined).take(plan.waiting_count).enumerate() {
            let quantity = [2, 1, 3, 2, 4][place % 5];
            let together = place % 2 == 0 && !matches!(plan.places, Places::General(..));
            let request = JoinRequest { user_id, event_id: *event_id, quantity, together, section: None };
            match join_waitlist(&state.with_clock(Clock::fixed(joined_at)), request).await {
                // Of the crowd, some have bought places of it themselves.
                Ok(_) | Err(Failure::Refused(Error::Conflict(Conflict::OverLimit { .. }))) => {}
                Err(failure) => return Err(failure),
            }
        }
    }
    Ok(())
}

async fn call_off(state: &AppState, events: &[(&EventPlan, EventId)], made: &[Made], now: DateTime<Utc>) -> Result<()> {
    for (plan, event_id) in events.iter().filter(|(plan, _)| plan.fate == Fate::Cancelled) {
        if !made.iter().any(|made| made.name == plan.name && made.is_cancelled()) {
            cancel_event(state, *event_id, now - TimeDelta::days(1)).await?;
        }
    }
    // Its bookings are ended by a job.
    while run_due(state, Lane::Work, 1).await? > 0 {}
    Ok(())
}

/// A failure for whoever runs the command, refusals with all their details.
fn tell(failure: Failure) -> anyhow::Error {
    match failure {
        Failure::Refused(error) => anyhow!("{error} {error:?}"),
        Failure::Passing(passing) => anyhow!("{passing:?}: {}", crate::error::Error::from(passing)),
        Failure::Unexpected(error) => error,
    }
}
