//! What is told of changes, to whom, and how long it is tried: pure rules.

use crate::{
    error::{Error, Problem},
    id::{BookingId, DeliveryId, EventId, WebhookId},
};
use chrono::{DateTime, Datelike, NaiveDateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The page of the webhooks of all events, and of those of the site.
pub const WEBHOOKS_PAGE: &str = "/admin/webhooks";

/// How long a delivery is tried, and how long nothing may arrive before a webhook is stopped. Source: the issue, "backoff over
/// three days".
pub const PATIENCE: TimeDelta = TimeDelta::days(3);
/// How long the secret before signs too, once there is a new one.
pub const ROTATION: TimeDelta = TimeDelta::hours(24);
/// How long what was delivered can be read and sent again.
pub const KEPT: TimeDelta = TimeDelta::days(30);
/// Characters of a note.
const NOTE_MAX: i32 = 200;

/// The pauses after each try that failed, in seconds; the last one is repeated.
const PAUSES_S: [i64; 10] = [10, 30, 120, 600, 1_800, 3_600, 7_200, 14_400, 28_800, 43_200];
/// The longest rest of a receiver that doesn't answer: it is knocked at again then, by one delivery.
const REST_MAX_S: i64 = 600;
/// The longest rest that a receiver gets by asking for one.
const ASKED_REST_MAX: TimeDelta = TimeDelta::hours(1);

/// What can be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kind {
    /// Its name in requests.
    pub key: &'static str,
    /// What has happened, in words.
    pub words: &'static str,
}

/// Everything that can be told, by what it is about.
pub const KINDS: [Kind; 18] = [
    Kind { key: "booking.held", words: "Places were held" },
    Kind { key: "booking.offered", words: "The waitlist held places for somebody" },
    Kind { key: "booking.extended", words: "A hold got more time" },
    Kind { key: "booking.code_applied", words: "A code took something off a hold" },
    Kind { key: "booking.code_removed", words: "The code was taken back" },
    Kind { key: "booking.confirmed", words: "Places were booked" },
    Kind { key: "booking.moved", words: "A booking got other seats" },
    Kind { key: "booking.released", words: "A hold was given back" },
    Kind { key: "booking.expired", words: "A hold or an offer ran out" },
    Kind { key: "booking.cancelled", words: "A booking was cancelled" },
    Kind { key: "booking.claimed", words: "A guest's booking became an account's" },
    Kind { key: "booking.called_off", words: "A booking ended with its event" },
    Kind { key: "event.published", words: "An event was published" },
    Kind { key: "event.unpublished", words: "An event became a draft again" },
    Kind { key: "event.updated", words: "An event was changed" },
    Kind { key: "event.cancelled", words: "An event was called off" },
    Kind { key: "alert.raised", words: "An alert about the system rises" },
    Kind { key: "alert.cleared", words: "An alert about the system clears" },
];

/// The kind of a delivery that somebody asked for to see whether it arrives.
pub const TEST: &str = "webhook.test";

/// Whether a kind is about the system itself: told only to those who ask for it by name, and may see how the system is.
pub fn is_alert(kind: &str) -> bool {
    kind.starts_with("alert.")
}

/// Something that happened, as it is told.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// Names the change: the same for every receiver, at every try, and in the list of changes.
    pub id: Uuid,
    /// What: `booking.confirmed`.
    pub kind: String,
    /// The how manieth change of its booking or event it is, from 1.
    pub sequence: i64,
    /// When, UTC.
    pub occurred_at: DateTime<Utc>,
    /// Of which event, or of a booking of which; null for what is about the system.
    pub event_id: Option<EventId>,
    /// Of which booking, if it is about one.
    pub booking_id: Option<BookingId>,
    /// What it is now: of a booking its places, amounts and status; of an event its name, place, times and which fields changed.
    pub data: serde_json::Value,
}

