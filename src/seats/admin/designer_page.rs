//! The seat map of an event, to be drawn.
//!
//! What has words or takes typing is here, as plain forms; `designer_page/*.js` hands them to the crate `designer`, which draws.
//! Without it the page still takes a drawing as a file.

pub mod panels;
pub mod parts;
pub mod sketch;

use super::{
    drawing_api::{ImportMap, get_drawing},
    model::PlanLine,
    plans_api::{get_plan, list_plans},
};
use crate::{
    error::Error,
    events::admin::{api::get_managed_event, model::ManagedEvent},
    id::EventId,
    money::group_thousands,
    server::{begin, browser_module::BrowserModule, find_kept, state::AppState},
    staff::{
        api::get_member,
        frame::{DashboardPage, EventTab, Place, SiteTab, event_path},
        model::Permission,
    },
    ui::{FormRefusal, Notice, PageError, SubmitButton, Tone, asked, refusal},
};
use leptos::{nonce::use_nonce, prelude::*, server_fn::ServerFn};
use leptos_router::hooks::use_params_map;
use panels::Panels;
use parts::{Act, ToolButton};
use sketch::Sketch;

/// What the page does by itself, one module: asking and keeping, the pointer, the keys, forms and lists, saving.
const DESIGNER: &str = concat!(
    include_str!("designer_page/begin.js"),
    include_str!("designer_page/lists.js"),
    include_str!("designer_page/forms.js"),
    include_str!("designer_page/pointer.js"),
    include_str!("designer_page/keys.js"),
    include_str!("designer_page/saving.js"),
    include_str!("designer_page/files.js"),
    include_str!("designer_page/open.js"),
);

/// The page on which the seat map of an event is drawn.
#[component]
pub fn DesignerPage() -> impl IntoView {
    let event_id = use_params_map().with_untracked(|params| params.get_str("id")?.parse().ok()).ok_or(Error::NotFound);
    let found = begin(load_event(event_id));
    Suspend::new(async move {
        match found.await {
            Ok(loaded) => view! { <OfEvent loaded /> }.into_any(),
            Err(error) => view! { <PageError error /> }.into_any(),
        }
    })
}

/// The page on which a seat map is drawn that is kept to begin others from.
#[component]
pub fn PlanPage() -> impl IntoView {
    let plan_id = use_params_map().with_untracked(|params| params.get_str("id")?.parse().ok()).ok_or(Error::NotFound);
    let found = begin(async move { get_plan(plan_id?).await });
    Suspend::new(async move {
        match found.await {
            Ok(kept) => view! {
                <DashboardPage title=kept.line.name.clone() place=Place::Site(SiteTab::SeatMaps)>
                    <Workbench owner=Owner::Plan(kept.line) />
                </DashboardPage>
            }
            .into_any(),
            Err(error) => view! { <PageError error /> }.into_any(),
        }
    })
}

/// Whose map is drawn.
#[derive(Clone)]
enum Owner {
    Event(EventId),
    Plan(PlanLine),
}

impl Owner {
    /// Where its files are, but for their ending.
    fn file(&self) -> String {
        match self {
            Self::Event(event_id) => event_path(*event_id, "/seat-map"),
            Self::Plan(plan) => format!("/admin/seat-maps/{}/seat-map", plan.id),
        }
    }
}

struct Loaded {
    event: ManagedEvent,
    plain: Option<Plain>,
    plans: Vec<PlanLine>,
    may_keep: bool,
}

/// What the form without scripts needs: the version of the map, and why the last file was refused.
struct Plain {
    version: i64,
    told: Vec<String>,
}

/// As many plans as are offered to begin from: all of them, wherever somebody looks through them.
const PLANS_MAX: i64 = 200;

