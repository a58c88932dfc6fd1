//! Who may stand at a door: staff, and whoever opened a link to it.

use super::{model::DoorLink, store};
use crate::{
    error::Error,
    id::{EventId, LinkId},
    server::{Caller, Failure, Result},
    staff::{
        admit::{Actor, admit, admit_anywhere},
        model::Reach,
    },
};
use leptos::server_fn::ServerFn;
use uuid::Uuid;

/// The session's key for the link that was opened in it.
const LINK: &str = "check_in_link";

/// Whoever lets people in.
#[derive(Clone, Debug)]
pub enum Doorkeeper {
    /// Somebody of the staff.
    Staff(Actor),
    /// Whoever opened this link, which works.
    Link(Box<DoorLink>),
}

impl Doorkeeper {
    /// What tells one from another.
    pub fn id(&self) -> Uuid {
        match self {
            Self::Staff(actor) => actor.user_id.0,
            Self::Link(link) => link.id.0,
        }
    }
}

/// Lets the caller of this function in, if they may stand at the door of this event: as staff, or by the link they opened.
///
/// Errors: `SignInRequired`; `Forbidden`; `LinkOver` for who came by a link that doesn't work any more.
pub async fn admit_to_door<F: ServerFn>(caller: &Caller, event_id: EventId) -> Result<Doorkeeper> {
    match admit::<F>(caller, event_id).await {
        Ok(actor) => Ok(Doorkeeper::Staff(actor)),
        Err(Failure::Refused(refused)) => match opened(caller).await? {
            Some(link) if link.event_id == event_id => Ok(Doorkeeper::Link(Box::new(link))),
            _ => Err(refused.into()),
        },
        Err(failure) => Err(failure),
    }
}

/// Lets the caller of this function in, if they may stand at any door, and says at which.
///
/// Errors: those of [`admit_to_door`].
pub async fn admit_to_some_door<F: ServerFn>(caller: &Caller) -> Result<(Doorkeeper, Reach)> {
    match admit_anywhere::<F>(caller).await {
        Ok((actor, reach)) => Ok((Doorkeeper::Staff(actor), reach)),
        Err(Failure::Refused(refused)) => {
            let link = opened(caller).await?.ok_or(refused)?;
            let reach = Reach::Events(vec![link.event_id]);
            Ok((Doorkeeper::Link(Box::new(link)), reach))
        }
        Err(failure) => Err(failure),
    }
}

/// Makes the caller's session one that stands at the door of this link, and at no other.
pub async fn stand_at(caller: &Caller, link_id: LinkId) -> Result<()> {
    caller.keep(LINK, link_id).await
}

/// The link that was opened in the caller's session, if one was. Errors: `LinkOver` where it doesn't work any more.
async fn opened(caller: &Caller) -> Result<Option<DoorLink>> {
    let Some(link_id) = caller.kept::<LinkId>(LINK).await? else { return Ok(None) };
    match store::find_link(&caller.state, link_id, caller.now).await? {
        Some(link) if link.is_open => Ok(Some(link)),
        _ => Err(Error::LinkOver.into()),
    }
}

/// The event of something that was asked for by its id, found or not: for an unknown one, who may do this nowhere is told that, and
/// nobody can tell the ids that exist. Errors: `SignInRequired`, `Forbidden`, `NotFound`.
pub async fn name_event<F: ServerFn>(caller: &Caller, found: Result<EventId>) -> Result<EventId> {
    if matches!(found, Err(Failure::Refused(Error::NotFound))) {
        admit_anywhere::<F>(caller).await?;
    }
    found
}
