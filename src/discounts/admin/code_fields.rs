//! The fields of a code, for making one, changing one, or making many.

use super::model::TypedCode;
use crate::{
    discounts::model::Kind,
    error::{Error, Problem},
    money::Currency,
    ui::{Choice, Field, SelectField},
};
use leptos::prelude::*;

/// For what the fields are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fields {
    /// One code, with what it reads and how often it can be used.
    One,
    /// Many codes that are made, each to be used once.
    Many,
}

/// What the event's codes can be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choices {
    /// In which amounts are.
    pub currency: Currency,
    /// The zone of its times.
    pub zone: String,
    /// Its sections; none where it has no seats.
    pub sections: Vec<String>,
}

/// The fields.
#[component]
pub fn CodeFields(
    /// For what.
    fields: Fields,
    /// What the event's codes can be.
    choices: Choices,
    /// What stands in them at first.
    typed: TypedCode,
    /// Why the form came back, if it did.
    #[prop(optional_no_strip)]
    refused: Option<Error>,
) -> impl IntoView {
    let Choices { currency, zone, sections } = choices;
    let TypedCode { form, sections: chosen, prefix, count } = typed;
    let kinds: Vec<Choice> = Kind::ALL.map(|kind| (kind.key().to_owned(), kind.words().to_owned())).to_vec();
    let at_venue = format!("At the venue, {zone}. Empty: no limit.");
    let named = match fields {
        Fields::One => view! {
            <Field
                label="Code"
                name="code"
                value=form.code
                hint="3 to 32 letters, digits and dashes. Capitals or not is the same."
                problem=say_code(refused.as_ref())
                refusal=refused.clone()
                required=true
            />
        }
        .into_any(),
        Fields::Many => view! {
            <div class="field-row">
                <Field label="How many" name="count" kind="number" value=count refusal=refused.clone() required=true />
                <Field
                    label="Begin with"
                    name="prefix"
                    value=prefix
                    hint="For example PRESS, then each reads PRESS-7K3M9QXA2B."
                    refusal=refused.clone()
                />
            </div>
        }
        .into_any(),
    };
    let limits = (fields == Fields::One).then(|| {
        view! {
            <div class="field-row">
                <Field
                    label="Uses in all"
                    name="max_uses"
                    kind="number"
                    value=form.max_uses
                    hint="Bookings. Empty: no limit."
                    refusal=refused.clone()
                />
                <Field
                    label="Uses for each person"
                    name="max_uses_per_person"
                    kind="number"
                    value=form.max_uses_per_person
                    hint="Bookings. Empty: no limit."
                    refusal=refused.clone()
                />
            </div>
        }
    });
    view! {
        {named}
        <div class="field-row">
            <SelectField label="Takes off" name="kind" choices=kinds value=form.kind refusal=refused.clone() />
            <Field
                label="How much"
                name="value"
                value=form.value
                hint=format!("Whole percent, or an amount in {}.", currency.code())
                refusal=refused.clone()
                required=true
            />
        </div>
        <div class="field-row">
            <Field
                label="From"
                name="starts_at"
                kind="datetime-local"
                value=form.starts_at
                hint=at_venue.clone()
                refusal=refused.clone()
            />
            <Field label="Until" name="ends_at" kind="datetime-local" value=form.ends_at hint=at_venue refusal=refused.clone() />
        </div>
        {limits}
        <Sections sections chosen problem={refused.as_ref().and_then(|error| error.field("sections"))} />
        <Field label="Note" name="note" value=form.note hint="For whom it is. Only staff read it." refusal=refused />
    }
}

/// The code is there already: the general words say less.
fn say_code(refused: Option<&Error>) -> Option<String> {
    let Some(Error::Invalid(fields)) = refused else { return None };
    let is_there = fields.iter().any(|field| field.field == "code" && field.problem == Problem::Repeated);
    is_there.then(|| "This event has a code that reads like this.".to_owned())
}

/// For the seats of which sections. One that is chosen and isn't there any more has a box too: without it, saving the form would
/// make the code one for all seats.
#[component]
fn Sections(
    sections: Vec<String>,
    chosen: Vec<String>,
    #[prop(optional_no_strip)] problem: Option<String>,
) -> impl IntoView {
    let gone: Vec<String> = chosen.iter().filter(|section| !sections.contains(section)).cloned().collect();
    let sections: Vec<String> = sections.into_iter().chain(gone).collect();
    let check = move |(at, section): (usize, String)| {
        let is_chosen = chosen.contains(&section);
        view! {
            <label class="check">
                <input type="checkbox" name=format!("sections[{at}]") value=section.clone() checked=is_chosen />
                {section}
            </label>
        }
    };
    (!sections.is_empty()).then(|| {
        view! {
            <fieldset class="code-sections">
                <legend>"Only for these sections"</legend>
                <p class="field-hint">"None chosen: for all seats."</p>
                {problem.map(|words| view! { <p class="field-problem">{words}</p> })}
                <div class="code-section-list">{sections.into_iter().enumerate().map(check).collect_view()}</div>
            </fieldset>
        }
    })
}
