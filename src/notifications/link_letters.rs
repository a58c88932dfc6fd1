//! The mails that carry a link: to confirm an address, to choose a new password, to take a post.

use super::{letter::Letter, letters::Addressed};
use crate::{
    id::{InvitationId, TokenId},
    server::{Result, state::AppState},
    staff::{
        model::{INVITATION_PAGE, OfferedPost},
        names::name_offer,
        store::write_invitation,
    },
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

/// What the mail of an invitation says; nothing if the invitation is over.
pub(super) async fn compose_invitation(state: &AppState, invitation_id: InvitationId) -> Result<Option<Addressed>> {
    let Some((invitation, secret)) = write_invitation(state, invitation_id).await? else { return Ok(None) };
    let OfferedPost { role, event_name, invited_by } = name_offer(state, &invitation).await?;
    let place = event_name.unwrap_or_else(|| "all events".to_owned());
    let address = state.config.address(&format!("{INVITATION_PAGE}?token={}", secret.text()));
    let letter = Letter {
        subject: format!("{invited_by} invites you to help with {place}"),
        heading: format!("Help with {place}"),
        sentences: vec![
            format!("{invited_by} offers you the role {} for {place} on Evently.", role.words()),
            "The link works once, for a week. If you don't know them, leave it be.".to_owned(),
        ],
        action: Some(("See the invitation", address)),
        reason: "You get this mail because somebody who runs events typed your address.",
        ..Letter::default()
    };
    Ok(Some(Addressed { user_id: None, email: invitation.email, name: None, is_guest: false, letter }))
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
