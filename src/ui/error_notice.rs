//! How a refusal is shown: in place of a page, in a part of it, or above the form that was refused.

use super::{
    button::{ButtonKind, LinkButton},
    icon::{Glyph, Icon},
    link::next_path,
    notice::{Notice, Tone},
    page_status::set_page_status,
};
use crate::error::Error;
use leptos::{
    prelude::*,
    server::ServerActionError,
    server_fn::{ServerFn, error::ServerFnUrlError},
};
use leptos_router::hooks::use_location;

/// Why the last try of this action was refused, if it was: also when it was sent without scripts and came back by URL.
pub fn refusal<S>(action: ServerAction<S>) -> Signal<Option<Error>>
where
    S: ServerFn<Error = Error> + Clone + Send + Sync + 'static,
    S::Output: Clone + Send + Sync + 'static,
{
    let from_url = use_context::<ServerActionError>()
        .filter(|error| error.path() == S::PATH)
        .map(|error| ServerFnUrlError::<Error>::decode_err(error.err()));
    Signal::derive(move || match action.value().get() {
        Some(answer) => answer.err(),
        None => from_url.clone(),
    })
}

/// The sentence above a refused form. What is wrong with a field stands beside that field.
#[component]
pub fn FormRefusal(
    /// The refusal: [`refusal`].
    #[prop(into)]
    refusal: Signal<Option<Error>>,
) -> impl IntoView {
    move || {
        refusal.get().map(|error| match error {
            Error::Invalid(fields) => {
                let words =
                    if fields.len() == 1 { "One field needs another look." } else { "Some fields need another look." };
                view! { <Notice tone=Tone::Warning>{words}</Notice> }.into_any()
            }
            error => view! { <ErrorNotice error /> }.into_any(),
        })
    }
}

/// A refusal in a part of a page: the sentence, and the way on where there is one.
#[component]
pub fn ErrorNotice(
    /// What was refused.
    error: Error,
) -> impl IntoView {
    let location = use_location();
    let sign_in = (error == Error::SignInRequired).then(|| {
        view! { <a href=move || next_path("/sign-in", &location)>"Sign in"</a> }
    });
    view! {
        <Notice tone=Tone::Warning>
            <p>{error.to_string()} {sign_in.is_some().then_some(" ")} {sign_in}</p>
        </Notice>
    }
}

/// A refusal in place of a whole page. On the server it also becomes the page's HTTP status.
#[component]
pub fn PageError(
    /// What was refused.
    error: Error,
) -> impl IntoView {
    set_page_status(error.status());
    let location = use_location();
    let (heading, words) = say(&error);
    let here = location.clone();
    let again = matches!(error, Error::Unavailable { .. } | Error::TooMany { .. } | Error::Internal { .. });
    let sign_in = error == Error::SignInRequired;
    view! {
        <section class="page page-error">
            <p class="page-error-mark">
                <Icon glyph=mark(&error) />
            </p>
            <h1>{heading}</h1>
            <p class="lead">{words}</p>
            <p class="actions">
                {sign_in.then(|| view! { <LinkButton href=Signal::derive(move || next_path("/sign-in", &here))>"Sign in"</LinkButton> })}
                {again
                    .then(|| {
                        view! {
                            <a class=ButtonKind::Primary.class() rel="external" href=move || location.pathname.get()>
                                "Try again"
                            </a>
                        }
                    })}
                <LinkButton href="/events" kind=ButtonKind::Secondary>"Find events"</LinkButton>
            </p>
        </section>
    }
}

fn mark(error: &Error) -> Glyph {
    match error {
        Error::SignInRequired => Glyph::Person,
        Error::NotFound => Glyph::Search,
        Error::Unavailable { .. } | Error::TooMany { .. } => Glyph::Clock,
        _ => Glyph::Warning,
    }
}

fn say(error: &Error) -> (&'static str, String) {
    match error {
        Error::SignInRequired => {
            ("Sign in first", "This page belongs to an account. Sign in and you come straight back here.".to_owned())
        }
        Error::NotFound => (
            "There is nothing here",
            "The link may be old or mistyped, or the page belongs to someone else's account.".to_owned(),
        ),
        Error::Forbidden => ("Not for this account", error.to_string()),
        Error::Unavailable { .. } | Error::TooMany { .. } => ("One moment", error.to_string()),
        Error::Internal { .. } => ("That went wrong", error.to_string()),
        _ => ("That didn't work", error.to_string()),
    }
}
