//! What buyers do: hold, confirm, and give back again, so that the rush never ends by itself.

use crate::{
    ledger::{Told, Verb},
    rush::{Known, Person, Rush},
};
use serde_json::{Value, json};
use std::{collections::HashMap, sync::atomic::Ordering, time::Duration};
use tokio::time::sleep;
use uuid::Uuid;

/// Between two things a buyer does: sixty of them keep two processors busy without filling them.
const THINKS_MS: std::ops::Range<u64> = 5..25;
/// Places a buyer keeps of an event that does not sell out, before the first is given back.
const KEEPS: usize = 20;

/// Which events a buyer goes for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Taste {
    /// Half of the time the hot one.
    All,
    /// The hot one alone.
    Hot,
    /// All but the hot one.
    Others,
}

/// Buys until the rush is being closed, one thing after the other.
pub(crate) async fn buy(rush: &Rush, person: Person<'_>, taste: Taste) {
    let mut mine: HashMap<Uuid, Vec<Told>> = HashMap::new();
    while !rush.closing.load(Ordering::Relaxed) {
        let event = choose(rush, taste);
        let bookings = mine.entry(event).or_default();
        turn(rush, person, event, bookings).await;
        sleep(Duration::from_millis(fastrand::u64(THINKS_MS))).await;
    }
}

fn choose(rush: &Rush, taste: Taste) -> Uuid {
    let sale = &rush.sale;
    let cool = || sale.cool[fastrand::usize(..sale.cool.len())];
    match (taste, fastrand::u8(0..20)) {
        (Taste::Hot, _) | (Taste::All, 0..10) => sale.hot,
        (_, 0..13) => sale.seated,
        _ => cool(),
    }
}

/// One hold and what follows from it. Who has as much as they may, or finds nothing left, gives something back.
async fn turn(rush: &Rush, person: Person<'_>, event: Uuid, mine: &mut Vec<Told>) {
    let places: i32 = mine.iter().map(|told| told.quantity).sum();
    if places as usize + 3 > rush.sale.places_per_person(event).min(KEEPS) {
        return give_back(rush, person, mine).await;
    }
    match rush.hold(person, event, choice(rush, event)).await {
        Known::Done(held) => decide(rush, person, held, mine).await,
        Known::Refused if fastrand::u8(0..4) == 0 => give_back(rush, person, mine).await,
        Known::Refused | Known::Nothing => {}
    }
}

/// One to three places, or as many seats beside each other.
fn choice(rush: &Rush, event: Uuid) -> Value {
    let count = fastrand::usize(1..=3);
    if event != rush.sale.seated {
        return json!({ "quantity": count });
    }
    let first = fastrand::usize(..=rush.sale.seats.len() - count);
    json!({ "seat_ids": rush.sale.seats[first..first + count] })
}

async fn decide(rush: &Rush, person: Person<'_>, held: Told, mine: &mut Vec<Told>) {
    let chance = fastrand::u8(0..20);
    if chance < 3 {
        rush.change(person, Verb::Release, &held).await;
        return;
    }
    if chance == 3 {
        rush.change(person, Verb::Extend, &held).await;
    }
    if let Known::Done(booked) = rush.change(person, Verb::Confirm, &held).await {
        mine.push(booked);
    }
}

async fn give_back(rush: &Rush, person: Person<'_>, mine: &mut Vec<Told>) {
    if mine.is_empty() {
        return;
    }
    let given = mine.swap_remove(fastrand::usize(..mine.len()));
    rush.change(person, Verb::Cancel, &given).await;
}