/// A page of what has happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Changes {
    /// The changes: of one booking or event in order, of different ones roughly.
    pub items: Vec<Change>,
    /// What to send as `after` for what comes next: now, if `has_more`; otherwise whenever one wants to look again.
    pub next_cursor: String,
    /// Whether there is more already; `items` may be empty even so.
    pub has_more: bool,
}

/// How far somebody has read: numbers of the two logs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Position {
    /// Of the booking history.
    pub entry: i64,
    /// Of the log of what staff did.
    pub action: i64,
}

impl Position {
    /// The one that a cursor names; the beginning for an empty one. Errors: `Invalid` on `after`.
    pub fn parse(cursor: &str) -> Result<Self, Error> {
        let malformed = || Error::invalid("after", Problem::Malformed);
        let number = |text: &str| {
            let is_plain = text.bytes().all(|byte| byte.is_ascii_digit());
            text.parse::<i64>().ok().filter(|_| is_plain)
        };
        match cursor.trim() {
            "" => Ok(Self::default()),
            text => {
                let (entry, action) = text.split_once('-').ok_or_else(malformed)?;
                number(entry).zip(number(action)).map(|(entry, action)| Self { entry, action }).ok_or_else(malformed)
            }
        }
    }

    /// Its cursor.
    pub fn cursor(self) -> String {
        format!("{}-{}", self.entry, self.action)
    }
}

/// A server that is told of changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Webhook {
    /// The webhook's id.
    pub id: WebhookId,
    /// Of which event; null for all of them.
    pub event_id: Option<EventId>,
    /// Its name.
    pub event_name: Option<String>,
    /// Where deliveries go.
    pub url: String,
    /// What is told; empty for everything that happens to bookings and events.
    pub kinds: Vec<String>,
    /// What it is for.
    pub note: String,
    /// How it stands.
    pub state: WebhookState,
    /// Since when nothing arrives, UTC; null while deliveries do.
    pub failing_since: Option<DateTime<Utc>>,
    /// When it was stopped, UTC.
    pub stopped_at: Option<DateTime<Utc>>,
    /// Until when the secret before signs too, UTC; null where there is none.
    pub old_secret_until: Option<DateTime<Utc>>,
    /// Deliveries that wait.
    pub waiting_count: i64,
    /// When it was made, UTC.
    pub created_at: DateTime<Utc>,
}

/// How a webhook stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WebhookState {
    /// What happens is told.
    Open,
    /// The last tries failed; it is tried on.
    Failing,
    /// Somebody stopped it.
    Stopped,
    /// It was stopped because nothing had arrived for three days.
    GaveUp,
    /// It was stopped because who ran it may not any more: whoever starts it runs it from then on.
    Orphaned,
}

impl WebhookState {
    /// The same in words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Open => "Deliveries arrive",
            Self::Failing => "Deliveries fail",
            Self::Stopped => "Stopped",
            Self::GaveUp => "Stopped: nothing arrived for three days",
            Self::Orphaned => "Stopped: who ran it may not any more",
        }
    }

    /// Whether nothing is told any more.
    pub fn is_stopped(self) -> bool {
        matches!(self, Self::Stopped | Self::GaveUp | Self::Orphaned)
    }
}

/// A webhook that was just made, or whose secret is new.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewSecret {
    /// The webhook.
    pub webhook: Webhook,
    /// What signs its deliveries, as text. It is answered this once.
    pub secret: String,
}

/// What became of a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(sqlx::Type), sqlx(type_name = "webhook_delivery_status", rename_all = "snake_case"))]
#[serde(rename_all = "snake_case")]
pub enum DeliveryStatus {
    /// It is sent as soon as it can be, or sent again.
    Waiting,
    /// The receiver has it.
    Delivered,
    /// It is not tried any more.
    GivenUp,
}