async fn load_event(event_id: Result<EventId, Error>) -> Result<Loaded, Error> {
    let (event_id, is_plain, draft) = (event_id?, asked("plain") == "1", asked("draft"));
    let posts = get_member().await?.posts;
    if !posts.may(Permission::EditEvents, event_id) {
        return Err(Error::Forbidden);
    }
    let event = get_managed_event(event_id).await?;
    let plain = if is_plain || !draft.is_empty() || refusal::<ImportMap>().is_some() {
        let told = find_kept::<ImportMap, Vec<String>>(&draft).await.unwrap_or_default();
        Some(Plain { version: get_drawing(event_id).await?.version, told })
    } else {
        None
    };
    let plans = list_plans(Some(PLANS_MAX), String::new()).await?.items;
    Ok(Loaded { event, plain, plans, may_keep: posts.may_everywhere(Permission::EditEvents) })
}

#[component]
fn OfEvent(loaded: Loaded) -> impl IntoView {
    let Loaded { event, plain, plans, may_keep } = loaded;
    let event = event.detail.event;
    view! {
        <DashboardPage
            title="Seat map"
            place=Place::Event { tab: EventTab::SeatMap, event_id: event.id, name: event.name }
        >
            {(asked("done") == "saved").then(|| view! { <Notice tone=Tone::Success>"The seat map is saved."</Notice> })}
            <noscript>
                <Notice tone=Tone::Warning>
                    "Drawing needs scripts. Without them, take the map as a file below, change it, and "
                    <a href="?plain=1#plain">"put it in place again"</a> "."
                </Notice>
            </noscript>
            {plain.map(|plain| view! { <PlainImport event_id=event.id plain /> })}
            <Workbench owner=Owner::Event(event.id) />
            <Templates plans may_keep />
        </DashboardPage>
    }
}

/// The designer, and the map as a file.
#[component]
fn Workbench(owner: Owner) -> impl IntoView {
    let options = expect_context::<AppState>().leptos_options.clone();
    let module = BrowserModule::Designer.find(&options);
    let has_module = module.is_some();
    let (event_id, plan) = match &owner {
        Owner::Event(event_id) => (Some(event_id.to_string()), None),
        Owner::Plan(plan) => (None, Some(plan.clone())),
    };
    view! {
        {(!has_module)
            .then(|| {
                view! {
                    <Notice tone=Tone::Warning>
                        "This server was built without the designer. The map can be had as a file below."
                    </Notice>
                }
            })}
        <div
            class="designer needs-scripts"
            id="designer"
            data-event=event_id
            data-plan=plan.as_ref().map(|plan| plan.id.to_string())
            data-name=plan.as_ref().map(|plan| plan.name.clone())
            data-currency=plan.as_ref().map(|plan| plan.currency.code().to_owned())
            data-script=module.map(|module| module.script.as_str())
            data-wasm=module.map(|module| module.wasm.as_str())
            hidden=!has_module
        >
            <Bar />
            <div class="designer-body">
                <Sheet />
                <div class="designer-side">
                    <Panels />
                    <Lists />
                </div>
            </div>
            <Foot />
            <Dialogs />
        </div>
        <Files path=owner.file() />
        <script type="module" nonce=use_nonce()>{DESIGNER}</script>
    }
}

/// The tools, and what is always in reach.
#[component]
fn Bar() -> impl IntoView {
    view! {
        <div class="designer-bar">
            <div class="designer-tools" role="toolbar" aria-label="Tools" id="tools">
                <ToolButton tool="select" line=sketch::POINTER words="Select" key="V" />
                <ToolButton tool="rows" line=sketch::ROWS words="Rows" key="R" />
                <ToolButton tool="arc" line=sketch::ARC words="Arc" key="A" />
                <ToolButton tool="tables" line=sketch::TABLE words="Tables" key="T" />
                <ToolButton tool="standing" line=sketch::CROWD words="Standing" key="G" />
                <ToolButton tool="stage" line=sketch::STAGE words="Stage" key="S" />
                <ToolButton tool="price" line=sketch::TICKET words="Prices" key="P" />
                <ToolButton tool="kind" line=sketch::WHEELCHAIR words="Kinds" key="K" />
                <ToolButton tool="background" line=sketch::PICTURE words="Picture" key="B" />
                <ToolButton tool="pan" line=sketch::HAND words="Move" key="H" />
            </div>
            <div class="designer-acts">
                <Act command="undo" line=sketch::UNDO words="Undo" />
                <Act command="redo" line=sketch::REDO words="Do again" />
                <button type="button" class="button button-primary" id="save" disabled>
                    "Save"
                </button>
            </div>
        </div>
    }
}

