//! How often a password may be tried. The same for an address that has an account and for one that has none.

use super::{joined, network};
use crate::{
    error::Error,
    server::{Result, state::AppState},
};
use sha2::{Digest, Sha256};
use std::net::IpAddr;

/// A try to sign in to an account from a network.
#[derive(Debug)]
pub struct SignInTry {
    /// The account and the network it is tried from.
    pair: String,
}

impl SignInTry {
    /// Counts a try, before the password is looked at. Whoever is signed in stays so, and the owner of an account signs in
    /// where they did before, however often strangers try elsewhere.
    ///
    /// Errors: `TooMany`.
    pub async fn begin(state: &AppState, email: &str, from: Option<IpAddr>) -> Result<Self> {
        let limits = &state.config.limits;
        let account = hex::encode(&Sha256::digest(crate::users::model::normalise_email(email))[..16]);
        let pair = format!("{account}:{}", network(from));
        refuse(state.limiter.take(&joined("account", &pair), limits.account).await)?;
        if !state.limiter.is_noted(&joined("own", &pair)).await {
            refuse(state.limiter.take(&joined("anywhere", &account), limits.account_anywhere).await)?;
        }
        Ok(Self { pair })
    }

    /// The password was right: the tries from this network are forgotten, and it counts as the person's own.
    pub async fn succeed(self, state: &AppState) {
        state.limiter.forget(&joined("account", &self.pair)).await;
        state.limiter.note(&joined("own", &self.pair)).await;
    }
}

fn refuse(standing: super::Standing) -> Result<()> {
    if standing.passes { Ok(()) } else { Err(Error::TooMany { retry_after_s: standing.retry_after_s }.into()) }
}
