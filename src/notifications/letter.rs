//! A mail as a person reads it, as HTML that survives mail programs and as plain text.

use anyhow::Context;
use askama::Template;
use lettre::{
    Message,
    message::{
        Attachment, Mailbox, MultiPart, SinglePart,
        header::{ContentType, HeaderName, HeaderValue},
    },
};

/// What a mail says.
#[derive(Debug, Default)]
pub(super) struct Letter {
    /// The subject, which says it.
    pub(super) subject: String,
    /// The heading.
    pub(super) heading: String,
    /// What it is about, sentence by sentence.
    pub(super) sentences: Vec<String>,
    /// What and when and where, by name.
    pub(super) facts: Vec<(&'static str, String)>,
    /// What to do next: the words of the button, and the address it leads to.
    pub(super) action: Option<(&'static str, String)>,
    /// Why it comes to this person.
    pub(super) reason: &'static str,
    /// Where such mails are switched off, for those that one can do without.
    pub(super) unsubscribe: Option<String>,
    /// Files that come with it.
    pub(super) files: Vec<File>,
}

/// A file that comes with a mail.
#[derive(Debug)]
pub(super) struct File {
    pub(super) name: String,
    /// A MIME type.
    pub(super) kind: &'static str,
    pub(super) bytes: Vec<u8>,
}

/// Where it goes and what it is called.
#[derive(Debug)]
pub(super) struct Envelope {
    pub(super) from: Mailbox,
    pub(super) to: Mailbox,
    /// Without the angle brackets.
    pub(super) message_id: String,
    /// The site's own address.
    pub(super) site: String,
}

#[derive(Template)]
#[template(path = "letter.html")]
struct Html<'a> {
    letter: &'a Letter,
    site: &'a str,
}

#[derive(Template)]
#[template(path = "letter.txt")]
struct Text<'a> {
    letter: &'a Letter,
    site: &'a str,
}

impl Letter {
    /// The mail, ready to be sent.
    pub(super) fn into_message(self, envelope: Envelope) -> anyhow::Result<Message> {
        let Envelope { from, to, message_id, site } = envelope;
        let (html, text) = self.draw(&site)?;
        let words = MultiPart::alternative_plain_html(text, html);
        let message = Message::builder()
            .from(from)
            .to(to)
            .subject(self.subject)
            .message_id(Some(format!("<{message_id}>")))
            // Nobody's holiday greeting should answer it. Source: RFC 3834, 5.
            .raw_header(header("Auto-Submitted", "auto-generated".to_owned())?);
        let message = match &self.unsubscribe {
            // A mail program can do it in one step. Source: RFC 8058, 3.1.
            Some(address) => message
                .raw_header(header("List-Unsubscribe", format!("<{address}>"))?)
                .raw_header(header("List-Unsubscribe-Post", "List-Unsubscribe=One-Click".to_owned())?),
            None => message,
        };
        let message = if self.files.is_empty() {
            message.multipart(words)
        } else {
            message.multipart(attach(words, self.files)?)
        };
        message.context("putting a mail together")
    }

    /// Its HTML and its text.
    fn draw(&self, site: &str) -> anyhow::Result<(String, String)> {
        let html = Html { letter: self, site }.render().context("drawing a mail")?;
        let text = Text { letter: self, site }.render().context("writing a mail")?;
        Ok((html, text))
    }
}

fn attach(words: MultiPart, files: Vec<File>) -> anyhow::Result<MultiPart> {
    files.into_iter().try_fold(MultiPart::mixed().multipart(words), |parts, file| {
        let kind: ContentType = file.kind.parse().context("the type of a file")?;
        let part: SinglePart = Attachment::new(file.name).body(file.bytes, kind);
        Ok(parts.singlepart(part))
    })
}

/// A header of plain ASCII, as it is: an address that is broken into lines leads nowhere.
fn header(name: &'static str, value: String) -> anyhow::Result<HeaderValue> {
    let name = HeaderName::new_from_ascii_str(name);
    anyhow::ensure!(value.bytes().all(|byte| byte.is_ascii_graphic()), "a header that is not plain");
    Ok(HeaderValue::dangerous_new_pre_encoded(name, value.clone(), value))
}
