//! The door to tickets: `/api/v1/tickets/…`.

use super::model::{BookedTicket, OfferedTicket, Ticket, TicketEntry};
use crate::{
    bookings::model::Booking,
    error::Error,
    events::model::Page,
    id::{BookingId, SeatId, TicketId},
};
use leptos::{
    prelude::*,
    server_fn::codec::{GetUrl, Json, PostUrl},
};

/// The tickets of a booking of who is signed in, one for each place; those passed on say so and no more. Without a booking:
/// the tickets that others passed on to them, newest first.
///
/// `limit` is 1 to 200, 50 if left out, and `cursor` the page before's `next_cursor`: both of received tickets; a booking's
/// come all at once. Errors: `SignInRequired`; `NotFound`, also for someone else's booking; `Invalid`.
#[server(name = ListTickets, prefix = "/api", endpoint = "v1/tickets/list", input = GetUrl, output = Json)]
pub async fn list_tickets(
    /// The booking's id.
    #[server(default)]
    booking_id: Option<BookingId>,
    /// Rows, at most 200.
    #[server(default)]
    limit: Option<i64>,
    /// Where the page before ended.
    #[server(default)]
    cursor: String,
) -> Result<Page<Ticket>, Error> {
    use super::store;
    use crate::server::{Caller, answer};
    answer(async {
        let caller = Caller::current().await?;
        let user_id = caller.signed_in()?;
        match booking_id {
            Some(booking_id) => {
                let items = store::list_tickets(&caller.state, user_id, booking_id).await?;
                Ok(Page { items, next_cursor: None })
            }
            None => store::list_received(&caller.state, user_id, limit.unwrap_or(50), &cursor).await,
        }
    })
    .await
}

/// A ticket that who is signed in holds.
///
/// Errors: `SignInRequired`; `NotFound`, also for someone else's.
#[server(name = GetTicket, prefix = "/api", endpoint = "v1/tickets/get", input = GetUrl, output = Json)]
pub async fn get_ticket(
    /// The ticket's id.
    ticket_id: TicketId,
) -> Result<Ticket, Error> {
    use super::store;
    use crate::server::{Caller, answer};
    answer(async {
        let caller = Caller::current().await?;
        store::get_ticket(&caller.state, caller.signed_in()?, ticket_id).await
    })
    .await
}

/// What happened to a ticket, oldest first, in plain words.
///
/// Errors: `SignInRequired`; `NotFound`, also for someone else's.
#[server(name = GetTicketHistory, prefix = "/api", endpoint = "v1/tickets/history", input = GetUrl, output = Json)]
pub async fn get_history(
    /// The ticket's id.
    ticket_id: TicketId,
) -> Result<Vec<TicketEntry>, Error> {
    use super::store;
    use crate::server::{Caller, answer};
    answer(async {
        let caller = Caller::current().await?;
        store::get_history(&caller.state, caller.signed_in()?, ticket_id).await
    })
    .await
}

/// The public keys that verify tickets, in hexadecimal, the newest first: with them a scanner needs no connection. A code is
/// base 45 of version (1 byte), event (16), ticket (16), seat or number of the place (16), nonce (4) and the Ed25519
/// signature (64) of all before it.
#[server(name = ListTicketKeys, prefix = "/api", endpoint = "v1/tickets/keys", input = GetUrl, output = Json)]
pub async fn list_keys() -> Result<Vec<String>, Error> {
    use crate::server::{Caller, answer};
    answer(async {
        let caller = Caller::current().await?;
        let keys = caller.state.ticket_keys.get(&caller.state).await?;
        Ok(keys.public.iter().map(hex::encode).collect())
    })
    .await
}

