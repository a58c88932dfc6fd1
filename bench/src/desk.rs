//! The dashboard among a million bookings: looking for one, the figures, and an event's list as a file.

use crate::{
    load::{End, Seen, repeat},
    memory::server_memory_kb,
    report::{Report, Wanted},
    stage::Stage,
};
use anyhow::{Context, ensure};
use std::{
    collections::BTreeMap,
    sync::Mutex,
    time::{Duration, Instant},
};
use uuid::Uuid;

/// How these measures are named together.
pub(crate) const ID: &str = "DESK";
/// Bookings in all. A tenth of them is of one event, of which the file is.
const BOOKINGS: usize = 1_000_000;
const EVENTS: usize = 200;
/// Four bookings each.
const PEOPLE: usize = 250_000;
/// Staff who ask at the same moment.
const STAFF: usize = 2;

/// Fills the tables, unless they are, and measures each thing that staff ask for.
pub(crate) async fn measure(stage: &Stage, time: Duration, runs: usize, report: &mut Report) -> anyhow::Result<()> {
    let desk = stage.fill_desk(BOOKINGS, EVENTS, PEOPLE).await?;
    for _ in 0..runs {
        let found = ask(stage, &desk, time, search).await?;
        report.add("DESK-S", "searches for one of a million bookings", Some(Wanted::P95BelowMs(200.0)), (found, None));
        let figures = ask(stage, &desk, time, figure).await?;
        report.add("DESK-F", "figures over a million bookings", Some(Wanted::P95BelowMs(300.0)), (figures, None));
        let file = file(stage, &desk).await?;
        report.add("DESK-C", "100,000 bookings as a file", Some(Wanted::P95BelowMs(5_000.0)), (file, None));
    }
    Ok(())
}

/// What the measures ask by.
pub(crate) struct Desk {
    /// The session of an admin.
    pub(crate) admin: String,
    /// The event with a tenth of the bookings.
    pub(crate) event: Uuid,
    /// Some bookings' references, from all over.
    pub(crate) references: Vec<String>,
}

/// Lets staff ask for so long, and says to the error stream what each kind of question took.
async fn ask(
    stage: &Stage,
    desk: &Desk,
    time: Duration,
    question: fn(&Desk, usize) -> (&'static str, String),
) -> anyhow::Result<Seen> {
    let by_kind: Mutex<BTreeMap<&'static str, Vec<Duration>>> = Mutex::default();
    let times = &by_kind;
    let seen = repeat(STAFF, time, |who, turn| async move {
        let (kind, path) = question(desk, who * 3 + turn);
        let asked = Instant::now();
        stage.get_as(&desk.admin, &path).await?;
        times.lock().expect("nobody panics with it").entry(kind).or_default().push(asked.elapsed());
        Ok(End::Done)
    })
    .await?;
    for (kind, times) in by_kind.into_inner().expect("nobody panics with it") {
        let seen = Seen::of(times, time);
        eprintln!("{kind:<28} p50 {:>6.1} ms  p95 {:>6.1} ms", seen.p50_ms, seen.p95_ms);
    }
    Ok(seen)
}

/// One kind of search after the other, each time for somebody else. The people are named by [`Stage::fill_desk`].
fn search(desk: &Desk, turn: usize) -> (&'static str, String) {
    let nth = turn / 8;
    let all = "/api/v1/admin/bookings";
    match turn % 8 {
        0 => ("newest", all.to_owned()),
        1 => ("an address", format!("{all}?q=desk-{}%40example.org", nth * 7_919 % PEOPLE)),
        2 => ("a name that few have", format!("{all}?q=First{}+Last{}", nth * 31 % 500, nth * 17 % 1_000)),
        3 => ("a name that many have", format!("{all}?q=First{}", nth * 31 % 500)),
        4 => ("a reference", format!("{all}?q={}", desk.references[nth % desk.references.len()])),
        5 => ("of an event", format!("{all}?event_id={}", desk.event)),
        6 => ("a name, of an event", format!("{all}?event_id={}&q=Last{}", desk.event, nth * 17 % 1_000)),
        _ => ("what nobody is called", format!("{all}?q=nobody{nth}")),
    }
}

fn figure(desk: &Desk, turn: usize) -> (&'static str, String) {
    let event = desk.event;
    match turn % 8 {
        0 => ("all events", "/api/v1/analytics/summary".to_owned()),
        1 => ("all events, as a page", "/admin/figures".to_owned()),
        2 => ("all events, by day", "/api/v1/analytics/trends?step=day".to_owned()),
        3 => ("popular events", "/api/v1/analytics/events".to_owned()),
        4 => ("what needs attention", "/api/v1/analytics/attention".to_owned()),
        5 => ("an event", format!("/api/v1/analytics/sales?event_id={event}")),
        6 => ("an event, as a page", format!("/admin/events/{event}")),
        _ => ("the rows of a figure", format!("/api/v1/analytics/entries?event_id={event}&figure=booked")),
    }
}

/// Reads an event's bookings as a file, and says how much the server's memory grew.
async fn file(stage: &Stage, desk: &Desk) -> anyhow::Result<Seen> {
    let before = server_memory_kb().context("EVENTLY_SERVER_PID names no process")?;
    let asked = Instant::now();
    let text = stage.get_as(&desk.admin, &format!("/admin/events/{}/bookings.csv", desk.event)).await?;
    let took = asked.elapsed();
    let rows = text.iter().filter(|byte| **byte == b'\n').count().saturating_sub(1);
    ensure!(rows == BOOKINGS / 10, "the file has {rows} bookings");
    let grew = server_memory_kb().unwrap_or_default() - before;
    eprintln!("{rows} bookings as a file: {} ms, memory grew by {grew} KiB", took.as_millis());
    Ok(Seen::of(vec![took], took))
}
