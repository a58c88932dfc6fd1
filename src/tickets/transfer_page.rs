//! A ticket that somebody offers: where the link in the mail leads.

use super::{
    api::{AcceptTransfer, find_offer},
    model::OfferedTicket,
};
use crate::{
    error::Error,
    server::begin,
    ui::{FormRefusal, LinkButton, PageError, SubmitButton, asked, next_path, refusal},
    users::api::find_session_user,
};
use leptos::{prelude::*, server_fn::ServerFn};
use leptos_meta::Title;

/// The page of an offer.
#[component]
pub fn TransferPage() -> impl IntoView {
    let token = asked("token");
    let found = begin(load(token.clone()));
    view! {
        <Title text="A ticket for you" />
        {Suspend::new(async move {
            match found.await {
                Ok((offered, is_signed_in)) => view! { <Shown offered is_signed_in token /> }.into_any(),
                Err(error) => view! { <PageError error /> }.into_any(),
            }
        })}
    }
}

async fn load(token: String) -> Result<(OfferedTicket, bool), Error> {
    Ok((find_offer(token).await?, find_session_user().await?.is_some()))
}

#[component]
fn Shown(offered: OfferedTicket, is_signed_in: bool, token: String) -> impl IntoView {
    let OfferedTicket { from, event, event_id, place, expires } = offered;
    view! {
        <section class="page door">
            <header class="page-head">
                <h1>{format!("{from} has a ticket for you")}</h1>
                <p class="lead">
                    <a href=format!("/events/{event_id}")>{event.name}</a>
                </p>
            </header>
            <dl class="ticket-facts">
                <div>
                    <dt>"When"</dt>
                    <dd>
                        <time datetime=event.when.iso>{event.when.date} ", " {event.when.time} " " {event.when.zone}</time>
                    </dd>
                </div>
                <div>
                    <dt>"Where"</dt>
                    <dd>{event.venue} <br /> {event.address} ", " {event.city}</dd>
                </div>
                <div>
                    <dt>"Place"</dt>
                    <dd>{place}</dd>
                </div>
            </dl>
            <p>{format!("It is yours once you accept it, until {}, {} {}.", expires.date_short, expires.time, expires.zone)}</p>
            <p>{format!("{from} is told that you took it, by your first name.")}</p>
            <FormRefusal refusal={refusal::<AcceptTransfer>()} />
            {if is_signed_in {
                view! {
                    <form method="post" action=AcceptTransfer::url()>
                        <input type="hidden" name="token" value=token />
                        <SubmitButton>"Accept the ticket"</SubmitButton>
                    </form>
                }
                    .into_any()
            } else {
                view! {
                    <p class="actions">
                        <LinkButton href=next_path("/sign-in")>"Sign in to accept"</LinkButton>
                    </p>
                }
                    .into_any()
            }}
        </section>
    }
}
