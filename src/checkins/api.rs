//! The door to check-in: `/api/v1/checkins/…`.

use super::model::{DoorEvent, DoorLink, Manifest, NewLink, Summary, Verdict};
use crate::{
    error::Error,
    id::{CheckInId, EventId, LinkId, TicketId},
};
use chrono::{DateTime, Utc};
use leptos::{
    prelude::*,
    server_fn::codec::{GetUrl, Json, PostUrl},
};

/// Lets in whoever shows this code, if they may come in; a booking's reference in its place answers with its tickets to choose
/// from. Whoever isn't let in is no error: the verdict says so. Sent again with the same key, it is answered as before.
///
/// Errors: `SignInRequired`, `Forbidden`; `LinkOver`; `NotFound`; `Invalid`.
#[server(name = CheckTicketIn, prefix = "/api", endpoint = "v1/checkins/check_in", input = PostUrl, output = Json)]
pub async fn check_in(
    /// At the door of which event.
    event_id: EventId,
    /// The text of a ticket's code, or a booking's reference.
    #[server(default)]
    code: String,
    /// In place of a code: a ticket that was looked up.
    #[server(default)]
    ticket_id: Option<TicketId>,
    /// When it was scanned, UTC, where that was before now.
    #[server(default)]
    scanned_at: Option<DateTime<Utc>>,
    /// What the device calls itself, at most 60 characters.
    #[server(default)]
    device: String,
    /// Names the scan, at most 64 characters.
    #[server(default)]
    key: String,
) -> Result<Verdict, Error> {
    use super::{
        door::admit_to_door,
        model::{door_path, parse_device, parse_key, parse_reference},
        store::{self, Scan, Shown},
        verdict_view::verdict_path,
    };
    use crate::server::{Caller, answer, redirect_to, send_back};
    let typed = code.clone();
    let checked = answer(async {
        let caller = Caller::current().await?;
        let keeper = admit_to_door::<CheckTicketIn>(&caller, event_id).await?;
        let (device, key) = (parse_device(&device)?, parse_key(&key)?);
        let reference = parse_reference(&code).filter(|_| ticket_id.is_none());
        let verdict = match (reference, ticket_id) {
            (Some(reference), _) => store::look_up(&caller.state, event_id, &reference).await?,
            (None, looked_up) => {
                let shown = looked_up.map_or(Shown::Code(code), Shown::Ticket);
                let scan = Scan { event_id, shown, scanned_at, device, key };
                store::check_in(&caller.state, keeper, scan).await?
            }
        };
        redirect_to(&verdict_path(event_id, &verdict));
        Ok(verdict)
    })
    .await;
    checked.inspect_err(|refused| send_back::<CheckTicketIn>(&door_path(event_id), &[("code", &typed)], refused))
}

/// The tickets of the booking with this reference, to choose who comes in.
///
/// Errors: `SignInRequired`, `Forbidden`; `LinkOver`; `NotFound`; `Invalid` for what is no reference.
#[server(name = FindGuests, prefix = "/api", endpoint = "v1/checkins/find", input = GetUrl, output = Json)]
pub async fn find_guests(
    /// At the door of which event.
    event_id: EventId,
    /// As it was typed.
    reference: String,
) -> Result<Verdict, Error> {
    use super::{door::admit_to_door, model::parse_reference, store};
    use crate::{
        error::Problem,
        server::{Caller, answer},
    };
    answer(async {
        let caller = Caller::current().await?;
        admit_to_door::<FindGuests>(&caller, event_id).await?;
        let reference = parse_reference(&reference).ok_or(Error::invalid("reference", Problem::Malformed))?;
        store::look_up(&caller.state, event_id, &reference).await
    })
    .await
}

/// What the door was told of a ticket that is in: null where it isn't.
///
/// Errors: `SignInRequired`, `Forbidden`; `LinkOver`; `NotFound`.
#[server(name = GetVerdict, prefix = "/api", endpoint = "v1/checkins/verdict", input = GetUrl, output = Json)]
pub async fn get_verdict(
    /// At the door of which event.
    event_id: EventId,
    /// The ticket.
    ticket_id: TicketId,
) -> Result<Option<Verdict>, Error> {
    use super::{door::admit_to_door, store};
    use crate::server::{Caller, answer};
    answer(async {
        let caller = Caller::current().await?;
        admit_to_door::<GetVerdict>(&caller, event_id).await?;
        store::get_verdict(&caller.state, event_id, ticket_id).await
    })
    .await
}

