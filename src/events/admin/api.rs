//! The door to events for those who run them.

use super::model::{CancelPreview, ManagedEvent, ManagedLine};
use crate::{
    error::Error,
    events::{editing::form::EventForm, model::Page},
    id::EventId,
};
use leptos::{
    prelude::*,
    server_fn::codec::{GetUrl, Json, PostUrl},
};

/// One page of the events that the caller may see in the dashboard, the latest first, drafts included.
///
/// Errors: `SignInRequired`, `Forbidden`; `Invalid` on the field that makes no sense.
#[server(name = ListManagedEvents, prefix = "/api", endpoint = "v1/admin/events", input = GetUrl, output = Json)]
pub async fn list_managed_events(
    /// Words of its name, venue or city.
    #[server(default)]
    q: String,
    /// `draft`, `published`, `cancelled` or `past`; all when empty.
    #[server(default)]
    status: String,
    /// Rows, 1 to 200; 25 if left out.
    #[server(default)]
    limit: Option<i64>,
    /// Where the page before ended.
    #[server(default)]
    cursor: String,
) -> Result<Page<ManagedLine>, Error> {
    use super::{model::ManagedFilter, read};
    use crate::{
        server::{Caller, answer},
        staff::admit::admit_anywhere,
    };
    answer(async {
        let caller = Caller::current().await?;
        let (actor, reach) = admit_anywhere::<ListManagedEvents>(&caller).await?;
        let filter = ManagedFilter::parse(&q, &status, limit, &cursor)?;
        read::list(&caller, (actor.user_id, &reach), &filter).await
    })
    .await
}

/// One event with everything the dashboard shows of it.
///
/// Errors: `SignInRequired`, `Forbidden`, `NotFound`.
#[server(name = GetManagedEvent, prefix = "/api", endpoint = "v1/admin/event", input = GetUrl, output = Json)]
pub async fn get_managed_event(
    /// The event's id.
    event_id: EventId,
) -> Result<ManagedEvent, Error> {
    use super::read;
    use crate::{
        server::{Caller, answer},
        staff::admit::admit,
    };
    answer(async {
        let caller = Caller::current().await?;
        let actor = admit::<GetManagedEvent>(&caller, event_id).await?;
        read::get(&caller, actor.user_id, event_id).await
    })
    .await
}

/// Makes an event, as a draft: of general admission, or one whose seat map is drawn afterwards.
///
/// Errors: `SignInRequired`; `Forbidden` for who runs single events only; `Invalid`, on every field that doesn't fit.
#[server(name = CreateEvent, prefix = "/api", endpoint = "v1/events/create", input = PostUrl, output = Json)]
pub async fn create_event(
    /// Whether people choose seats. Then its price and its places go for nothing: its map has them.
    #[server(default)]
    has_seats: bool,
    /// What was typed.
    #[server(flatten)]
    form: EventForm,
) -> Result<ManagedEvent, Error> {
    use super::{model::KeptNew, read};
    use crate::{
        events::{editing::facts::EventFacts, store},
        server::{Caller, answer, redirect_to, send_back_kept},
        staff::{admit::admit_everywhere, frame::event_path},
    };
    let form = form.tidied();
    let created = answer(async {
        let caller = Caller::current().await?;
        let actor = admit_everywhere::<CreateEvent>(&caller).await?;
        let facts = if has_seats { EventFacts::parse_seated(&form)? } else { EventFacts::parse(&form)? };
        let event_id = store::create_event_by(&caller.state, &actor, &facts, caller.now).await?;
        redirect_to(&event_path(event_id, "?done=created"));
        read::get(&caller, actor.user_id, event_id).await
    })
    .await;
    if let Err(refused) = &created {
        let kept = KeptNew { has_seats, form };
        send_back_kept::<CreateEvent>("/admin/events/new", &kept, refused).await;
    }
    created
}

