//! The one door of the dashboard.

use super::{
    model::{Permission, Posts, Reach, needed_for},
    store,
};
use crate::{
    error::Error,
    id::{EventId, UserId},
    server::{Caller, Result, state::AppState},
};
use anyhow::Context;
use leptos::server_fn::ServerFn;
use std::net::IpAddr;

/// Whoever was let in, as the log names them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Actor {
    /// The person.
    pub user_id: UserId,
    /// Where the request came from, where that is known.
    pub address: Option<IpAddr>,
}

/// Lets the caller of this function in, if they may do to this event what it does.
///
/// Errors: `SignInRequired`; `Forbidden`, whether or not there is such an event.
pub async fn admit<F: ServerFn>(caller: &Caller, event_id: EventId) -> Result<Actor> {
    let (actor, posts) = who(caller).await?;
    allow(posts.may(needs::<F>()?, event_id), actor)
}

/// Lets the caller of this function in, if they may do what it does to the site as a whole.
///
/// Errors: `SignInRequired`; `Forbidden`.
pub async fn admit_everywhere<F: ServerFn>(caller: &Caller) -> Result<Actor> {
    let (actor, posts) = who(caller).await?;
    allow(posts.may_everywhere(needs::<F>()?), actor)
}

/// [`admit`] for an event, [`admit_everywhere`] without one.
///
/// Errors: `SignInRequired`; `Forbidden`.
pub async fn admit_at<F: ServerFn>(caller: &Caller, event_id: Option<EventId>) -> Result<Actor> {
    match event_id {
        Some(event_id) => admit::<F>(caller, event_id).await,
        None => admit_everywhere::<F>(caller).await,
    }
}

/// Lets the caller of this function in, if they may do what it does to any event, and says to which.
///
/// Errors: `SignInRequired`; `Forbidden`.
pub async fn admit_anywhere<F: ServerFn>(caller: &Caller) -> Result<(Actor, Reach)> {
    let (actor, posts) = who(caller).await?;
    let reach = posts.reach(needs::<F>()?).ok_or(Error::Forbidden)?;
    Ok((actor, reach))
}

/// Whether the caller may also do this, wherever `reach` leads.
pub async fn may_also(caller: &Caller, permission: Permission, reach: &Reach) -> Result<bool> {
    Ok(who(caller).await?.1.may_wherever(permission, reach))
}

/// Lets in who is signed in, at this address, if they may have this file of this event. `route` is the file's, as it stands in
/// [`FILES`](super::model::FILES).
///
/// Errors: `SignInRequired`; `Forbidden`, whether or not there is such an event.
pub async fn admit_to_file(
    state: &AppState,
    (user_id, address): (Option<UserId>, Option<IpAddr>),
    event_id: EventId,
    route: &str,
) -> Result<Actor> {
    let user_id = user_id.ok_or(Error::SignInRequired)?;
    let posts = store::list_posts(state, user_id).await?;
    let needed = needed_for(route).with_context(|| format!("{route} is not among the files of the dashboard"))?;
    allow(posts.may(needed, event_id), Actor { user_id, address })
}

/// Lets in who is signed in, if they may have this file of any event, and says of which; and whether they may also see money
/// of all of those.
///
/// Errors: `SignInRequired`; `Forbidden`.
pub async fn reach_of_file(state: &AppState, user_id: Option<UserId>, route: &str) -> Result<(Reach, bool)> {
    let posts = store::list_posts(state, user_id.ok_or(Error::SignInRequired)?).await?;
    let needed = needed_for(route).with_context(|| format!("{route} is not among the files of the dashboard"))?;
    let reach = posts.reach(needed).ok_or(Error::Forbidden)?;
    let sees_money = posts.may_wherever(Permission::SeeMoney, &reach);
    Ok((reach, sees_money))
}

/// The posts that count in this request. A key that is limited to one event opens nothing anywhere else, whatever its person may.
///
/// Errors: `SignInRequired`.
pub async fn posts_of(caller: &Caller) -> Result<Posts> {
    let posts = store::list_posts(&caller.state, caller.signed_in()?).await?;
    Ok(match caller.credential.and_then(|credential| credential.event_id) {
        Some(event_id) => posts.within(event_id),
        None => posts,
    })
}

async fn who(caller: &Caller) -> Result<(Actor, Posts)> {
    let user_id = caller.signed_in()?;
    let posts = posts_of(caller).await?;
    Ok((Actor { user_id, address: caller.address }, posts))
}

fn allow(may: bool, actor: Actor) -> Result<Actor> {
    if may { Ok(actor) } else { Err(Error::Forbidden.into()) }
}

fn needs<F: ServerFn>() -> Result<Permission> {
    let endpoint = F::PATH.strip_prefix("/api/v1/").unwrap_or(F::PATH);
    Ok(needed_for(endpoint).with_context(|| format!("{endpoint} is not among the functions of the dashboard"))?)
}
