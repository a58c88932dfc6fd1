//! The mails about the system itself, to whoever watches it.

use super::{letter::Letter, letters::Addressed};
use crate::{
    health::{
        model::{HEALTH_PAGE, Rule},
        store::{Risen, find_alert},
    },
    id::UserId,
    server::{Result, state::AppState},
    users::store::find_user,
};

/// What the mail of an alert says; nothing if there is nobody to tell.
pub(super) async fn compose_alert(
    state: &AppState,
    alert_id: i64,
    user_id: UserId,
    is_over: bool,
) -> Result<Option<Addressed>> {
    let (alert, user) = (find_alert(state, alert_id).await?, find_user(state, user_id).await?);
    Ok(alert.zip(user).map(|(alert, user)| Addressed::to(user, letter(state, alert, is_over))))
}

fn letter(state: &AppState, alert: Risen, is_over: bool) -> Letter {
    let Risen { rule, value, raised_at, cleared_at } = alert;
    let words = rule.words();
    let mut letter = warn(state, rule, rule.say(value));
    letter.facts.push(("Since", raised_at.format("%-d %B %Y, %H:%M:%S UTC").to_string()));
    if is_over {
        letter.subject = format!("Over: {words}");
        letter.heading = "It is over".to_owned();
        letter.sentences = vec![format!("{words}: that has passed.")];
        let until = cleared_at.map(|at| at.format("%-d %B %Y, %H:%M:%S UTC").to_string());
        letter.facts.extend(until.map(|until| ("Until", until)));
    }
    letter
}

/// A warning, as it is sent at once too when there is no database to ask.
pub(super) fn warn(state: &AppState, rule: Rule, measured: String) -> Letter {
    let words = rule.words();
    Letter {
        subject: format!("{}: {words}", rule.bounds().severity.words()),
        heading: words.to_owned(),
        sentences: vec![format!("{words} at {}.", state.config.public_url)],
        facts: vec![("Measured", measured)],
        action: Some(("See how the system is", state.config.address(HEALTH_PAGE))),
        reason: "You get this mail because you may see how the system is.",
        ..Letter::default()
    }
}
