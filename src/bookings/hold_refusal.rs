//! Why places could not be held, in words; and whether a hold is on its way.

use super::model::sign_in_path;
use crate::{
    error::{Conflict, Error},
    id::EventId,
    ui::{Notice, Tone},
};
use leptos::prelude::*;

/// The sentence for a refused hold; none where the way on is signing in. `lost` names the seats that were taken, where
/// they are known.
pub fn say(error: &Error, lost: &[String]) -> Option<String> {
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
pub fn say_lost(lost: &[String]) -> String {
    if lost.is_empty() {
        return "Someone else took one of your seats just now.".to_owned();
    }
    format!("Someone else took {} just now.", join_names(lost))
}

/// `F12 and F13 are not on sale now.`
pub fn say_not_on_sale(seats: &[String]) -> String {
    let are = if seats.len() == 1 { "is" } else { "are" };
    format!("{} {are} not on sale now.", join_names(seats))
}

/// `F12, F13 and A1`
pub(super) fn join_names(names: &[String]) -> String {
    match names {
        [rest @ .., last] if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        names => names.concat(),
    }
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

/// Sends who is not signed in to the sign-in page, which leads back here with the choice kept. A plain form is
/// redirected by the server.
pub(super) fn sign_in_first(event_id: EventId, field: &str, choice: &str) {
    _ = window().location().assign(&sign_in_path(event_id, field, choice));
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
    fn seats_that_are_not_on_sale_are_named() {
        assert_eq!(say_not_on_sale(&names(&["F12"])), "F12 is not on sale now.");
        assert_eq!(say_not_on_sale(&names(&["F12", "F13"])), "F12 and F13 are not on sale now.");
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
