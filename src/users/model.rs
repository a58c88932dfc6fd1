//! What an account is, and what its fields must look like.

use crate::{
    error::{Error, FieldError, Problem},
    id::{EventId, SessionId, UserId},
};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

/// Characters a password must have at least. Source: NIST SP 800-63B-4 and ASVS 5 (6.2.1) ask for eight.
pub const PASSWORD_MIN: i32 = 8;
/// Characters a password may have at most, so that hashing one can't be made slow.
pub const PASSWORD_MAX: i32 = 128;
const EMAIL_MAX: i32 = 254;
const NAME_MAX: i32 = 100;

/// A person with an account, or a guest, as they and admins see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(sqlx::FromRow))]
pub struct User {
    /// The account's id.
    pub id: UserId,
    /// The address, in lower case.
    pub email: String,
    /// Given name.
    pub first_name: String,
    /// Family name.
    pub last_name: String,
    /// Owns the site: may do everything in the dashboard.
    pub is_admin: bool,
    /// Has a post in the dashboard, for an event or for the site.
    pub is_staff: bool,
    /// Books without an account, by the links in their mails.
    pub is_guest: bool,
    /// Notifications they have not seen yet.
    pub unread_count: i32,
    /// When the person showed that the address is theirs; null if they have not yet.
    pub email_verified_at: Option<DateTime<Utc>>,
    /// When the account was made.
    pub created_at: DateTime<Utc>,
}

impl User {
    /// Whether they may still give another address: a guest whose address nobody has shown to be theirs.
    pub fn may_correct_email(&self) -> bool {
        self.is_guest && self.email_verified_at.is_none()
    }
}

/// A person as staff see them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attendee {
    /// The account.
    pub user_id: UserId,
    /// Given and family name; empty once the account was deleted.
    pub name: String,
    /// The address; empty once the account was deleted.
    pub email: String,
}

impl Attendee {
    /// The name, or that there is nobody any more.
    pub fn say_name(&self) -> &str {
        if self.name.is_empty() { "Deleted account" } else { &self.name }
    }
}

/// Where a person is signed in: a browser or a program. No address is kept of it: behind a phone network or a proxy it
/// says little, and it tells where people were.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// What the person names it by; worth nothing to anybody else.
    pub id: SessionId,
    /// Whether it is the one that asks.
    pub is_current: bool,
    /// What it was begun with, as "Firefox on Linux"; empty if that is not known.
    pub device: String,
    /// The day it was last used, UTC: finer is nobody's business, and would be written down at every request.
    pub last_used_on: Option<NaiveDate>,
    /// When the person signed in, UTC.
    pub created_at: DateTime<Utc>,
}

/// The fields of a new account, checked: the address is trimmed and in lower case, the names are trimmed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registration {
    /// The address.
    pub email: String,
    /// The password as typed.
    pub password: String,
    /// Given name.
    pub first_name: String,
    /// Family name.
    pub last_name: String,
}

impl Registration {
    /// Checks all fields at once. Errors: [`Error::Invalid`] with every field that doesn't fit.
    pub fn parse(email: &str, password: String, first_name: &str, last_name: &str) -> Result<Self, Error> {
        let registration = Self {
            email: normalise_email(email),
            password,
            first_name: first_name.trim().to_owned(),
            last_name: last_name.trim().to_owned(),
        };
        refuse_any([
            ("email", check_email(&registration.email)),
            ("password", check_password(&registration.password)),
            ("first_name", check_name(&registration.first_name)),
            ("last_name", check_name(&registration.last_name)),
        ])?;
        Ok(registration)
    }
}

/// Who books without an account, checked: the address is trimmed and in lower case, the names are trimmed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Guest {
    /// The address.
    pub email: String,
    /// Given name.
    pub first_name: String,
    /// Family name.
    pub last_name: String,
}

impl Guest {
    /// Checks all fields at once. Errors: [`Error::Invalid`] with every field that doesn't fit.
    pub fn parse(email: &str, first_name: &str, last_name: &str) -> Result<Self, Error> {
        let guest = Self {
            email: normalise_email(email),
            first_name: first_name.trim().to_owned(),
            last_name: last_name.trim().to_owned(),
        };
        refuse_any([
            ("email", check_email(&guest.email)),
            ("first_name", check_name(&guest.first_name)),
            ("last_name", check_name(&guest.last_name)),
        ])?;
        Ok(guest)
    }
}

/// Whether `next` leads back to an event: who is about to book it, or to wait for it, may go on as a guest.
pub fn leads_to_event(next: &str) -> bool {
    let id = next.strip_prefix("/events/").and_then(|rest| rest.split('?').next());
    id.is_some_and(|id| id.parse::<EventId>().is_ok())
}

/// The names of a profile, checked and trimmed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// Given name.
    pub first_name: String,
    /// Family name.
    pub last_name: String,
}

impl Profile {
    /// Checks both names. Errors: [`Error::Invalid`].
    pub fn parse(first_name: &str, last_name: &str) -> Result<Self, Error> {
        let profile = Self { first_name: first_name.trim().to_owned(), last_name: last_name.trim().to_owned() };
        refuse_any([("first_name", check_name(&profile.first_name)), ("last_name", check_name(&profile.last_name))])?;
        Ok(profile)
    }
}

/// Checks a password a person wants to have from now on. Errors: [`Error::Invalid`] on `field`.
pub fn parse_new_password(field: &str, password: String) -> Result<String, Error> {
    refuse_any([(field, check_password(&password))])?;
    Ok(password)
}

/// Checks an address that somebody asks about, and answers it as it is stored. Errors: [`Error::Invalid`] on `email`.
pub fn parse_email(email: &str) -> Result<String, Error> {
    let email = normalise_email(email);
    refuse_any([("email", check_email(&email))])?;
    Ok(email)
}

