//! What the reference is made of: texts of the document, what something is, tables of fields.

use super::super::reference::{Field, Kind};
use leptos::prelude::*;

/// A text of the document: paragraphs, lists, and names of the code between backticks.
#[component]
pub(super) fn Prose(text: String) -> impl IntoView {
    let paragraphs = text.split("\n\n").filter(|paragraph| !paragraph.is_empty()).map(|paragraph| {
        let items: Vec<_> = paragraph.lines().filter_map(|line| line.strip_prefix("- ")).map(inline).collect();
        if items.is_empty() {
            return view! { <p>{inline(paragraph)}</p> }.into_any();
        }
        let items: Vec<_> = items.into_iter().map(|item| view! { <li>{item}</li> }).collect();
        view! { <ul>{items}</ul> }.into_any()
    });
    paragraphs.collect::<Vec<_>>()
}

/// What stands between double asterisks as important, and between backticks, also among that, as code.
pub(super) fn inline(text: &str) -> Vec<AnyView> {
    let parts = text.split("**").enumerate().map(|(at, part)| match at % 2 {
        0 => with_code(part).into_any(),
        _ => view! { <strong>{with_code(part)}</strong> }.into_any(),
    });
    parts.collect()
}

fn with_code(text: &str) -> Vec<AnyView> {
    let parts = text.split('`').enumerate().map(|(at, part)| match at % 2 {
        0 => part.to_owned().into_any(),
        _ => view! { <code>{part.to_owned()}</code> }.into_any(),
    });
    parts.collect()
}

/// What something is, with the way to where its type is told.
#[component]
pub(super) fn KindView(kind: Kind) -> impl IntoView {
    match kind.link {
        Some(link) => view! { <a href=format!("/developers/types#{link}")>{kind.words}</a> }.into_any(),
        None => view! { <span>{kind.words}</span> }.into_any(),
    }
}

/// Arguments or fields, each with what it is.
#[component]
pub(super) fn FieldRows(
    /// What the table is about, for who doesn't see where it stands.
    label: String,
    fields: Vec<Field>,
    /// Whether callers send them: then it matters which they may leave out.
    is_sent: bool,
) -> impl IntoView {
    let rows = fields.into_iter().map(|field| {
        let may_miss = !field.is_required;
        view! {
            <tr>
                <th scope="row"><code>{field.name}</code></th>
                <td>
                    <KindView kind=field.kind />
                    {may_miss.then_some(if is_sent { ", optional" } else { ", may be missing" })}
                </td>
                <td>{inline(&field.description)}</td>
            </tr>
        }
    });
    view! {
        <div class="developers-scroll" tabindex="0" role="region" aria-label=label>
            <table>
                <thead>
                    <tr>
                        <th scope="col">"Name"</th>
                        <th scope="col">"What it is"</th>
                        <th scope="col">"What it means"</th>
                    </tr>
                </thead>
                <tbody>{rows.collect::<Vec<_>>()}</tbody>
            </table>
        </div>
    }
}