/// Issues a ticket anew, so that every code it had before fails.
///
/// Errors: `SignInRequired`; `NotFound`, also for someone else's; `TicketVoid`; `EventBegun` once the event is over.
#[server(name = ReissueTicket, prefix = "/api", endpoint = "v1/tickets/reissue", input = PostUrl, output = Json)]
pub async fn reissue_ticket(
    /// The ticket's id.
    ticket_id: TicketId,
) -> Result<Ticket, Error> {
    use super::store;
    use crate::server::{Caller, answer, redirect_to, send_back};
    let reissued = answer(async {
        let caller = Caller::current().await?;
        let ticket = store::reissue_ticket(&caller.state, caller.signed_in()?, ticket_id).await?;
        redirect_to(&format!("/tickets/{ticket_id}"));
        Ok(ticket)
    })
    .await;
    reissued.inspect_err(|refused| send_back::<ReissueTicket>(&format!("/tickets/{ticket_id}"), &[], refused))
}

/// Offers a ticket to the person at this address, who gets a link by mail. It stays with its holder until that person
/// accepts, within a week and before the event begins; an offer that stood before is withdrawn.
///
/// Errors: `SignInRequired`; `Invalid`; `NotFound`, also for someone else's; `TicketVoid`; `EventBegun`; `TooMany` after five
/// offers within a day.
#[server(name = TransferTicket, prefix = "/api", endpoint = "v1/tickets/transfer", input = PostUrl, output = Json)]
pub async fn transfer_ticket(
    /// The ticket's id.
    ticket_id: TicketId,
    /// The new holder's address.
    email: String,
) -> Result<Ticket, Error> {
    use super::store;
    use crate::{
        server::{Caller, answer, redirect_to, send_back},
        users::model::parse_email,
    };
    let offered = answer(async {
        let caller = Caller::current().await?;
        let user_id = caller.signed_in()?;
        let ticket = store::offer_transfer(&caller.state, user_id, ticket_id, parse_email(&email)?).await?;
        redirect_to(&format!("/tickets/{ticket_id}"));
        Ok(ticket)
    })
    .await;
    offered.inspect_err(|refused| {
        send_back::<TransferTicket>(&format!("/tickets/{ticket_id}"), &[("email", &email)], refused);
    })
}

/// Withdraws the offer of a ticket. Where none stands, nothing happens.
///
/// Errors: `SignInRequired`; `NotFound`, also for someone else's, and so once it was accepted.
#[server(name = CancelTransfer, prefix = "/api", endpoint = "v1/tickets/cancel_transfer", input = PostUrl, output = Json)]
pub async fn cancel_transfer(
    /// The ticket's id.
    ticket_id: TicketId,
) -> Result<Ticket, Error> {
    use super::store;
    use crate::server::{Caller, answer, redirect_to, send_back};
    let cancelled = answer(async {
        let caller = Caller::current().await?;
        let ticket = store::cancel_transfer(&caller.state, caller.signed_in()?, ticket_id).await?;
        redirect_to(&format!("/tickets/{ticket_id}"));
        Ok(ticket)
    })
    .await;
    cancelled.inspect_err(|refused| send_back::<CancelTransfer>(&format!("/tickets/{ticket_id}"), &[], refused))
}

/// What is offered to who has the link with this token.
///
/// Errors: `NotFound`; `TransferOver`, `TicketVoid`, `EventBegun`.
#[server(name = FindOffer, prefix = "/api", endpoint = "v1/tickets/offer", input = GetUrl, output = Json)]
pub async fn find_offer(
    /// What the link carries.
    token: String,
) -> Result<OfferedTicket, Error> {
    use super::store;
    use crate::server::{Caller, answer};
    answer(async {
        let caller = Caller::current().await?;
        store::find_offer(&caller.state, &token).await
    })
    .await
}

/// Takes the ticket that the link with this token offers: from now on who is signed in holds it. Doing it twice answers with
/// the same ticket.
///
/// Errors: `SignInRequired`; `NotFound`; `TransferOver`; `TicketVoid`; `EventBegun`.
#[server(name = AcceptTransfer, prefix = "/api", endpoint = "v1/tickets/accept_transfer", input = PostUrl, output = Json)]
pub async fn accept_transfer(
    /// What the link carries.
    token: String,
) -> Result<Ticket, Error> {
    use super::{model::TRANSFER_PAGE, store};
    use crate::server::{Caller, answer, redirect_to, send_back};
    let link = token.clone();
    let accepted = answer(async {
        let caller = Caller::current().await?;
        let ticket = store::accept_transfer(&caller.state, caller.signed_in()?, token).await?;
        redirect_to(&format!("/tickets/{}", ticket.id));
        Ok(ticket)
    })
    .await;
    accepted.inspect_err(|refused| send_back::<AcceptTransfer>(TRANSFER_PAGE, &[("token", &link)], refused))
}

