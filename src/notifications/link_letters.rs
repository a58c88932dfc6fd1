//! The mails that carry a link: to confirm an address, to choose a new password.

use super::{letter::Letter, letters::Addressed};
use crate::{
    id::TokenId,
    server::{Result, state::AppState},
    users::{
        store::{Link, write_link},
        token::Purpose,
    },
};

/// What the mail of a link says; nothing if the link is over. Each time it is asked for the link gets another secret, so that
/// of a mail sent twice the second one works.
pub(super) async fn compose_link(state: &AppState, token_id: TokenId) -> Result<Option<Addressed>> {
    let Some(Link { user, purpose, secret }) = write_link(state, token_id).await? else { return Ok(None) };
    let address = |page: &str| state.config.address(&format!("/{page}?token={}", secret.text()));
    let letter = match purpose {
        Purpose::Verify => verify(&user.first_name, address("verify-email")),
        Purpose::Reset => reset(&user.first_name, address("reset-password")),
    };
    Ok(Some(Addressed::to(user, letter)))
}

fn verify(name: &str, address: String) -> Letter {
    Letter {
        subject: "Confirm your address".to_owned(),
        heading: "Is this your address?".to_owned(),
        sentences: vec![
            format!("Hello {name}, confirm it, so that your tickets and notices find you. You can book meanwhile."),
            "The link works once, for three days. If this isn't yours, do nothing.".to_owned(),
        ],
        action: Some(("Confirm my address", address)),
        reason: "You get this mail because an account was made with this address.",
        ..Letter::default()
    }
}

fn reset(name: &str, address: String) -> Letter {
    Letter {
        subject: "Choose a new password".to_owned(),
        heading: "Choose a new password".to_owned(),
        sentences: vec![
            format!("Hello {name}, somebody asked for a new password for your account."),
            "If it was you: the link works once, for an hour. If it wasn't, do nothing: your password stays as it is."
                .to_owned(),
        ],
        action: Some(("Choose a new password", address)),
        reason: "You get this mail because somebody typed this address on our page for forgotten passwords.",
        ..Letter::default()
    }
}
