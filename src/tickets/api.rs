//! The door to tickets: `/api/v1/tickets/…`.

use super::model::{OfferedTicket, Ticket, TicketEntry};
use crate::{
    error::Error,
    events::model::Page,
    id::{BookingId, TicketId},
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
