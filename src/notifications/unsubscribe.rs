//! Switching a kind of mail off by a link in it, without signing in: by a button on a page, or by a mail program that
//! does it in one step (RFC 8058). Opening the link changes nothing.
//!
//! The link is signed and nothing of it is kept: it is good for as long as there is the person, and a thousand
//! reminders cost no row.

use super::{
    model::Optional,
    store::{get_key, switch_off},
};
use crate::{
    error::Error,
    id::UserId,
    server::{Result, finish, state::AppState},
    ui::path_with,
};
use axum::{
    Router,
    extract::{Query, State},
    http::header::CONTENT_TYPE,
    response::{IntoResponse, Response},
    routing::post,
};
use ring::hmac::{HMAC_SHA256, Key, sign, verify};
use serde::Deserialize;
use uuid::Uuid;

/// The page, and where mail programs send their request.
pub const PAGE: &str = "/unsubscribe";

/// What mail programs send: no form of a page of ours, and nobody is signed in.
pub fn routes() -> Router<AppState> {
    Router::new().route(PAGE, post(unsubscribe_at_once))
}

/// The address in a mail of this kind to this person.
pub(super) async fn unsubscribe_address(state: &AppState, user_id: UserId, kind: Optional) -> Result<String> {
    let (person, name) = (user_id.0.simple(), kind.name());
    let signature = hex::encode(sign(&key(state).await?, &signed(user_id, kind)));
    let token = format!("{person}.{name}.{signature}");
    Ok(state.config.address(&path_with(PAGE, [("token", &*token)])))
}

/// Whom a link is about, and which kind of mail. Errors: `LinkOver` for one that we have not signed.
pub(super) async fn read_token(state: &AppState, token: &str) -> Result<(UserId, Optional)> {
    let mut parts = token.splitn(3, '.');
    let (person, kind, signature) = (parts.next(), parts.next(), parts.next());
    let user_id = person.and_then(|person| person.parse::<Uuid>().ok()).map(UserId).ok_or(Error::LinkOver)?;
    let kind = Optional::ALL.into_iter().find(|known| Some(known.name()) == kind).ok_or(Error::LinkOver)?;
    let signature = signature.and_then(|signature| hex::decode(signature).ok()).ok_or(Error::LinkOver)?;
    verify(&key(state).await?, &signed(user_id, kind), &signature).map_err(|_| Error::LinkOver)?;
    Ok((user_id, kind))
}

/// Switches off what the link is about. Doing it twice is fine. Errors: `LinkOver`.
pub(super) async fn unsubscribe(state: &AppState, token: &str) -> Result<()> {
    let (user_id, kind) = read_token(state, token).await?;
    let state = state.clone();
    finish(async move { switch_off(&state, user_id, kind).await }).await
}

/// What is signed: nothing else that is signed anywhere reads like it.
fn signed(user_id: UserId, kind: Optional) -> Vec<u8> {
    format!("evently unsubscribe {} {}", user_id.0, kind.name()).into_bytes()
}

async fn key(state: &AppState) -> Result<Key> {
    Ok(Key::new(HMAC_SHA256, &get_key(state).await?))
}

/// What stands in the address.
#[derive(Deserialize)]
struct Asked {
    #[serde(default)]
    token: String,
}

/// The one step of RFC 8058: the body says nothing that the address doesn't, and the answer leads nowhere.
async fn unsubscribe_at_once(State(state): State<AppState>, Query(Asked { token }): Query<Asked>) -> Result<Response> {
    unsubscribe(&state, &token).await?;
    Ok(([(CONTENT_TYPE, "text/plain; charset=utf-8")], "You won't get these mails any more.\n").into_response())
}
