//! A person's API keys: making one, whose secret is shown once; changing its secret; ending it.

use super::{
    api::{CreateApiKey, RevokeApiKey, RotateApiKey, list_keys},
    model::{ApiKey, FormerSecret},
    shown::find_shown,
};
use crate::{
    api::access::Scope,
    error::Error,
    events::{admin::api::list_managed_events, model::Page},
    id::EventId,
    server::{Caller, begin},
    ui::{
        ButtonKind, Choice, Field, FormRefusal, Notice, PageError, PageHead, SelectField, SubmitButton, Tone, asked,
        refusal,
    },
};
use chrono::{DateTime, Utc};
use leptos::{nonce::use_nonce, prelude::*, server_fn::ServerFn};
use leptos_meta::Title;

/// Copies the secret. Without scripts it is selected by a click and copied as any text.
const COPY: &str = include_str!("copy.js");
/// Events that a key can be limited to here; programs can name any.
const EVENTS_MAX: i64 = 100;

/// All keys of who is signed in.
#[component]
pub fn KeysPage() -> impl IntoView {
    let found = begin(load(asked("made")));
    view! {
        <Title text="API keys" />
        {Suspend::new(async move {
            match found.await {
                Ok(loaded) => view! { <Shown loaded /> }.into_any(),
                Err(error) => view! { <PageError error /> }.into_any(),
            }
        })}
    }
}

struct Loaded {
    keys: Vec<ApiKey>,
    /// The secret that was made just now, with its key.
    made: Option<(ApiKey, String)>,
    /// The events that the person runs, the latest first; none for who has nothing to do with the dashboard.
    events: Option<Vec<Choice>>,
    now: DateTime<Utc>,
}

async fn load(made: String) -> Result<Loaded, Error> {
    let Page { items: keys, .. } = list_keys().await?;
    let caller = Caller::current().await.map_err(|_| Error::Unavailable { retry_after_s: 1 })?;
    let shown = find_shown(&caller, &made).await;
    let made = shown.and_then(|(id, secret)| Some((keys.iter().find(|key| key.id == id)?.clone(), secret)));
    let events = match list_managed_events(String::new(), String::new(), Some(EVENTS_MAX), String::new()).await {
        Ok(Page { items, .. }) => {
            Some(items.into_iter().map(|line| (line.event.id.to_string(), line.event.name)).collect())
        }
        Err(Error::Forbidden) => None,
        Err(error) => return Err(error),
    };
    Ok(Loaded { keys, made, events, now: caller.now })
}

#[component]
fn Shown(loaded: Loaded) -> impl IntoView {
    let Loaded { keys, made, events, now } = loaded;
    let is_revoked = asked("saved") == "revoked";
    let names = events.clone().unwrap_or_default();
    let rows = keys
        .into_iter()
        .map(|key| {
            let event_name = key.event_id.map(|event_id| name_of(&names, event_id));
            view! { <Row key event_name now /> }
        })
        .collect_view();
    view! {
        <section class="page account-page">
            <PageHead
                title="API keys"
                lead="For programs of your own: a key acts for you, and may do no more than you may."
            />
            {made.map(|(key, secret)| view! { <Made key secret /> })}
            {is_revoked.then(|| view! { <Notice tone=Tone::Success>"That key is revoked."</Notice> })}
            <FormRefusal refusal={refusal::<RotateApiKey>()} />
            <FormRefusal refusal={refusal::<RevokeApiKey>()} />
            <ul class="session-list" role="list">
                {rows}
            </ul>
            <MakeForm events />
            <p class="account-other">
                <a href="/account">"Back to your account"</a>
            </p>
        </section>
    }
}

fn name_of(events: &[Choice], event_id: EventId) -> String {
    let id = event_id.to_string();
    events.iter().find(|(known, _)| *known == id).map_or(id.clone(), |(_, name)| name.clone())
}

/// The new secret.
#[component]
fn Made(key: ApiKey, secret: String) -> impl IntoView {
    view! {
        <section class="panel key-made" aria-labelledby="made-head">
            <h2 id="made-head">{format!("The secret of {}", key.name)}</h2>
            <p>"Keep it where your program finds it. It is shown this once, and nobody can look it up again."</p>
            <p>
                <code id="secret" class="key-secret">{secret}</code>
            </p>
            <button type="button" id="copy" class=ButtonKind::Secondary.class() data-done="Copied" hidden>
                "Copy"
            </button>
            <p class="visually-hidden" role="status" id="copied"></p>
            <script nonce=use_nonce()>{COPY}</script>
        </section>
    }
}

