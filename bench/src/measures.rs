//! The measures of the booking engine, each beside its ceiling.

use crate::{
    ceiling::pgbench,
    load::{End, Seen, repeat},
    report::{Report, Wanted},
    stage::{PLACES_PER_PERSON, Stage},
};
use anyhow::ensure;
use futures::future::join_all;
use serde_json::json;
use std::time::{Duration, Instant};
use uuid::Uuid;

const PLENTY: i32 = 100_000_000;

/// Takes every measure once, or `only` this one.
pub(crate) async fn measure(
    stage: &Stage,
    time: Duration,
    only: Option<&str>,
    report: &mut Report,
) -> anyhow::Result<()> {
    let wants = |id: &str| only.is_none_or(|only| only == id);
    let ceiling = async |script: &str, clients: usize| pgbench(&stage.database, script, clients, time).await;
    let hot = ceiling("hot-row.sql", 64).await?;
    for (id, what, wanted, buyers) in [
        ("P1", "holds of one event, 64 buyers", Some(Wanted::Ratio(6.0)), 64),
        ("P1-200", "holds of one event, 200 buyers", Some(Wanted::Ratio(6.0)), 200),
        ("P1-16", "holds of one event, 16 buyers", None, 16),
    ] {
        if wants(id) {
            report.add(id, what, wanted, (one_event(stage, buyers, time).await?, Some(hot.clone())));
        }
    }
    if wants("P2") {
        let lone = ceiling("hot-row.sql", 1).await?;
        report.add(
            "P2",
            "holds of one event, a lone buyer",
            Some(Wanted::Ratio(0.5)),
            (one_event(stage, 1, time).await?, Some(lone)),
        );
    }
    if wants("P3") {
        let (events, spread) = (stage.events(100, PLENTY).await?, ceiling("spread.sql", 64).await?);
        let seen = holds(stage, &events, 64, time).await?;
        report.add("P3", "holds over 100 events, 64 buyers", Some(Wanted::Ratio(0.6)), (seen, Some(spread)));
    }
    if wants("P4") {
        let pairs = ceiling("seats.sql", 32).await?;
        let seen = seats(stage, time).await?;
        report.add(
            "P4",
            "holds of pairs among 100,000 seats, 32 buyers",
            Some(Wanted::Ratio(0.6)),
            (seen, Some(pairs)),
        );
    }
    if wants("P5") {
        let seen = bookings(stage, time).await?;
        report.add("P5", "hold and confirm, one event, 64 buyers", Some(Wanted::Ratio(2.5)), (seen, Some(hot)));
    }
    for (id, what, buyers) in [
        ("P6", "200 buyers for 50 places, from the page on: all know", 200),
        ("P6-5000", "5,000 buyers for 50 places, from the page on: all know", 5_000),
    ] {
        if wants(id) {
            report.add(id, what, None, (rush(stage, buyers).await?, None));
        }
    }
    Ok(())
}

async fn one_event(stage: &Stage, buyers: usize, time: Duration) -> anyhow::Result<Seen> {
    let events = stage.events(1, PLENTY).await?;
    holds(stage, &events, buyers, time).await
}

/// Each buyer is one person after the other, as often as one person may have places.
fn person(buyers: usize, buyer: usize, turn: usize) -> usize {
    buyer + buyers * (turn / PLACES_PER_PERSON)
}

async fn holds(stage: &Stage, events: &[Uuid], buyers: usize, time: Duration) -> anyhow::Result<Seen> {
    repeat(buyers, time, |buyer, turn| async move {
        let event = events[(buyer * 31 + turn * 17) % events.len()];
        let held = stage.hold(person(buyers, buyer, turn), &json!({ "event_id": event, "quantity": 1 })).await?;
        Ok(if held.is_some() { End::Done } else { End::Refused })
    })
    .await
}

async fn seats(stage: &Stage, time: Duration) -> anyhow::Result<Seen> {
    let (event, seats) = stage.seated_event().await?;
    let seats = &seats;
    repeat(32, time, |buyer, turn| async move {
        // Spread over all seats, now and then two buyers at one pair.
        let first = (buyer * 7_919 + turn * 104_729) % (seats.len() - 1);
        let wanted = json!({ "event_id": event, "seat_ids": [seats[first], seats[first + 1]] });
        // Two places a hold, so half as many holds a person.
        let held = stage.hold(buyer + 32 * (turn / (PLACES_PER_PERSON / 2)), &wanted).await?;
        Ok(if held.is_some() { End::Done } else { End::Refused })
    })
    .await
}

async fn bookings(stage: &Stage, time: Duration) -> anyhow::Result<Seen> {
    let event = stage.events(1, PLENTY).await?[0];
    repeat(64, time, |buyer, turn| async move {
        let person = person(64, buyer, turn);
        let Some(booking) = stage.hold(person, &json!({ "event_id": event, "quantity": 1 })).await? else {
            return Ok(End::Refused);
        };
        ensure!(stage.confirm(person, &booking).await?.is_some(), "a hold could not be confirmed");
        Ok(End::Done)
    })
    .await
}

/// All come at once for 50 places: page, hold, confirm. The times are those until each knows whether there is one for them.
async fn rush(stage: &Stage, buyers: usize) -> anyhow::Result<Seen> {
    let event = stage.events(1, 50).await?[0];
    let began = Instant::now();
    let buyer = |buyer: usize| async move {
        stage.page(buyer, &format!("/events/{event}")).await?;
        let held = stage.hold(buyer, &json!({ "event_id": event, "quantity": 1 })).await?;
        let knows = began.elapsed();
        if let Some(booking) = &held {
            ensure!(stage.confirm(buyer, booking).await?.is_some(), "a hold could not be confirmed");
        }
        anyhow::Ok((knows, held.is_some()))
    };
    let all: anyhow::Result<Vec<(Duration, bool)>> = join_all((0..buyers).map(buyer)).await.into_iter().collect();
    let elapsed = began.elapsed();
    let all = all?;
    let (sold, by_the_tables) = (all.iter().filter(|(_, held)| *held).count(), stage.taken(event).await?);
    ensure!(sold == 50 && by_the_tables == 50, "{sold} of 50 places were sold, {by_the_tables} by the tables");
    eprintln!("{buyers} buyers for 50 places: exactly 50, all done after {} ms", elapsed.as_millis());
    Ok(Seen::of(all.into_iter().map(|(knows, _)| knows).collect(), elapsed))
}
