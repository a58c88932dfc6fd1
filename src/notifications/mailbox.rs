//! The mails of whoever develops, at `/dev/mailbox`: those that lie in a folder because there is no mail server.

use crate::{
    error::Error,
    server::{Result, csp, state::AppState},
    ui::bare_page,
};
use anyhow::Context;
use axum::{
    Router,
    extract::{Path, Query, State},
    http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE},
    response::{Html, IntoResponse, Response},
    routing::get,
};
use leptos::prelude::*;
use mail_parser::{Message, MessageParser, MimeHeaders};
use serde::Deserialize;
use std::path::{Path as FilePath, PathBuf};
use uuid::Uuid;

/// Mails shown at once, the newest.
const SHOWN_MAX: usize = 100;
/// Mails looked through for those to one person.
const READ_MAX: usize = 5_000;

/// The mailbox where mails lie in a folder; nothing where there is a mail server.
pub fn routes(state: &AppState) -> Router<AppState> {
    if state.mailer.folder().is_none() {
        return Router::new();
    }
    Router::new()
        .route("/dev/mailbox", get(list))
        .route("/dev/mailbox/{id}", get(show))
        .route("/dev/mailbox/{id}/text", get(show_text))
        .route("/dev/mailbox/{id}/files/{number}", get(show_file))
}

/// A line of the list.
struct Line {
    id: Uuid,
    to: String,
    subject: String,
    date: String,
    files: Vec<String>,
}

/// Whose mails are asked for: everybody's without it.
#[derive(Deserialize)]
struct Asked {
    to: Option<String>,
}

async fn list(State(state): State<AppState>, Query(Asked { to }): Query<Asked>) -> Result<Response> {
    let mut lines = Vec::new();
    for id in list_newest(&folder(&state)?).await? {
        let line = describe(id, &read(&state, id).await?)?;
        if to.as_ref().is_none_or(|to| *to == line.to) {
            lines.push(line);
        }
        if lines.len() == SHOWN_MAX {
            break;
        }
    }
    let page = bare_page(state.leptos_options.clone(), "Mailbox · Evently".to_owned(), || view! { <Mailbox lines /> });
    Ok(([(CONTENT_SECURITY_POLICY, csp::STILL), (CACHE_CONTROL, "no-store")], Html(page)).into_response())
}

async fn show(State(state): State<AppState>, Path(id): Path<Uuid>) -> Result<Response> {
    let bytes = read(&state, id).await?;
    let html = parse(&bytes)?.body_html(0).context("a mail without HTML")?.into_owned();
    Ok(([(CONTENT_SECURITY_POLICY, csp::MAIL), (CACHE_CONTROL, "no-store")], Html(html)).into_response())
}

async fn show_text(State(state): State<AppState>, Path(id): Path<Uuid>) -> Result<Response> {
    let bytes = read(&state, id).await?;
    let text = parse(&bytes)?.body_text(0).context("a mail without text")?.into_owned();
    Ok(([(CACHE_CONTROL, "no-store")], text).into_response())
}

async fn show_file(State(state): State<AppState>, Path((id, number)): Path<(Uuid, u32)>) -> Result<Response> {
    let bytes = read(&state, id).await?;
    let mail = parse(&bytes)?;
    let file = mail.attachment(number).ok_or(Error::NotFound)?;
    let kind = file.content_type().map_or_else(
        || "application/octet-stream".to_owned(),
        |kind| format!("{}/{}", kind.ctype(), kind.subtype().unwrap_or("octet-stream")),
    );
    Ok(([(CONTENT_TYPE, kind), (CACHE_CONTROL, "no-store".to_owned())], file.contents().to_owned()).into_response())
}

fn folder(state: &AppState) -> Result<PathBuf> {
    Ok(state.mailer.folder().cloned().ok_or(Error::NotFound)?)
}

/// The ids of the newest mails, newest first: they begin with the time.
async fn list_newest(folder: &FilePath) -> Result<Vec<Uuid>> {
    // It is made with the first mail.
    let Ok(mut files) = tokio::fs::read_dir(folder).await else { return Ok(Vec::new()) };
    let mut ids = Vec::new();
    while let Some(file) = files.next_entry().await.context("reading the folder of mails")? {
        let name = file.file_name();
        ids.extend(name.to_str().and_then(|name| name.strip_suffix(".eml")?.parse::<Uuid>().ok()));
    }
    ids.sort_unstable_by(|a, b| b.cmp(a));
    ids.truncate(READ_MAX);
    Ok(ids)
}

/// Errors: `NotFound`.
async fn read(state: &AppState, id: Uuid) -> Result<Vec<u8>> {
    let path = folder(state)?.join(format!("{id}.eml"));
    Ok(tokio::fs::read(path).await.map_err(|_| Error::NotFound)?)
}

fn parse(bytes: &[u8]) -> Result<Message<'_>> {
    Ok(MessageParser::default().parse(bytes).context("reading a mail")?)
}

fn describe(id: Uuid, bytes: &[u8]) -> Result<Line> {
    let mail = parse(bytes)?;
    let to = mail.to().and_then(|to| to.first()).and_then(|to| to.address()).unwrap_or_default();
    Ok(Line {
        id,
        to: to.to_owned(),
        subject: mail.subject().unwrap_or_default().to_owned(),
        date: mail.date().map(ToString::to_string).unwrap_or_default(),
        files: mail.attachments().map(|file| file.attachment_name().unwrap_or("file").to_owned()).collect(),
    })
}

#[component]
fn Mailbox(lines: Vec<Line>) -> impl IntoView {
    let line = |Line { id, to, subject, date, files }: Line| {
        let files = files.into_iter().enumerate().map(|(number, name)| {
            view! { ", " <a href=format!("/dev/mailbox/{id}/files/{number}")>{name}</a> }
        });
        view! {
            <li>
                <a href=format!("/dev/mailbox/{id}")>{subject}</a>
                <p>
                    "To " {to} ", " {date} ", " <a href=format!("/dev/mailbox/{id}/text")>"as text"</a>
                    {files.collect_view()}
                </p>
            </li>
        }
    };
    let none = lines.is_empty().then_some("No mail yet.");
    view! {
        <main class="page mailbox">
            <h1>"Mailbox"</h1>
            <p class="lead">
                "There is no mail server here (SMTP_URL), so that mails go nowhere but into this mailbox, the newest first. "
                {none}
            </p>
            <ul>{lines.into_iter().map(line).collect_view()}</ul>
        </main>
    }
}
