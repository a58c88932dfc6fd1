//! How a refusal is shown: in place of a page, in a part of it, or above the form that was refused.

use super::{
    button::{ButtonKind, LinkButton},
    field::Field,
    here::next_path,
    icon::{Glyph, Icon},
    notice::{Notice, Tone},
    place_rows::{Marked, PlaceRows},
};
use crate::{error::Error, server::set_page_status};
use leptos::{
    prelude::*,
    server::ServerActionError,
    server_fn::{ServerFn, error::ServerFnUrlError},
};
use leptos_router::hooks::use_location;

/// Why this function's form came back to the page being rendered, if it did: the page's address says so.
pub fn refusal<S: ServerFn<Error = Error>>() -> Option<Error> {
    use_context::<ServerActionError>()
        .filter(|error| error.path() == S::PATH)
        .map(|error| ServerFnUrlError::<Error>::decode_err(error.err()))
}

/// The sentence above a refused form. What is wrong with a field stands beside that field.
#[component]
pub fn FormRefusal(
    /// The refusal: [`refusal`].
    refusal: Option<Error>,
) -> impl IntoView {
    refusal.map(|error| match error {
        Error::Invalid(fields) => {
            let words =
                if fields.len() == 1 { "One field needs another look." } else { "Some fields need another look." };
            view! { <Notice tone=Tone::Warning>{words}</Notice> }.into_any()
        }
        error => view! { <ErrorNotice error /> }.into_any(),
    })
}

/// A refusal in a part of a page: the sentence, and the way on where there is one.
#[component]
pub fn ErrorNotice(
    /// What was refused.
    error: Error,
) -> impl IntoView {
    let sign_in = (error == Error::SignInRequired).then(|| {
        view! { " " <a href=next_path("/sign-in")>"Sign in"</a> }
    });
    view! {
        <Notice tone=Tone::Warning>
            <p>{error.to_string()} {sign_in}</p>
        </Notice>
    }
}

/// A refusal in place of a whole page. It also becomes the page's HTTP status.
#[component]
pub fn PageError(
    /// What was refused.
    error: Error,
) -> impl IntoView {
    set_page_status(error.status());
    let (heading, words) = say(&error);
    let is_missing = error == Error::NotFound;
    let again = matches!(error, Error::Unavailable { .. } | Error::TooMany { .. } | Error::Internal { .. });
    let sign_in = error == Error::SignInRequired;
    view! {
        <section class="page page-error">
            {if is_missing {
                view! { <PlaceRows marked=Marked::Gone /> }.into_any()
            } else {
                view! { <p class="page-error-mark"><Icon glyph=mark(&error) /></p> }.into_any()
            }}
            <h1>{heading}</h1>
            <p class="lead">{words}</p>
            {is_missing.then(search)}
            <p class="actions">
                {sign_in.then(|| view! { <LinkButton href=next_path("/sign-in")>"Sign in"</LinkButton> })}
                {again.then(|| view! { <LinkButton href=use_location().pathname.get_untracked()>"Try again"</LinkButton> })}
                <LinkButton href="/events" kind=ButtonKind::Secondary>"Find events"</LinkButton>
                {is_missing.then(|| view! { <LinkButton href="/" kind=ButtonKind::Quiet>"Start page"</LinkButton> })}
            </p>
        </section>
    }
}

/// For who knows what they were looking for.
fn search() -> impl IntoView {
    view! {
        <form class="page-error-search" method="get" action="/events" role="search" autocomplete="off">
            <Field label="What are you looking for?" name="q" kind="search" />
            <button type="submit" class=ButtonKind::Primary.class()>
                <Icon glyph=Glyph::Search />
                "Search"
            </button>
        </form>
    }
}

fn mark(error: &Error) -> Glyph {
    match error {
        Error::SignInRequired => Glyph::Person,
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
