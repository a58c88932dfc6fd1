//! Who is asking: the only way a server function learns about its request.

use super::{
    Result,
    client_address::client_address,
    clock::new_id,
    credential::Credential,
    device::name_device,
    error_shape::PlainForm,
    headers::{CAMERA, PERMISSIONS_POLICY},
    idempotency::RepeatKey,
    limits::TooOften,
    request_log::RequestId,
    session_store::{DEVICE, SEEN_ON, USER_ID},
    state::AppState,
};
use crate::{error::Error, id::UserId, users::model::safe_next};
use anyhow::{Context, anyhow};
use axum::http::{
    HeaderName, HeaderValue, StatusCode,
    header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE, USER_AGENT},
    request::Parts,
};
use chrono::{DateTime, Utc};
use leptos::{
    prelude::use_context,
    server_fn::{ServerFn, error::ServerFnUrlError},
};
use leptos_axum::ResponseOptions;
use serde::{Serialize, de::DeserializeOwned};
use std::{net::IpAddr, time::Duration};
use tower_sessions::{
    Session,
    session::{self, Id},
};
use uuid::Uuid;

/// Where a session names the refused forms that were typed in its browser.
const DRAFTS: &str = "drafts";
const DRAFTS_MAX: usize = 5;

/// Who asks, and what an answer needs: the system's parts, the person, the time, the request's id.
#[derive(Clone)]
pub struct Caller {
    /// The system's parts.
    pub state: AppState,
    /// Who is signed in, if anyone is.
    pub user_id: Option<UserId>,
    /// The instant of the request; every rule that needs the time is handed this one.
    pub now: DateTime<Utc>,
    /// Where the request comes from, where that is known.
    pub address: Option<IpAddr>,
    /// The request's id, as in the log and in the reply's `X-Request-Id`.
    pub request_id: String,
    /// What the change is named by, if the request came with an `Idempotency-Key`: 64 characters, the same when it is sent
    /// again. A change stored with it is found by it after a crash.
    pub repeat_key: Option<String>,
    /// What the request came with in place of a session, if it was a program's.
    pub credential: Option<Credential>,
    session: Session,
}

impl Caller {
    /// The caller of the server function, or of the page being rendered, that runs now.
    ///
    /// Errors: `Unavailable` when the session can't be looked up; `TooMany` for a form that comes too often.
    pub async fn current() -> Result<Self> {
        match use_context::<Parts>().and_then(|parts| parts.extensions.get::<TooOften>().copied()) {
            Some(TooOften { retry_after_s }) => Err(Error::TooMany { retry_after_s }.into()),
            None => Self::whoever().await,
        }
    }

    /// Reads what is the same for everybody: some seconds late, perhaps, for who isn't signed in ([`AppState::late`]), and as it is now
    /// for a person, who may have changed it.
    pub async fn read_public<T, W: Future<Output = Result<T>>>(&self, read: impl Fn(AppState) -> W) -> Result<T> {
        match self.user_id {
            None => self.state.late(read).await,
            Some(_) => read(self.state.clone()).await,
        }
    }

    /// The same, however often they have come: for what is done about a request that was refused.
    pub(super) async fn whoever() -> Result<Self> {
        let state: AppState = use_context().context("AppState is not in the Leptos context")?;
        let request_id = request_id();
        let session = current_session()?;
        let now = state.clock.now();
        let user_id = visit(&session, now).await?;
        let parts = use_context::<Parts>();
        let address = parts.as_ref().and_then(|parts| client_address(parts, &state.config));
        let credential = parts.and_then(|parts| parts.extensions.get().copied());
        Ok(Self { state, user_id, now, address, request_id, repeat_key: repeat_key(), credential, session })
    }

    /// Who is signed in. Errors: `SignInRequired`.
    pub fn signed_in(&self) -> std::result::Result<UserId, Error> {
        self.user_id.ok_or(Error::SignInRequired)
    }

    /// Signs this person in. The session gets a new id, so that one planted before the sign-in is worth nothing.
    pub async fn sign_in(&self, user_id: UserId) -> Result<()> {
        self.session.cycle_id().await.map_err(session_failure)?;
        self.session.insert(USER_ID, user_id).await.map_err(session_failure)?;
        self.session.insert(DEVICE, name_device(&user_agent())).await.map_err(session_failure)?;
        keep_alive(&self.session, self.now).await
    }

    /// Ends the session. Without one, nothing happens.
    pub async fn sign_out(&self) -> Result<()> {
        if self.session.id().is_some() {
            self.session.flush().await.map_err(session_failure)?;
        }
        Ok(())
    }

    /// Notes that what is kept under this id was typed in this browser. The newest few are remembered.
    pub(super) async fn note_draft(&self, id: Uuid) -> Result<()> {
        let mut drafts: Vec<Uuid> = self.kept(DRAFTS).await?.unwrap_or_default();
        drafts.push(id);
        let drafts = &drafts[drafts.len().saturating_sub(DRAFTS_MAX)..];
        self.session.insert(DRAFTS, drafts).await.map_err(session_failure)
    }

    /// Whether what is kept under this id was typed in this browser.
    pub(super) async fn has_draft(&self, id: Uuid) -> bool {
        let drafts: Option<Vec<Uuid>> = self.kept(DRAFTS).await.ok().flatten();
        drafts.is_some_and(|drafts| drafts.contains(&id))
    }

