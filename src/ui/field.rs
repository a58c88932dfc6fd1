//! Labelled form fields that keep what was typed and say beside it what needs another look.

use super::{
    icon::{Glyph, Icon},
    show_password::ShowPassword,
};
use crate::error::Error;
use leptos::prelude::*;

/// Why the form a field stands in came back, if it did: [`super::refusal`].
type Refusal = Option<Error>;

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
    value: String,
    /// What the browser may fill in by itself, for example `email`.
    #[prop(default = "off")]
    autocomplete: &'static str,
    /// A hint below the field.
    #[prop(optional, into)]
    hint: Option<String>,
    /// The refusal of the form it stands in: [`super::refusal`].
    #[prop(optional_no_strip)]
    refusal: Refusal,
    /// Better words for what is wrong with it than the refusal's own.
    #[prop(optional_no_strip)]
    problem: Option<String>,
    /// Whether the browser asks for it to be filled in.
    #[prop(optional)]
    required: bool,
    /// What it may be, to choose from; anything else can be typed.
    #[prop(optional)]
    suggestions: Vec<String>,
) -> impl IntoView {
    let problem = problem.or_else(|| refusal?.field(name));
    let described_by = described_by(name, hint.is_some(), problem.is_some());
    let list = (!suggestions.is_empty()).then(|| format!("{}-list", field_id(name)));
    let options = list.clone().map(|id| {
        let options = suggestions.into_iter().map(|value| view! { <option value=value></option> }).collect_view();
        view! { <datalist id=id>{options}</datalist> }
    });
    view! {
        <div class="field">
            <label for=field_id(name)>{label}</label>
            <input
                list=list
                id=field_id(name)
                name=name
                type=kind
                value=value
                autocomplete=autocomplete
                required=required
                aria-invalid=problem.is_some().then_some("true")
                aria-describedby=described_by
            />
            {options}
            <FieldWords name hint problem />
        </div>
    }
}

/// A labelled field for several lines of text.
#[component]
pub fn AreaField(
    /// What it asks for.
    #[prop(into)]
    label: String,
    /// Its name in the request; its id is `field-` and this.
    name: &'static str,
    /// What it holds at first.
    #[prop(optional, into)]
    value: String,
    /// Lines that it shows at once.
    rows: i32,
    /// A hint below the field.
    #[prop(optional, into)]
    hint: Option<String>,
    /// The refusal of the form it stands in.
    #[prop(optional_no_strip)]
    refusal: Refusal,
) -> impl IntoView {
    let problem = refusal.and_then(|error| error.field(name));
    let described_by = described_by(name, hint.is_some(), problem.is_some());
    // The first line break is not the text's: browsers drop one there.
    let value = format!("\n{value}");
    view! {
        <div class="field">
            <label for=field_id(name)>{label}</label>
            <textarea
                id=field_id(name)
                name=name
                rows=rows
                aria-invalid=problem.is_some().then_some("true")
                aria-describedby=described_by
            >
                {value}
            </textarea>
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
    #[prop(optional_no_strip)]
    refusal: Refusal,
) -> impl IntoView {
    let problem = refusal.and_then(|error| error.field(name));
    let described_by = described_by(name, hint.is_some(), problem.is_some());
    view! {
        <div class="field">
            <label for=field_id(name)>{label}</label>
            <div class="field-with-button">
                <input
                    id=field_id(name)
                    name=name
                    type="password"
                    autocomplete=autocomplete
                    autocapitalize="none"
                    spellcheck="false"
                    required
                    aria-invalid=problem.is_some().then_some("true")
                    aria-describedby=described_by
                />
                <ShowPassword input_id=field_id(name) />
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
    choices: Vec<Choice>,
    /// The value chosen at first.
    #[prop(optional, into)]
    value: String,
    /// The refusal of the form it stands in.
    #[prop(optional_no_strip)]
    refusal: Refusal,
    /// Whether a choice is sent at once, in a [`super::LiveForm`].
    #[prop(optional)]
    applies: bool,
) -> impl IntoView {
    let problem = refusal.and_then(|error| error.field(name));
    let described_by = described_by(name, false, problem.is_some());
    view! {
        <div class="field">
            <label for=field_id(name)>{label}</label>
            <div class="select">
                <select
                    id=field_id(name)
                    name=name
                    data-applies=applies.then_some("")
                    aria-invalid=problem.is_some().then_some("true")
                    aria-describedby=described_by
                >
                    {choices.into_iter().map(|choice| option(choice, &value)).collect_view()}
                </select>
                <Icon glyph=Glyph::Chevron />
            </div>
            <FieldWords name problem />
        </div>
    }
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
    #[prop(optional_no_strip)] problem: Option<String>,
) -> impl IntoView {
    view! {
        {hint.map(|hint| view! { <p class="field-hint" id=hint_id(name)>{hint}</p> })}
        {problem
            .map(|problem| {
                view! {
                    <p class="field-problem" id=problem_id(name)>
                        <Icon glyph=Glyph::Warning />
                        {problem}
                    </p>
                }
            })}
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