/// Changes an event: all of its fields, or none. Fields that are left out become empty.
///
/// Errors: `SignInRequired`, `Forbidden`, `NotFound`; `EventCancelled`; `VersionConflict` when a newer version was saved, in
/// fields that `marks` doesn't show to be the caller's alone; `Invalid`, on every field that doesn't fit, or that can't change any
/// more; `BelowTaken`.
#[server(name = UpdateEvent, prefix = "/api", endpoint = "v1/events/update", input = PostUrl, output = Json)]
pub async fn update_event(
    /// The event's id.
    event_id: EventId,
    /// Its version as it was read.
    version: i32,
    /// Marks of the fields as they were read, from the dashboard's form.
    #[server(default)]
    marks: String,
    /// Names of fields in which what has been saved meanwhile is kept; empty ones go for nothing.
    #[server(default)]
    theirs: Vec<String>,
    /// What was typed.
    #[server(flatten)]
    form: EventForm,
) -> Result<ManagedEvent, Error> {
    use super::{model::KeptEdit, read};
    use crate::{
        bookings::store::{self, Edit},
        server::{Caller, answer, redirect_to, send_back_kept},
        staff::{admit::admit, frame::event_path},
    };
    let form = form.tidied();
    let kept = KeptEdit { version, marks: marks.clone(), theirs: theirs.clone(), form: form.clone() };
    let updated = answer(async {
        let caller = Caller::current().await?;
        let actor = admit::<UpdateEvent>(&caller, event_id).await?;
        store::update_event(&caller.state, actor, Edit { event_id, version, marks, theirs, form }).await?;
        redirect_to(&event_path(event_id, "?done=saved"));
        read::get(&caller, actor.user_id, event_id).await
    })
    .await;
    if let Err(refused) = &updated {
        send_back_kept::<UpdateEvent>(&event_path(event_id, "/edit"), &kept, refused).await;
    }
    updated
}

/// Puts a draft on sale within its window, if nothing is missing. Doing it twice is fine.
///
/// Errors: `SignInRequired`, `Forbidden`, `NotFound`; `EventCancelled`; `Invalid`, on every field that is missing.
#[server(name = PublishEvent, prefix = "/api", endpoint = "v1/events/publish", input = PostUrl, output = Json)]
pub async fn publish_event(
    /// The event's id.
    event_id: EventId,
) -> Result<ManagedEvent, Error> {
    use super::read;
    use crate::{
        events::store,
        server::{Caller, answer, redirect_to, send_back},
        staff::{admit::admit, frame::event_path},
    };
    let published = answer(async {
        let caller = Caller::current().await?;
        let actor = admit::<PublishEvent>(&caller, event_id).await?;
        store::publish_event_by(&caller.state, &actor, event_id, caller.now).await?;
        redirect_to(&event_path(event_id, "?done=published"));
        read::get(&caller, actor.user_id, event_id).await
    })
    .await;
    published.inspect_err(|refused| send_back::<PublishEvent>(&event_path(event_id, ""), &[], refused))
}

/// Makes a published event a draft again, as long as nobody has places of it. Doing it twice is fine.
///
/// Errors: `SignInRequired`, `Forbidden`, `NotFound`; `EventCancelled`; `PlacesTaken`.
#[server(name = UnpublishEvent, prefix = "/api", endpoint = "v1/events/unpublish", input = PostUrl, output = Json)]
pub async fn unpublish_event(
    /// The event's id.
    event_id: EventId,
) -> Result<ManagedEvent, Error> {
    use super::read;
    use crate::{
        bookings::store,
        server::{Caller, answer, redirect_to, send_back},
        staff::{admit::admit, frame::event_path},
    };
    let unpublished = answer(async {
        let caller = Caller::current().await?;
        let actor = admit::<UnpublishEvent>(&caller, event_id).await?;
        store::unpublish_event(&caller.state, &actor, event_id).await?;
        redirect_to(&event_path(event_id, "?done=unpublished"));
        read::get(&caller, actor.user_id, event_id).await
    })
    .await;
    unpublished.inspect_err(|refused| send_back::<UnpublishEvent>(&event_path(event_id, ""), &[], refused))
}

