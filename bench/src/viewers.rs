//! Open maps: how long a change of seats takes to every viewer's stream, and what a viewer costs.

use crate::{load::Seen, memory::server_memory_kb, stage::Stage};
use anyhow::{Context, ensure};
use futures::{StreamExt, future::join_all, stream::FuturesUnordered};
use serde_json::{Value, json};
use std::{
    cell::RefCell,
    collections::HashMap,
    time::{Duration, Instant},
};
use tokio::time::{interval, sleep, timeout};
use uuid::Uuid;

/// How this measure is named.
pub(crate) const ID: &str = "P13";
pub(crate) const WHAT: &str = "a change of seats to each of 5,000 open maps, 200 a second";
/// The 95th percentile has to be below so many milliseconds.
pub(crate) const P95_BELOW_MS: f64 = 1_000.0;
const VIEWERS: usize = 5_000;
/// Viewers who open their map at the same time.
const OPENING: usize = 200;
/// Each turn holds two seats and gives the two before back: four changes.
const TURNS_PER_S: u64 = 50;

/// When each seat was last told to be taken, and what each frame says; read once, though every viewer gets it.
#[derive(Default)]
struct Told {
    taken_at: HashMap<Uuid, Instant>,
    frames: HashMap<String, Vec<Uuid>>,
    delays: Vec<Duration>,
}

/// Lets the viewers watch while seats are held and given back for so long. Says to the error stream what a viewer costs, where
/// `EVENTLY_SERVER_PID` names the server.
pub(crate) async fn watch(stage: &Stage, time: Duration) -> anyhow::Result<Seen> {
    let (event, seats) = stage.seated_event().await?;
    let before = server_memory_kb();
    let path = format!("/api/v1/seats/stream?event_id={event}");
    let mut streams = Vec::with_capacity(VIEWERS);
    while streams.len() < VIEWERS {
        let opened: anyhow::Result<Vec<_>> =
            join_all((0..OPENING).map(|_| stage.stream(&path))).await.into_iter().collect();
        streams.extend(opened?);
    }
    sleep(Duration::from_secs(1)).await;
    if let (Some(before), Some(after)) = (before, server_memory_kb()) {
        eprintln!("{VIEWERS} viewers: {:.1} kB each", (after - before) as f64 / VIEWERS as f64);
    }
    let told = RefCell::new(Told::default());
    let told = &told;
    let began = Instant::now();
    let watching: FuturesUnordered<_> = streams
        .into_iter()
        .map(|reply| async move {
            let mut messages = reply.bytes_stream();
            // A little longer than seats change, for the last of them.
            while let Ok(Some(Ok(bytes))) = timeout(Duration::from_secs(2), messages.next()).await {
                hear(&mut told.borrow_mut(), &bytes);
                if began.elapsed() > time + Duration::from_secs(2) {
                    break;
                }
            }
        })
        .collect();
    let (changed, ()) = tokio::join!(change(stage, event, &seats, time, told), watching.collect());
    changed?;
    let told = told.take();
    let least = VIEWERS * told.frames.len() / 2;
    ensure!(told.delays.len() > least, "only {} of at least {least} messages came", told.delays.len());
    eprintln!("{} messages in {} frames", told.delays.len(), told.frames.len());
    Ok(Seen::of(told.delays, began.elapsed()))
}

/// Holds two seats and gives the two of a while ago back, so many times a second.
async fn change(
    stage: &Stage,
    event: Uuid,
    seats: &[Uuid],
    time: Duration,
    told: &RefCell<Told>,
) -> anyhow::Result<()> {
    let mut tick = interval(Duration::from_millis(1_000 / TURNS_PER_S));
    let turns = usize::try_from(time.as_secs() * TURNS_PER_S).context("a short time")?;
    let mut underway = FuturesUnordered::new();
    for turn in 0..turns {
        tick.tick().await;
        let pair = [seats[turn * 2], seats[turn * 2 + 1]];
        underway.push(async move {
            let wanted = json!({ "event_id": event, "seat_ids": pair });
            let held = stage.hold(turn, &wanted).await?.context("free seats")?;
            told.borrow_mut().taken_at.extend(pair.map(|seat| (seat, Instant::now())));
            sleep(Duration::from_secs(1)).await;
            stage.release(turn, &held).await
        });
        while let Some(Some(done)) = futures::FutureExt::now_or_never(underway.next()) {
            done?;
        }
    }
    while let Some(done) = underway.next().await {
        done?;
    }
    Ok(())
}

/// A message as it came. Its delay is that of the seat in it that was taken first.
fn hear(told: &mut Told, bytes: &[u8]) {
    let now = Instant::now();
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    for message in text.split("\n\n") {
        let field = |name: &str| message.lines().find_map(|line| line.strip_prefix(name));
        let (Some(id), Some(data)) = (field("id: "), field("data: ")) else { continue };
        let taken = told.frames.entry(id.to_owned()).or_insert_with(|| {
            let frame: Value = serde_json::from_str(data).unwrap_or_default();
            let ids = frame["taken"].as_array().cloned().unwrap_or_default();
            ids.iter().filter_map(|id| id.as_str()?.parse().ok()).collect()
        });
        // A frame may come before the answer to who took the seats: then it was not late.
        if let Some(first) = taken.iter().filter_map(|seat| told.taken_at.get(seat)).min() {
            told.delays.push(now.duration_since(*first));
        }
    }
}
