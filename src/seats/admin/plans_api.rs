//! The door to plans that are kept to begin seat maps from.

use super::model::{KeptPlan, PlanLine};
use crate::{error::Error, events::model::Page, id::PlanId, money::Currency};
use leptos::{
    prelude::*,
    server_fn::codec::{GetUrl, Json, PostUrl},
};
use seat_plan::Plan;

/// One page of the plans that are kept, by name.
///
/// Errors: `SignInRequired`; `Forbidden` for who changes no event; `Invalid` on the field that makes no sense.
#[server(name = ListPlans, prefix = "/api", endpoint = "v1/seat_plans/list", input = GetUrl, output = Json)]
pub async fn list_plans(
    /// Rows, 1 to 200; 25 if left out.
    #[server(default)]
    limit: Option<i64>,
    /// Where the page before ended.
    #[server(default)]
    cursor: String,
) -> Result<Page<PlanLine>, Error> {
    use crate::{
        seats::store,
        server::{Caller, answer},
        staff::admit::admit_anywhere,
    };
    answer(async {
        let caller = Caller::current().await?;
        admit_anywhere::<ListPlans>(&caller).await?;
        store::list_plans(&caller.state, limit, &cursor).await
    })
    .await
}

/// A plan that is kept.
///
/// Errors: `SignInRequired`; `Forbidden` for who changes no event; `NotFound`.
#[server(name = GetPlan, prefix = "/api", endpoint = "v1/seat_plans/get", input = GetUrl, output = Json)]
pub async fn get_plan(
    /// The plan's id.
    plan_id: PlanId,
) -> Result<KeptPlan, Error> {
    use crate::{
        seats::store,
        server::{Caller, answer},
        staff::admit::admit_anywhere,
    };
    answer(async {
        let caller = Caller::current().await?;
        admit_anywhere::<GetPlan>(&caller).await?;
        store::get_kept_plan(&caller.state, plan_id).await
    })
    .await
}

/// Keeps a plan under a name: a new one, or one that is there in its place. A plan that is kept may have flaws; whoever begins
/// a map from it mends them.
///
/// Errors: `SignInRequired`; `Forbidden` for who runs single events only; `NotFound`; `TooLarge` over 16 MB; `VersionConflict` when a
/// newer version was saved; `Invalid` on `name`: empty, longer than 100 characters, or another plan's; on `currency`, on `plan` for
/// what is larger than any map.
#[server(name = SavePlan, prefix = "/api", endpoint = "v1/seat_plans/save", input = Json, output = Json)]
pub async fn save_plan(
    /// The plan that it replaces; none for a new one.
    #[server(default)]
    plan_id: Option<PlanId>,
    /// Its version as it was read; goes for nothing with a new one.
    #[server(default)]
    version: i64,
    /// Its name, 1 to 100 characters.
    name: String,
    /// The currency of its prices.
    currency: Currency,
    /// The plan.
    plan: Plan,
) -> Result<PlanLine, Error> {
    use crate::{
        seats::store::{self, PlanToKeep},
        server::{Caller, answer},
        staff::admit::admit_everywhere,
    };
    answer(async {
        let caller = Caller::current().await?;
        let actor = admit_everywhere::<SavePlan>(&caller).await?;
        let kept = PlanToKeep { replaces: plan_id.map(|id| (id, version)), name, currency, plan };
        store::save_plan(&caller.state, &actor, kept).await
    })
    .await
}

/// Removes a plan that is kept. Maps that were begun from it stay as they are. Doing it twice is fine.
///
/// Errors: `SignInRequired`; `Forbidden` for who runs single events only.
#[server(name = DeletePlan, prefix = "/api", endpoint = "v1/seat_plans/delete", input = PostUrl, output = Json)]
pub async fn delete_plan(
    /// The plan's id.
    plan_id: PlanId,
) -> Result<(), Error> {
    use crate::{
        seats::store,
        server::{Caller, answer, redirect_to, send_back},
        staff::admit::admit_everywhere,
    };
    let deleted = answer(async {
        let caller = Caller::current().await?;
        let actor = admit_everywhere::<DeletePlan>(&caller).await?;
        store::delete_plan(&caller.state, &actor, plan_id).await?;
        redirect_to("/admin/seat-maps?done=deleted");
        Ok(())
    })
    .await;
    deleted.inspect_err(|refused| send_back::<DeletePlan>("/admin/seat-maps", &[], refused))
}