/// The address as it is stored and looked up: trimmed, lower case.
pub fn normalise_email(email: &str) -> String {
    email.trim().to_lowercase()
}

/// Where to go after signing in: `next` if it is a path of this site, else the start page.
///
/// A path begins with one slash; `//host`, `/\host` and control characters would lead elsewhere or break the header.
pub fn safe_next(next: &str) -> &str {
    let own = next.starts_with('/')
        && !next.starts_with("//")
        && !next.contains('\\')
        && next.chars().all(|c| c.is_ascii_graphic());
    if own { next } else { "/" }
}

fn refuse_any<'a>(checks: impl IntoIterator<Item = (&'a str, Option<Problem>)>) -> Result<(), Error> {
    let fields: Vec<FieldError> = checks
        .into_iter()
        .filter_map(|(field, problem)| Some(FieldError { field: field.to_owned(), problem: problem? }))
        .collect();
    if fields.is_empty() { Ok(()) } else { Err(Error::Invalid(fields)) }
}

fn check_email(email: &str) -> Option<Problem> {
    if email.is_empty() {
        return Some(Problem::Required);
    }
    if email.len() > EMAIL_MAX as usize {
        return Some(Problem::TooLong(EMAIL_MAX));
    }
    let plausible = email.split_once('@').is_some_and(|(local, domain)| {
        !local.is_empty()
            && domain.contains('.')
            && !domain.starts_with('.')
            && !domain.ends_with('.')
            && !domain.contains('@')
    }) && !email.chars().any(|c| c.is_whitespace() || c.is_control());
    (!plausible).then_some(Problem::Malformed)
}

fn check_password(password: &str) -> Option<Problem> {
    let length = password.chars().count();
    match length {
        0 => Some(Problem::Required),
        _ if length < PASSWORD_MIN as usize => Some(Problem::TooShort(PASSWORD_MIN)),
        _ if length > PASSWORD_MAX as usize => Some(Problem::TooLong(PASSWORD_MAX)),
        _ => None,
    }
}

fn check_name(name: &str) -> Option<Problem> {
    match name.chars().count() {
        0 => Some(Problem::Required),
        n if n > NAME_MAX as usize => Some(Problem::TooLong(NAME_MAX)),
        _ if name.chars().any(char::is_control) => Some(Problem::Malformed),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn register(email: &str, password: &str) -> Result<Registration, Error> {
        Registration::parse(email, password.to_owned(), "Ada", "Lovelace")
    }

    #[test]
    fn an_address_is_one_account_however_it_is_typed() {
        assert_eq!(register("  Ada@Example.ORG ", "12345678").map(|r| r.email), Ok("ada@example.org".to_owned()));
    }

    #[test]
    fn every_field_that_does_not_fit_is_named_at_once() {
        let refused = Registration::parse("nobody", "short".to_owned(), " ", &"x".repeat(101));
        let Err(error @ Error::Invalid(_)) = refused else { panic!("{refused:?}") };
        for field in ["email", "password", "first_name", "last_name"] {
            assert!(error.field(field).is_some(), "{field}");
        }
    }

    #[test]
    fn what_cannot_be_an_address_is_refused() {
        for bad in [
            "",
            "a",
            "a@",
            "@b.c",
            "a@b",
            "a@.b",
            "a@b.",
            "a@b@c.d",
            "a b@c.d",
            "a@b\n.c",
            &format!("{}@b.c", "x".repeat(252)),
        ] {
            assert!(register(bad, "12345678").is_err(), "{bad:?}");
        }
    }

    #[test]
    fn passwords_are_counted_in_characters_at_both_bounds() {
        for (length, fits) in [(7, false), (8, true), (128, true), (129, false)] {
            assert_eq!(register("a@b.c", &"ä".repeat(length)).is_ok(), fits, "{length}");
        }
    }

    #[test]
    fn a_guest_is_asked_for_a_name_and_an_address_and_nothing_else() {
        let ada = Guest::parse(" Ada@Example.org", "Ada ", "Lovelace").map(|guest| (guest.email, guest.first_name));
        assert_eq!(ada, Ok(("ada@example.org".to_owned(), "Ada".to_owned())));
        let Err(error @ Error::Invalid(_)) = Guest::parse("nobody", "", " ") else { panic!("it was taken") };
        assert!(["email", "first_name", "last_name"].iter().all(|field| error.field(field).is_some()));
    }

    #[test]
    fn who_is_about_to_book_may_go_on_as_a_guest() {
        let event = "/events/01890000-0000-7000-8000-000000000001";
        for next in [event, &format!("{event}?quantity=2")] {
            assert!(leads_to_event(next), "{next}");
        }
        for next in
            ["", "/", "/events", "/events/", "/events/month?quantity=2", "/account", "//events/1", "/bookings/1"]
        {
            assert!(!leads_to_event(next), "{next}");
        }
    }

    #[test]
    fn next_stays_on_this_site() {
        for (next, to) in [
            ("/events?q=a", "/events?q=a"),
            ("//evil.example", "/"),
            ("/\\evil.example", "/"),
            ("https://evil.example", "/"),
            ("/a\r\nSet-Cookie: x=y", "/"),
            ("", "/"),
        ] {
            assert_eq!(safe_next(next), to);
        }
    }

    proptest! {
        #[test]
        fn next_never_leaves_this_site(next in "\\PC*|[/\\\\a-z:.\r\n\t]*") {
            let to = safe_next(&next);
            prop_assert!(to.starts_with('/') && !to.starts_with("//") && !to.contains(['\r', '\n', '\\']));
        }
    }
}
