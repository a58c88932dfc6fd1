//! What was done through the dashboard: who, what, before, after, when, from where.

use super::{
    api::list_actions,
    frame::{DashboardPage, EventTab, Place, SiteTab},
    model::{LogEntry, LogQuery},
};
use crate::{
    error::Error,
    events::{admin::api::get_managed_event, model::Page},
    id::EventId,
    server::begin,
    ui::{ButtonKind, Field, FormRefusal, LinkButton, PageError, SubmitButton, asked, path_with},
};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use serde_json::Value;

/// The log of the whole site, or of the event the address names.
#[component]
pub fn LogPage() -> impl IntoView {
    let id = use_params_map().with_untracked(|params| params.get("id"));
    let query = LogQuery {
        event_id: id.clone().unwrap_or_else(|| asked("event_id")),
        actor_id: asked("actor_id"),
        action: asked("action"),
        from: asked("from"),
        to: asked("to"),
        cursor: asked("cursor"),
        limit: String::new(),
    };
    let found = begin(load(id, query.clone()));
    view! {
        {Suspend::new(async move {
            match found.await {
                Ok((place, found)) => view! { <Shown place query found /> }.into_any(),
                Err(error) => view! { <PageError error /> }.into_any(),
            }
        })}
    }
}

/// A page of the log, or why the query makes none; where the page stands.
type Found = Result<Page<LogEntry>, Error>;

async fn load(id: Option<String>, query: LogQuery) -> Result<(Place, Found), Error> {
    let event_id: Option<EventId> = id.map(|id| id.parse().map_err(|_| Error::NotFound)).transpose()?;
    let found = match list_actions(query).await {
        Err(error) if !matches!(error, Error::Invalid(_)) => return Err(error),
        found => found,
    };
    let place = match event_id {
        Some(event_id) => {
            let name = get_managed_event(event_id).await?.detail.event.name;
            Place::Event { tab: EventTab::Log, event_id, name }
        }
        None => Place::Site(SiteTab::Log),
    };
    Ok((place, found))
}

#[component]
fn Shown(place: Place, query: LogQuery, found: Found) -> impl IntoView {
    let path = match &place {
        Place::Site(_) => "/admin/log".to_owned(),
        Place::Event { event_id, .. } => super::frame::event_path(*event_id, "/log"),
    };
    let is_first = query.cursor.is_empty();
    let file = path_with(
        "/admin/log.csv",
        [
            ("event_id", &*query.event_id),
            ("actor_id", &*query.actor_id),
            ("action", &*query.action),
            ("from", &*query.from),
            ("to", &*query.to),
        ],
    );
    let refusal = found.as_ref().err().cloned();
    let page = found.unwrap_or(Page { items: Vec::new(), next_cursor: None });
    let older = page.next_cursor.map(|cursor| {
        let fields = [
            ("actor_id", &*query.actor_id),
            ("action", &*query.action),
            ("from", &*query.from),
            ("to", &*query.to),
            ("cursor", &*cursor),
        ];
        view! { <LinkButton href=path_with(&path, fields) kind=ButtonKind::Secondary>"Older entries"</LinkButton> }
    });
    let newest = (!is_first).then(|| {
        view! { <LinkButton href=path.clone() kind=ButtonKind::Secondary>"Newest entries"</LinkButton> }
    });
    view! {
        <DashboardPage title="Log" lead="What was done through the dashboard. Nothing in it can be changed." place>
            <FormRefusal refusal=refusal.clone() />
            <form method="get" action=path.clone() class="dashboard-filter">
                <Field label="What" name="action" value=query.action.clone() refusal=refusal.clone() hint="For example role_changed" />
                <Field label="From" name="from" kind="date" value=query.from.clone() refusal=refusal.clone() />
                <Field label="To" name="to" kind="date" value=query.to.clone() refusal />
                <SubmitButton kind=ButtonKind::Secondary>"Show"</SubmitButton>
            </form>
            {if page.items.is_empty() {
                view! { <p class="muted">"Nothing was done that fits."</p> }.into_any()
            } else {
                view! { <Entries entries=page.items /> }.into_any()
            }}
            <nav class="pager" aria-label="Pages">
                {newest}
                {older}
                <LinkButton href=file kind=ButtonKind::Quiet>"Download as CSV"</LinkButton>
            </nav>
        </DashboardPage>
    }
}

#[component]
fn Entries(entries: Vec<LogEntry>) -> impl IntoView {
    let row = |entry: LogEntry| {
        let who = if entry.actor_name.is_empty() { "somebody who left".to_owned() } else { entry.actor_name };
        view! {
            <tr>
                <th scope="row">
                    <time datetime=entry.created_at.to_rfc3339()>{entry.created_at.format("%-d %b %Y, %H:%M:%S UTC").to_string()}</time>
                </th>
                <td data-label="Who">{who}</td>
                <td data-label="What">{say_action(&entry.action)}</td>
                <td data-label="Event">{entry.event_name}</td>
                <td data-label="Change">{say_change(&entry.before, &entry.after)}</td>
                <td data-label="From">{entry.address}</td>
            </tr>
        }
    };
    view! {
        <table class="rows">
            <thead>
                <tr>
                    <th scope="col">"When"</th>
                    <th scope="col">"Who"</th>
                    <th scope="col">"What"</th>
                    <th scope="col">"Event"</th>
                    <th scope="col">"Change"</th>
                    <th scope="col">"From"</th>
                </tr>
            </thead>
            <tbody>{entries.into_iter().map(row).collect_view()}</tbody>
        </table>
    }
}

/// `role_changed` as `Role changed`.
pub fn say_action(action: &str) -> String {
    let words = action.replace('_', " ");
    let first = words.chars().take(1).flat_map(char::to_uppercase);
    first.chain(words.chars().skip(1)).collect()
}

/// The fields that changed, each `name: before → after`; what is only on one side stands alone.
fn say_change(before: &Value, after: &Value) -> String {
    let empty = serde_json::Map::new();
    let (before, after) = (before.as_object().unwrap_or(&empty), after.as_object().unwrap_or(&empty));
    let mut names: Vec<&String> = before.keys().chain(after.keys()).collect();
    names.sort();
    names.dedup();
    let say = |name: &&String| {
        let (was, is) = (before.get(*name).and_then(say_value), after.get(*name).and_then(say_value));
        let change = match (was, is) {
            (Some(was), Some(is)) => format!("{was} → {is}"),
            (Some(was), None) => format!("{was} → nothing"),
            (None, Some(is)) => is,
            (None, None) => return None,
        };
        Some(format!("{}: {change}", say_action(name)))
    };
    names.iter().filter_map(say).collect::<Vec<_>>().join("; ")
}

fn say_value(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        value => Some(value.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_change_is_said_field_by_field() {
        let said = say_change(&json!({"role": "finance", "x": null}), &json!({"role": "owner", "x": null}));
        assert_eq!(said, "Role: finance → owner");
        assert_eq!(
            say_change(&json!({"price_minor": 100}), &json!({"reason": "Rain"})),
            "Price minor: 100 → nothing; Reason: Rain"
        );
        assert_eq!(say_action("event_published"), "Event published");
    }
}
