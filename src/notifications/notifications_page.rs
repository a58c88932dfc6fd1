//! What a person was told, which mails they want, and the number of what they haven't seen in the header.

use super::{
    api::{ReadNotifications, UpdatePreferences, get_preferences, list_notifications},
    model::{Notification, Preferences},
};
use crate::{
    error::Error,
    events::model::Page,
    server::begin,
    ui::{ButtonKind, Glyph, Icon, LinkButton, Notice, PageError, PageHead, SubmitButton, Tone, asked, path_with},
    users::{api::get_me, model::User, sign_in_page::SessionUser},
};
use leptos::{nonce::use_nonce, prelude::*, server_fn::ServerFn};
use leptos_meta::Title;
use leptos_router::hooks::use_location;

/// Keeps the number in the header up to date while the page can be seen: an open stream takes one of the few connections
/// that a browser has for a site.
const FOLLOW: &str = include_str!("follow.js");

/// What who is signed in was told.
#[component]
pub fn NotificationsPage() -> impl IntoView {
    let cursor = asked("cursor");
    let is_first = cursor.is_empty();
    let found = begin(async move {
        let told = list_notifications(None, cursor).await?;
        let user = get_me().await?;
        Ok::<_, Error>((told, get_preferences().await?, user.is_admin || user.is_staff))
    });
    view! {
        <Title text="Notifications" />
        {Suspend::new(async move {
            match found.await {
                Ok((told, wanted, is_staff)) => view! { <Shown told wanted is_staff is_first /> }.into_any(),
                Err(error) => view! { <PageError error /> }.into_any(),
            }
        })}
    }
}

#[component]
fn Shown(told: Page<Notification>, wanted: Preferences, is_staff: bool, is_first: bool) -> impl IntoView {
    let Page { items, next_cursor } = told;
    let newest_unread = items.iter().find(|told| !told.is_read).map(|told| told.id);
    let none = items.is_empty().then_some("Nothing yet. What happens to your bookings while you are away stands here.");
    let older = next_cursor.map(|cursor| {
        let href = path_with("/notifications", [("cursor", cursor.as_str())]);
        view! { <nav class="pager" aria-label="Pages"><LinkButton href kind=ButtonKind::Secondary>"Older"</LinkButton></nav> }
    });
    view! {
        <section class="page notifications">
            <PageHead title="Notifications" />
            {none.map(|words| view! { <p class="lead">{words}</p> })}
            {newest_unread.filter(|_| is_first).map(|upto| view! {
                <form method="post" action=ReadNotifications::url()>
                    <input type="hidden" name="upto" value=upto.to_string() />
                    <SubmitButton kind=ButtonKind::Secondary>"Mark all as read"</SubmitButton>
                </form>
            })}
            {(!items.is_empty()).then(|| view! {
                <ul class="notification-list">{items.into_iter().map(|told| view! { <Line told /> }).collect_view()}</ul>
            })}
            {older}
            <Mails wanted is_staff />
        </section>
    }
}

#[component]
fn Line(told: Notification) -> impl IntoView {
    let Notification { title, path, is_read, when, .. } = told;
    view! {
        <li class:notification-unread=!is_read>
            <p><a href=path>{title}</a> {(!is_read).then(|| view! { " " <span class="notification-new">"New"</span> })}</p>
            <p class="muted"><time datetime=when.iso>{when.date_short} ", " {when.time} " " {when.zone}</time></p>
        </li>
    }
}

/// Which mails one wants, of those that one can do without.
#[component]
fn Mails(wanted: Preferences, is_staff: bool) -> impl IntoView {
    // Whoever joins the staff later hasn't switched it off: it is not among what they are shown.
    let digest = is_staff.then(|| {
        view! {
            <input type="hidden" name="shown[]" value="digest" />
            <label class="check">
                <input type="checkbox" name="digest" value="true" checked=wanted.digest />
                "How the week went at your events, on Mondays"
            </label>
        }
    });
    let saved =
        (asked("saved") == "mails").then(|| view! { <Notice tone=Tone::Success>"Your choice was saved."</Notice> });
    view! {
        <section class="panel">
            <h2>"Mails"</h2>
            <p class="muted">"What happens to your bookings and offers comes by mail always. These you can do without:"</p>
            {saved}
            <form method="post" action=UpdatePreferences::url() class="form">
                <input type="hidden" name="shown[]" value="reminder" />
                <input type="hidden" name="shown[]" value="hold_ending" />
                <label class="check">
                    <input type="checkbox" name="reminder" value="true" checked=wanted.reminder />
                    "A reminder the day before an event"
                </label>
                <label class="check">
                    <input type="checkbox" name="hold_ending" value="true" checked=wanted.hold_ending />
                    "A warning before a hold or an offer lapses"
                </label>
                {digest}
                <SubmitButton kind=ButtonKind::Secondary>"Save"</SubmitButton>
            </form>
        </section>
    }
}

/// The header's link to what one was told, with the number of what one hasn't seen; nothing for who is not signed in.
///
/// The event's page has a stream of its own, and a rush of people with it: there the number is as of when the page was drawn.
#[component]
pub fn NotificationsLink() -> impl IntoView {
    let SessionUser(user) = expect_context();
    let follows = follows(&use_location().pathname.get_untracked());
    Suspend::new(async move {
        let User { unread_count, .. } = user.await.ok().flatten()?;
        let nonce = use_nonce().filter(|_| follows).map(|nonce| nonce.to_string());
        Some(view! { <UnreadLink unread_count nonce /> })
    })
}

/// Whether the number is kept up to date on the page at this path.
pub fn follows(path: &str) -> bool {
    !path.starts_with("/events/")
}

/// The link with the number.
#[component]
pub fn UnreadLink(
    /// How many one hasn't seen.
    unread_count: i32,
    /// That of the page's scripts, where the number is kept up to date.
    nonce: Option<String>,
) -> impl IntoView {
    let script = nonce.map(|nonce| view! { <script nonce=nonce>{FOLLOW}</script> });
    view! {
        <a class="notifications-link" href="/notifications">
            <Icon glyph=Glyph::Bell />
            <span class="visually-hidden">"Notifications"</span>
            " "
            <span id="unread" class="unread" class:unread-none={unread_count == 0}>{unread_count}</span>
        </a>
        {script}
    }
}
