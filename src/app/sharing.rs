//! Which pages are shared by all who ask at the same moment, and what of them is each person's own.

use crate::{
    bookings,
    error::Error,
    events::{events_page::QUERY_FIELDS, home_page::GreetingWords},
    id::{EventId, UserId},
    notifications::notifications_page::{UnreadLink, follows},
    server::{
        Result,
        caller::visit,
        shared_pages::{Drawing, PersonalPart, of_nobody},
        state::AppState,
    },
    staff::model::needed_for,
    users::{model::User, sign_in_page::SignedIn, store::find_user},
};
use axum::{
    extract::{Request, State},
    http::{Method, Uri},
    middleware::Next,
    response::Response,
};
use leptos::prelude::*;
use tower_sessions::Session;

/// Bytes of an address that is shared, at most: nobody fills the memory with long ones.
const ADDRESS_MAX: usize = 500;

/// Layer around the pages, inside the session: answers with what was drawn for somebody else a moment ago, where that is the
/// page that this visitor would get.
///
/// Who holds places of the event, waits for some or has changed something in the last seconds gets a page of their own.
pub async fn share_pages(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let Some(Shared { event_id }) = Shared::find(&request).filter(|_| state.shared_pages.is_on()) else {
        return next.run(request).await;
    };
    let session = request.extensions().get::<Session>().cloned();
    // What goes wrong is told by the page itself.
    let Ok(visitor) = find_visitor(&state, session, event_id).await else { return next.run(request).await };
    let user = match visitor {
        Visitor::Nobody => None,
        Visitor::Uninvolved(user) => Some(user),
        Visitor::Involved => return next.run(request).await,
    };
    let address = request.uri().path_and_query().map(ToString::to_string).unwrap_or_default();
    let (bare, drawn) = (of_nobody(&request), next.clone());
    let draw = move |drawing: Drawing| drawn.run(drawing.of(bare));
    let page = state.shared_pages.get(&address, draw).await;
    let path = request.uri().path();
    let reply = page.and_then(|page| match &user {
        Some(user) => page.reply(Some(&|part, nonce| write_part(part, user, path, nonce))),
        None => page.reply(None),
    });
    match reply {
        Some(reply) => reply,
        None => next.run(request).await,
    }
}

/// Layer around what changes something: what staff have changed is seen by whoever asks next.
pub async fn clear_after_changes(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let is_change = request.method() != Method::GET && changes_pages(request.uri().path());
    let response = next.run(request).await;
    if is_change {
        state.shared_pages.clear();
    }
    response
}

/// Whether this function, or what takes files, is the staff's. Buyers change what is left, which may be a second late, and are
/// shown their own changes at once.
fn changes_pages(path: &str) -> bool {
    path.strip_prefix("/api/v1/").is_none_or(|endpoint| needed_for(endpoint).is_some())
}

/// A page that is the same for everybody, but for its personal parts.
#[derive(Debug, PartialEq, Eq)]
struct Shared {
    /// The event that it is about.
    event_id: Option<EventId>,
}

impl Shared {
    fn find(request: &Request) -> Option<Self> {
        (request.method() == Method::GET).then(|| Self::at(request.uri()))?
    }

    /// By the address: with fields that a form brought back, or that are one's own choice, it is nobody else's.
    fn at(uri: &Uri) -> Option<Self> {
        let query = uri.query().unwrap_or_default();
        let only = |fields: &[&str]| {
            query.split('&').all(|pair| pair.is_empty() || fields.contains(&pair.split('=').next().unwrap_or_default()))
        };
        let is_short = uri.path().len() + query.len() <= ADDRESS_MAX;
        let event_id = match uri.path() {
            "/" => only(&[]).then_some(None),
            "/events" => only(&QUERY_FIELDS).then_some(None),
            "/events/month" => only(&[&QUERY_FIELDS[..], &["month"]].concat()).then_some(None),
            path => {
                let id = path.strip_prefix("/events/")?.parse().ok()?;
                only(&["section"]).then_some(Some(id))
            }
        };
        event_id.filter(|_| is_short).map(|event_id| Self { event_id })
    }
}

/// Who asks for a shared page.
enum Visitor {
    /// Nobody who is signed in.
    Nobody,
    /// Somebody for whom the page is the same as for everybody.
    Uninvolved(User),
    /// Somebody who has a page of their own.
    Involved,
}

async fn find_visitor(state: &AppState, session: Option<Session>, event_id: Option<EventId>) -> Result<Visitor> {
    let user_id: Option<UserId> = match session {
        Some(session) => visit(&session, state.clock.now()).await?,
        None => None,
    };
    let Some(user_id) = user_id else { return Ok(Visitor::Nobody) };
    if bookings::store::is_involved(state, user_id, event_id).await? {
        return Ok(Visitor::Involved);
    }
    // An account that has just gone: its page says so.
    let user = find_user(state, user_id).await?.ok_or(Error::SignInRequired)?;
    Ok(Visitor::Uninvolved(user))
}

/// What stands for this person where somebody who isn't signed in sees something else.
fn write_part(part: PersonalPart, user: &User, path: &str, nonce: &str) -> String {
    let user = user.clone();
    Owner::new().with(|| match part {
        PersonalPart::HeaderEnd => {
            let nonce = follows(path).then(|| nonce.to_owned());
            view! {
                <UnreadLink unread_count=user.unread_count nonce />
                <SignedIn user />
            }
            .to_html()
        }
        PersonalPart::Greeting => view! { <GreetingWords user /> }.to_html(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(address: &str) -> Option<Shared> {
        Shared::at(&address.parse().expect("an address"))
    }

    #[test]
    fn pages_for_everybody_are_told_from_those_that_are_somebodys() {
        let event = "/events/01890000-0000-7000-8000-000000000000";
        for shared in ["/", "/events", "/events?q=jazz&city=Berlin&cursor=x", "/events/month?month=2030-03&q=jazz"] {
            assert_eq!(at(shared), Some(Shared { event_id: None }), "{shared}");
        }
        assert!(at(event).is_some_and(|shared| shared.event_id.is_some()));
        assert!(at(&format!("{event}?section=A")).is_some());
        for own in ["?__err=x&__path=y", "?code=FREE", "?seats=1", "?quantity=3", "?utm=x", "?section=A&found=x"] {
            assert_eq!(at(&format!("{event}{own}")), None, "{own}");
        }
        for own in ["/?x=1", "/account", "/events/x", "/admin/events", "/bookings", "/events?__err=x"] {
            assert_eq!(at(own), None, "{own}");
        }
        assert_eq!(at(&format!("/events?q={}", "x".repeat(ADDRESS_MAX))), None);
    }

    #[test]
    fn what_staff_change_shows_at_once_and_a_rush_of_buyers_draws_nothing_anew() {
        for path in ["/api/v1/events/update", "/api/v1/admin/book", "/admin/events/x/poster"] {
            assert!(changes_pages(path), "{path}");
        }
        for path in ["/api/v1/bookings/hold", "/api/v1/bookings/confirm", "/api/v1/auth/login"] {
            assert!(!changes_pages(path), "{path}");
        }
    }
}