#[component]
fn Row(
    key: ApiKey,
    /// The event that it is limited to.
    event_name: Option<String>,
    now: DateTime<Utc>,
) -> impl IntoView {
    let is_over = key.expires_at.is_some_and(|expires_at| expires_at <= now);
    let scopes = key.scopes.iter().map(|scope| view! { <li>{scope.words()}</li> }).collect_view();
    let (id, name) = (key.id.to_string(), key.name.clone());
    view! {
        <li class="panel key">
            <div class="session-words">
                <h2>{key.name.clone()}</h2>
                <p>
                    <code>{key.prefix.clone()} "_…"</code>
                </p>
                <p class="muted">{say_times(&key, is_over)}</p>
                {key.former.map(|former| view! { <p class="muted">{say_former(&former)}</p> })}
                {event_name.map(|event_name| view! { <p class="muted">{format!("Only for {event_name}")}</p> })}
            </div>
            <ul class="key-scopes">{scopes}</ul>
            <div class="key-ways">
                {(!is_over).then(|| view! { <RotateForm id=id.clone() name=name.clone() /> })}
                <form method="post" action=RevokeApiKey::url()>
                    <input type="hidden" name="key_id" value=id />
                    <SubmitButton kind=ButtonKind::Danger>
                        "Revoke" <span class="visually-hidden">" " {name}</span>
                    </SubmitButton>
                </form>
            </div>
        </li>
    }
}

#[component]
fn RotateForm(id: String, name: String) -> impl IntoView {
    let field = format!("overlap-{id}");
    view! {
        <details class="key-rotate">
            <summary>"New secret" <span class="visually-hidden">" for " {name}</span></summary>
            <form method="post" action=RotateApiKey::url() class="form">
                <input type="hidden" name="key_id" value=id />
                <div class="field">
                    <label for=field.clone()>"The old one still works"</label>
                    <div class="select">
                        <select id=field name="overlap_hours">
                            <option value="24">"for a day"</option>
                            <option value="1">"for an hour"</option>
                            <option value="168">"for a week"</option>
                            <option value="0">"not at all"</option>
                        </select>
                    </div>
                </div>
                <SubmitButton kind=ButtonKind::Secondary>"Make a new secret"</SubmitButton>
            </form>
        </details>
    }
}

fn say_times(key: &ApiKey, is_over: bool) -> String {
    let used = match key.last_used_at {
        Some(used_at) => format!("Last used on {}", say(used_at)),
        None => "Not used yet".to_owned(),
    };
    let ends = match key.expires_at {
        Some(expires_at) if is_over => format!("ran out on {}", say(expires_at)),
        Some(expires_at) => format!("works until {}", say(expires_at)),
        None => "works until you revoke it".to_owned(),
    };
    format!("{used} · {ends}")
}

fn say_former(former: &FormerSecret) -> String {
    let used = match former.last_used_at {
        Some(used_at) => format!("last used on {}", say(used_at)),
        None => "not used".to_owned(),
    };
    format!("The secret before, {}_…, works until {}, {used}", former.prefix, say(former.works_until))
}

fn say(at: DateTime<Utc>) -> String {
    at.format("%-d %B %Y, %H:%M UTC").to_string()
}

#[component]
fn MakeForm(
    /// The events that a key can be limited to; none for who has nothing to do with the dashboard.
    events: Option<Vec<Choice>>,
) -> impl IntoView {
    let refusal = refusal::<CreateApiKey>();
    let chosen = asked("scopes");
    let is_staff = events.is_some();
    let offered = Scope::ALL.into_iter().filter(|scope| is_staff || !scope.is_staff());
    let choices =
        offered.map(|scope| view! { <ScopeChoice scope chosen=chosen.split(' ').any(|key| key == scope.key()) /> });
    let problem = refusal.as_ref().and_then(|error| error.field("scopes"));
    let described_by = problem.is_some().then_some("scopes-problem");
    let lasts = [("90", "90 days"), ("30", "30 days"), ("365", "A year"), ("", "Until I revoke it")];
    let lasts: Vec<Choice> = lasts.into_iter().map(|(key, words)| (key.to_owned(), words.to_owned())).collect();
    let lasting = if refusal.is_some() { asked("expires_in_days") } else { "90".to_owned() };
    let events = events.map(|events| {
        let every = ("".to_owned(), "All that I may".to_owned());
        std::iter::once(every).chain(events).collect::<Vec<Choice>>()
    });
    view! {
        <section class="panel">
            <h2>"Make a key"</h2>
            <FormRefusal refusal=refusal.clone() />
            <form method="post" action=CreateApiKey::url() class="form">
                <Field
                    label="Name"
                    name="name"
                    value=asked("name")
                    hint="What uses it: Box office script"
                    required=true
                    refusal=refusal.clone()
                />
                <fieldset class="key-choices" aria-describedby=described_by>
                    <legend>"What may it do?"</legend>
                    {choices.collect_view()}
                    {problem.map(|problem| view! { <p class="field-problem" id="scopes-problem">{problem}</p> })}
                </fieldset>
                {events
                    .map(|choices| {
                        view! {
                            <SelectField
                                label="In the dashboard, for"
                                name="event_id"
                                choices
                                value=asked("event_id")
                                refusal=refusal.clone()
                            />
                            <p class="field-hint">"A key for one event can do nothing with your own account and bookings."</p>
                        }
                    })}
                <SelectField label="It works for" name="expires_in_days" choices=lasts value=lasting refusal />
                <SubmitButton>"Make the key"</SubmitButton>
            </form>
        </section>
    }
}

#[component]
fn ScopeChoice(scope: Scope, chosen: bool) -> impl IntoView {
    view! {
        <label class="check">
            <input type="checkbox" name="scopes[]" value=scope.key() checked=chosen />
            {scope.words()}
        </label>
    }
}
