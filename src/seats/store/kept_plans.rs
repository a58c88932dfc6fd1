//! Plans that are kept to begin seat maps from.

use super::drawing::without_ids;
use crate::{
    error::{Conflict, Error, Problem},
    events::model::{Page, check_limit},
    id::PlanId,
    money::Currency,
    seats::admin::model::{KeptPlan, PlanLine},
    server::{Failure, Result, clock::new_id, state::AppState},
    staff::{
        admit::Actor,
        store::{Deed, record},
    },
};
use seat_plan::{Plan, SEATS_MAX};
use serde_json::json;
use sqlx::types::Json;

/// Rows of a page unless somebody says otherwise.
const LIMIT_DEFAULT: i64 = 25;
/// Characters of a name.
const NAME_MAX: i32 = 100;
/// The columns of a [`PlanLine`].
const LINE: &str = "id, name, currency, place_count, version, updated_at";

/// One page of the plans, by name, after the one of the name `cursor`. Errors: `Invalid` on `limit`.
pub async fn list_plans(state: &AppState, limit: Option<i64>, cursor: &str) -> Result<Page<PlanLine>> {
    let limit = check_limit(limit.unwrap_or(LIMIT_DEFAULT))?;
    let sql = const_format::formatcp!("select {LINE} from seat_plans where name > $1 order by name limit $2");
    let rows: Vec<PlanLine> = sqlx::query_as(sql).bind(cursor).bind(limit + 1).fetch_all(state.db.pool()).await?;
    Ok(Page::cut(rows, limit, |line| line.name.clone()))
}

#[derive(sqlx::FromRow)]
struct KeptRow {
    #[sqlx(flatten)]
    line: PlanLine,
    plan: Json<Plan>,
}

/// A plan. Errors: `NotFound`.
pub async fn get_kept_plan(state: &AppState, plan_id: PlanId) -> Result<KeptPlan> {
    let sql = const_format::formatcp!("select {LINE}, plan from seat_plans where id = $1");
    let row: Option<KeptRow> = sqlx::query_as(sql).bind(plan_id).fetch_optional(state.db.pool()).await?;
    let KeptRow { line, plan: Json(plan) } = row.ok_or(Error::NotFound)?;
    Ok(KeptPlan { decimals: line.currency.decimals(), line, plan })
}

/// A plan to be kept.
#[derive(Clone, Debug)]
pub struct PlanToKeep {
    /// The plan that it replaces, and the version of that as it was read; none for a new one.
    pub replaces: Option<(PlanId, i64)>,
    /// Its name.
    pub name: String,
    /// The currency of its prices.
    pub currency: Currency,
    /// The plan.
    pub plan: Plan,
}

/// Keeps a plan, in somebody's name. What names seats of an event is left out.
///
/// Errors: `NotFound`; `VersionConflict`; `Invalid` on `name`, or on `plan` for what is larger than any map.
pub async fn save_plan(state: &AppState, actor: &Actor, kept: PlanToKeep) -> Result<PlanLine> {
    let name = parse_name(&kept.name)?;
    let place_count = kept.plan.sections.iter().map(|section| section.capacity() as u64).sum::<u64>();
    let place_count = i32::try_from(place_count).ok().filter(|count| *count as usize <= SEATS_MAX);
    let place_count = place_count.ok_or_else(|| Error::invalid("plan", Problem::OutOfRange(0, SEATS_MAX as i32)))?;
    let plan = Json(without_ids(kept.plan));
    let mut tx = state.db.begin().await?;
    let now = state.clock.now_in(&mut tx).await?;
    let before = match kept.replaces {
        Some((plan_id, version)) => {
            let sql = const_format::formatcp!("select {LINE} from seat_plans where id = $1 for update");
            let found: Option<PlanLine> = sqlx::query_as(sql).bind(plan_id).fetch_optional(&mut *tx).await?;
            let found = found.ok_or(Error::NotFound)?;
            if found.version != version {
                return Err(Conflict::VersionConflict.into());
            }
            Some(found)
        }
        None => None,
    };
    let id = before.as_ref().map_or_else(|| PlanId(new_id()), |line| line.id);
    let sql = const_format::formatcp!(
        "insert into seat_plans (id, name, currency, plan, place_count, created_by, created_at, updated_at)
         values ($1, $2, $3, $4, $5, $6, $7, $7)
         on conflict (id) do update set name = $2, currency = $3, plan = $4, place_count = $5, updated_at = $7,
             version = seat_plans.version + 1
         returning {LINE}"
    );
    let line: PlanLine = sqlx::query_as(sql)
        .bind(id)
        .bind(name)
        .bind(kept.currency.code())
        .bind(plan)
        .bind(place_count)
        .bind(actor.user_id)
        .bind(now)
        .fetch_one(&mut *tx)
        .await
        .map_err(on_name)?;
    let told = |line: &PlanLine| json!({"name": line.name, "place_count": line.place_count});
    let deed = Deed {
        action: "plan_kept",
        event_id: None,
        subject_id: Some(id.0),
        before: before.as_ref().map_or_else(|| json!({}), told),
        after: told(&line),
    };
    record(&mut tx, actor, deed, now).await?;
    tx.commit().await?;
    Ok(line)
}

/// Another plan has the name.
fn on_name(error: sqlx::Error) -> Failure {
    let constraint = error.as_database_error().and_then(|error| error.constraint());
    if constraint == Some("seat_plans_one_per_name") {
        return Error::invalid("name", Problem::Repeated).into();
    }
    error.into()
}

/// Errors: `Invalid` on `name`.
fn parse_name(name: &str) -> Result<&str> {
    let problem = match name.trim() {
        "" => Problem::Required,
        odd if odd.chars().any(char::is_control) => Problem::Malformed,
        long if long.chars().count() > NAME_MAX as usize => Problem::TooLong(NAME_MAX),
        name => return Ok(name),
    };
    Err(Error::invalid("name", problem).into())
}

/// Removes a plan, in somebody's name. Doing it twice is fine.
pub async fn delete_plan(state: &AppState, actor: &Actor, plan_id: PlanId) -> Result<()> {
    let mut tx = state.db.begin().await?;
    let now = state.clock.now_in(&mut tx).await?;
    let sql = "delete from seat_plans where id = $1 returning name";
    let name: Option<String> = sqlx::query_scalar(sql).bind(plan_id).fetch_optional(&mut *tx).await?;
    let Some(name) = name else { return Ok(()) };
    let deed = Deed {
        action: "plan_deleted",
        event_id: None,
        subject_id: Some(plan_id.0),
        before: json!({"name": name}),
        after: json!({}),
    };
    record(&mut tx, actor, deed, now).await?;
    tx.commit().await?;
    Ok(())
}