    /// Keeps this in the caller's session, also of one who isn't signed in. The session gets a new id, so that one planted before
    /// is worth nothing.
    pub async fn keep(&self, key: &str, value: impl Serialize + Send + Sync) -> Result<()> {
        self.session.cycle_id().await.map_err(session_failure)?;
        self.session.insert(key, value).await.map_err(session_failure)?;
        keep_alive(&self.session, self.now).await
    }

    /// What is kept under this key in the caller's session. Errors: `Unavailable` when it can't be looked up.
    pub async fn kept<T: DeserializeOwned>(&self, key: &str) -> Result<Option<T>> {
        self.session.get(key).await.map_err(session_failure)
    }

    /// The caller's own session, to tell it from others of the same person.
    pub fn session_id(&self) -> Option<Id> {
        self.session.id()
    }
}

/// Whose session it is, if somebody is signed in. Errors: `Unavailable` when it can't be looked up.
pub async fn find_person(session: &Session) -> Result<Option<UserId>> {
    session.get(USER_ID).await.map_err(session_failure)
}

/// The same for somebody who has come: their session goes on. Errors: `Unavailable`.
pub async fn visit(session: &Session, now: DateTime<Utc>) -> Result<Option<UserId>> {
    let user_id = find_person(session).await?;
    if user_id.is_some() {
        keep_alive(session, now).await?;
    }
    Ok(user_id)
}

/// Sets the HTTP status of the page being rendered. Does nothing in the browser's place, or once the reply has begun.
pub fn set_page_status(status: u16) {
    if let (Some(options), Ok(status)) = (use_context::<ResponseOptions>(), StatusCode::from_u16(status)) {
        options.set_status(status);
    }
}

/// Lets the page being rendered ask for the device's camera, which no other page may.
pub fn allow_camera() {
    if let Some(options) = use_context::<ResponseOptions>() {
        options.insert_header(PERMISSIONS_POLICY, CAMERA);
    }
}

/// Lets whoever asks keep the answer for so long, for themselves. Without this nobody keeps any.
pub fn keep_for(time: Duration) {
    let words = HeaderValue::try_from(format!("private, max-age={}", time.as_secs()));
    if let (Some(options), Ok(words)) = (use_context::<ResponseOptions>(), words) {
        options.insert_header(CACHE_CONTROL, words);
    }
}

/// Makes the answer a file of this kind and name that a browser saves instead of showing.
pub fn save_as(kind: &'static str, name: &str) {
    let Some(options) = use_context::<ResponseOptions>() else { return };
    options.insert_header(CONTENT_TYPE, HeaderValue::from_static(kind));
    if let Ok(disposition) = HeaderValue::try_from(format!("attachment; filename=\"{name}\"")) {
        options.insert_header(CONTENT_DISPOSITION, disposition);
    }
}

/// Sends the caller on to a page of this site; anything that is not a path of it becomes the start page.
///
/// A form the browser sends by itself is redirected; an island is told through a header and goes there itself.
pub fn redirect_to(path: &str) {
    // leptos_axum panics on what can't stand in a header; safe_next lets only printable ASCII through.
    leptos_axum::redirect(safe_next(path));
}

/// Sends a form that was refused back to its page, with the reason and with what was typed, so that nobody types it
/// again. Not for islands: their page is still there. Secrets don't belong in `typed`: it stands in the address, from
/// which the browser half takes it out at once.
pub fn send_back<F: ServerFn>(page: &str, typed: &[(&str, &str)], refused: &Error) {
    // The address is only there to be taken apart again: what is sent is a path.
    let back = ServerFnUrlError::new(F::PATH, refused.clone()).to_url(&format!("http://localhost{page}"));
    if let (true, Ok(mut back)) = (is_plain_form(), back) {
        back.query_pairs_mut().extend_pairs(typed.iter().filter(|(_, value)| !value.is_empty()));
        redirect_to(&format!("{page}?{}", back.query().unwrap_or_default()));
    }
}

/// Whether the request is a form that the browser sent by itself.
pub fn is_plain_form() -> bool {
    use_context::<Parts>().is_some_and(|parts| parts.extensions.get::<PlainForm>().is_some())
}

/// The id of the request being answered; a new one where none is (a background task, a test).
pub(super) fn request_id() -> String {
    use_context::<Parts>()
        .and_then(|parts| parts.extensions.get::<RequestId>().cloned())
        .map_or_else(|| new_id().to_string(), |id| id.0)
}

/// What the caller's browser or program calls itself.
fn user_agent() -> String {
    let header = |name: HeaderName| use_context::<Parts>()?.headers.get(name)?.to_str().ok().map(str::to_owned);
    header(USER_AGENT).unwrap_or_default()
}

fn repeat_key() -> Option<String> {
    use_context::<Parts>()?.extensions.get::<RepeatKey>().map(|key| key.0.clone())
}

fn current_session() -> Result<Session> {
    let parts: Parts = use_context().context("the request is not in the Leptos context")?;
    let session = parts.extensions.get::<Session>().cloned();
    Ok(session.context("the session layer is not around this route")?)
}

/// The session ends some time after its last use, and tower-sessions moves that end only when it saves. Noting the day
/// makes it save on the first request of each day instead of on every one.
async fn keep_alive(session: &Session, now: DateTime<Utc>) -> Result<()> {
    session.insert(SEEN_ON, now.date_naive()).await.map_err(session_failure)
}

/// The store has logged its causes already; what is left to say is to try again.
fn session_failure(error: session::Error) -> super::Failure {
    match error {
        session::Error::Store(_) => Error::Unavailable { retry_after_s: 1 }.into(),
        session::Error::SerdeJson(error) => anyhow!(error).context("reading the session").into(),
    }
}