impl DeliveryStatus {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Waiting, Self::Delivered, Self::GivenUp];

    /// Its name in requests.
    pub fn key(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Delivered => "delivered",
            Self::GivenUp => "given_up",
        }
    }

    /// The same in words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Waiting => "Waiting",
            Self::Delivered => "Delivered",
            Self::GivenUp => "Given up",
        }
    }

    /// The status of this name; none for an empty one. Errors: `Invalid` on `status`.
    pub fn parse(key: &str) -> Result<Option<Self>, Error> {
        match key.trim() {
            "" => Ok(None),
            key => {
                let known = Self::ALL.into_iter().find(|status| status.key() == key);
                known.map(Some).ok_or_else(|| Error::invalid("status", Problem::Unknown))
            }
        }
    }
}

/// A change that is told, or was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    /// The delivery's id, the same at each try.
    pub id: DeliveryId,
    /// The change's.
    pub change_id: Uuid,
    /// What happened.
    pub kind: String,
    /// The booking or event that it happened to.
    pub subject_id: Uuid,
    /// The how manieth change of that it is.
    pub sequence: i64,
    /// What became of it.
    pub status: DeliveryStatus,
    /// How often it was tried since it was made, or asked for once more.
    pub attempts: i32,
    /// When it is tried next, UTC, while it waits.
    pub due_at: Option<DateTime<Utc>>,
    /// When it was made, UTC.
    pub created_at: DateTime<Utc>,
    /// When it was delivered or given up, UTC.
    pub ended_at: Option<DateTime<Utc>>,
    /// The tries, the first one first.
    pub tries: Vec<Try>,
}

/// One try of a delivery.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(sqlx::FromRow))]
pub struct Try {
    /// The status of the answer; null where there was none.
    pub status: Option<i32>,
    /// Why there was none.
    pub error: Option<String>,
    /// How the answer begins.
    pub answer: String,
    /// Milliseconds that it took.
    pub took_ms: i32,
    /// When, UTC.
    pub created_at: DateTime<Utc>,
}

impl Try {
    /// What came of it, in words.
    pub fn say(&self) -> String {
        match (self.status, &self.error) {
            (Some(status), _) => format!("Answered {status} after {} ms", self.took_ms),
            (None, Some(error)) => format!("{} after {} ms", capital(error), self.took_ms),
            (None, None) => "Nothing".to_owned(),
        }
    }
}

fn capital(words: &str) -> String {
    let first = words.chars().take(1).flat_map(char::to_uppercase);
    first.chain(words.chars().skip(1)).collect()
}

/// What is typed into the form of a webhook.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct WebhookForm {
    /// Where deliveries go.
    pub url: String,
    /// What is told; empty for everything that happens to bookings and events.
    pub kinds: Vec<String>,
    /// What it is for.
    pub note: String,
}

/// From when on deliveries are sent again: an instant, `2026-12-05T18:00:00Z`, or as a form has it, in UTC, `2026-12-05T18:00`.
///
/// Errors: `Invalid` on `since`.
pub fn parse_since(since: &str) -> Result<DateTime<Utc>, Error> {
    let since = since.trim();
    if since.is_empty() {
        return Err(Error::invalid("since", Problem::Required));
    }
    let instant = DateTime::parse_from_rfc3339(since).map(|at| at.to_utc());
    let typed = NaiveDateTime::parse_from_str(since, "%Y-%m-%dT%H:%M").map(|at| at.and_utc());
    let at = instant.or(typed).map_err(|_| Error::invalid("since", Problem::Malformed))?;
    // What no calendar of the database has.
    let is_known = (1970..=9999).contains(&at.year());
    is_known.then_some(at).ok_or_else(|| Error::invalid("since", Problem::Malformed))
}

/// How many deliveries are sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Replayed {
    /// Deliveries.
    pub replayed_count: i64,
}

/// The kinds that were chosen, sorted, each once. Errors: `Invalid` on `kinds`.
pub fn parse_kinds(chosen: &[String]) -> Result<Vec<String>, Error> {
    let mut kinds = Vec::new();
    for kind in chosen.iter().map(|kind| kind.trim()).filter(|kind| !kind.is_empty()) {
        if !KINDS.iter().any(|known| known.key == kind) {
            return Err(Error::invalid("kinds", Problem::Unknown));
        }
        kinds.push(kind.to_owned());
    }
    kinds.sort_unstable();
    kinds.dedup();
    Ok(kinds)
}

