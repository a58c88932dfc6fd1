//! How many notifications a person has not seen, as it changes: `GET /api/v1/notifications/stream`, server-sent events.

use crate::{
    error::Error,
    id::UserId,
    server::{Result, caller::find_person, refuse, request_id_of, state::AppState, watched::Watched},
    users::store::list_unread,
};
use axum::{
    Router,
    extract::{Request, State},
    response::Response,
    routing::get,
};
use std::collections::HashMap;
use tower_sessions::Session;

/// Who waits for notifications.
pub type LiveNotifications = Watched<UserId, i32>;

/// Tells the viewers of this process what has changed since it was last asked, and answers how many people's. Asks for
/// nothing when nobody watches.
pub async fn tell_viewers(state: &AppState) -> Result<u64> {
    let watched = state.live_notifications.keys();
    let now = if watched.is_empty() { HashMap::new() } else { list_unread(state, &watched).await? };
    Ok(state.live_notifications.tell(now))
}

/// The routes of what is unread.
pub fn routes() -> Router<AppState> {
    Router::new().route("/api/v1/notifications/stream", get(stream_unread))
}

/// How many notifications who is signed in has not seen, now and whenever it changes: each message's data is a number.
///
/// Errors: `SignInRequired`; `Unavailable` when there are too many viewers or the server is stopping.
async fn stream_unread(State(state): State<AppState>, session: Session, request: Request) -> Response {
    let request_id = request_id_of(&request);
    begin_stream(&state, &session).await.unwrap_or_else(|failure| refuse(failure, request_id))
}

async fn begin_stream(state: &AppState, session: &Session) -> Result<Response> {
    let user_id = find_person(session).await?.ok_or(Error::SignInRequired)?;
    let viewer = state.live_notifications.watch(user_id)?;
    let count = list_unread(state, &[user_id]).await?.remove(&user_id).ok_or(Error::SignInRequired)?;
    Ok(state.live_notifications.reply(viewer, user_id, count))
}
