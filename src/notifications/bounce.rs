//! Mails that come back: a delivery report (RFC 3464) names the mail by its `Message-ID` and says what became of it.
//!
//! Whoever sends a report has to know the `Message-ID`, which nobody but the mail's reader and the servers on its way
//! do.

use super::store::note_bounce;
use crate::server::{Result, state::AppState};
use mail_parser::{Message, MessageParser, MessagePart, MimeHeaders, PartType};
use uuid::Uuid;

/// What a report says became of a mail. The worse one is the greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, sqlx::Type)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "mail_bounce", rename_all = "snake_case")]
pub enum BounceKind {
    /// It is late, or was given up for a reason that may pass.
    Transient,
    /// It can't ever be delivered there.
    Permanent,
}

/// A report about one mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bounce {
    /// The mail.
    pub mail_id: Uuid,
    /// What became of it.
    pub kind: BounceKind,
    /// The status of RFC 3463, for example `5.1.1`.
    pub code: String,
}

/// Why nothing came of what was taken for a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoBounce {
    /// It is no delivery report: an automatic reply, or somebody's answer.
    NoReport,
    /// It says that the mail arrived or was handed on.
    Delivered,
    /// It is about no mail of ours.
    UnknownMail,
}

/// Notes what a mail says that came back, if it is a report about one of ours. Doing it twice is fine.
pub async fn take_bounce(state: &AppState, mail: &[u8]) -> Result<std::result::Result<Bounce, NoBounce>> {
    let bounce = match read_bounce(mail) {
        Ok(bounce) => bounce,
        Err(none) => return Ok(Err(none)),
    };
    let is_ours = note_bounce(state, &bounce, state.clock.now()).await?;
    Ok(if is_ours { Ok(bounce) } else { Err(NoBounce::UnknownMail) })
}

/// What a mail reports.
fn read_bounce(mail: &[u8]) -> std::result::Result<Bounce, NoBounce> {
    let report = MessageParser::default().parse(mail).ok_or(NoBounce::NoReport)?;
    let status =
        report.parts.iter().find(|part| is_of(part, "message", &["delivery-status", "global-delivery-status"]));
    let status = String::from_utf8_lossy(status.ok_or(NoBounce::NoReport)?.contents()).replace("\r\n", "\n");
    // One of ours goes to one person; whoever handed it on to several may tell of each.
    let worst = status.split("\n\n").filter_map(read_recipient).max();
    let (kind, code) = worst.ok_or(NoBounce::Delivered)?;
    let mail_id = find_message_id(&report).ok_or(NoBounce::UnknownMail)?;
    Ok(Bounce { mail_id, kind, code })
}

/// What became of the mail to one recipient, if it didn't arrive. Source: RFC 3464, 2.3.3 and 2.3.4.
fn read_recipient(block: &str) -> Option<(BounceKind, String)> {
    let (action, code) = (field(block, "action")?, field(block, "status")?);
    let code = code.split_whitespace().next().filter(|code| is_code(code))?.to_owned();
    match action.to_ascii_lowercase().as_str() {
        "failed" if code.starts_with('5') => Some((BounceKind::Permanent, code)),
        "failed" | "delayed" => Some((BounceKind::Transient, code)),
        _ => None,
    }
}

/// A field's value. What is folded into further lines is not needed of any.
fn field<'a>(block: &'a str, name: &str) -> Option<&'a str> {
    let fields = block.lines().filter_map(|line| line.split_once(':'));
    fields.into_iter().find(|(field, _)| field.trim().eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
}

/// Whether it has the form `class.subject.detail`. Source: RFC 3463, 2.
fn is_code(code: &str) -> bool {
    let numbers: Vec<&str> = code.split('.').collect();
    let is_number = |text: &&str| (1..=3).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    numbers.len() == 3 && numbers.iter().all(is_number) && ["2", "4", "5"].contains(&numbers[0])
}

/// The id of the mail that came back: in the copy of it, or of its headers, that the report carries.
fn find_message_id(report: &Message<'_>) -> Option<Uuid> {
    let of_part = |part: &MessagePart<'_>| match &part.body {
        PartType::Message(original) => read_id(original),
        _ if is_of(part, "text", &["rfc822-headers"]) || is_of(part, "message", &["rfc822", "global-headers"]) => {
            read_id(&MessageParser::default().parse(part.contents())?)
        }
        _ => None,
    };
    report.parts.iter().find_map(of_part)
}

fn read_id(original: &Message<'_>) -> Option<Uuid> {
    original.message_id()?.split('@').next()?.parse().ok()
}

