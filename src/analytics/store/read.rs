//! Reading figures over a range of days.

use crate::{
    analytics::model::{
        Attention, Capacity, EventFacts, EventFigures, Figures, Range, Step, Sums, Takings, TrendPoint,
        WaitlistFigures, decide_concern, steps,
    },
    id::EventId,
    money::Currency,
    server::{Result, state::AppState},
    staff::model::Reach,
};
use chrono::{DateTime, NaiveDate, Utc};
use std::collections::{BTreeMap, HashMap};

/// The sums of [`Figures`] over rows of `sales_days d`.
const FIGURES: &str = "coalesce(sum(held_count), 0)::bigint as held_count, coalesce(sum(held_quantity), 0)::bigint as held_quantity, \
    coalesce(sum(offered_count), 0)::bigint as offered_count, coalesce(sum(confirmed_count), 0)::bigint as confirmed_count, \
    coalesce(sum(confirmed_quantity), 0)::bigint as confirmed_quantity, coalesce(sum(accepted_count), 0)::bigint as accepted_count, \
    coalesce(sum(cancelled_count), 0)::bigint as cancelled_count, coalesce(sum(cancelled_quantity), 0)::bigint as cancelled_quantity, \
    coalesce(sum(released_count), 0)::bigint as released_count, coalesce(sum(expired_count), 0)::bigint as expired_count, \
    coalesce(sum(lapsed_count), 0)::bigint as lapsed_count, coalesce(sum(confirm_time_s), 0)::bigint as confirm_time_s, \
    coalesce(sum(confirmed_minor), 0)::bigint as confirmed_minor, coalesce(sum(cancelled_minor), 0)::bigint as cancelled_minor, \
    coalesce(sum(discount_minor), 0)::bigint as discount_minor";

/// Which events figures are of, and whether their money is told.
#[derive(Clone, Debug)]
pub struct Scope {
    /// The events.
    pub reach: Reach,
    /// Whether the reader may see money of all of them.
    pub sees_money: bool,
}

#[derive(Clone, Debug, sqlx::FromRow)]
pub(super) struct SumRow {
    #[sqlx(try_from = "String")]
    currency: Currency,
    #[sqlx(flatten)]
    figures: Figures,
    confirmed_minor: i64,
    cancelled_minor: i64,
    discount_minor: i64,
}

impl Sums {
    /// Adds what rows of one thing say, a currency each. Rows in which no money moved name no currency.
    pub(super) fn of<'a>(rows: impl IntoIterator<Item = &'a SumRow>, sees_money: bool) -> Self {
        let mut figures = Figures::default();
        let mut takings: BTreeMap<String, Takings> = BTreeMap::new();
        for row in rows {
            figures = figures.plus(&row.figures);
            if row.confirmed_minor != 0 || row.cancelled_minor != 0 || row.discount_minor != 0 {
                let entry = takings.entry(row.currency.code().to_owned()).or_insert(Takings {
                    currency: row.currency,
                    confirmed_minor: 0,
                    cancelled_minor: 0,
                    discount_minor: 0,
                });
                entry.confirmed_minor += row.confirmed_minor;
                entry.cancelled_minor += row.cancelled_minor;
                entry.discount_minor += row.discount_minor;
            }
        }
        Self { figures, takings: sees_money.then(|| takings.into_values().collect()) }
    }
}

/// Until when everything is in the figures; none before they were first added up.
pub async fn find_as_of(state: &AppState) -> Result<Option<DateTime<Utc>>> {
    Ok(sqlx::query_scalar("select as_of from sales_told").fetch_one(state.db.pool()).await?)
}

/// All that happened within a range.
pub async fn sum_range(state: &AppState, scope: &Scope, range: Range) -> Result<Sums> {
    let sql = const_format::formatcp!(
        "select e.currency, {FIGURES} from sales_days d join events e on e.id = d.event_id
         where day between $1 and $2 and ($3::uuid[] is null or d.event_id = any($3)) group by e.currency"
    );
    let rows: Vec<SumRow> = sqlx::query_as(sql)
        .bind(range.from)
        .bind(range.to)
        .bind(scope.reach.event_ids())
        .fetch_all(state.db.pool())
        .await?;
    Ok(Sums::of(&rows, scope.sees_money))
}

#[derive(sqlx::FromRow)]
struct StepRow {
    first_day: NaiveDate,
    #[sqlx(flatten)]
    sum: SumRow,
}

/// What happened in each step of a range.
pub async fn list_trend(state: &AppState, scope: &Scope, range: Range, step: Step) -> Result<Vec<TrendPoint>> {
    let sql = const_format::formatcp!(
        "select date_trunc($4, day::timestamp)::date as first_day, e.currency, {FIGURES}
         from sales_days d join events e on e.id = d.event_id
         where day between $1 and $2 and ($3::uuid[] is null or d.event_id = any($3)) group by 1, 2"
    );
    let rows: Vec<StepRow> = sqlx::query_as(sql)
        .bind(range.from)
        .bind(range.to)
        .bind(scope.reach.event_ids())
        .bind(step.key())
        .fetch_all(state.db.pool())
        .await?;
    let mut by_day: HashMap<NaiveDate, Vec<SumRow>> = HashMap::new();
    for row in rows {
        by_day.entry(row.first_day).or_default().push(row.sum);
    }
    let point = |day| TrendPoint { day, sums: Sums::of(by_day.get(&day).into_iter().flatten(), scope.sees_money) };
    Ok(steps(range, step).into_iter().map(point).collect())
}

