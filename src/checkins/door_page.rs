//! The door of an event: built for one hand, on a phone, in the dark.

use super::{
    api::{CheckTicketIn, get_door, get_summary},
    model::{Choice, DOORS_PAGE, DoorEvent, Reason, SectionCount, Summary, Verdict},
    verdict_view::{Asked, CodeForm, VerdictView, load_asked},
};
use crate::{
    error::Error,
    id::EventId,
    money::group_thousands,
    server::{begin, browser_module::BrowserModule, caller::allow_camera, state::AppState},
    ui::{ButtonKind, FormRefusal, Notice, PageError, Tone, refusal},
};
use leptos::{nonce::use_nonce, prelude::*};
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;
use std::collections::BTreeMap;

/// What the page does by itself, one module: scanners that are keyboards, deciding without a connection, sound, the camera.
const DOOR: &str = concat!(
    include_str!("door_page/scan.js"),
    include_str!("door_page/alone.js"),
    include_str!("door_page/say.js"),
    include_str!("door_page/camera.js"),
    include_str!("door_page/begin.js"),
);

/// The page of a door.
#[component]
pub fn DoorPage() -> impl IntoView {
    let event_id = use_params_map().with_untracked(|params| params.get_str("id")?.parse::<EventId>().ok());
    let found = begin(load(event_id, Asked::here()));
    allow_camera();
    Suspend::new(async move {
        match found.await {
            Ok(shown) => view! { <Shown shown /> }.into_any(),
            Err(error) => view! { <Title text="Check-in" /> <PageError error /> }.into_any(),
        }
    })
}

struct Loaded {
    door: DoorEvent,
    summary: Summary,
    verdict: Option<Verdict>,
}

async fn load(event_id: Option<EventId>, said: Asked) -> Result<Loaded, Error> {
    let event_id = event_id.ok_or(Error::NotFound)?;
    let door = get_door(event_id).await?;
    Ok(Loaded { door, summary: get_summary(event_id).await?, verdict: load_asked(event_id, said).await? })
}

#[component]
fn Shown(shown: Loaded) -> impl IntoView {
    let Loaded { door, summary, verdict } = shown;
    let (event_id, options) = (door.id, expect_context::<AppState>().leptos_options.clone());
    let scanner = BrowserModule::Scanner.find(&options);
    let reasons: BTreeMap<&str, &str> = Reason::ALL.iter().map(|reason| (reason.key(), reason.words())).collect();
    view! {
        <Title text=format!("Check-in · {}", door.name) />
        <section
            class="page checkin"
            id="checkin"
            data-event=event_id.to_string()
            data-zone=door.timezone.clone()
            data-script=scanner.map(|scanner| scanner.script.as_str())
            data-wasm=scanner.map(|scanner| scanner.wasm.as_str())
            data-reasons=serde_json::to_string(&reasons).unwrap_or_default()
        >
            <Head door=door.clone() summary=summary.clone() />
            <FormRefusal refusal={refusal::<CheckTicketIn>()} />
            <p class="checkin-away" id="away" role="status" hidden></p>
            <VerdictView event_id verdict />
            <Camera has_scanner=scanner.is_some() />
            <CodeForm event_id />
            <Conflicts />
            <Recent recent=summary.recent />
            <Sections sections=summary.sections />
            <p>
                <a class="text-link" href=DOORS_PAGE>"Other events"</a>
            </p>
        </section>
        <script type="module" nonce=use_nonce()>{DOOR}</script>
    }
}

#[component]
fn Head(door: DoorEvent, summary: Summary) -> impl IntoView {
    let opens = (!door.is_open).then(|| format!("Check-in opens {}, {}.", door.opens.date_short, door.opens.time));
    view! {
        <header class="checkin-head">
            <h1>{door.name}</h1>
            <p class="checkin-counts">
                <strong id="admitted">{count(summary.admitted_count)}</strong>
                " of "
                <span id="expected">{count(summary.expected_count)}</span>
                " in · "
                {door.door}
            </p>
        </header>
        {opens.map(|words| view! { <Notice tone=Tone::Info>{words}</Notice> })}
    }
}

fn count(count: i64) -> String {
    group_thousands(count.unsigned_abs())
}

/// What the camera sees, and what one does with one's thumb. Without scripts there is nothing to press.
#[component]
fn Camera(has_scanner: bool) -> impl IntoView {
    let kind = ButtonKind::Secondary.class();
    view! {
        <div class="checkin-camera needs-scripts">
            <div class="checkin-view" id="view" hidden>
                <video id="video" playsinline muted aria-label="What the camera sees"></video>
            </div>
            <p class="checkin-trouble" id="trouble" role="alert" hidden></p>
            <div class="checkin-bar">
                {has_scanner
                    .then(|| {
                        view! {
                            <button type="button" id="camera" class=ButtonKind::Primary.class() aria-pressed="false">
                                "Camera"
                            </button>
                            <button type="button" id="torch" class=kind aria-pressed="false" hidden>
                                "Torch"
                            </button>
                        }
                    })}
                <button type="button" id="sound" class=kind aria-pressed="true">
                    "Sound"
                </button>
            </div>
        </div>
    }
}

/// What was let in without a connection and turned out otherwise: the script fills it.
#[component]
fn Conflicts() -> impl IntoView {
    view! {
        <section class="checkin-conflicts" id="conflicts" aria-labelledby="conflicts-head" hidden>
            <h2 id="conflicts-head">"Let in without a connection, and not valid"</h2>
            <ul id="conflict-list" role="list"></ul>
            <button type="button" id="conflicts-seen" class=ButtonKind::Secondary.class()>
                "I have seen to these"
            </button>
        </section>
    }
}

#[component]
fn Recent(recent: Vec<Choice>) -> impl IntoView {
    let row = |Choice { guest, check_in }: Choice| {
        let when = check_in.map(|check_in| format!("{} · {}", check_in.when.time, check_in.door));
        view! {
            <li data-outcome="admitted">
                <p class="checkin-place">{guest.place.clone()}</p>
                <p class="muted">{guest.name} " · " {when}</p>
            </li>
        }
    };
    view! {
        <section class="checkin-recent" aria-labelledby="recent-head">
            <h2 id="recent-head">"Last scans"</h2>
            <ol id="recent" role="list">{recent.into_iter().map(row).collect_view()}</ol>
        </section>
    }
}

#[component]
fn Sections(sections: Vec<SectionCount>) -> impl IntoView {
    let row = |section: SectionCount| {
        view! {
            <tr>
                <th scope="row">{section.name}</th>
                <td data-label="In" class="rows-number">{count(section.admitted_count)}</td>
                <td data-label="Expected" class="rows-number">{count(section.expected_count)}</td>
            </tr>
        }
    };
    (!sections.is_empty()).then(|| {
        view! {
            <section aria-labelledby="sections-head">
                <h2 id="sections-head">"By section"</h2>
                <table class="rows" id="sections">
                    <thead>
                        <tr>
                            <th scope="col">"Section"</th>
                            <th scope="col" class="rows-number">"In"</th>
                            <th scope="col" class="rows-number">"Expected"</th>
                        </tr>
                    </thead>
                    <tbody>{sections.into_iter().map(row).collect_view()}</tbody>
                </table>
            </section>
        }
    })
}
