//! Apps and keys as their person sees them, and what one can ask for.

use crate::{
    api::access::Scope,
    error::{Error, FieldError, Problem},
    id::{ApiKeyId, AppId, EventId},
};
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

const NAME_MAX: i32 = 100;
/// Days that a key can last at most, where it ends at all: ten years.
const DAYS_MAX: i32 = 3650;
/// For how many hours the secret before can go on working: a month.
const OVERLAP_HOURS_MAX: i32 = 720;
/// Keys that one person can have.
pub const KEYS_MAX: usize = 200;

/// What an app gets for an address and a password, and again for its refresh token.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tokens {
    /// Goes along as `Authorization: Bearer …`.
    pub access_token: String,
    /// Always `Bearer`.
    pub token_type: String,
    /// Seconds until the access token is over.
    pub expires_in: i64,
    /// Gets the next tokens, once.
    pub refresh_token: String,
}

/// An app that a person signed in to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(sqlx::FromRow))]
pub struct ConnectedApp {
    /// The app's id.
    pub id: AppId,
    /// What it calls itself.
    pub name: String,
    /// When the person signed in to it, UTC.
    pub created_at: DateTime<Utc>,
    /// When it renewed its tokens last, UTC: it was used then or some minutes later.
    pub refreshed_at: DateTime<Utc>,
    /// When it has to ask for the password again, unless it is used before, UTC.
    pub expires_at: DateTime<Utc>,
}

/// A key by which a machine acts for a person. Its secret is shown when it is made, and never again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiKey {
    /// The key's id.
    pub id: ApiKeyId,
    /// What the person calls it.
    pub name: String,
    /// What it begins with.
    pub prefix: String,
    /// What it may be used for.
    pub scopes: Vec<Scope>,
    /// The only event that it may be used for in the dashboard; null for all that the person may.
    pub event_id: Option<EventId>,
    /// When it stops working, UTC; null for never.
    pub expires_at: Option<DateTime<Utc>>,
    /// When it was used last, to the minute, UTC; null for never.
    pub last_used_at: Option<DateTime<Utc>>,
    /// The secret before, as long as it still works.
    pub former: Option<FormerSecret>,
    /// When it was made, UTC.
    pub created_at: DateTime<Utc>,
}

/// A secret that was replaced and still works.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FormerSecret {
    /// What it begins with.
    pub prefix: String,
    /// Until when it works, UTC.
    pub works_until: DateTime<Utc>,
    /// When it was used last, to the minute, UTC; null for never.
    pub last_used_at: Option<DateTime<Utc>>,
}

/// A key with its secret, for the one time that it is shown.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewApiKey {
    /// The key.
    pub api_key: ApiKey,
    /// What goes along as `Authorization: Bearer …`.
    pub secret: String,
}

/// A key to be made, checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyTerms {
    /// What the person calls it, trimmed.
    pub name: String,
    /// What it may be used for, in order, each once.
    pub scopes: Vec<Scope>,
    /// The only event that it may be used for in the dashboard.
    pub event_id: Option<EventId>,
    /// How long it works; none for ever.
    pub lasts: Option<TimeDelta>,
}

impl KeyTerms {
    /// Checks all fields at once. A key for one event is for the dashboard alone: elsewhere there is nothing that the event
    /// could limit.
    ///
    /// Errors: `Invalid` with every field that doesn't fit.
    pub fn parse(name: &str, scopes: &[String], event_id: &str, expires_in_days: &str) -> Result<Self, Error> {
        let parsed: Option<Vec<Scope>> = scopes.iter().map(|key| Scope::parse(key)).collect();
        let event: Option<Option<EventId>> = match event_id.trim() {
            "" => Some(None),
            text => text.parse().ok().map(Some),
        };
        let days = parse_number(expires_in_days, 1, DAYS_MAX);
        let limited_elsewhere =
            matches!(event, Some(Some(_))) && parsed.iter().flatten().any(|scope| !scope.is_staff());
        let problems = [
            ("name", check_name(name)),
            (
                "scopes",
                match &parsed {
                    None => Some(Problem::Unknown),
                    Some(scopes) if scopes.is_empty() => Some(Problem::Required),
                    Some(_) => limited_elsewhere.then_some(Problem::Unknown),
                },
            ),
            ("event_id", event.is_none().then_some(Problem::Malformed)),
            ("expires_in_days", days.as_ref().err().cloned()),
        ];
        let fields: Vec<FieldError> = problems
            .into_iter()
            .filter_map(|(field, problem)| Some(FieldError { field: field.to_owned(), problem: problem? }))
            .collect();
        let (Some(parsed), Some(event_id), Ok(days), true) = (parsed, event, days, fields.is_empty()) else {
            return Err(Error::Invalid(fields));
        };
        let scopes = Scope::ALL.into_iter().filter(|scope| parsed.contains(scope)).collect();
        let lasts = days.map(|days| TimeDelta::days(days.into()));
        Ok(Self { name: name.trim().to_owned(), scopes, event_id, lasts })
    }
}

