//! Apps and keys made durable; what signs access tokens; and what was shown of late.

mod apps;
mod keys;
mod token_keys;

pub use apps::{begin_app, end_app, end_app_by_token, end_apps_of, list_apps, refresh_app, remove_old_apps};
pub use keys::{create_key, list_keys, revoke_key, rotate_key};
pub use token_keys::{TokenKeys, renew_token_keys};

pub(in crate::users) use apps::export_apps;
pub(in crate::users) use keys::{EndedKeys, end_unproven_keys, export_keys};

use crate::{
    api::access::Scope,
    error::Error,
    id::{AppId, EventId, UserId},
    server::{
        Result,
        credential::{Credential, Kind},
        state::AppState,
    },
};
use moka::sync::Cache;
use sqlx::PgConnection;
use std::{sync::Arc, time::Duration};

/// How long a process believes what it has found of a token: as long as a session that was ended elsewhere.
const BELIEVED: Duration = Duration::from_secs(2);
/// Tokens that a process remembers, of about a hundred bytes each.
const REMEMBERED_MAX: u64 = 50_000;

/// What was found of the tokens and keys that were shown of late. Clones share it.
#[derive(Clone)]
pub struct Bearers {
    apps: Cache<AppId, Option<UserId>>,
    keys: Cache<[u8; 32], Option<Arc<Granted>>>,
}

impl Default for Bearers {
    fn default() -> Self {
        Self {
            apps: Cache::builder().max_capacity(REMEMBERED_MAX).time_to_live(BELIEVED).build(),
            keys: Cache::builder().max_capacity(REMEMBERED_MAX).time_to_live(BELIEVED).build(),
        }
    }
}

/// What a token or key opens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Granted {
    /// Whose it is.
    pub credential: Credential,
    /// What for.
    pub scopes: Vec<Scope>,
}

impl Bearers {
    /// The apps have ended.
    pub fn forget_apps(&self, apps: &[AppId]) {
        apps.iter().for_each(|app_id| self.apps.invalidate(app_id));
    }

    /// The keys have ended.
    pub(in crate::users) fn forget_ended_keys(&self, EndedKeys(hashes): EndedKeys) {
        self.forget_keys(&hashes);
    }

    fn forget_keys(&self, hashes: &[Vec<u8>]) {
        let known = hashes.iter().filter_map(|hash| <[u8; 32]>::try_from(hash.as_slice()).ok());
        known.for_each(|hash| self.keys.invalidate(&hash));
    }
}

/// What a token opens, whether an access token or a key. Errors: `TokenInvalid`.
pub async fn find_granted(state: &AppState, token: &str) -> Result<Granted> {
    let found = if token.starts_with(keys::BEGIN) {
        keys::find_granted(state, token).await?
    } else {
        apps::find_granted(state, token).await?
    };
    found.ok_or_else(|| Error::TokenInvalid.into())
}

/// All that is kept of a person's programs goes, when the transaction is committed. Their tokens and keys are over some seconds
/// later.
pub(in crate::users) async fn remove_programs(conn: &mut PgConnection, user_id: UserId) -> Result<()> {
    keys::remove_keys_of(conn, user_id).await?;
    end_apps_of(conn, user_id).await?;
    Ok(())
}

/// A credential of a person.
fn credential(id: uuid::Uuid, kind: Kind, user_id: UserId, event_id: Option<EventId>) -> Credential {
    Credential { id, kind, user_id, event_id }
}