/// Sets when a draft is published by itself. Doing it twice is fine.
///
/// Errors: `SignInRequired`, `Forbidden`, `NotFound`; `WrongEventState` for what is no draft; `Invalid`: on `publish_at`, or on every
/// field that is missing.
#[server(name = ScheduleEvent, prefix = "/api", endpoint = "v1/events/schedule", input = PostUrl, output = Json)]
pub async fn schedule_event(
    /// The event's id.
    event_id: EventId,
    /// When, as the times of an [`EventForm`].
    publish_at: String,
) -> Result<ManagedEvent, Error> {
    use super::read;
    use crate::{
        events::store,
        server::{Caller, answer, redirect_to, send_back},
        staff::{admit::admit, frame::event_path},
    };
    let scheduled = answer(async {
        let caller = Caller::current().await?;
        let actor = admit::<ScheduleEvent>(&caller, event_id).await?;
        let at = read::read_publish_at(&caller.state, event_id, &publish_at).await?;
        store::schedule_event(&caller.state, &actor, (event_id, Some(at)), caller.now).await?;
        redirect_to(&event_path(event_id, "?done=scheduled"));
        read::get(&caller, actor.user_id, event_id).await
    })
    .await;
    let typed = [("publish_at", &*publish_at)];
    scheduled.inspect_err(|refused| send_back::<ScheduleEvent>(&event_path(event_id, ""), &typed, refused))
}

/// Leaves publishing a draft to people again. Doing it twice is fine.
///
/// Errors: `SignInRequired`, `Forbidden`, `NotFound`; `WrongEventState` for what is no draft any more.
#[server(name = UnscheduleEvent, prefix = "/api", endpoint = "v1/events/unschedule", input = PostUrl, output = Json)]
pub async fn unschedule_event(
    /// The event's id.
    event_id: EventId,
) -> Result<ManagedEvent, Error> {
    use super::read;
    use crate::{
        events::store,
        server::{Caller, answer, redirect_to, send_back},
        staff::{admit::admit, frame::event_path},
    };
    let unscheduled = answer(async {
        let caller = Caller::current().await?;
        let actor = admit::<UnscheduleEvent>(&caller, event_id).await?;
        store::schedule_event(&caller.state, &actor, (event_id, None), caller.now).await?;
        redirect_to(&event_path(event_id, "?done=unscheduled"));
        read::get(&caller, actor.user_id, event_id).await
    })
    .await;
    unscheduled.inspect_err(|refused| send_back::<UnscheduleEvent>(&event_path(event_id, ""), &[], refused))
}

/// What calling an event off would end, and what would have to be given back. Changes nothing.
///
/// Errors: `SignInRequired`, `Forbidden`; for an event that isn't there, nothing would end.
#[server(name = PreviewCancel, prefix = "/api", endpoint = "v1/events/cancel_preview", input = GetUrl, output = Json)]
pub async fn preview_cancel(
    /// The event's id.
    event_id: EventId,
) -> Result<CancelPreview, Error> {
    use crate::{
        bookings::store,
        server::{Caller, answer},
        staff::admit::admit,
        tickets::store::count_holders_alone,
    };
    answer(async {
        let caller = Caller::current().await?;
        admit::<PreviewCancel>(&caller, event_id).await?;
        let holder_count = count_holders_alone(&caller.state, event_id).await?;
        store::preview_cancel(&caller.state, event_id, holder_count).await
    })
    .await
}

/// Calls a published event off: from now on nobody can get places. Its bookings are ended and its people told soon after, a few
/// at a time. Doing it twice is fine.
///
/// Errors: `SignInRequired`, `Forbidden`, `NotFound`; `WrongEventState` for a draft, and for what is over; `Invalid`: on `name`
/// when it is not the event's, on `reason`.
#[server(name = CancelEvent, prefix = "/api", endpoint = "v1/events/cancel", input = PostUrl, output = Json)]
pub async fn cancel_event(
    /// The event's id.
    event_id: EventId,
    /// The event's name, to be sure.
    name: String,
    /// Why, as those who booked are told: 1 to 500 characters.
    reason: String,
) -> Result<ManagedEvent, Error> {
    use super::{model::KeptCancelling, read};
    use crate::{
        events::store::{self, Cancelling},
        server::{Caller, answer, redirect_to, send_back_kept},
        staff::{admit::admit, frame::event_path},
    };
    let kept = KeptCancelling { name: name.clone(), reason: reason.clone() };
    let cancelled = answer(async {
        let caller = Caller::current().await?;
        let actor = admit::<CancelEvent>(&caller, event_id).await?;
        let cancelling = Cancelling { event_id, name, reason };
        store::cancel_event_by(&caller.state, &actor, &cancelling, caller.now).await?;
        redirect_to(&event_path(event_id, "?done=cancelled"));
        read::get(&caller, actor.user_id, event_id).await
    })
    .await;
    if let Err(refused) = &cancelled {
        send_back_kept::<CancelEvent>(&event_path(event_id, "/cancel"), &kept, refused).await;
    }
    cancelled
}