/// The name of an app, trimmed. Errors: `Invalid` on `name`.
pub fn parse_app_name(name: &str) -> Result<String, Error> {
    check_name(name).map_or_else(|| Ok(name.trim().to_owned()), |problem| Err(Error::invalid("name", problem)))
}

/// For how long the secret before still works; not at all when nothing is said. Errors: `Invalid` on `overlap_hours`.
pub fn parse_overlap(hours: &str) -> Result<TimeDelta, Error> {
    let hours =
        parse_number(hours, 0, OVERLAP_HOURS_MAX).map_err(|problem| Error::invalid("overlap_hours", problem))?;
    Ok(TimeDelta::hours(hours.unwrap_or_default().into()))
}

fn parse_number(text: &str, least: i32, most: i32) -> Result<Option<i32>, Problem> {
    match text.trim() {
        "" => Ok(None),
        text => match text.parse::<i32>() {
            Ok(number) if (least..=most).contains(&number) => Ok(Some(number)),
            Ok(_) => Err(Problem::OutOfRange(least, most)),
            Err(_) => Err(Problem::Malformed),
        },
    }
}

fn check_name(name: &str) -> Option<Problem> {
    match name.trim() {
        "" => Some(Problem::Required),
        long if long.chars().count() > NAME_MAX as usize => Some(Problem::TooLong(NAME_MAX)),
        odd if odd.chars().any(char::is_control) => Some(Problem::Malformed),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVENT: &str = "01890000-0000-7000-8000-000000000001";

    fn parse(scopes: &[&str], event_id: &str, days: &str) -> Result<KeyTerms, Error> {
        let scopes: Vec<String> = scopes.iter().map(|scope| (*scope).to_owned()).collect();
        KeyTerms::parse(" The till ", &scopes, event_id, days)
    }

    #[test]
    fn a_key_has_each_scope_once_and_in_order() {
        let terms = parse(&["staff.read", "book", "staff.read"], "", "30").expect("terms");
        assert_eq!(terms.scopes, [Scope::Book, Scope::StaffRead]);
        assert_eq!((terms.name.as_str(), terms.event_id, terms.lasts), ("The till", None, Some(TimeDelta::days(30))));
        assert_eq!(parse(&["read"], "", "").map(|terms| terms.lasts), Ok(None));
    }

    #[test]
    fn what_does_not_fit_is_named_field_by_field() {
        let refused = KeyTerms::parse(" ", &["everything".to_owned()], "x", "0");
        let Err(error @ Error::Invalid(_)) = refused else { panic!("{refused:?}") };
        for field in ["name", "scopes", "event_id", "expires_in_days"] {
            assert!(error.field(field).is_some(), "{field}");
        }
        assert_eq!(parse(&[], "", ""), Err(Error::invalid("scopes", Problem::Required)));
        for (days, fits) in [("1", true), ("3650", true), ("3651", false), ("-1", false), ("1.5", false)] {
            assert_eq!(parse(&["read"], "", days).is_ok(), fits, "{days}");
        }
        assert!(parse_app_name(&"x".repeat(100)).is_ok() && parse_app_name(&"x".repeat(101)).is_err());
    }

    #[test]
    fn a_key_of_one_event_is_for_the_dashboard_alone() {
        assert!(parse(&["staff.read", "check_in"], EVENT, "").is_ok());
        assert_eq!(parse(&["staff.read", "book"], EVENT, ""), Err(Error::invalid("scopes", Problem::Unknown)));
    }

    #[test]
    fn the_secret_before_goes_on_for_a_month_at_most() {
        assert_eq!(parse_overlap(""), Ok(TimeDelta::zero()));
        assert_eq!(parse_overlap("24"), Ok(TimeDelta::days(1)));
        assert!(parse_overlap("721").is_err() && parse_overlap("-1").is_err() && parse_overlap("soon").is_err());
    }
}
