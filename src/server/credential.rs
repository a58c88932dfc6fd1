//! What a request comes with in place of a session: a token of an app, or the key of a machine.

use super::session_store::USER_ID;
use crate::id::{EventId, UserId};
use async_trait::async_trait;
use axum::{extract::Request, middleware::Next, response::Response};
use std::sync::Arc;
use tower_sessions::{
    Session, SessionStore,
    session::{Id, Record},
    session_store,
};
use uuid::Uuid;

/// What kind of program asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// An app that a person signed in to.
    App,
    /// A machine that has a key.
    Key,
}

/// What was shown, once it was found to be good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Credential {
    /// The app's id, or the key's.
    pub id: Uuid,
    /// Which of the two.
    pub kind: Kind,
    /// For whom it acts.
    pub user_id: UserId,
    /// The only event that it may be used for in the dashboard.
    pub event_id: Option<EventId>,
}

/// Layer inside the session: a request with a credential is its person's, for as long as it takes. Its session lies in memory
/// alone: nothing is kept of it, and no cookie tells of it.
pub(super) async fn stand_in(mut request: Request, next: Next) -> Response {
    if let Some(credential) = request.extensions().get::<Credential>().copied() {
        let session = nobody();
        // Nothing is asked for what lies in memory, so that it can't fail.
        if session.insert(USER_ID, credential.user_id).await.is_ok() {
            request.extensions_mut().insert(session);
        }
    }
    next.run(request).await
}

/// A session of nobody, in memory alone.
pub(super) fn nobody() -> Session {
    Session::new(None, Arc::new(Nowhere), None)
}

/// Keeps nothing.
#[derive(Debug)]
struct Nowhere;

#[async_trait]
impl SessionStore for Nowhere {
    async fn create(&self, _: &mut Record) -> session_store::Result<()> {
        Ok(())
    }

    async fn save(&self, _: &Record) -> session_store::Result<()> {
        Ok(())
    }

    async fn load(&self, _: &Id) -> session_store::Result<Option<Record>> {
        Ok(None)
    }

    async fn delete(&self, _: &Id) -> session_store::Result<()> {
        Ok(())
    }
}