/// Makes a check-in count no longer, so that the ticket lets in again. Not by a link. Doing it twice is fine.
///
/// Errors: `SignInRequired`, `Forbidden`; `NotFound`; `Invalid`.
#[server(name = UndoCheckIn, prefix = "/api", endpoint = "v1/checkins/undo", input = PostUrl, output = Json)]
pub async fn undo_check_in(
    /// The check-in's id.
    check_in_id: CheckInId,
    /// Why, at most 200 characters.
    reason: String,
) -> Result<(), Error> {
    use super::{door::name_event, model::parse_reason, store};
    use crate::{
        server::{Caller, answer, redirect_to, send_back},
        staff::{admit::admit, frame::event_path},
    };
    let mut page = String::new();
    let undone = answer(async {
        let caller = Caller::current().await?;
        let found = store::get_event_of_check_in(&caller.state, check_in_id).await;
        let event_id = name_event::<UndoCheckIn>(&caller, found).await?;
        let actor = admit::<UndoCheckIn>(&caller, event_id).await?;
        page = event_path(event_id, "/checkin");
        let reason = parse_reason(&reason)?;
        store::undo_check_in(&caller.state, actor, (event_id, check_in_id), reason).await?;
        redirect_to(&page);
        Ok(())
    })
    .await;
    undone.inspect_err(|refused| send_back::<UndoCheckIn>(&page, &[("check_in", &check_in_id.to_string())], refused))
}

/// Who is expected at an event and who came, in all and by section, and the last ten of them: with all that the caller has let in, and
/// at most a second late with what others do.
///
/// Errors: `SignInRequired`, `Forbidden`; `LinkOver`; `NotFound`.
#[server(name = GetDoorSummary, prefix = "/api", endpoint = "v1/checkins/summary", input = GetUrl, output = Json)]
pub async fn get_summary(
    /// The event.
    event_id: EventId,
) -> Result<Summary, Error> {
    use super::{door::admit_to_door, store};
    use crate::server::{Caller, answer};
    answer(async {
        let caller = Caller::current().await?;
        let keeper = admit_to_door::<GetDoorSummary>(&caller, event_id).await?;
        store::get_summary(&caller.state, &keeper, event_id).await
    })
    .await
}

/// The list that a device keeps to decide without a connection: the public keys, and a line for each ticket.
///
/// Errors: `SignInRequired`, `Forbidden`; `LinkOver`; `NotFound`.
#[server(name = GetManifest, prefix = "/api", endpoint = "v1/checkins/list", input = GetUrl, output = Json)]
pub async fn get_manifest(
    /// The event.
    event_id: EventId,
) -> Result<Manifest, Error> {
    use super::{door::admit_to_door, store};
    use crate::server::{Caller, answer};
    answer(async {
        let caller = Caller::current().await?;
        admit_to_door::<GetManifest>(&caller, event_id).await?;
        store::get_manifest(&caller.state, event_id).await
    })
    .await
}

/// The events at whose doors the caller may stand, today and within a week, in order.
///
/// Errors: `SignInRequired`, `Forbidden`; `LinkOver`.
#[server(name = ListDoors, prefix = "/api", endpoint = "v1/checkins/doors", input = GetUrl, output = Json)]
pub async fn list_doors() -> Result<Vec<DoorEvent>, Error> {
    use super::{door::admit_to_some_door, store};
    use crate::server::{Caller, answer};
    answer(async {
        let caller = Caller::current().await?;
        let (keeper, reach) = admit_to_some_door::<ListDoors>(&caller).await?;
        store::list_doors(&caller.state, &keeper, &reach, caller.now).await
    })
    .await
}

/// One event at whose door the caller may stand, whenever it is.
///
/// Errors: `SignInRequired`, `Forbidden`; `LinkOver`; `NotFound`.
#[server(name = GetDoor, prefix = "/api", endpoint = "v1/checkins/door", input = GetUrl, output = Json)]
pub async fn get_door(
    /// The event.
    event_id: EventId,
) -> Result<DoorEvent, Error> {
    use super::{door::admit_to_door, store};
    use crate::server::{Caller, answer};
    answer(async {
        let caller = Caller::current().await?;
        let keeper = admit_to_door::<GetDoor>(&caller, event_id).await?;
        store::get_door(&caller.state, &keeper, event_id, caller.now).await
    })
    .await
}

/// The links to the door of an event, those that work first.
///
/// Errors: `SignInRequired`, `Forbidden`.
#[server(name = ListDoorLinks, prefix = "/api", endpoint = "v1/checkins/links", input = GetUrl, output = Json)]
pub async fn list_links(
    /// The event.
    event_id: EventId,
) -> Result<Vec<DoorLink>, Error> {
    use super::store;
    use crate::{
        server::{Caller, answer},
        staff::admit::admit,
    };
    answer(async {
        let caller = Caller::current().await?;
        admit::<ListDoorLinks>(&caller, event_id).await?;
        store::list_links(&caller.state, event_id, caller.now).await
    })
    .await
}

