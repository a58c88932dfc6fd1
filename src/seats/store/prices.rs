//! What seats cost, and when they are sold.

use super::windows::{find_window_changes, tell_changes, write_windows};
use crate::{
    error::{Conflict, Error, FieldError, Problem},
    events::{self, editing::facts::parse_price, window::SaleWindow},
    id::EventId,
    money::{Currency, Money},
    seats::model::{SectionPrice, TypedPrice, TypedWindow},
    server::{Result, finish, retrying, state::AppState},
    staff::{
        admit::Actor,
        store::{Deed, record},
    },
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sqlx::PgConnection;

#[derive(sqlx::FromRow)]
struct PriceRow {
    name: String,
    is_tier: bool,
    price_minor: i64,
    total_count: i32,
    #[sqlx(try_from = "String")]
    currency: Currency,
    #[sqlx(flatten)]
    window: SaleWindow,
}

/// Sections first, then tiers. Few seats have a tier: the others needn't be read to count them.
const PRICES: &str = "with tiered as (select section, tier, count(*)::int as count from seats
         where event_id = $1 and tier is not null group by section, tier)
     select priced.name, is_tier, priced.price_minor, count as total_count, currency, priced.sales_open_at, priced.sales_close_at from (
         select name, false as is_tier, position, price_minor, sales_open_at, sales_close_at,
                total_count - coalesce((select sum(count)::int from tiered where section = name), 0) as count
         from sections where event_id = $1
         union all select name, true, position, price_minor, null, null, coalesce((select sum(count)::int from tiered where tier = name), 0)
         from price_tiers where event_id = $1) as priced
     join events on events.id = $1 order by is_tier, position, priced.name";

impl From<PriceRow> for SectionPrice {
    fn from(row: PriceRow) -> Self {
        let PriceRow { name, is_tier, price_minor, total_count, currency, window } = row;
        Self { section: name, is_tier, price: Money::new(price_minor, currency), total_count, window }
    }
}

/// The sections of an event with what a seat of each costs, and its tiers, drafts included; none for an event without seats.
pub async fn list_prices(state: &AppState, event_id: EventId) -> Result<Vec<SectionPrice>> {
    let rows: Vec<PriceRow> = sqlx::query_as(PRICES).bind(event_id).fetch_all(state.db.pool()).await?;
    Ok(rows.into_iter().map(SectionPrice::from).collect())
}

/// What was typed of an event's sections and tiers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TypedSale {
    /// What their seats cost.
    pub prices: Vec<TypedPrice>,
    /// When sections are sold.
    pub windows: Vec<TypedWindow>,
}

/// Sets what a seat of each of these sections and tiers costs and when sections are sold, as it was typed, in somebody's name: what
/// stands as it did when it was looked at is left alone. Whoever has seats keeps the price they were held at. Nothing changed is
/// nothing done.
///
/// Errors: `NotFound`; `EventCancelled`; `VersionConflict` where somebody else has changed one meanwhile that is to be changed;
/// `Invalid`.
pub async fn set_prices(state: &AppState, actor: &Actor, event_id: EventId, typed: &TypedSale) -> Result<()> {
    let (task, actor, typed) = (state.clone(), *actor, typed.clone());
    finish(async move { retrying("set prices", || set_once(&task, &actor, event_id, &typed)).await }).await
}