fn is_of(part: &MessagePart<'_>, kind: &str, subtypes: &[&str]) -> bool {
    part.content_type().is_some_and(|content| {
        let subtype = content.subtype().unwrap_or_default();
        content.ctype().eq_ignore_ascii_case(kind) && subtypes.iter().any(|known| known.eq_ignore_ascii_case(subtype))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: Uuid = Uuid::from_u128(7);

    /// A report as Postfix writes them.
    fn report(status: &str, original: &str) -> String {
        format!(
            "From: MAILER-DAEMON@mx.example.org (Mail Delivery System)\r\nTo: tickets@example.com\r\n\
             Subject: Undelivered Mail Returned to Sender\r\nMIME-Version: 1.0\r\n\
             Content-Type: multipart/report; report-type=delivery-status; boundary=\"b\"\r\n\r\n\
             --b\r\nContent-Type: text/plain\r\n\r\nI'm sorry.\r\n\r\n\
             --b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example.org\r\n\
             Arrival-Date: Fri, 1 Mar 2030 12:00:00 +0000\r\n\r\n{status}\r\n\
             --b\r\n{original}\r\n--b--\r\n"
        )
    }

    fn whole() -> String {
        format!("Content-Type: message/rfc822\r\n\r\nSubject: x\r\nMessage-ID: <{ID}@example.com>\r\n\r\nHello.\r\n")
    }

    fn recipient(action: &str, code: &str) -> String {
        format!(
            "Final-Recipient: rfc822; ada@example.org\r\nAction: {action}\r\nStatus: {code}\r\nDiagnostic-Code: smtp; 550\r\n    no such user\r\n"
        )
    }

    fn read(status: &str) -> std::result::Result<(BounceKind, String), NoBounce> {
        read_bounce(report(status, &whole()).as_bytes()).map(|bounce| {
            assert_eq!(bounce.mail_id, ID);
            (bounce.kind, bounce.code)
        })
    }

    #[test]
    fn a_report_says_which_mail_came_back_and_why() {
        assert_eq!(read(&recipient("failed", "5.1.1")), Ok((BounceKind::Permanent, "5.1.1".to_owned())));
        assert_eq!(read(&recipient("Failed", "5.2.2 (mailbox full)")), Ok((BounceKind::Permanent, "5.2.2".to_owned())));
    }

    #[test]
    fn what_may_pass_is_told_from_what_stays() {
        assert_eq!(read(&recipient("delayed", "4.4.1")), Ok((BounceKind::Transient, "4.4.1".to_owned())));
        assert_eq!(read(&recipient("failed", "4.4.7")), Ok((BounceKind::Transient, "4.4.7".to_owned())));
        for action in ["delivered", "relayed", "expanded"] {
            assert_eq!(read(&recipient(action, "2.0.0")), Err(NoBounce::Delivered));
        }
    }

    #[test]
    fn of_several_recipients_the_worst_counts() {
        let both = format!("{}\r\n{}", recipient("delayed", "4.2.0"), recipient("failed", "5.1.1"));
        assert_eq!(read(&both), Ok((BounceKind::Permanent, "5.1.1".to_owned())));
    }

    #[test]
    fn headers_alone_name_the_mail_too() {
        let headers =
            format!("Content-Type: text/rfc822-headers\r\n\r\nSubject: x\r\nMessage-ID: <{ID}@example.com>\r\n");
        let bounce = read_bounce(report(&recipient("failed", "5.1.1"), &headers).as_bytes());
        assert_eq!(bounce.map(|bounce| bounce.mail_id), Ok(ID));
    }

    #[test]
    fn other_mails_are_no_reports() {
        let answer = format!(
            "From: ada@example.org\r\nSubject: Re: tickets\r\nIn-Reply-To: <{ID}@example.com>\r\n\r\nThanks!\r\n"
        );
        assert_eq!(read_bounce(answer.as_bytes()), Err(NoBounce::NoReport));
        assert_eq!(read_bounce(b""), Err(NoBounce::NoReport));
        assert_eq!(read_bounce(&[0xff; 1_000]), Err(NoBounce::NoReport));
        let strange = "Content-Type: message/rfc822\r\n\r\nMessage-ID: <1@elsewhere>\r\n\r\nHello.\r\n";
        let read = read_bounce(report(&recipient("failed", "5.1.1"), strange).as_bytes());
        assert_eq!(read, Err(NoBounce::UnknownMail));
    }

    #[test]
    fn a_code_has_three_numbers() {
        assert!(["5.1.1", "4.4.7", "2.0.0", "5.7.509"].into_iter().all(is_code));
        assert!(
            ["", "5", "5.1", "5.1.1.1", "3.1.1", "5.a.1", "5.1.1000", "550"].into_iter().all(|code| !is_code(code))
        );
    }
}
