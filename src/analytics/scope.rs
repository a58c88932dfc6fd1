//! Which figures a caller may see.

use super::store::Scope;
use crate::{
    id::EventId,
    server::{Caller, Result},
    staff::{
        admit::{admit, admit_anywhere, may_also},
        model::{Permission, Posts, Reach},
    },
};
use leptos::server_fn::ServerFn;

/// The events whose figures somebody with these posts may see; none without any.
pub fn scope_of_posts(posts: &Posts) -> Option<Scope> {
    let reach = posts.reach(Permission::SeeFigures)?;
    Some(Scope { sees_money: posts.may_wherever(Permission::SeeMoney, &reach), reach })
}

/// The events whose figures the caller of this function may see: this one, or all of theirs.
///
/// Money is left out unless they may see it of every event that is added up: a sum over some of them would look like the whole.
/// Errors: `SignInRequired`; `Forbidden`.
pub(super) async fn scope_of<F: ServerFn>(caller: &Caller, event_id: Option<EventId>) -> Result<Scope> {
    let reach = match event_id {
        Some(event_id) => {
            admit::<F>(caller, event_id).await?;
            Reach::Events(vec![event_id])
        }
        None => admit_anywhere::<F>(caller).await?.1,
    };
    let sees_money = may_also(caller, Permission::SeeMoney, &reach).await?;
    Ok(Scope { reach, sees_money })
}