/// Makes a link that opens the check-in of an event and nothing else, for people at the door who have no account. It works until
/// twelve hours after the event's end, or until it is closed. Its address is answered this once.
///
/// Errors: `SignInRequired`, `Forbidden`; `NotFound`; `Invalid`; `LinkOver` where the event has been over for so long.
#[server(name = MakeDoorLink, prefix = "/api", endpoint = "v1/checkins/make_link", input = PostUrl, output = Json)]
pub async fn make_link(
    /// The event.
    event_id: EventId,
    /// Of its door, at most 60 characters: "North door".
    name: String,
) -> Result<NewLink, Error> {
    use super::{model::parse_name, store};
    use crate::{
        server::{Caller, answer, redirect_to, send_back},
        staff::{admit::admit, frame::event_path},
    };
    let page = event_path(event_id, "/checkin");
    let made = answer(async {
        let caller = Caller::current().await?;
        let actor = admit::<MakeDoorLink>(&caller, event_id).await?;
        let made = store::make_link(&caller.state, actor, event_id, parse_name(&name)?).await?;
        let secret = made.address.rsplit('=').next().unwrap_or_default();
        redirect_to(&format!("{page}?made={secret}"));
        Ok(made)
    })
    .await;
    made.inspect_err(|refused| send_back::<MakeDoorLink>(&page, &[("name", &name)], refused))
}

/// Closes a link: whoever opened it is out at once. Doing it twice is fine.
///
/// Errors: `SignInRequired`, `Forbidden`; `NotFound`.
#[server(name = RevokeDoorLink, prefix = "/api", endpoint = "v1/checkins/revoke_link", input = PostUrl, output = Json)]
pub async fn revoke_link(
    /// The link's id.
    link_id: LinkId,
) -> Result<(), Error> {
    use super::{door::name_event, store};
    use crate::{
        server::{Caller, answer, redirect_to, send_back},
        staff::{admit::admit, frame::event_path},
    };
    let mut page = String::new();
    let revoked = answer(async {
        let caller = Caller::current().await?;
        let found = store::get_event_of_link(&caller.state, link_id).await;
        let event_id = name_event::<RevokeDoorLink>(&caller, found).await?;
        let actor = admit::<RevokeDoorLink>(&caller, event_id).await?;
        page = event_path(event_id, "/checkin");
        store::revoke_link(&caller.state, actor, event_id, link_id).await?;
        redirect_to(&page);
        Ok(())
    })
    .await;
    revoked.inspect_err(|refused| send_back::<RevokeDoorLink>(&page, &[], refused))
}

/// What the link with this token opens.
///
/// Errors: `LinkOver`; `NotFound` where its event is gone.
#[server(name = FindDoorLink, prefix = "/api", endpoint = "v1/checkins/find_link", input = GetUrl, output = Json)]
pub async fn find_link(
    /// What the link carries.
    token: String,
) -> Result<DoorEvent, Error> {
    use super::{door::Doorkeeper, store};
    use crate::server::{Caller, answer};
    answer(async {
        let Caller { state, now, .. } = Caller::current().await?;
        let link = store::find_secret(&state, &token, now).await?;
        let event_id = link.event_id;
        store::get_door(&state, &Doorkeeper::Link(Box::new(link)), event_id, now).await
    })
    .await
}

/// Opens the link with this token: from now on the caller's session stands at its door, and at no other. Whoever is signed in
/// stays so.
///
/// Errors: `LinkOver`.
#[server(name = OpenDoorLink, prefix = "/api", endpoint = "v1/checkins/open_link", input = PostUrl, output = Json)]
pub async fn open_link(
    /// What the link carries.
    token: String,
) -> Result<DoorEvent, Error> {
    use super::{
        door::{Doorkeeper, stand_at},
        model::{JOIN_PAGE, door_path},
        store,
    };
    use crate::server::{Caller, answer, redirect_to, send_back};
    let opened = answer(async {
        let caller = Caller::current().await?;
        let link = store::find_secret(&caller.state, &token, caller.now).await?;
        let event_id = link.event_id;
        stand_at(&caller, link.id).await?;
        redirect_to(&door_path(event_id));
        store::get_door(&caller.state, &Doorkeeper::Link(Box::new(link)), event_id, caller.now).await
    })
    .await;
    opened.inspect_err(|refused| send_back::<OpenDoorLink>(JOIN_PAGE, &[("token", &token)], refused))
}
