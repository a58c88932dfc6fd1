//! Everything that is kept about a person, written as it is read: neither years of bookings nor many who ask at once take
//! memory.

use crate::{
    bookings, checkins,
    error::Error,
    events::model::Page,
    id::UserId,
    notifications::{self, model::Preferences},
    server::{Result, answer, state::AppState},
    tickets,
    users::{self, model::Session, store::KeptUser},
    waitlist,
};
use anyhow::Context;
use chrono::{DateTime, Utc};
use futures::{Stream, StreamExt, stream};
use serde::Serialize;

/// Rows read at once.
const PAGE: i64 = 100;
/// What is kept and not told, and why.
const LEFT_OUT: [&str; 3] = [
    "Your password: only a hash is kept, which is no use to you and some to a thief.",
    "The ids of your sessions, the secrets of links you were sent, tokens and API keys: only hashes are kept.",
    "Replies to requests with an Idempotency-Key: kept for a day, they repeat what stands here.",
];

/// What comes before the lists.
#[derive(Serialize)]
struct Head {
    exported_at: DateTime<Utc>,
    left_out: [&'static str; 3],
    account: KeptUser,
    sessions: Vec<Session>,
    wanted_mails: Preferences,
}

/// What there may be much of, in the order of the document.
#[derive(Clone, Copy)]
enum List {
    Waitlist,
    Bookings,
    Tickets,
    CheckIns,
    Notifications,
    Mails,
}

/// From where on a list is still to be written; an empty cursor begins it.
struct Next {
    list: List,
    cursor: String,
}

/// The document, piece by piece. The first one is read before this answers, so that what can't be answered at all says so.
pub(super) async fn export(
    state: AppState,
    user_id: UserId,
    now: DateTime<Utc>,
) -> Result<impl Stream<Item = std::result::Result<String, Error>> + Send + 'static> {
    let account = users::store::export_user(&state, user_id).await?;
    let sessions = state.sessions.list_of_user(user_id, None).await?;
    let wanted_mails = notifications::store::get_preferences(&state, user_id).await?;
    let head = write(&Head { exported_at: now, left_out: LEFT_OUT, account, sessions, wanted_mails })?;
    // The lists go inside.
    let open = head[..head.len() - 1].to_owned();
    let rest = stream::try_unfold(Some(Next::begin(List::Waitlist)), move |next| {
        let state = state.clone();
        async move {
            match next {
                Some(next) => answer(next.write(&state, user_id)).await.map(Some),
                None => Ok(None),
            }
        }
    });
    Ok(stream::iter([Ok(open)]).chain(rest))
}

impl List {
    fn name(self) -> &'static str {
        match self {
            Self::Waitlist => "waitlist",
            Self::Bookings => "bookings",
            Self::Tickets => "tickets",
            Self::CheckIns => "check_ins",
            Self::Notifications => "notifications",
            Self::Mails => "mails",
        }
    }

    fn after(self) -> Option<Self> {
        match self {
            Self::Waitlist => Some(Self::Bookings),
            Self::Bookings => Some(Self::Tickets),
            Self::Tickets => Some(Self::CheckIns),
            Self::CheckIns => Some(Self::Notifications),
            Self::Notifications => Some(Self::Mails),
            Self::Mails => None,
        }
    }

    /// The next rows as they go on the list, and where the page after them begins.
    async fn read(self, state: &AppState, user_id: UserId, cursor: &str) -> Result<(String, Option<String>)> {
        match self {
            Self::Waitlist => rows(waitlist::store::list_entries(state, user_id, PAGE, cursor).await?),
            Self::Bookings => rows(bookings::store::export_bookings(state, user_id, PAGE, cursor).await?),
            Self::Tickets => rows(tickets::store::export_tickets(state, user_id, PAGE, cursor).await?),
            Self::CheckIns => rows(checkins::store::export_check_ins(state, user_id, PAGE, cursor).await?),
            Self::Notifications => rows(notifications::store::list_notifications(state, user_id, PAGE, cursor).await?),
            Self::Mails => rows(notifications::store::list_mails_of(state, user_id, PAGE, cursor).await?),
        }
    }
}

impl Next {
    fn begin(list: List) -> Self {
        Self { list, cursor: String::new() }
    }

    /// The next piece, and what comes after it.
    async fn write(self, state: &AppState, user_id: UserId) -> Result<(String, Option<Self>)> {
        let (rows, more) = self.list.read(state, user_id, &self.cursor).await?;
        let before = match self.cursor.as_str() {
            "" => format!(",\"{}\":[", self.list.name()),
            _ if rows.is_empty() => String::new(),
            _ => ",".to_owned(),
        };
        Ok(match (more, self.list.after()) {
            (Some(cursor), _) => (before + &rows, Some(Self { cursor, ..self })),
            (None, Some(list)) => (before + &rows + "]", Some(Self::begin(list))),
            (None, None) => (before + &rows + "]}", None),
        })
    }
}

fn rows<T: Serialize>(page: Page<T>) -> Result<(String, Option<String>)> {
    let rows = page.items.iter().map(write).collect::<Result<Vec<_>>>()?;
    Ok((rows.join(","), page.next_cursor))
}

fn write(value: &impl Serialize) -> Result<String> {
    Ok(serde_json::to_string(value).context("writing down what is kept about a person")?)
}