/// A note, trimmed. Errors: `Invalid` on `note`.
pub fn parse_note(note: &str) -> Result<String, Error> {
    match note.trim() {
        odd if odd.chars().any(char::is_control) => Err(Error::invalid("note", Problem::Malformed)),
        long if long.chars().count() > NOTE_MAX as usize => Err(Error::invalid("note", Problem::TooLong(NOTE_MAX))),
        note => Ok(note.to_owned()),
    }
}

/// When a delivery is tried again that failed for the `attempts`th time at `now`; none once it was tried for three days since
/// `begun_at`. `jitter`, 0 to 1, spreads what failed together over a quarter of the pause; the last try is at the very end.
pub fn decide_retry(attempts: i32, begun_at: DateTime<Utc>, now: DateTime<Utc>, jitter: f64) -> Option<DateTime<Utc>> {
    let end = begun_at + PATIENCE;
    let at = usize::try_from(attempts - 1).unwrap_or_default().min(PAUSES_S.len() - 1);
    (now < end).then(|| (now + spread(PAUSES_S[at], jitter)).min(end))
}

/// How long a receiver that doesn't answer is left alone after so many failures in a row.
pub fn decide_rest(failures: i32, jitter: f64) -> TimeDelta {
    let at = usize::try_from(failures - 1).unwrap_or_default().min(PAUSES_S.len() - 1);
    spread(PAUSES_S[at].min(REST_MAX_S), jitter)
}

/// How long a receiver asks to be left alone by its `Retry-After`: seconds or an instant, an hour at most. Nothing for what is neither.
/// Source: RFC 9110, 10.2.3.
pub fn decide_asked_rest(retry_after: &str, now: DateTime<Utc>) -> TimeDelta {
    let retry_after = retry_after.trim();
    let is_number = !retry_after.is_empty() && retry_after.bytes().all(|byte| byte.is_ascii_digit());
    let rest = match is_number {
        // What no number holds is longer than an hour.
        true => retry_after.parse().map_or(ASKED_REST_MAX, |s: u32| TimeDelta::seconds(s.into())),
        false => DateTime::parse_from_rfc2822(retry_after).map_or(TimeDelta::zero(), |at| at.to_utc() - now),
    };
    rest.clamp(TimeDelta::zero(), ASKED_REST_MAX)
}

fn spread(pause_s: i64, jitter: f64) -> TimeDelta {
    TimeDelta::milliseconds(pause_s * 1_000 + (pause_s as f64 * 250.0 * jitter.clamp(0.0, 1.0)) as i64)
}

/// What a status means for a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The receiver has it.
    Taken,
    /// It refuses this one now; others perhaps not.
    Refused,
    /// It takes nothing just now.
    Away,
}

