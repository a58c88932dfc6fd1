//! What seats cost.

use crate::{
    error::{Conflict, Error, FieldError, Problem},
    events::{self, editing::facts::parse_price},
    id::EventId,
    money::{Currency, Money},
    seats::model::SectionPrice,
    server::{Result, finish, retrying, state::AppState},
    staff::{
        admit::Actor,
        store::{Deed, record},
    },
};
use serde_json::{Map, Value};
use sqlx::PgConnection;

#[derive(sqlx::FromRow)]
struct PriceRow {
    name: String,
    price_minor: i64,
    total_count: i32,
    #[sqlx(try_from = "String")]
    currency: Currency,
}

const PRICES: &str = "select sections.name, sections.price_minor, total_count, currency from sections \
    join events on events.id = event_id where event_id = $1 order by position";

impl From<PriceRow> for SectionPrice {
    fn from(row: PriceRow) -> Self {
        let PriceRow { name, price_minor, total_count, currency } = row;
        Self { section: name, price: Money::new(price_minor, currency), total_count }
    }
}

/// The sections of an event with what a seat of each costs, drafts included; none for an event without seats.
pub async fn list_prices(state: &AppState, event_id: EventId) -> Result<Vec<SectionPrice>> {
    let rows: Vec<PriceRow> = sqlx::query_as(PRICES).bind(event_id).fetch_all(state.db.pool()).await?;
    Ok(rows.into_iter().map(SectionPrice::from).collect())
}

/// Sets what a seat of each of these sections costs, by name and as it was typed, in somebody's name; beside that what each cost
/// when it was looked at, if that is known: what stands as it did then is left alone. Whoever has seats keeps the price they
/// were held at. Nothing changed is nothing done.
///
/// Errors: `NotFound`; `EventCancelled`; `VersionConflict` where somebody else has changed one meanwhile that is to be changed;
/// `Invalid`.
pub async fn set_prices(
    state: &AppState,
    actor: &Actor,
    event_id: EventId,
    (typed, before): (&[(String, String)], &[String]),
) -> Result<()> {
    let (task, actor, typed, before) = (state.clone(), *actor, typed.to_vec(), before.to_vec());
    finish(async move { retrying("set prices", || set_once(&task, &actor, event_id, (&typed, &before))).await }).await
}

async fn set_once(
    state: &AppState,
    actor: &Actor,
    event_id: EventId,
    (typed, looked_at): (&[(String, String)], &[String]),
) -> Result<()> {
    let mut tx = state.db.begin().await?;
    let row = events::store::lock_managed(&mut tx, event_id).await?;
    if row.event.is_cancelled() {
        return Err(Conflict::EventCancelled.into());
    }
    let now = state.clock.now_in(&mut tx).await?;
    let rows: Vec<PriceRow> = sqlx::query_as(PRICES).bind(event_id).fetch_all(&mut *tx).await?;
    let prices: Vec<SectionPrice> = rows.into_iter().map(SectionPrice::from).collect();
    let changes = find_changes(&prices, typed, looked_at)?;
    if changes.is_empty() {
        return Ok(());
    }
    lock_seats(&mut tx, event_id, changes.iter().map(|(before, _)| before.section.as_str())).await?;
    for (before, price) in &changes {
        write_price(&mut tx, event_id, (&before.section, price.minor)).await?;
    }
    let lowest: Option<i64> = sqlx::query_scalar("select min(price_minor) from sections where event_id = $1")
        .bind(event_id)
        .fetch_one(&mut *tx)
        .await?;
    events::store::write_price(&mut tx, event_id, lowest.unwrap_or_default(), now).await?;
    let told = |of: fn(&(&SectionPrice, Money)) -> Money| -> Value {
        changes
            .iter()
            .map(|change| (change.0.section.clone(), of(change).decimal().into()))
            .collect::<Map<_, _>>()
            .into()
    };
    let (before, after) = (told(|(before, _)| before.price), told(|(_, price)| *price));
    let deed = Deed { action: "prices_changed", event_id: Some(event_id), subject_id: None, before, after };
    record(&mut tx, actor, deed, now).await?;
    tx.commit().await?;
    Ok(())
}

/// The sections whose price is to be another, with the new one. Errors: `Invalid`; `VersionConflict`.
fn find_changes<'a>(
    prices: &'a [SectionPrice],
    typed: &[(String, String)],
    looked_at: &[String],
) -> Result<Vec<(&'a SectionPrice, Money)>> {
    let (mut changes, mut wrong) = (Vec::new(), Vec::new());
    for (place, (section, text)) in typed.iter().enumerate() {
        let Some(before) = prices.iter().find(|price| price.section == *section) else {
            return Err(Error::invalid("sections", Problem::Unknown).into());
        };
        let was = looked_at.get(place).map(|was| parse_price(was, before.price.currency));
        match parse_price(text, before.price.currency) {
            Ok(price) if was == Some(Ok(price)) => {}
            Ok(price) if price != before.price && was.is_some_and(|was| was != Ok(before.price)) => {
                return Err(Conflict::VersionConflict.into());
            }
            Ok(price) if price != before.price => changes.push((before, price)),
            Ok(_) => {}
            Err(problem) => wrong.push(FieldError { field: format!("prices[{place}]"), problem }),
        }
    }
    if wrong.is_empty() { Ok(changes) } else { Err(Error::Invalid(wrong).into()) }
}

/// Locks the seats of these sections in id order, as everybody does.
async fn lock_seats<'a>(
    conn: &mut PgConnection,
    event_id: EventId,
    sections: impl Iterator<Item = &'a str>,
) -> Result<()> {
    sqlx::query("select from seats where event_id = $1 and section = any($2) order by id for no key update")
        .bind(event_id)
        .bind(sections.collect::<Vec<_>>())
        .execute(conn)
        .await?;
    Ok(())
}

/// The section's and its seats': those that somebody has too, since what they pay stands with who has them, and the next pays
/// what is asked then.
async fn write_price(conn: &mut PgConnection, event_id: EventId, (section, price_minor): (&str, i64)) -> Result<()> {
    for sql in [
        "update sections set price_minor = $3 where event_id = $1 and name = $2",
        "update seats set price_minor = $3 where event_id = $1 and section = $2 and price_minor <> $3",
    ] {
        sqlx::query(sql).bind(event_id).bind(section).bind(price_minor).execute(&mut *conn).await?;
    }
    Ok(())
}
