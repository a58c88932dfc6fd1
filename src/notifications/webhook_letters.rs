//! The mail about a webhook at which nothing arrives, to who made it.

use super::{letter::Letter, letters::Addressed};
use crate::{
    id::WebhookId,
    server::{Result, state::AppState},
    users::store::find_user,
    webhooks::{
        model::WEBHOOKS_PAGE,
        store::{StoppedWebhook, find_stopped},
    },
};

/// What the mail says; nothing if it was started again meanwhile, or there is nobody to tell.
pub(super) async fn compose_stopped(state: &AppState, webhook_id: WebhookId) -> Result<Option<Addressed>> {
    let Some(stopped) = find_stopped(state, webhook_id).await? else { return Ok(None) };
    let user = find_user(state, stopped.created_by).await?;
    Ok(user.map(|user| Addressed::to(user, letter(state, webhook_id, stopped))))
}

fn letter(state: &AppState, webhook_id: WebhookId, stopped: StoppedWebhook) -> Letter {
    let StoppedWebhook { url, failing_since, missed_count, .. } = stopped;
    Letter {
        subject: "A webhook was stopped".to_owned(),
        heading: "Nothing arrives at a webhook of yours".to_owned(),
        sentences: vec![
            "For three days every delivery to it has failed. It was stopped, and is told nothing any more.".to_owned(),
            "Once its server answers again, start it on its page. What it missed can be sent again from there, or read from \
             the list of changes."
                .to_owned(),
        ],
        facts: vec![
            ("Address", url),
            ("Failing since", failing_since.format("%-d %B %Y, %H:%M:%S UTC").to_string()),
            ("Not delivered", missed_count.to_string()),
        ],
        action: Some(("See the webhook", state.config.address(&format!("{WEBHOOKS_PAGE}/{webhook_id}")))),
        reason: "You get this mail because you made the webhook.",
        ..Letter::default()
    }
}
