//! The pages for those who write programs: how to begin, and the reference, which is the document.

pub mod guide;
pub mod parts;
pub mod try_it;

use super::reference::{codes_of, nouns, operations, types};
use crate::{
    error::Error,
    server::state::AppState,
    ui::{PageError, PageHead},
};
use guide::Guide;
use leptos::{nonce::use_nonce, prelude::*};
use leptos_meta::{Meta, Title};
use leptos_router::hooks::use_params_map;
use parts::{FieldRows, KindView, Prose};
use try_it::TryIt;

const TRY_IT: &str = include_str!("developers_page/try_it.js");

/// Where the reference of a noun stands.
fn noun_path(noun: &str) -> String {
    format!("/developers/{noun}")
}

/// The address of the site, for what is to be copied.
fn site() -> String {
    expect_context::<AppState>().config.address("")
}

/// How to begin, and what is the same for all functions.
#[component]
pub fn DevelopersPage() -> impl IntoView {
    view! {
        <Title text="Developers" />
        <Meta name="description" content="Book places from a program: the functions behind Evently's pages, as an API." />
        <div class="page developers-page">
            <PageHead
                title="Developers"
                lead="Everything these pages do, your programs can do too: the same functions, as JSON over HTTP."
            />
            <div class="developers-columns">
                <Contents />
                <Guide />
            </div>
        </div>
    }
}

/// The functions of one noun, or all types.
#[component]
pub fn ReferencePage() -> impl IntoView {
    let noun = use_params_map().with_untracked(|params| params.get("noun")).unwrap_or_default();
    let about = nouns().into_iter().find(|(known, _)| *known == noun).map(|(_, about)| about);
    let (title, lead) = match (&*noun, about) {
        ("types", _) => ("Types".to_owned(), "What answers and arguments are made of.".to_owned()),
        (noun, Some(about)) => (noun.to_owned(), about),
        _ => {
            return view! {
                <Title text="Nothing here" />
                <PageError error=Error::NotFound />
            }
            .into_any();
        }
    };
    let is_types = noun == "types";
    view! {
        <Title text=format!("{title} · Developers") />
        <div class="page developers-page">
            <PageHead title lead />
            <div class="developers-columns">
                <Contents here=noun.clone() />
                <div class="developers-text">
                    {if is_types { view! { <Types /> }.into_any() } else { view! { <Functions noun /> }.into_any() }}
                </div>
            </div>
        </div>
        <script type="module" nonce=use_nonce()>{TRY_IT}</script>
    }
    .into_any()
}

/// The way to all parts of the reference.
#[component]
fn Contents(
    /// The part that is open.
    #[prop(optional)]
    here: String,
) -> impl IntoView {
    let current = move |path: &str| (path == here).then_some("page");
    let of_nouns: Vec<_> = nouns()
        .into_iter()
        .map(|(noun, _)| {
            let count = operations().iter().filter(|operation| operation.noun == noun).count();
            view! {
                <li>
                    <a href=noun_path(&noun) aria-current=current(&noun)>
                        {noun.clone()} " " <span class="developers-count">{count}</span>
                    </a>
                </li>
            }
        })
        .collect();
    view! {
        <nav class="developers-contents" aria-label="Reference">
            <ul role="list">
                <li><a href="/developers" aria-current=current("")>"Guide"</a></li>
                {of_nouns}
                <li><a href="/developers/types" aria-current=current("types")>"Types"</a></li>
                <li><a href="/api/openapi.json">"openapi.json"</a></li>
            </ul>
        </nav>
    }
}

#[component]
fn Functions(noun: String) -> impl IntoView {
    let operations: Vec<_> = operations().into_iter().filter(|operation| operation.noun == noun).collect();
    let list = operations.iter().map(|operation| {
        let (id, summary) = (operation.id.clone(), operation.summary.clone());
        view! {
            <li><a href=format!("#{id}")><code>{id.clone()}</code></a> " " {summary}</li>
        }
    });
    let list: Vec<_> = list.collect();
    let each = operations.into_iter().map(|operation| {
        let codes: Vec<_> = codes_of(&operation.id)
            .into_iter()
            .map(|(status, codes)| {
                let codes: Vec<_> = codes
                    .into_iter()
                    .map(|code| view! { " " <a href=format!("/developers#{code}")><code>{code.clone()}</code></a> })
                    .collect();
                view! { <li><b>{status}</b> {codes}</li> }
            })
            .collect();
        let example = operation.answer_example.as_ref().map(|example| format!("{example:#}"));
        let (id, method) = (operation.id.clone(), operation.method);
        let fields = operation.fields.clone();
        view! {
            <article class="developers-function" id=id.clone() aria-labelledby=format!("{id}-head")>
                <h2 id=format!("{id}-head")><a href=format!("#{id}")>{id.clone()}</a></h2>
                <p class="developers-path">
                    <b class="developers-method">{method}</b> " " <code>{operation.path.clone()}</code>
                    {operation.needs_sign_in.then_some(" · signed in")}
                </p>
                <Prose text=operation.description.clone() />
                {(!fields.is_empty()).then(|| view! { <FieldRows label=format!("Arguments of {id}") fields is_sent=true /> })}
                <p>"Answers " <KindView kind=operation.answer.clone() /> "."</p>
                {example
                    .map(|example| {
                        view! {
                            <details>
                                <summary>"An answer"</summary>
                                <pre tabindex="0"><code>{example}</code></pre>
                            </details>
                        }
                    })}
                <details>
                    <summary>"Refusals"</summary>
                    <ul class="developers-codes">{codes}</ul>
                </details>
                <TryIt operation />
            </article>
        }
    });
    view! {
        <ul class="developers-index">{list}</ul>
        {each.collect::<Vec<_>>()}
    }
}

#[component]
fn Types() -> impl IntoView {
    let each = types().into_iter().map(|one| {
        let name = one.name.clone();
        let fields = one.fields;
        let is_plain = fields.is_empty();
        view! {
            <article class="developers-function" id=name.clone() aria-labelledby=format!("{name}-head")>
                <h2 id=format!("{name}-head")><a href=format!("#{name}")>{name.clone()}</a></h2>
                <Prose text=one.description />
                {is_plain.then(|| view! { <p><KindView kind=one.kind /></p> })}
                {(!is_plain).then(|| view! { <FieldRows label=format!("Fields of {name}") fields is_sent=false /> })}
            </article>
        }
    });
    each.collect::<Vec<_>>()
}
