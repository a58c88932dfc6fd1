//! The door to an account as a whole: those of `/api/v1/users/…` that concern every slice.

use super::model::Leaving;
use crate::error::Error;
use leptos::{
    prelude::*,
    server_fn::codec::{GetUrl, Json, PostUrl, StreamingText, TextStream},
};

/// Everything that is kept about who is signed in, as one JSON document to save. It comes as it is read; if that fails in the
/// middle, the reply breaks off and is no JSON.
///
/// Errors: `SignInRequired`.
#[server(name = ExportMe, prefix = "/api", endpoint = "v1/users/export", input = GetUrl, output = StreamingText)]
pub async fn export_me() -> Result<TextStream<Error>, Error> {
    use super::export::export;
    use crate::server::{Caller, answer, save_as};
    answer(async {
        let caller = Caller::current().await?;
        let user_id = caller.signed_in()?;
        let document = export(caller.state, user_id, caller.now).await?;
        save_as("application/json", "evently-account.json");
        Ok(TextStream::new(document))
    })
    .await
}

/// What who is signed in would give up with their account.
///
/// Errors: `SignInRequired`.
#[server(name = PreviewDelete, prefix = "/api", endpoint = "v1/users/preview_delete", input = GetUrl, output = Json)]
pub async fn preview_delete() -> Result<Leaving, Error> {
    use super::delete::preview_delete;
    use crate::server::{Caller, answer};
    answer(async {
        let caller = Caller::current().await?;
        preview_delete(&caller.state, caller.signed_in()?).await
    })
    .await
}

/// Makes all that the guest of this link has booked the account's who is signed in: bookings, entries in lines,
/// tickets, what they were told. The link is over for everybody else. Doing it twice is fine.
///
/// Errors: `SignInRequired`; `Forbidden` for a guest; `LinkOver`; `OverLimit` where the account would have more places
/// of an event than one person may; `WrongState` with the guest's offer where both have one of an event; `Unavailable`
/// when the guest books at this moment. Nothing has changed then.
#[server(name = ClaimGuest, prefix = "/api", endpoint = "v1/users/claim", input = PostUrl, output = Json)]
pub async fn claim_guest(
    /// What stands in the link.
    token: String,
) -> Result<(), Error> {
    use super::claim::claim;
    use crate::server::{Caller, answer, finish, redirect_to, send_back};
    let back = token.clone();
    let claimed = answer(async {
        let caller = Caller::current().await?;
        let user_id = caller.signed_in()?;
        let state = caller.state.clone();
        finish(async move { claim(&state, user_id, &token).await }).await?;
        redirect_to("/bookings?saved=claimed");
        Ok(())
    })
    .await;
    claimed.inspect_err(|refused| send_back::<ClaimGuest>("/guest", &[("token", &back)], refused))
}

/// Gives the guest who is signed in another address, where they mistyped theirs: nobody has opened a link of it yet. Links that
/// were sent are over, tickets are issued anew, and the mails about their bookings are sent to the new one.
///
/// Errors: `SignInRequired`; `Forbidden` for who is no such guest; `Invalid` on `email`; `TooMany` after three within an hour.
#[server(name = CorrectEmail, prefix = "/api", endpoint = "v1/users/correct_email", input = PostUrl, output = Json)]
pub async fn correct_email(
    /// The right address.
    email: String,
) -> Result<(), Error> {
    use super::correct::correct_email;
    use crate::{
        server::{Caller, answer, finish, redirect_to, send_back},
        users::model::parse_email,
    };
    let corrected = answer(async {
        let caller = Caller::current().await?;
        let user_id = caller.signed_in()?;
        let (state, email) = (caller.state.clone(), parse_email(&email)?);
        finish(async move { correct_email(&state, user_id, &email).await }).await?;
        redirect_to("/bookings?saved=email");
        Ok(())
    })
    .await;
    corrected.inspect_err(|refused| send_back::<CorrectEmail>("/account/address", &[("email", &email)], refused))
}

/// Deletes the account of who is signed in: bookings of events to come are cancelled, holds released, lines left, sessions
/// ended, tickets that others passed on to them given back to who booked; what is over stays in the books without them. Their address can register anew. Deleting it twice is fine.
///
/// Errors: `SignInRequired`; `Invalid` on `password` when it is another; `Unavailable` when the person books at this moment.
#[server(name = DeleteMe, prefix = "/api", endpoint = "v1/users/delete", input = PostUrl, output = Json)]
pub async fn delete_me(
    /// Their password, so that nobody else does it on a device left open; of a guest, who has none, it isn't looked at.
    password: String,
) -> Result<(), Error> {
    use super::delete::delete;
    use crate::server::{Caller, answer, finish, redirect_to, send_back};
    let deleted = answer(async {
        let caller = Caller::current().await?;
        let user_id = caller.signed_in()?;
        let state = caller.state.clone();
        let was_guest = finish(async move { delete(&state, user_id, password).await }).await?;
        caller.sign_out().await?;
        redirect_to(if was_guest { "/sign-in?saved=guest" } else { "/sign-in?saved=account" });
        Ok(())
    })
    .await;
    deleted.inspect_err(|refused| send_back::<DeleteMe>("/account/delete", &[], refused))
}