/// What is drawn on: three canvases, of which the uppermost can be gone to.
#[component]
fn Sheet() -> impl IntoView {
    view! {
        <div class="designer-sheet">
            <div class="designer-view" id="view">
                <canvas id="under" aria-hidden="true"></canvas>
                <canvas id="seats" aria-hidden="true"></canvas>
                <canvas
                    id="over"
                    tabindex="0"
                    role="application"
                    aria-label="Seat map"
                    aria-describedby="keys"
                    aria-roledescription="drawing"
                ></canvas>
                <p class="designer-empty" id="empty" hidden>
                    "Nothing is drawn yet. Take Rows, Arc or Tables, say how many, and place them."
                </p>
                <p class="designer-wait" id="waiting" role="status">
                    "Opening the map…"
                </p>
            </div>
            <div class="designer-zoom">
                <Act command="zoom" fields="{\"factor\":0.8}" line=sketch::MINUS words="Smaller" />
                <Act command="fit" line=sketch::WHOLE words="Show all" />
                <Act command="zoom" fields="{\"factor\":1.25}" line=sketch::PLUS words="Larger" />
            </div>
        </div>
    }
}

/// The sections and their rows: whatever can be chosen on the map can be chosen here.
#[component]
fn Lists() -> impl IntoView {
    view! {
        <section class="designer-panel" aria-labelledby="sections-head">
            <h2 id="sections-head">"Sections " <span class="muted" id="capacity"></span></h2>
            <ul id="sections" class="designer-list" role="list"></ul>
            <template id="section-item">
                <li>
                    <div class="designer-item">
                        <button type="button" data-choose="section" aria-pressed="false">
                            <span data-name></span>
                            <span class="muted" data-count></span>
                        </button>
                        <button type="button" class="designer-icon" data-open aria-expanded="false" aria-label="Rows">
                            <Sketch line=sketch::CHEVRON />
                        </button>
                    </div>
                    <ul class="designer-rows" role="list" hidden></ul>
                </li>
            </template>
        </section>
    }
}

/// What is under way, and how keys work.
#[component]
fn Foot() -> impl IntoView {
    view! {
        <div class="designer-foot">
            <p id="said" role="status" aria-live="polite"></p>
            <details>
                <summary>"Keys"</summary>
                <p id="keys">
                    "Arrows go from seat to seat, Space chooses, Shift with arrows chooses on the way, Ctrl with arrows moves what is chosen. "
                    "Ctrl+A everything, Enter the row, Delete, Ctrl+Z and Ctrl+Y, Ctrl+C, Ctrl+X, Ctrl+V, Ctrl+D, Ctrl+S saves, Escape lets go. "
                    "Plus, minus and 0 enlarge, Space while dragging moves the map; Alt while dragging keeps seats from jumping into line."
                </p>
            </details>
        </div>
    }
}

/// What the server says of a drawing before it is saved; and what to do with work that was left behind.
#[component]
fn Dialogs() -> impl IntoView {
    view! {
        <dialog class="designer-dialog" id="review" aria-labelledby="review-head">
            <h2 id="review-head">"Save the seat map"</h2>
            <div id="review-words"></div>
            <form method="dialog" class="actions">
                <button type="button" class="button button-primary" id="confirm">
                    "Save"
                </button>
                <button type="button" class="button button-secondary" id="mine" hidden>
                    "Download mine"
                </button>
                <button type="button" class="button button-secondary" id="theirs" hidden>
                    "Open theirs"
                </button>
                <button class="button button-quiet">"Back to the map"</button>
            </form>
        </dialog>
        <dialog class="designer-dialog" id="left" aria-labelledby="left-head">
            <h2 id="left-head">"Go on where you left off?"</h2>
            <p id="left-words"></p>
            <form method="dialog" class="actions">
                <button class="button button-primary" value="keep">
                    "Go on"
                </button>
                <button class="button button-secondary" value="drop">
                    "Begin with what is saved"
                </button>
            </form>
        </dialog>
    }
}

