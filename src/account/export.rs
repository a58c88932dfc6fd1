//! Everything that is kept about a person, written as it is read: neither years of bookings nor many who ask at once take
//! memory.

use crate::{
    bookings::{self, store::KeptBooking},
    error::Error,
    events::model::Page,
    id::UserId,
    server::{Result, answer, state::AppState},
    users::{self, model::Session, store::KeptUser},
    waitlist,
};
use anyhow::Context;
use chrono::{DateTime, Utc};
use futures::{Stream, stream};
use serde::Serialize;

/// Rows read at once.
const PAGE: i64 = 100;
/// What is kept and not told, and why.
const LEFT_OUT: [&str; 3] = [
    "Your password: only a hash is kept, which is no use to you and some to a thief.",
    "The ids of your sessions and the secrets of links you were sent: only hashes are kept.",
    "Replies to requests with an Idempotency-Key: kept for a day, they repeat what stands here.",
];

/// What comes before the lists.
#[derive(Serialize)]
struct Head {
    exported_at: DateTime<Utc>,
    left_out: [&'static str; 3],
    account: KeptUser,
    sessions: Vec<Session>,
}

/// What is written next.
enum Next {
    Waitlist(String),
    Bookings(String),
    End,
    Nothing,
}

/// The document, piece by piece. The first one is read before this answers, so that what can't be answered at all says so.
pub(super) async fn export(
    state: AppState,
    user_id: UserId,
    now: DateTime<Utc>,
) -> Result<impl Stream<Item = std::result::Result<String, Error>> + Send + 'static> {
    let account = users::store::export_user(&state, user_id).await?;
    let sessions = state.sessions.list_of_user(user_id, None).await?;
    let head = write(&Head { exported_at: now, left_out: LEFT_OUT, account, sessions })?;
    let open = head[..head.len() - 1].to_owned() + ",\"waitlist\":[";
    let rest = stream::try_unfold(Next::Waitlist(String::new()), move |next| {
        let state = state.clone();
        async move { answer(piece(&state, user_id, next)).await }
    });
    Ok(stream::StreamExt::chain(stream::iter([Ok(open)]), rest))
}

async fn piece(state: &AppState, user_id: UserId, next: Next) -> Result<Option<(String, Next)>> {
    Ok(match next {
        Next::Waitlist(cursor) => {
            let page = waitlist::store::list_entries(state, user_id, PAGE, &cursor).await?;
            let (text, more) = list(&page, &cursor)?;
            Some(match more {
                Some(cursor) => (text, Next::Waitlist(cursor)),
                None => (text + "],\"bookings\":[", Next::Bookings(String::new())),
            })
        }
        Next::Bookings(cursor) => {
            let page: Page<KeptBooking> = bookings::store::export_bookings(state, user_id, PAGE, &cursor).await?;
            let (text, more) = list(&page, &cursor)?;
            Some((text, more.map_or(Next::End, Next::Bookings)))
        }
        Next::End => Some(("]}".to_owned(), Next::Nothing)),
        Next::Nothing => None,
    })
}

/// The rows of a page as they go on a list, and where the next page begins.
fn list<T: Serialize>(page: &Page<T>, cursor: &str) -> Result<(String, Option<String>)> {
    let rows = page.items.iter().map(write).collect::<Result<Vec<_>>>()?.join(",");
    let comma = if cursor.is_empty() || rows.is_empty() { "" } else { "," };
    Ok((format!("{comma}{rows}"), page.next_cursor.clone()))
}

fn write(value: &impl Serialize) -> Result<String> {
    Ok(serde_json::to_string(value).context("writing down what is kept about a person")?)
}