/// What an answer's status means: only 2xx is a yes. Source: RFC 9110, 15; RFC 6585, 4.
pub fn judge(status: u16) -> Verdict {
    match status {
        200..=299 => Verdict::Taken,
        429 | 502 | 503 | 504 => Verdict::Away,
        _ => Verdict::Refused,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bookings::model::BookingAction;
    use proptest::prelude::*;

    fn instant(hours: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::hours(hours)
    }

    #[test]
    fn a_delivery_is_tried_for_three_days_to_the_very_end() {
        let (begun, mut now, mut attempts) = (instant(0), instant(0), 0);
        loop {
            attempts += 1;
            match decide_retry(attempts, begun, now, 0.0) {
                Some(next) => now = next,
                None => break,
            }
        }
        assert_eq!((now - begun, attempts), (PATIENCE, 15));
    }

    #[test]
    fn every_action_of_the_history_can_be_told() {
        use BookingAction::*;
        let all = [
            Held,
            Offered,
            Extended,
            CodeApplied,
            CodeRemoved,
            Confirmed,
            Moved,
            Released,
            Expired,
            Cancelled,
            Claimed,
            CalledOff,
        ];
        for action in all {
            let key = serde_json::to_value(action).expect("JSON");
            let kind = format!("booking.{}", key.as_str().expect("text"));
            assert!(KINDS.iter().any(|known| known.key == kind), "{kind}");
        }
        assert_eq!(KINDS.iter().filter(|kind| kind.key.starts_with("booking.")).count(), all.len());
    }

    #[test]
    fn only_what_is_known_can_be_chosen() {
        let chosen = |keys: &[&str]| parse_kinds(&keys.iter().map(|key| (*key).to_owned()).collect::<Vec<_>>());
        assert_eq!(
            chosen(&["event.published", "booking.held", "booking.held", ""]).expect("kinds"),
            ["booking.held", "event.published"]
        );
        assert_eq!(chosen(&[]), Ok(Vec::new()));
        assert!(chosen(&["booking.eaten"]).is_err() && chosen(&[TEST]).is_err());
    }

    #[test]
    fn a_cursor_reads_back_as_it_was_written_and_nothing_else_is_one() {
        let position = Position { entry: 7, action: 9 };
        assert_eq!(Position::parse(&position.cursor()), Ok(position));
        assert_eq!(Position::parse(" "), Ok(Position::default()));
        for bad in ["7", "7-", "-9", "7-9-1", "a-b", "+7-9", "7--9", "99999999999999999999-1", "\u{0}"] {
            assert!(Position::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn an_instant_is_read_as_programs_and_forms_write_it() {
        let noon: DateTime<Utc> = "2030-03-01T12:00:00Z".parse().expect("an instant");
        for text in ["2030-03-01T12:00:00Z", "2030-03-01T13:00:00+01:00", " 2030-03-01T12:00 "] {
            assert_eq!(parse_since(text), Ok(noon), "{text}");
        }
        for bad in ["", "yesterday", "2030-03-01", "2030-02-30T12:00", "+12030-03-01T12:00:00Z", "0001-01-01T00:00"] {
            assert!(parse_since(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn only_success_is_a_yes() {
        assert_eq!((judge(200), judge(204), judge(299)), (Verdict::Taken, Verdict::Taken, Verdict::Taken));
        for status in [100, 301, 302, 307, 400, 401, 404, 410, 500] {
            assert_eq!(judge(status), Verdict::Refused, "{status}");
        }
        for status in [429, 502, 503, 504] {
            assert_eq!(judge(status), Verdict::Away, "{status}");
        }
    }

    #[test]
    fn a_receiver_is_left_alone_as_long_as_it_asks_and_no_longer_than_an_hour() {
        let now: DateTime<Utc> = "2030-03-01T12:00:00Z".parse().expect("an instant");
        for (asked, seconds) in [
            ("0", 0),
            (" 120 ", 120),
            ("3601", 3_600),
            ("99999999999999999999999", 3_600),
            ("Fri, 01 Mar 2030 12:02:00 GMT", 120),
            ("Fri, 01 Mar 2030 11:00:00 GMT", 0),
            ("Sun, 01 Mar 2099 12:00:00 GMT", 3_600),
            ("", 0),
            ("-5", 0),
            ("soon", 0),
        ] {
            assert_eq!(decide_asked_rest(asked, now), TimeDelta::seconds(seconds), "{asked}");
        }
    }

    proptest! {
        #[test]
        fn pauses_grow_and_never_pass_the_end(attempts in 1..200, hours in 0..100_i64, jitter in 0.0..1.0_f64) {
            let (begun, now) = (instant(0), instant(hours));
            match decide_retry(attempts, begun, now, jitter) {
                Some(next) => {
                    prop_assert!(next > now && next <= begun + PATIENCE);
                    let later = decide_retry(attempts + 1, begun, now, 0.0);
                    prop_assert!(jitter > 0.0 || later >= Some(next));
                }
                None => prop_assert!(hours >= 72),
            }
            let rest = decide_rest(attempts, jitter);
            prop_assert!(rest >= TimeDelta::seconds(10) && rest <= TimeDelta::seconds(REST_MAX_S * 5 / 4));
        }
    }
}
