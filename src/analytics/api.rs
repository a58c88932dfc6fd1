//! The door to figures: `/api/v1/analytics/…`. Money is null for who may see the figures and not the money.

use super::{
    entries::FigureEntry,
    model::{Attention, EventSales, PopularEvents, Summary, Trend},
};
use crate::{error::Error, events::model::Page, id::EventId};
use leptos::{
    prelude::*,
    server_fn::codec::{GetUrl, Json},
};

/// What happened within a range of days, beside the range of the same length before; of one event, or of all whose figures the
/// caller may see.
///
/// Errors: `SignInRequired`; `Forbidden`; `Invalid` on `from` or `to`.
#[server(name = GetSummary, prefix = "/api", endpoint = "v1/analytics/summary", input = GetUrl, output = Json)]
pub async fn get_summary(
    /// The event; all of them if left out.
    #[server(default)]
    event_id: Option<EventId>,
    /// The first day, `2026-12-05`; thirty days before the last if left out.
    #[server(default)]
    from: String,
    /// The last day; today in UTC if left out.
    #[server(default)]
    to: String,
) -> Result<Summary, Error> {
    use super::{model::Range, scope::scope_of, store};
    use crate::server::{Caller, answer};
    answer(async {
        let caller = Caller::current().await?;
        let scope = scope_of::<GetSummary>(&caller, event_id).await?;
        let range = Range::parse(&from, &to, caller.now.date_naive())?;
        let state = &caller.state;
        Ok(Summary {
            as_of: store::find_as_of(state).await?,
            range,
            sums: store::sum_range(state, &scope, range).await?,
            before: store::sum_range(state, &scope, range.before()).await?,
            capacity: store::sum_capacity(state, &scope.reach, caller.now).await?,
            waitlist: store::sum_waitlist(state, &scope.reach, range).await?,
        })
    })
    .await
}

/// How figures went over a range, by day, week or month.
///
/// Errors: `SignInRequired`; `Forbidden`; `Invalid` on `from`, `to` or `step`.
#[server(name = GetTrend, prefix = "/api", endpoint = "v1/analytics/trends", input = GetUrl, output = Json)]
pub async fn get_trend(
    /// The event; all of them if left out.
    #[server(default)]
    event_id: Option<EventId>,
    /// The first day.
    #[server(default)]
    from: String,
    /// The last day.
    #[server(default)]
    to: String,
    /// `day`, `week` or `month`; what fits the range if left out.
    #[server(default)]
    step: String,
) -> Result<Trend, Error> {
    use super::{
        model::{Range, Step},
        scope::scope_of,
        store,
    };
    use crate::server::{Caller, answer};
    answer(async {
        let caller = Caller::current().await?;
        let scope = scope_of::<GetTrend>(&caller, event_id).await?;
        let range = Range::parse(&from, &to, caller.now.date_naive())?;
        let step = Step::parse(&step, range)?;
        let as_of = store::find_as_of(&caller.state).await?;
        Ok(Trend { as_of, range, step, points: store::list_trend(&caller.state, &scope, range, step).await? })
    })
    .await
}

/// The events that sold the most places within a range.
///
/// Errors: `SignInRequired`; `Forbidden`; `Invalid` on `from`, `to` or `limit`.
#[server(name = ListPopular, prefix = "/api", endpoint = "v1/analytics/events", input = GetUrl, output = Json)]
pub async fn list_popular(
    /// The first day.
    #[server(default)]
    from: String,
    /// The last day.
    #[server(default)]
    to: String,
    /// Events, at most 200; 20 if left out.
    #[server(default)]
    limit: Option<i64>,
) -> Result<PopularEvents, Error> {
    use super::{model::Range, scope::scope_of, store};
    use crate::{
        events::model::check_limit,
        server::{Caller, answer},
    };
    answer(async {
        let caller = Caller::current().await?;
        let scope = scope_of::<ListPopular>(&caller, None).await?;
        let range = Range::parse(&from, &to, caller.now.date_naive())?;
        let limit = check_limit(limit.unwrap_or(20))?;
        let as_of = store::find_as_of(&caller.state).await?;
        Ok(PopularEvents { as_of, range, items: store::list_popular(&caller.state, &scope, range, limit).await? })
    })
    .await
}

/// The events that somebody should look at, the soonest first; fifty at most.
///
/// Errors: `SignInRequired`; `Forbidden`.
#[server(name = ListAttention, prefix = "/api", endpoint = "v1/analytics/attention", input = GetUrl, output = Json)]
pub async fn list_attention() -> Result<Vec<Attention>, Error> {
    use super::{scope::scope_of, store};
    use crate::server::{Caller, answer};
    answer(async {
        let caller = Caller::current().await?;
        let scope = scope_of::<ListAttention>(&caller, None).await?;
        store::list_attention(&caller.state, &scope.reach, caller.now).await
    })
    .await
}

/// How one event sells, from its first day on.
///
/// Errors: `SignInRequired`; `Forbidden`; `NotFound`.
#[server(name = GetEventSales, prefix = "/api", endpoint = "v1/analytics/sales", input = GetUrl, output = Json)]
pub async fn get_event_sales(
    /// The event's id.
    event_id: EventId,
) -> Result<EventSales, Error> {
    use super::{scope::scope_of, store};
    use crate::server::{Caller, answer};
    answer(async {
        let caller = Caller::current().await?;
        let scope = scope_of::<GetEventSales>(&caller, Some(event_id)).await?;
        store::get_event_sales(&caller.state, event_id, scope.sees_money).await
    })
    .await
}

/// The rows behind a figure of an event: the entries of its history that are added up in it, the newest first. Amounts are null for
/// who may not see money.
///
/// Errors: `SignInRequired`; `Forbidden`; `Invalid` on `figure`, `cursor` or `limit`.
#[server(name = ListFigureEntries, prefix = "/api", endpoint = "v1/analytics/entries", input = GetUrl, output = Json)]
pub async fn list_entries(
    /// The event's id.
    event_id: EventId,
    /// `booked`, `cancelled`, `released` or `ran_out`.
    figure: String,
    /// Where the page before ended.
    #[server(default)]
    cursor: Option<String>,
    /// Rows, at most 200; 50 if left out.
    #[server(default)]
    limit: Option<i64>,
) -> Result<Page<FigureEntry>, Error> {
    use super::{entries::Figure, scope::scope_of, store};
    use crate::{
        events::model::check_limit,
        server::{Caller, answer},
    };
    answer(async {
        let caller = Caller::current().await?;
        let scope = scope_of::<ListFigureEntries>(&caller, Some(event_id)).await?;
        let (figure, limit) = (Figure::parse(&figure)?, check_limit(limit.unwrap_or(50))?);
        let from = (cursor.as_deref().unwrap_or_default(), limit);
        store::list_entries(&caller.state, (event_id, &scope), figure, from, caller.now).await
    })
    .await
}