/// The tickets that a booking has, for staff: who holds them and how often they were made. None where nobody has asked for any.
///
/// Errors: `SignInRequired`; `Forbidden`; `NotFound`.
#[server(name = ListBookingTickets, prefix = "/api", endpoint = "v1/admin/booking_tickets", input = GetUrl, output = Json)]
pub async fn list_booking_tickets(
    /// The booking's id.
    booking_id: BookingId,
) -> Result<Vec<BookedTicket>, Error> {
    use super::store;
    use crate::{
        bookings::admin::admit::admit_to_booking,
        server::{Caller, answer},
    };
    answer(async {
        let caller = Caller::current().await?;
        admit_to_booking::<ListBookingTickets>(&caller, booking_id).await?;
        store::list_booking_tickets(&caller.state, booking_id).await
    })
    .await
}

/// Gives a confirmed booking other seats of its event, as many as it has, or as many places of a `standing` section; it may
/// keep some. Its tickets become tickets of the new seats, with the same holders, and the codes before fail. It pays what it
/// paid, or with `at_new_prices` what the new seats cost now. Its person is told.
///
/// Errors: `SignInRequired`; `Forbidden`; `NotFound`; `Invalid` on `seat_ids` or `reason`; `SeatsTaken`; `SoldOut`; `EventCancelled`,
/// `WrongState`.
#[server(name = ChangeSeats, prefix = "/api", endpoint = "v1/admin/change_seats", input = PostUrl, output = Json)]
pub async fn change_seats(
    /// The booking's id.
    booking_id: BookingId,
    /// All of its seats afterwards.
    #[server(default)]
    seat_ids: Vec<SeatId>,
    /// Why.
    reason: String,
    /// The name of a standing section that all of its places are to be of, instead of seats.
    #[server(default)]
    standing: String,
    /// For what they cost now.
    #[server(default)]
    at_new_prices: bool,
    /// The section that a form goes back to.
    #[server(default)]
    section: String,
) -> Result<Booking, Error> {
    use super::store;
    use crate::{
        bookings::{
            admin::admit::admit_to_booking,
            model::Wanted,
            store::{MoveRequest, Pricing},
        },
        server::{Caller, answer, redirect_to, send_back},
        staff::model::parse_reason,
    };
    let chosen = seat_ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(",");
    let moved = answer(async {
        let caller = Caller::current().await?;
        let actor = admit_to_booking::<ChangeSeats>(&caller, booking_id).await?;
        let standing = Some(standing).filter(|name| !name.is_empty());
        let seat_ids = match Wanted::parse(None, seat_ids, None) {
            _ if standing.is_some() => Vec::new(),
            Ok(Wanted::Seats(seat_ids)) => seat_ids,
            Ok(_) => return Err(Error::Malformed.into()),
            Err(refused) if refused.field("quantity").is_some() => {
                return Err(Error::invalid("seat_ids", crate::error::Problem::Required).into());
            }
            Err(refused) => return Err(refused.into()),
        };
        let pricing = if at_new_prices { Pricing::AsNow } else { Pricing::AsBooked };
        let request = MoveRequest { booking_id, seat_ids, standing, pricing, reason: parse_reason(&reason)? };
        let booking = store::change_seats(&caller.state, actor, request).await?;
        redirect_to(&format!("/admin/bookings/{booking_id}?saved=moved"));
        Ok(booking)
    })
    .await;
    moved.inspect_err(|refused| {
        let prices = if at_new_prices { "true" } else { "" };
        let typed = [("section", &*section), ("seats", &*chosen), ("reason", &*reason), ("at_new_prices", prices)];
        send_back::<ChangeSeats>(&format!("/admin/bookings/{booking_id}/seats"), &typed, refused);
    })
}