/// Makes another event like this one on another day, as a draft: all times move by as many days, at the same time of day at the
/// venue. Its sections and seats come along, all of them free.
///
/// Errors: `SignInRequired`; `Forbidden` for who runs single events only; `NotFound`; `Invalid` on `date` or `name`.
#[server(name = DuplicateEvent, prefix = "/api", endpoint = "v1/events/duplicate", input = PostUrl, output = Json)]
pub async fn duplicate_event(
    /// The event's id.
    event_id: EventId,
    /// The day on which the new one begins, `2026-12-05`, at the venue.
    date: String,
    /// Its name; as this one's if empty.
    #[server(default)]
    name: String,
) -> Result<ManagedEvent, Error> {
    use super::read;
    use crate::{
        seats::store,
        server::{Caller, answer, redirect_to, send_back},
        staff::{admit::admit_everywhere, frame::event_path},
    };
    let duplicated = answer(async {
        let caller = Caller::current().await?;
        let actor = admit_everywhere::<DuplicateEvent>(&caller).await?;
        let new_id = store::duplicate_event(&caller.state, &actor, (event_id, &date, &name), caller.now).await?;
        redirect_to(&event_path(new_id, "?done=duplicated"));
        read::get(&caller, actor.user_id, new_id).await
    })
    .await;
    let typed = [("date", &*date), ("name", &*name)];
    duplicated.inspect_err(|refused| send_back::<DuplicateEvent>(&event_path(event_id, "/duplicate"), &typed, refused))
}

/// Says in other words what an event's poster shows: for those who can't see it.
///
/// Errors: `SignInRequired`, `Forbidden`; `NotFound`, also for an event whose poster is drawn; `Invalid` on `description` over 200
/// characters; `EventCancelled`.
#[server(name = DescribePoster, prefix = "/api", endpoint = "v1/events/describe_poster", input = PostUrl, output = Json)]
pub async fn describe_poster(
    /// The event's id.
    event_id: EventId,
    /// The words.
    #[server(default)]
    description: String,
) -> Result<(), Error> {
    use crate::{
        error::Problem,
        events::{model::parse_alt_text, store},
        server::{Caller, answer, redirect_to, send_back},
        staff::{admit::admit, frame::event_path},
    };
    let page = event_path(event_id, "/poster");
    let described = answer(async {
        let caller = Caller::current().await?;
        let actor = admit::<DescribePoster>(&caller, event_id).await?;
        let alt_text =
            parse_alt_text(&description).map_err(|_| Error::invalid("description", Problem::TooLong(200)))?;
        store::describe_poster(&caller.state, &actor, event_id, &alt_text).await?;
        redirect_to(&format!("{page}?done=described"));
        Ok(())
    })
    .await;
    described.inspect_err(|refused| send_back::<DescribePoster>(&page, &[("description", &description)], refused))
}

/// Takes an event's poster away: its poster is drawn again. Doing it twice is fine.
///
/// Errors: `SignInRequired`, `Forbidden`; `NotFound`; `EventCancelled`.
#[server(name = RemovePoster, prefix = "/api", endpoint = "v1/events/remove_poster", input = PostUrl, output = Json)]
pub async fn remove_poster(
    /// The event's id.
    event_id: EventId,
) -> Result<(), Error> {
    use crate::{
        events::store,
        server::{Caller, answer, redirect_to, send_back},
        staff::{admit::admit, frame::event_path},
    };
    let page = event_path(event_id, "/poster");
    let removed = answer(async {
        let caller = Caller::current().await?;
        let actor = admit::<RemovePoster>(&caller, event_id).await?;
        store::remove_poster(&caller.state, &actor, event_id).await?;
        redirect_to(&format!("{page}?done=removed"));
        Ok(())
    })
    .await;
    removed.inspect_err(|refused| send_back::<RemovePoster>(&page, &[], refused))
}