#[derive(sqlx::FromRow)]
struct EventRow {
    id: EventId,
    name: String,
    venue: String,
    event_date: DateTime<Utc>,
    total_capacity: i32,
    available_capacity: i32,
    #[sqlx(flatten)]
    sum: SumRow,
}

/// The events that sold the most places within a range, `limit` at most.
pub async fn list_popular(state: &AppState, scope: &Scope, range: Range, limit: i64) -> Result<Vec<EventFigures>> {
    let sql = const_format::formatcp!(
        "select e.id, e.name, e.venue, e.event_date, e.total_capacity, e.available_capacity, e.currency, s.*
         from (select event_id, {FIGURES} from sales_days d
               where day between $1 and $2 and ($3::uuid[] is null or event_id = any($3)) group by event_id
               order by sum(confirmed_quantity - cancelled_quantity) desc, event_id limit $4) s
         join events e on e.id = s.event_id
         order by confirmed_quantity - cancelled_quantity desc, e.id"
    );
    let rows: Vec<EventRow> = sqlx::query_as(sql)
        .bind(range.from)
        .bind(range.to)
        .bind(scope.reach.event_ids())
        .bind(limit)
        .fetch_all(state.db.pool())
        .await?;
    let figures = |row: EventRow| EventFigures {
        event_id: row.id,
        name: row.name,
        venue: row.venue,
        event_date: row.event_date,
        total_capacity: row.total_capacity,
        available_capacity: row.available_capacity,
        sums: Sums::of([&row.sum], scope.sees_money),
    };
    Ok(rows.into_iter().map(figures).collect())
}

/// The places of what is published and not over.
pub async fn sum_capacity(state: &AppState, reach: &Reach, now: DateTime<Utc>) -> Result<Capacity> {
    let capacity = sqlx::query_as(
        "select count(*) as event_count, coalesce(sum(total_capacity), 0)::bigint as total_capacity,
                coalesce(sum(available_capacity), 0)::bigint as available_capacity
         from events where status = 'published' and ends_at > $1 and ($2::uuid[] is null or id = any($2))",
    );
    Ok(capacity.bind(now).bind(reach.event_ids()).fetch_one(state.db.pool()).await?)
}

#[derive(sqlx::FromRow)]
struct FactsRow {
    id: EventId,
    name: String,
    is_draft: bool,
    total_capacity: i32,
    available_capacity: i32,
    waiting_count: i64,
    event_date: DateTime<Utc>,
}

/// Events looked at, and events told of, at most: nobody reads more.
const LOOKED_AT_MAX: i64 = 1_000;
const ATTENTION_MAX: usize = 50;

/// The events to come that somebody should look at, the soonest first.
pub async fn list_attention(state: &AppState, reach: &Reach, now: DateTime<Utc>) -> Result<Vec<Attention>> {
    let rows: Vec<FactsRow> = sqlx::query_as(
        "select id, name, status = 'draft' as is_draft, total_capacity, available_capacity, event_date,
                (select count(*) from waitlist w where w.event_id = e.id and w.status = 'waiting') as waiting_count
         from events e where event_date > $1 and status <> 'cancelled' and ($2::uuid[] is null or id = any($2))
         order by event_date, id limit $3",
    )
    .bind(now)
    .bind(reach.event_ids())
    .bind(LOOKED_AT_MAX)
    .fetch_all(state.db.pool())
    .await?;
    let concern = |row: FactsRow| {
        let facts = EventFacts {
            is_draft: row.is_draft,
            total: row.total_capacity.into(),
            available: row.available_capacity.into(),
            waiting_count: row.waiting_count,
            days: (row.event_date - now).num_days(),
        };
        Some(Attention { event_id: row.id, name: row.name, concern: decide_concern(facts)? })
    };
    Ok(rows.into_iter().filter_map(concern).take(ATTENTION_MAX).collect())
}

/// Who waits now, and what became of those who joined within the range, days counted in UTC.
pub async fn sum_waitlist(state: &AppState, reach: &Reach, range: Range) -> Result<WaitlistFigures> {
    let figures = sqlx::query_as(
        "select count(*) filter (where status = 'waiting') as waiting_count,
                coalesce(sum(requested_quantity) filter (where status = 'waiting'), 0)::bigint as waiting_quantity,
                count(*) filter (where joined) as joined_count,
                count(*) filter (where joined and status = 'accepted') as accepted_count
         from waitlist, lateral (select created_at >= $1::date and created_at < $2::date + 1 as joined) j
         where $3::uuid[] is null or event_id = any($3)",
    );
    Ok(figures.bind(range.from).bind(range.to).bind(reach.event_ids()).fetch_one(state.db.pool()).await?)
}
