//! The door to the system's health: `/api/v1/admin/…`.

use super::model::Health;
use crate::error::Error;
use leptos::{
    prelude::*,
    server_fn::codec::{GetUrl, Json, PostUrl},
};

/// How the system is just now.
///
/// Errors: `SignInRequired`; `Forbidden`.
#[server(name = GetHealth, prefix = "/api", endpoint = "v1/admin/health", input = GetUrl, output = Json)]
pub async fn get_health() -> Result<Health, Error> {
    use super::store;
    use crate::{
        server::{Caller, answer},
        staff::admit::admit_everywhere,
    };
    answer(async {
        let caller = Caller::current().await?;
        admit_everywhere::<GetHealth>(&caller).await?;
        store::get_health(&caller.state).await
    })
    .await
}

/// Tries a job again that was given up.
///
/// Errors: `SignInRequired`; `Forbidden`; `NotFound`, also once it was tried again or discarded.
#[server(name = RetryJob, prefix = "/api", endpoint = "v1/admin/retry_job", input = PostUrl, output = Json)]
pub async fn retry_job(
    /// The job's number.
    job_id: i64,
) -> Result<(), Error> {
    use super::{model::HEALTH_PAGE, store};
    use crate::{
        server::{Caller, answer, redirect_to, send_back},
        staff::admit::admit_everywhere,
    };
    let retried = answer(async {
        let caller = Caller::current().await?;
        let actor = admit_everywhere::<RetryJob>(&caller).await?;
        store::retry_job(&caller.state, &actor, job_id).await?;
        redirect_to(HEALTH_PAGE);
        Ok(())
    })
    .await;
    retried.inspect_err(|refused| send_back::<RetryJob>(HEALTH_PAGE, &[], refused))
}

/// Forgets a job that was given up: it won't be done.
///
/// Errors: `SignInRequired`; `Forbidden`; `NotFound`, also once it was tried again or discarded.
#[server(name = DiscardJob, prefix = "/api", endpoint = "v1/admin/discard_job", input = PostUrl, output = Json)]
pub async fn discard_job(
    /// The job's number.
    job_id: i64,
) -> Result<(), Error> {
    use super::{model::HEALTH_PAGE, store};
    use crate::{
        server::{Caller, answer, redirect_to, send_back},
        staff::admit::admit_everywhere,
    };
    let discarded = answer(async {
        let caller = Caller::current().await?;
        let actor = admit_everywhere::<DiscardJob>(&caller).await?;
        store::discard_job(&caller.state, &actor, job_id).await?;
        redirect_to(HEALTH_PAGE);
        Ok(())
    })
    .await;
    discarded.inspect_err(|refused| send_back::<DiscardJob>(HEALTH_PAGE, &[], refused))
}