/// A map from a file, without scripts.
#[component]
fn PlainImport(event_id: EventId, plain: Plain) -> impl IntoView {
    let Plain { version, told } = plain;
    let wrong = (!told.is_empty()).then(|| {
        let lines = told.into_iter().take(50).map(|words| view! { <li>{words}</li> }).collect_view();
        view! { <ul class="checklist">{lines}</ul> }
    });
    view! {
        <section class="designer-files" aria-labelledby="plain">
            <h2 id="plain">"The map from a file"</h2>
            <FormRefusal refusal={refusal::<ImportMap>()} />
            {wrong}
            <form method="post" action=ImportMap::url() class="form">
                <input type="hidden" name="event_id" value=event_id.to_string() />
                <input type="hidden" name="version" value=version.to_string() />
                <div class="field">
                    <label for="plain-format">"What it is"</label>
                    <select id="plain-format" name="format">
                        <option value="csv">"CSV"</option>
                        <option value="json">"JSON"</option>
                        <option value="pretix">"pretix seating plan"</option>
                    </select>
                </div>
                <div class="field">
                    <label for="plain-text">"What is in it"</label>
                    <textarea id="plain-text" name="text" rows="10" required spellcheck="false"></textarea>
                    <p class="field-hint">"It replaces the whole map. Seats that somebody has have to be in it."</p>
                </div>
                <SubmitButton>"Put it in place"</SubmitButton>
            </form>
        </section>
    }
}

/// A map as a file, and from one.
#[component]
fn Files(path: String) -> impl IntoView {
    let link = |ending: &str| format!("{path}.{ending}");
    view! {
        <section class="designer-files" aria-labelledby="files-head">
            <h2 id="files-head">"As a file"</h2>
            <p class="actions">
                <a class="text-link" href=link("csv") download>
                    "CSV, a line for each seat"
                </a>
                <a class="text-link" href=link("json") download>
                    "JSON, all of it"
                </a>
                <a class="text-link" href=link("pretix.json") download>
                    "pretix seating plan"
                </a>
            </p>
            <form class="designer-import needs-scripts" id="import">
                <div class="field">
                    <label for="import-file">"Open a file in the designer"</label>
                    <input id="import-file" type="file" name="file" accept=".csv,.json,text/csv,application/json" required />
                    <p class="field-hint">"CSV, JSON or a pretix seating plan. Nothing is saved by opening it."</p>
                </div>
                <button type="submit" class="button button-secondary">
                    "Open"
                </button>
            </form>
            <div id="import-flaws" role="alert"></div>
        </section>
    }
}

/// Maps to begin from, and this one as one of them.
#[component]
fn Templates(plans: Vec<PlanLine>, may_keep: bool) -> impl IntoView {
    let has_plans = !plans.is_empty();
    let option = |plan: PlanLine| {
        let words = format!("{}, {} places", plan.name, group_thousands(plan.place_count.unsigned_abs().into()));
        view! { <option value=plan.id.to_string()>{words}</option> }
    };
    let begin = has_plans.then(|| {
        view! {
            <form class="designer-import" id="begin-from">
                <div class="field">
                    <label for="begin-plan">"Begin from a template"</label>
                    <select id="begin-plan" name="plan_id">{plans.into_iter().map(option).collect_view()}</select>
                </div>
                <button type="submit" class="button button-secondary">
                    "Open"
                </button>
            </form>
        }
    });
    let keep = may_keep.then(|| {
        view! {
            <form class="designer-import" id="keep-as">
                <div class="field">
                    <label for="keep-name">"Keep this map as a template"</label>
                    <input id="keep-name" name="name" maxlength="100" required autocomplete="off" placeholder="Great hall" />
                </div>
                <button type="submit" class="button button-secondary">
                    "Keep"
                </button>
            </form>
        }
    });
    (has_plans || may_keep).then(|| {
        view! {
            <section class="designer-files needs-scripts" aria-labelledby="templates-head">
                <h2 id="templates-head">"Templates"</h2>
                {begin}
                {keep}
                <p id="template-said" role="status"></p>
                <p>
                    <a class="text-link" href="/admin/seat-maps">
                        "All templates"
                    </a>
                </p>
            </section>
        }
    })
}
