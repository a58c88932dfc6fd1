//! The box office: booking for somebody who stands there or is on the phone.

use super::{
    api::BookForPerson,
    seat_choice::{Opened, SeatRows, SectionChoice, StandingPlaces, asked_seats, open_section},
};
use crate::{
    error::Error,
    events::{
        admin::api::get_managed_event,
        model::{EventDetail, EventStatus},
    },
    id::{EventId, SeatId},
    money::Money,
    seats::model::{Seat, SeatStatus},
    server::{begin, clock::new_id},
    staff::{
        api::get_member,
        frame::{DashboardPage, EventTab, Place, event_path},
        model::Permission,
    },
    ui::{Field, FormRefusal, Notice, PageError, SubmitButton, asked, refusal},
};
use leptos::{prelude::*, server_fn::ServerFn};
use leptos_router::hooks::use_params_map;

/// The page on which staff book places of an event for somebody.
#[component]
pub fn BoxOfficePage() -> impl IntoView {
    let event_id = use_params_map().with_untracked(|params| params.get_str("id")?.parse().ok()).ok_or(Error::NotFound);
    let found = begin(load(event_id, asked("section")));
    Suspend::new(async move {
        match found.await {
            Ok((detail, _)) if detail.event.status == EventStatus::Draft => view! { <OfDraft detail /> }.into_any(),
            Ok((detail, opened)) => view! { <Shown detail opened /> }.into_any(),
            Err(error) => view! { <PageError error /> }.into_any(),
        }
    })
}

async fn load(event_id: Result<EventId, Error>, section: String) -> Result<(EventDetail, Option<Opened>), Error> {
    let event_id = event_id?;
    if !get_member().await?.posts.may(Permission::ChangeBookings, event_id) {
        return Err(Error::Forbidden);
    }
    let detail = get_managed_event(event_id).await?.detail;
    let opened = if detail.event.has_seat_selection { open_section(event_id, section).await? } else { None };
    Ok((detail, opened))
}

#[component]
fn OfDraft(detail: EventDetail) -> impl IntoView {
    let event = detail.event;
    let place = Place::Event { tab: EventTab::Bookings, event_id: event.id, name: event.name };
    view! {
        <DashboardPage title="Book for somebody" lead="Booked at once. The mail with the tickets goes to the person." place>
            <Notice>"This event is a draft: places can be sold once it is published. Seats can be kept back before that."</Notice>
        </DashboardPage>
    }
}

#[component]
fn Shown(detail: EventDetail, #[prop(optional_no_strip)] opened: Option<Opened>) -> impl IntoView {
    let event = detail.event;
    let price = event.price();
    let place = Place::Event { tab: EventTab::Bookings, event_id: event.id, name: event.name };
    let refused = refusal::<BookForPerson>();
    let sections = opened.clone().map(|opened| {
        view! { <SectionChoice opened path=event_path(event.id, "/book") /> }
    });
    let off_sale = opened.as_ref().and_then(Opened::say_off_sale);
    let limit = detail.places_per_person;
    view! {
        <DashboardPage title="Book for somebody" lead="Booked at once. The mail with the tickets goes to the person." place>
            {sections}
            {off_sale.map(|words| view! { <Notice>{words}</Notice> })}
            <FormRefusal refusal=refused.clone() />
            <form method="post" action=BookForPerson::url() class="form">
                <input type="hidden" name="event_id" value=event.id.to_string() />
                <input type="hidden" name="key" value=new_id().to_string() />
                <Places opened price refused=refused.clone() />
                <PersonFields refused=refused.clone() />
                <Field
                    label="Discount code"
                    name="code"
                    value=if refused.is_some() { asked("code") } else { String::new() }
                    hint="May be left empty."
                    refusal=refused
                />
                <Exceptions limit />
                <SubmitButton>"Book"</SubmitButton>
            </form>
        </DashboardPage>
    }
}

fn is_free(seat: &Seat, _: &[SeatId]) -> bool {
    seat.status == SeatStatus::Available
}

#[component]
fn Places(
    #[prop(optional_no_strip)] opened: Option<Opened>,
    price: Money,
    #[prop(optional_no_strip)] refused: Option<Error>,
) -> impl IntoView {
    match opened {
        Some(opened) if opened.is_standing() => {
            view! { <StandingPlaces opened asks_how_many=true refusal=refused /> }.into_any()
        }
        Some(opened) => {
            let problem = refused.and_then(|error| error.field("quantity").or_else(|| error.field("seat_ids")));
            view! {
                {problem.map(|_| view! { <p class="field-problem">"Choose the seats."</p> })}
                <SeatRows opened chosen=asked_seats() can_choose=is_free />
            }
            .into_any()
        }
        None => {
            let quantity = if refused.is_some() { asked("quantity") } else { "1".to_owned() };
            let hint = format!("{price} each.");
            view! { <Field label="Places" name="quantity" kind="number" value=quantity hint refusal=refused required=true /> }.into_any()
        }
    }
}

#[component]
fn PersonFields(#[prop(optional_no_strip)] refused: Option<Error>) -> impl IntoView {
    let value = |field: &str| if refused.is_some() { asked(field) } else { String::new() };
    view! {
        <Field
            label="E-mail"
            name="email"
            kind="email"
            value=value("email")
            hint="Who has no account gets one, and can choose a password by “Forgotten password”."
            refusal=refused.clone()
            required=true
        />
        <div class="field-row">
            <Field label="First name" name="first_name" value=value("first_name") refusal=refused.clone() required=true />
            <Field label="Last name" name="last_name" value=value("last_name") refusal=refused.clone() required=true />
        </div>
    }
}

#[component]
fn Exceptions(limit: i32) -> impl IntoView {
    let is_set = |field: &str| asked(field) == "true";
    view! {
        <label class="check">
            <input type="checkbox" name="complimentary" value="true" checked=is_set("complimentary") />
            "Complimentary: the places cost nothing"
        </label>
        <label class="check">
            <input type="checkbox" name="over_limit" value="true" checked=is_set("over_limit") />
            {format!("More than the {limit} places that one person may have")}
        </label>
    }
}
