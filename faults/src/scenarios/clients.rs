//! Clients send a request and are gone before the answer.

use super::Outcome;
use crate::{
    ledger::{Told, Verb},
    rush::{Known, Person, Rush},
    stage::Stage,
    trial::{Excused, Trial},
};
use anyhow::Context;
use futures::future::join_all;
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use tokio::{io::AsyncWriteExt, net::TcpStream, time::sleep};
use uuid::Uuid;

/// In great number, while others buy: nothing they began may stay open, and what they held comes back.
pub(super) async fn gone(stage: &Stage) -> anyhow::Result<Outcome> {
    let mut trial = Trial::open(stage, "clients-gone", &[stage.setup()]).await?;
    let each = stage.form.gone / stage.ghosts.len();
    let ghosts = stage.ghosts.iter().map(|cookie| haunt(&trial.rush, cookie, each));
    join_all(ghosts).await.into_iter().collect::<anyhow::Result<()>>()?;
    let sold = trial.recovered(Instant::now()).await?;
    trial.waits_for_expiry = stage.form.waits_for_expiry;
    let figures = trial.close(Excused::nothing()).await?;
    Ok(Outcome::Passed(format!("{} clients gone, selling {} ms later; {figures}", stage.form.gone, sold.as_millis())))
}

/// Now and then a hold that is waited for, and requests that are not: for that hold, and for others.
async fn haunt(rush: &Rush, cookie: &str, times: usize) -> anyhow::Result<()> {
    let person = Person { cookie, site: 0 };
    let mut held: Option<Told> = None;
    for n in 0..times {
        if n % 8 == 0 {
            let event = rush.sale.cool[fastrand::usize(..rush.sale.cool.len())];
            if let Known::Done(told) = rush.hold(person, event, json!({ "quantity": 1 })).await {
                held = Some(told);
            }
        }
        let (verb, body) = request(rush, held.as_ref());
        if let (Some(held), true) = (&held, verb != Verb::Hold) {
            rush.ledger().asks(held.id, verb);
        }
        send_and_go(&rush.sites[0], cookie, verb, &body).await.context("sending a request")?;
    }
    Ok(())
}

fn request(rush: &Rush, held: Option<&Told>) -> (Verb, Value) {
    let key = Uuid::now_v7();
    let sale = &rush.sale;
    match (held, fastrand::u8(0..8)) {
        (Some(held), 0) => (Verb::Confirm, json!({ "booking_id": held.id })),
        (Some(held), 1) => (Verb::Release, json!({ "booking_id": held.id })),
        (Some(held), 2) => (Verb::Cancel, json!({ "booking_id": held.id })),
        (_, 3..5) => {
            let seat = sale.seats[fastrand::usize(..sale.seats.len())];
            (Verb::Hold, json!({ "event_id": sale.seated, "seat_ids": [seat], "key": key }))
        }
        (_, 5) => (Verb::Hold, json!({ "event_id": sale.hot, "quantity": 1, "key": key })),
        _ => (Verb::Hold, json!({ "event_id": sale.cool[0], "quantity": 1, "key": key })),
    }
}

/// Sends the request, mostly all of it, and closes the connection at once or a little later, in good order or not.
async fn send_and_go(site: &str, cookie: &str, verb: Verb, body: &Value) -> anyhow::Result<()> {
    let address = site.strip_prefix("http://").context("an address")?;
    let body = body.to_string();
    let request = format!(
        "POST /api/v1/{} HTTP/1.1\r\nhost: {address}\r\ncookie: {cookie}\r\ncontent-type: application/json\r\n\
         content-length: {}\r\n\r\n{body}",
        verb.path(),
        body.len()
    );
    let sent = if fastrand::u8(0..10) == 0 { fastrand::usize(..request.len()) } else { request.len() };
    let mut connection = TcpStream::connect(address).await?;
    connection.write_all(&request.as_bytes()[..sent]).await?;
    if fastrand::bool() {
        connection.set_zero_linger()?;
    }
    sleep(Duration::from_micros(fastrand::u64(0..8_000))).await;
    Ok(())
}
