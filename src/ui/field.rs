//! Labelled form fields that keep what was typed and say beside it what needs another look.

use super::icon::{Glyph, Icon};
use crate::error::Error;
use leptos::{html, prelude::*};

/// A labelled text field.
#[component]
pub fn Field(
    /// What it asks for.
    #[prop(into)]
    label: String,
    /// Its name in the request; its id is `field-` and this.
    name: &'static str,
    /// The input's type: `text`, `email`, `date`, `number`, `search`.
    #[prop(default = "text")]
    kind: &'static str,
    /// What it holds at first.
    #[prop(optional, into)]
    value: Signal<String>,
    /// What the browser may fill in by itself, for example `email`.
    #[prop(default = "off")]
    autocomplete: &'static str,
    /// A hint below the field.
    #[prop(optional, into)]
    hint: Option<String>,
    /// The refusal of the form it stands in: [`super::refusal`].
    #[prop(optional, into)]
    refusal: Signal<Option<Error>>,
    /// Whether the browser asks for it to be filled in.
    #[prop(optional)]
    required: bool,
) -> impl IntoView {
    let problem = Signal::derive(move || refusal.with(|error| error.as_ref()?.field(name)));
    let has_hint = hint.is_some();
    let input = NodeRef::<html::Input>::new();
    follow(value, move |value| {
        if let Some(input) = input.get_untracked() {
            input.set_value(value);
        }
    });
    view! {
        <div class="field">
            <label for=field_id(name)>{label}</label>
            <input
                node_ref=input
                id=field_id(name)
                name=name
                type=kind
                value=value.get_untracked()
                autocomplete=autocomplete
                required=required
                aria-invalid=move || problem.with(Option::is_some).then_some("true")
                aria-describedby=move || described_by(name, has_hint, problem.with(Option::is_some))
            />
            <FieldWords name hint problem />
        </div>
    }
}

/// A labelled password field whose content can be shown.
#[component]
pub fn PasswordField(
    /// What it asks for.
    #[prop(into)]
    label: String,
    /// Its name in the request; its id is `field-` and this.
    name: &'static str,
    /// `current-password` or `new-password`, for password managers.
    autocomplete: &'static str,
    /// A hint below the field.
    #[prop(optional, into)]
    hint: Option<String>,
    /// The refusal of the form it stands in.
    #[prop(optional, into)]
    refusal: Signal<Option<Error>>,
) -> impl IntoView {
    let shown = RwSignal::new(false);
    let problem = Signal::derive(move || refusal.with(|error| error.as_ref()?.field(name)));
    let has_hint = hint.is_some();
    view! {
        <div class="field">
            <label for=field_id(name)>{label}</label>
            <div class="field-with-button">
                <input
                    id=field_id(name)
                    name=name
                    type=move || if shown.get() { "text" } else { "password" }
                    autocomplete=autocomplete
                    autocapitalize="none"
                    spellcheck="false"
                    required
                    aria-invalid=move || problem.with(Option::is_some).then_some("true")
                    aria-describedby=move || described_by(name, has_hint, problem.with(Option::is_some))
                />
                <button
                    type="button"
                    class="field-button needs-scripts"
                    aria-pressed=move || if shown.get() { "true" } else { "false" }
                    aria-label="Show password"
                    on:click=move |_| shown.update(|shown| *shown = !*shown)
                >
                    <Icon glyph=Glyph::Eye />
                </button>
            </div>
            <FieldWords name hint problem />
        </div>
    }
}

/// One choice of a [`SelectField`]: its value in the request and its words.
pub type Choice = (String, String);

/// A labelled list of choices.
#[component]
pub fn SelectField(
    /// What it asks for.
    #[prop(into)]
    label: String,
    /// Its name in the request; its id is `field-` and this.
    name: &'static str,
    /// The choices, each its value and its words.
    #[prop(into)]
    choices: Signal<Vec<Choice>>,
    /// The value chosen at first.
    #[prop(optional, into)]
    value: Signal<String>,
    /// The refusal of the form it stands in.
    #[prop(optional, into)]
    refusal: Signal<Option<Error>>,
) -> impl IntoView {
    let problem = Signal::derive(move || refusal.with(|error| error.as_ref()?.field(name)));
    let select = NodeRef::<html::Select>::new();
    follow(value, move |value| {
        if let Some(select) = select.get_untracked() {
            select.set_value(value);
        }
    });
    view! {
        <div class="field">
            <label for=field_id(name)>{label}</label>
            <div class="select">
                <select
                    node_ref=select
                    id=field_id(name)
                    name=name
                    aria-invalid=move || problem.with(Option::is_some).then_some("true")
                    aria-describedby=move || described_by(name, false, problem.with(Option::is_some))
                >
                    {move || choices.get().into_iter().map(|choice| option(choice, &value.get_untracked())).collect_view()}
                </select>
                <Icon glyph=Glyph::Chevron />
            </div>
            <FieldWords name problem />
        </div>
    }
}

/// Writes later values into the field. Not the first: that one is in the markup, and by the time this runs a person may
/// have typed something else.
fn follow(value: Signal<String>, write: impl Fn(&str) + 'static) {
    Effect::watch(move || value.get(), move |value, _, _| write(value), false);
}

fn option((key, words): Choice, chosen: &str) -> impl IntoView + use<> {
    let selected = key == chosen;
    view! { <option value=key selected=selected>{words}</option> }
}

/// The hint and the problem below a field, with the ids its input points at.
#[component]
fn FieldWords(
    name: &'static str,
    #[prop(optional_no_strip)] hint: Option<String>,
    problem: Signal<Option<String>>,
) -> impl IntoView {
    view! {
        {hint.map(|hint| view! { <p class="field-hint" id=hint_id(name)>{hint}</p> })}
        {move || {
            problem
                .get()
                .map(|problem| {
                    view! {
                        <p class="field-problem" id=problem_id(name)>
                            <Icon glyph=Glyph::Warning />
                            {problem}
                        </p>
                    }
                })
        }}
    }
}

fn field_id(name: &str) -> String {
    format!("field-{name}")
}

fn hint_id(name: &str) -> String {
    format!("field-{name}-hint")
}

fn problem_id(name: &str) -> String {
    format!("field-{name}-problem")
}

fn described_by(name: &str, has_hint: bool, has_problem: bool) -> Option<String> {
    let ids: Vec<String> =
        [has_hint.then(|| hint_id(name)), has_problem.then(|| problem_id(name))].into_iter().flatten().collect();
    (!ids.is_empty()).then(|| ids.join(" "))
}