async fn set_once(state: &AppState, actor: &Actor, event_id: EventId, typed: &TypedSale) -> Result<()> {
    let mut tx = state.db.begin().await?;
    // In the order in which drawing locks them, and who adds up what is free: the event last.
    for sql in [
        "select from seat_maps where event_id = $1 for update",
        "select from sections where event_id = $1 order by name for update",
    ] {
        sqlx::query(sql).bind(event_id).execute(&mut *tx).await?;
    }
    let row = events::store::lock_managed(&mut tx, event_id).await?;
    if row.event.is_cancelled() {
        return Err(Conflict::EventCancelled.into());
    }
    let now = state.clock.now_in(&mut tx).await?;
    let rows: Vec<PriceRow> = sqlx::query_as(PRICES).bind(event_id).fetch_all(&mut *tx).await?;
    let prices: Vec<SectionPrice> = rows.into_iter().map(SectionPrice::from).collect();
    let known =
        prices.iter().filter(|price| !price.is_tier).map(|price| (price.section.clone(), price.window)).collect();
    let (changes, windows) =
        both(find_changes(&prices, &typed.prices), find_window_changes(&known, &row, &typed.windows))?;
    if changes.is_empty() && windows.is_empty() {
        return Ok(());
    }
    if !changes.is_empty() {
        change_prices(&mut tx, (actor, event_id), &changes, now).await?;
    }
    if !windows.is_empty() {
        write_windows(&mut tx, event_id, &windows).await?;
        let (before, after) = tell_changes(&windows);
        let deed = Deed { action: "sale_times_changed", event_id: Some(event_id), subject_id: None, before, after };
        record(&mut tx, actor, deed, now).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// Both, or what is wrong with either: every field that doesn't fit is named.
fn both<A, B>(
    a: std::result::Result<A, Error>,
    b: std::result::Result<B, Error>,
) -> std::result::Result<(A, B), Error> {
    match (a, b) {
        (Err(Error::Invalid(a)), Err(Error::Invalid(b))) => Err(Error::Invalid([a, b].concat())),
        (a, b) => Ok((a?, b?)),
    }
}

async fn change_prices(
    conn: &mut PgConnection,
    (actor, event_id): (&Actor, EventId),
    changes: &[(&SectionPrice, Money)],
    now: DateTime<Utc>,
) -> Result<()> {
    write_prices(conn, event_id, changes).await?;
    let lowest: Option<i64> = sqlx::query_scalar("select min(lowest_price_minor) from sections where event_id = $1")
        .bind(event_id)
        .fetch_one(&mut *conn)
        .await?;
    events::store::write_price(conn, event_id, lowest.unwrap_or_default(), now).await?;
    let told = |of: fn(&(&SectionPrice, Money)) -> Money| -> Value {
        changes
            .iter()
            .map(|change| (change.0.section.clone(), of(change).decimal().into()))
            .collect::<Map<_, _>>()
            .into()
    };
    let (before, after) = (told(|(before, _)| before.price), told(|(_, price)| *price));
    let deed = Deed { action: "prices_changed", event_id: Some(event_id), subject_id: None, before, after };
    record(conn, actor, deed, now).await
}

/// The sections and tiers whose price is to be another, with the new one. Errors: `Invalid`; `VersionConflict`.
fn find_changes<'a>(
    prices: &'a [SectionPrice],
    typed: &[TypedPrice],
) -> std::result::Result<Vec<(&'a SectionPrice, Money)>, Error> {
    let (mut changes, mut wrong) = (Vec::new(), Vec::new());
    for typed in typed {
        let named = |price: &&SectionPrice| (&price.section, price.is_tier) == (&typed.name, typed.is_tier);
        let Some(before) = prices.iter().find(named) else {
            let field = if typed.is_tier { "tiers" } else { "sections" };
            return Err(Error::invalid(field, Problem::Unknown));
        };
        let was = typed.before.as_ref().map(|was| parse_price(was, before.price.currency));
        match parse_price(&typed.price, before.price.currency) {
            Ok(price) if was == Some(Ok(price)) => {}
            Ok(price) if price != before.price && was.is_some_and(|was| was != Ok(before.price)) => {
                return Err(Conflict::VersionConflict.into());
            }
            Ok(price) if price != before.price => changes.push((before, price)),
            Ok(_) => {}
            Err(problem) => wrong.push(FieldError { field: typed.field.clone(), problem }),
        }
    }
    if wrong.is_empty() { Ok(changes) } else { Err(Error::Invalid(wrong)) }
}

/// The sections', the tiers' and their seats': those that somebody has too, since what they pay stands with who has them, and the next
/// pays what is asked then. Seats are locked in id order, as everybody does. The map has another version after that.
async fn write_prices(conn: &mut PgConnection, event_id: EventId, changes: &[(&SectionPrice, Money)]) -> Result<()> {
    let of = |is_tier: bool| -> (Vec<&str>, Vec<i64>) {
        let own = changes.iter().filter(|(before, _)| before.is_tier == is_tier);
        own.map(|(before, price)| (before.section.as_str(), price.minor)).unzip()
    };
    let ((sections, section_prices), (tiers, tier_prices)) = (of(false), of(true));
    sqlx::query(
        "select from seats where event_id = $1 and (tier is null and section = any($2) or tier = any($3))
         order by id for no key update",
    )
    .bind(event_id)
    .bind(&sections)
    .bind(&tiers)
    .execute(&mut *conn)
    .await?;
    for (sql, names, prices) in [
        (
            "update sections set price_minor = given.price from unnest($2::text[], $3::bigint[]) as given (name, price)
             where event_id = $1 and sections.name = given.name",
            &sections,
            &section_prices,
        ),
        (
            "update price_tiers set price_minor = given.price from unnest($2::text[], $3::bigint[]) as given (name, price)
             where event_id = $1 and price_tiers.name = given.name",
            &tiers,
            &tier_prices,
        ),
        (
            "update seats set price_minor = given.price from unnest($2::text[], $3::bigint[]) as given (name, price)
             where event_id = $1 and section = given.name and tier is null and price_minor <> given.price",
            &sections,
            &section_prices,
        ),
        (
            "update seats set price_minor = given.price from unnest($2::text[], $3::bigint[]) as given (name, price)
             where event_id = $1 and tier = given.name and price_minor <> given.price",
            &tiers,
            &tier_prices,
        ),
    ] {
        sqlx::query(sql).bind(event_id).bind(names).bind(prices).execute(&mut *conn).await?;
    }
    for sql in [
        "update sections set lowest_price_minor = found.lowest
         from (select name, coalesce((select min(price_minor) from seats where seats.event_id = $1 and section = priced.name),
                                     price_minor) as lowest
               from sections as priced where event_id = $1) as found
         where event_id = $1 and sections.name = found.name and lowest_price_minor <> found.lowest",
        "update seat_maps set version = version + 1 where event_id = $1",
    ] {
        sqlx::query(sql).bind(event_id).execute(&mut *conn).await?;
    }
    Ok(())
}
