//! The poster of an event: its own picture, or the drawn one.

use super::{
    api::{DescribePoster, RemovePoster, get_managed_event},
    events_page::asked_event_id,
    poster_upload::PictureProblem,
};
use crate::{
    events::{
        model::{Event, EventPoster},
        poster::{EventPicture, Shown},
    },
    id::EventId,
    server::begin,
    staff::frame::{DashboardPage, EventTab, Place, event_path},
    ui::{ButtonKind, Field, FormRefusal, Notice, PageError, SubmitButton, Tone, asked, refusal},
};
use leptos::{prelude::*, server_fn::ServerFn};

/// The page on which an event's poster is set, with something to say.
pub(super) fn poster_path(event_id: EventId, said: &str) -> String {
    event_path(event_id, &format!("/poster?{said}"))
}

/// The poster as it is, and the ways to change it.
#[component]
pub fn PosterPage() -> impl IntoView {
    let event_id = asked_event_id();
    let loaded = begin(async move { get_managed_event(event_id?).await });
    view! {
        {Suspend::new(async move {
            match loaded.await {
                Ok(event) => view! { <PosterForms event=event.detail.event /> }.into_any(),
                Err(error) => view! { <PageError error /> }.into_any(),
            }
        })}
    }
}

#[component]
fn PosterForms(event: Event) -> impl IntoView {
    let done = match asked("done").as_str() {
        "poster" => Some("The poster is set."),
        "described" => Some("Saved."),
        "removed" => Some("The picture is gone: the poster is drawn again."),
        _ => None,
    };
    let refused = PictureProblem::parse(&asked("refused")).map(PictureProblem::say);
    let lead = match &event.poster {
        Some(_) => "This picture is shown wherever the event is.",
        None => "This poster is drawn from the name, the category and the day. A picture of your own takes its place.",
    };
    let place = Place::Event { tab: EventTab::Poster, event_id: event.id, name: event.name.clone() };
    let change = event.poster.clone().map(|poster| view! { <Change event_id=event.id poster /> });
    let heading = if event.poster.is_some() { "Another picture" } else { "A picture of your own" };
    let action = event_path(event.id, "/poster");
    view! {
        <DashboardPage title="Poster" lead place>
            {done.map(|words| view! { <Notice tone=Tone::Success>{words}</Notice> })}
            {refused.map(|words| view! { <Notice tone=Tone::Warning>{words}</Notice> })}
            <div class="admin-columns">
                <div class="poster-shown">
                    <EventPicture event shown=Shown::OnPage />
                </div>
                <div class="poster-forms">
                    {change}
                    <form method="post" action=action enctype="multipart/form-data" class="form">
                        <h2>{heading}</h2>
                        <div class="field">
                            <label for="poster-picture">"Picture"</label>
                            <input
                                id="poster-picture"
                                type="file"
                                name="picture"
                                accept="image/jpeg,image/png,image/webp"
                                required
                                aria-describedby="poster-picture-hint"
                            />
                            <p class="field-hint" id="poster-picture-hint">
                                "JPEG, PNG or WebP, up to 10 MB and 40 megapixels. Cards cut it to 4:3, other sites to 1200 × 630. \
                                 Where it was taken and what else the file says of itself is left out."
                            </p>
                        </div>
                        <Field label="What it shows, in words" name="alt_text" hint=ALT_HINT />
                        <SubmitButton>"Upload"</SubmitButton>
                    </form>
                </div>
            </div>
        </DashboardPage>
    }
}

const ALT_HINT: &str =
    "For those who can't see it, 200 characters at most. Empty for a picture that says nothing of its own.";

/// What can be changed about a picture that is there.
#[component]
fn Change(event_id: EventId, poster: EventPoster) -> impl IntoView {
    let refused = refusal::<DescribePoster>();
    let words = if refused.is_some() { asked("description") } else { poster.alt_text };
    view! {
        <FormRefusal refusal=refused.clone().or(refusal::<RemovePoster>()) />
        <form method="post" action=DescribePoster::url() class="form">
            <h2>"This picture"</h2>
            <input type="hidden" name="event_id" value=event_id.to_string() />
            <Field label="What this picture shows" name="description" value=words hint=ALT_HINT refusal=refused />
            <div class="actions">
                <SubmitButton kind=ButtonKind::Secondary>"Save the words"</SubmitButton>
                <button type="submit" class=ButtonKind::Quiet.class() formaction=RemovePoster::url()>
                    "Take the picture away"
                </button>
            </div>
        </form>
    }
}
