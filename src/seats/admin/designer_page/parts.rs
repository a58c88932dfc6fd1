//! Buttons and small fields of the designer.

use super::sketch::Sketch;
use leptos::prelude::*;

/// A tool to take up.
#[component]
pub fn ToolButton(
    /// What the script calls it.
    tool: &'static str,
    /// Its picture.
    line: &'static str,
    /// Its name.
    words: &'static str,
    /// The key that takes it up.
    key: &'static str,
) -> impl IntoView {
    let is_pressed = if tool == "select" { "true" } else { "false" };
    view! {
        <button type="button" data-tool=tool aria-pressed=is_pressed title=format!("{words} ({key})") aria-keyshortcuts=key>
            <Sketch line />
            <span>{words}</span>
        </button>
    }
}

/// A button that does one thing at once.
#[component]
pub fn Act(
    /// The command.
    command: &'static str,
    /// What it needs besides, JSON.
    #[prop(optional)]
    fields: &'static str,
    /// Its picture.
    line: &'static str,
    /// Its name.
    words: &'static str,
) -> impl IntoView {
    view! {
        <button type="button" class="designer-icon" data-command=command data-fields=fields title=words aria-label=words>
            <Sketch line />
        </button>
    }
}

/// A button of a panel that does one thing at once, in words.
#[component]
pub fn Do(
    /// The command.
    command: &'static str,
    /// What it needs besides, JSON.
    #[prop(optional)]
    fields: &'static str,
    /// Its name.
    words: &'static str,
) -> impl IntoView {
    view! {
        <button type="button" class="designer-button" data-command=command data-fields=fields>
            {words}
        </button>
    }
}

/// A number.
#[component]
pub fn Number(
    /// What it asks for.
    label: &'static str,
    /// Its name in the command.
    name: &'static str,
    /// What it is at first.
    value: i32,
    /// The least it can be.
    min: i32,
    /// The most.
    max: i32,
) -> impl IntoView {
    view! {
        <label class="designer-field">
            <span>{label}</span>
            <input type="number" name=name value=value min=min max=max step="1" required />
        </label>
    }
}

/// A line of text.
#[component]
pub fn Text(
    /// What it asks for.
    label: &'static str,
    /// Its name in the command.
    name: &'static str,
    /// What it is at first.
    #[prop(optional)]
    value: &'static str,
    /// It can be left empty.
    #[prop(optional)]
    optional: bool,
    /// An example.
    #[prop(optional)]
    example: &'static str,
    /// It is money or numbers.
    #[prop(optional)]
    decimal: bool,
) -> impl IntoView {
    view! {
        <label class="designer-field">
            <span>{label}</span>
            <input
                name=name
                value=value
                placeholder=example
                autocomplete="off"
                inputmode=decimal.then_some("decimal")
                maxlength="40"
                required=!optional
            />
        </label>
    }
}

/// A choice.
#[component]
pub fn Choose(
    /// What it asks for.
    label: &'static str,
    /// Its name in the command.
    name: &'static str,
    /// Each its value and its words.
    #[prop(into)]
    choices: Vec<(&'static str, &'static str)>,
) -> impl IntoView {
    let option = |(value, words): (&'static str, &'static str)| view! { <option value=value>{words}</option> };
    view! {
        <label class="designer-field">
            <span>{label}</span>
            <select name=name>{choices.into_iter().map(option).collect_view()}</select>
        </label>
    }
}

/// Yes or no.
#[component]
pub fn Check(
    /// What it asks.
    label: &'static str,
    /// Its name in the command.
    name: &'static str,
) -> impl IntoView {
    view! {
        <label class="designer-check">
            <input type="checkbox" name=name />
            <span>{label}</span>
        </label>
    }
}
