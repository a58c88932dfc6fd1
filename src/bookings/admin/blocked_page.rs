//! Keeping seats of an event back, and giving them free again.

use super::seat_choice::{Opened, SeatRows, SectionChoice, StandingPlaces, asked_seats, open_section};
use crate::{
    error::Error,
    events::admin::api::get_managed_event,
    id::{EventId, SeatId},
    seats::{
        api::{BlockSeats, UnblockSeats},
        model::{Seat, SeatStatus, blocked_path},
    },
    server::begin,
    staff::{
        api::get_member,
        frame::{DashboardPage, EventTab, Place},
        model::Permission,
    },
    ui::{ButtonKind, Field, FormRefusal, Notice, PageError, SubmitButton, Tone, asked, refusal},
};
use leptos::{prelude::*, server_fn::ServerFn};
use leptos_router::hooks::use_params_map;

/// The page of the seats that are kept back.
#[component]
pub fn BlockedPage() -> impl IntoView {
    let event_id = use_params_map().with_untracked(|params| params.get_str("id")?.parse().ok()).ok_or(Error::NotFound);
    let found = begin(load(event_id, asked("section")));
    Suspend::new(async move {
        match found.await {
            Ok((event_id, name, opened)) => view! { <Shown event_id name opened /> }.into_any(),
            Err(error) => view! { <PageError error /> }.into_any(),
        }
    })
}

async fn load(event_id: Result<EventId, Error>, section: String) -> Result<(EventId, String, Option<Opened>), Error> {
    let event_id = event_id?;
    if !get_member().await?.posts.may(Permission::BlockSeats, event_id) {
        return Err(Error::Forbidden);
    }
    Ok((event_id, get_managed_event(event_id).await?.detail.event.name, open_section(event_id, section).await?))
}

#[component]
fn Shown(event_id: EventId, name: String, #[prop(optional_no_strip)] opened: Option<Opened>) -> impl IntoView {
    let saved = match asked("saved").as_str() {
        "blocked" => Some("The seats are kept back."),
        "unblocked" => Some("The seats are free again: whoever waits was offered them first."),
        _ => None,
    };
    let parts = match opened {
        Some(opened) => view! {
            <SectionChoice opened=opened.clone() path=blocked_path(event_id) />
            <Form event_id opened />
        }
        .into_any(),
        None => view! { <Notice>"This event has no seats: keep places back by its capacity."</Notice> }.into_any(),
    };
    view! {
        <DashboardPage
            title="Seats kept back"
            lead="Nobody can book them, for example for a camera, the press or the house."
            place=Place::Event { tab: EventTab::Blocked, event_id, name }
        >
            {saved.map(|words| view! { <Notice tone=Tone::Success>{words}</Notice> })}
            {parts}
        </DashboardPage>
    }
}

fn can_change(seat: &Seat, _: &[SeatId]) -> bool {
    matches!(seat.status, SeatStatus::Available | SeatStatus::Blocked)
}

/// One choice of seats, and two things to do with them.
#[component]
fn Form(event_id: EventId, opened: Opened) -> impl IntoView {
    let refused = refusal::<BlockSeats>().or_else(refusal::<UnblockSeats>);
    let is_refused = refused.is_some();
    let seats = refused.as_ref().and_then(|error| error.field("seat_ids"));
    let reason = if is_refused { asked("reason") } else { String::new() };
    let stands = opened.is_standing();
    let (keep, free) = match stands {
        true => ("Keep so many places back", "Give so many places free"),
        false => ("Keep these seats back", "Give these seats free"),
    };
    let places = match stands {
        true => view! { <StandingPlaces opened asks_how_many=true refusal=refused.clone() /> }.into_any(),
        false => {
            let chosen = if is_refused { asked_seats() } else { Vec::new() };
            view! {
                <SeatRows opened chosen can_choose=can_change />
                <p class="muted">"With a frame: kept back. Struck through: somebody has it."</p>
            }
            .into_any()
        }
    };
    view! {
        <FormRefusal refusal=refused.clone() />
        {seats.map(|_| view! { <p class="field-problem">"Choose the seats, 200 at most."</p> })}
        <form method="post" action=BlockSeats::url() class="form">
            <input type="hidden" name="event_id" value=event_id.to_string() />
            {places}
            <Field label="Reason" name="reason" value=reason hint="For the log." refusal=refused required=true />
            <div class="actions">
                <SubmitButton>{keep}</SubmitButton>
                <button type="submit" class=ButtonKind::Secondary.class() formaction=UnblockSeats::url()>
                    {free}
                </button>
            </div>
        </form>
    }
}
