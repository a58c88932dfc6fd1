//! Giving a booking other seats.

use super::{
    api::get_file,
    model::BookingFile,
    seat_choice::{Opened, SeatRows, SectionChoice, StandingPlaces, asked_seats, open_section},
};
use crate::{
    bookings::{checkout_page::asked_booking_id, model::name_quantity},
    error::Error,
    id::{BookingId, SeatId},
    seats::model::{Seat, SeatStatus},
    server::begin,
    staff::frame::{DashboardPage, EventTab, Place},
    tickets::api::ChangeSeats,
    ui::{ButtonKind, Field, FormRefusal, LinkButton, Notice, PageError, SubmitButton, asked, refusal},
};
use leptos::{prelude::*, server_fn::ServerFn};

/// The page on which a booking gets other seats of its event.
#[component]
pub fn MovePage() -> impl IntoView {
    let found = begin(load(asked_booking_id(), asked("section")));
    Suspend::new(async move {
        match found.await {
            Ok((file, opened)) => view! { <Shown file opened /> }.into_any(),
            Err(error) => view! { <PageError error /> }.into_any(),
        }
    })
}

async fn load(booking_id: Result<BookingId, Error>, section: String) -> Result<(BookingFile, Option<Opened>), Error> {
    let file = get_file(booking_id?).await?;
    let own = file.booking.seats.first().map(|seat| seat.section.clone()).unwrap_or_default();
    let opened = open_section(file.booking.event_id, if section.is_empty() { own } else { section }).await?;
    Ok((file, opened))
}

#[component]
fn Shown(file: BookingFile, #[prop(optional_no_strip)] opened: Option<Opened>) -> impl IntoView {
    let booking = file.booking;
    let place = Place::Event { tab: EventTab::Bookings, event_id: booking.event_id, name: booking.event.name.clone() };
    let back = format!("/admin/bookings/{}", booking.id);
    let lead = format!("{} for {}: {}", booking.reference, file.attendee.say_name(), booking.places());
    let title = format!("Choose {}", name_quantity(booking.quantity));
    let own: Vec<SeatId> = booking.seats.iter().map(|seat| seat.seat_id).collect();
    let refused = refusal::<ChangeSeats>();
    let chosen = if refused.is_some() { asked_seats() } else { own.clone() };
    let form = match opened.filter(|_| !own.is_empty()) {
        Some(opened) => view! { <Form booking_id=booking.id opened own chosen refused /> }.into_any(),
        None => view! { <Notice>"This booking has no seats."</Notice> }.into_any(),
    };
    view! {
        <DashboardPage title=title lead=lead place>
            {form}
            <p class="actions">
                <LinkButton href=back kind=ButtonKind::Quiet>"Back to the booking"</LinkButton>
            </p>
        </DashboardPage>
    }
}

/// Its own seats, and those that are free.
fn can_have(seat: &Seat, own: &[SeatId]) -> bool {
    seat.status == SeatStatus::Available || own.contains(&seat.id)
}

#[component]
fn Form(
    booking_id: BookingId,
    opened: Opened,
    own: Vec<SeatId>,
    chosen: Vec<SeatId>,
    #[prop(optional_no_strip)] refused: Option<Error>,
) -> impl IntoView {
    let problem = refused.as_ref().and_then(|error| error.field("seat_ids"));
    let path = format!("/admin/bookings/{booking_id}/seats");
    // Those that stay and lie in another section are not shown, and would be given up.
    let marked = if refused.is_some() { chosen } else { own };
    let (words, places) = match opened.is_standing() {
        true => ("Give places here", view! { <StandingPlaces opened=opened.clone() /> }.into_any()),
        false => {
            let opened = opened.clone();
            ("Give these seats", view! { <SeatRows opened chosen=marked can_choose=can_have /> }.into_any())
        }
    };
    view! {
        <SectionChoice opened path />
        <FormRefusal refusal=refused.clone() />
        {problem.map(|words| view! { <p class="field-problem">{words}</p> })}
        <form method="post" action=ChangeSeats::url() class="form">
            <input type="hidden" name="booking_id" value=booking_id.to_string() />
            {places}
            <Field
                label="Reason"
                name="reason"
                value=asked("reason")
                hint="For the log. The person gets a mail with the new tickets; those of before stop working."
                refusal=refused
                required=true
            />
            <label class="check">
                <input type="checkbox" name="at_new_prices" value="true" checked={asked("at_new_prices") == "true"} />
                "At what the new seats cost now; otherwise the amount stays as it is"
            </label>
            <SubmitButton>{words}</SubmitButton>
        </form>
    }
}
