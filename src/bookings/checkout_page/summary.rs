//! What a booking is of, and what it costs, line by line.

use crate::{
    bookings::model::{BookedSeat, Booking, name_quantity},
    events::poster::{EventPicture, Pictured, Shown},
    money::Money,
    seats::model::{is_standing, name_place},
};
use leptos::prelude::*;

impl From<&Booking> for Pictured {
    fn from(booking: &Booking) -> Self {
        let event = booking.event.clone();
        Self {
            event_id: booking.event_id,
            name: event.name,
            category: event.category,
            date: event.when.iso,
            poster: event.poster,
        }
    }
}

/// The event, the places with their prices, the sum.
#[component]
pub fn Summary(
    /// The booking.
    booking: Booking,
) -> impl IntoView {
    let event = booking.event.clone();
    let subtotal = booking.subtotal().to_string();
    let discount = booking.discount().map(|(code, off)| {
        // One line says it already.
        let before = (booking.seats.len() > 1).then(|| {
            view! {
                <tr>
                    <th scope="row">"Before the discount"</th>
                    <td>{subtotal}</td>
                </tr>
            }
        });
        view! {
            {before}
            <tr>
                <th scope="row">"Code " <span class="code">{code.to_owned()}</span></th>
                <td>{say_off(off)}</td>
            </tr>
        }
    });
    view! {
        <section class="summary" aria-labelledby="summary-heading">
            <div class="summary-event">
                <div class="summary-poster">
                    <EventPicture event=&booking shown=Shown::OnBooking />
                </div>
                <div>
                    <h2 id="summary-heading">
                        <a href=format!("/events/{}", booking.event_id)>{event.name}</a>
                    </h2>
                    <p>
                        <time datetime=event.when.iso>{event.when.date} ", " {event.when.time} " " {event.when.zone}</time>
                    </p>
                    <p>{event.venue} ", " {event.city}</p>
                </div>
            </div>
            <table class="summary-lines">
                <caption class="visually-hidden">"What you pay"</caption>
                <thead class="visually-hidden">
                    <tr>
                        <th scope="col">"Places"</th>
                        <th scope="col">"Price"</th>
                    </tr>
                </thead>
                <tbody>
                    {lines(&booking)
                        .into_iter()
                        .map(|(place, price)| {
                            view! {
                                <tr>
                                    <th scope="row">{place}</th>
                                    <td>{price}</td>
                                </tr>
                            }
                        })
                        .collect_view()}
                    {discount}
                </tbody>
                <tfoot>
                    <tr>
                        <th scope="row">"Total, all in"</th>
                        <td>{booking.total().to_string()}</td>
                    </tr>
                </tfoot>
            </table>
        </section>
    }
}

/// What a code takes off, as it stands in a sum: nothing is not free here.
pub fn say_off(off: Money) -> String {
    if off.minor == 0 { "−0".to_owned() } else { off.to_string() }
}

/// Each seat with its price, the standing places of a section together, or the places with the price of all.
fn lines(booking: &Booking) -> Vec<(String, String)> {
    if booking.seats.is_empty() {
        return vec![(name_quantity(booking.quantity), booking.subtotal().to_string())];
    }
    let line = |seats: &[BookedSeat]| {
        let price = Money::new(seats.iter().map(|seat| seat.price_minor).sum(), booking.currency).to_string();
        let first = &seats[0];
        let name = name_place(&first.section, &first.row, &first.number);
        (if seats.len() > 1 { format!("{name}, {} places", seats.len()) } else { name }, price)
    };
    booking.seats.chunk_by(|a, b| a.section == b.section && is_standing(&a.row)).map(line).collect()
}
