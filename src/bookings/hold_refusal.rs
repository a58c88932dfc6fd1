//! Why places could not be held, in words, and the detour to the sign-in page.

use super::{
    api::HoldPlaces,
    model::{Wanted, sign_in_path},
};
use crate::{
    error::{Conflict, Error},
    ui::{Notice, Tone},
};
use leptos::prelude::*;
use leptos_router::{NavigateOptions, hooks::use_navigate};

/// The sentence for a refused hold; none where the way on is signing in. `lost` names the seats that were taken, where
/// they are known.
pub(super) fn say(error: &Error, lost: &[String]) -> Option<String> {
    match error {
        Error::SignInRequired => None,
        Error::Conflict(Conflict::SeatsTaken { .. }) if !lost.is_empty() => Some(say_lost(lost)),
        error if error.field("seat_ids").is_some() || error.field("quantity").is_some() => {
            Some("Choose at least one place first.".to_owned())
        }
        error => Some(error.to_string()),
    }
}

/// `Someone else took F12 and F13 just now.`
pub(super) fn say_lost(lost: &[String]) -> String {
    let (last, rest) = match lost {
        [] => return "Someone else took one of your seats just now.".to_owned(),
        [rest @ .., last] => (last, rest.join(", ")),
    };
    let names = if rest.is_empty() { last.clone() } else { format!("{rest} and {last}") };
    format!("Someone else took {names} just now.")
}

/// The sentence, read out when it appears.
#[component]
pub fn HoldRefusal(
    /// The sentence.
    #[prop(into)]
    words: Signal<Option<String>>,
) -> impl IntoView {
    move || words.get().map(|words| view! { <Notice tone=Tone::Warning>{words}</Notice> })
}

/// Sends who is not signed in to the sign-in page, which leads back here with the choice kept. Only with scripts: a
/// plain form is redirected by the server.
pub(super) fn sign_in_when_asked(hold: ServerAction<HoldPlaces>) {
    let navigate = use_navigate();
    let sent = StoredValue::new(None::<HoldPlaces>);
    Effect::new(move |_| {
        if let Some(input) = hold.input().get() {
            sent.set_value(Some(input));
        }
    });
    Effect::watch(
        move || hold.value().get(),
        move |answer, _, _| {
            let (Some(Err(Error::SignInRequired)), Some(sent)) = (answer, sent.get_value()) else { return };
            if let Ok(wanted) = Wanted::parse(sent.quantity, sent.seat_ids) {
                navigate(&sign_in_path(sent.event_id, &wanted), NavigateOptions::default());
            }
        },
        false,
    );
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{error::Problem, id::SeatId};
    use uuid::Uuid;

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn lost_seats_are_named() {
        assert_eq!(say_lost(&names(&["F12"])), "Someone else took F12 just now.");
        assert_eq!(say_lost(&names(&["F12", "F13"])), "Someone else took F12 and F13 just now.");
        assert_eq!(say_lost(&names(&["F12", "F13", "A1"])), "Someone else took F12, F13 and A1 just now.");
    }

    #[test]
    fn a_refusal_says_what_to_do_next() {
        let taken: Error = Conflict::SeatsTaken { seat_ids: vec![SeatId(Uuid::nil())] }.into();
        assert_eq!(say(&taken, &names(&["F12"])).as_deref(), Some("Someone else took F12 just now."));
        assert_eq!(say(&taken, &[]).as_deref(), Some("Someone else took one of these seats just now."));
        let nothing = Error::invalid("quantity", Problem::Required);
        assert_eq!(say(&nothing, &[]).as_deref(), Some("Choose at least one place first."));
        assert_eq!(say(&Error::SignInRequired, &[]), None);
    }
}
