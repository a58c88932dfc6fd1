//! Roles, what each may do, and what each function of the dashboard needs.

use crate::{
    error::{Error, Problem, parse_field, parse_number},
    id::{EventId, InvitationId, UserId},
};
use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Where the link of an invitation leads.
pub const INVITATION_PAGE: &str = "/admin/invitation";

/// The page of the people of an event, or of the whole site.
pub fn people_path(event_id: Option<EventId>) -> String {
    event_id.map_or_else(|| "/admin/people".to_owned(), |event_id| format!("/admin/events/{event_id}/people"))
}

/// How long an invitation stands: somebody may be away for a few days.
pub const INVITATION_LASTS: TimeDelta = TimeDelta::days(7);

/// What somebody is for an event, or for the whole site.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(sqlx::Type), sqlx(type_name = "staff_role", rename_all = "snake_case"))]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// May do everything.
    Owner,
    /// Runs events; doesn't choose who else does.
    Manager,
    /// Helps attendees: books, cancels, moves them.
    BoxOffice,
    /// Lets people in.
    CheckIn,
    /// Reads the figures and the money.
    Finance,
    /// Only looks.
    ReadOnly,
}

impl Role {
    /// All of them, from most to least.
    pub const ALL: [Self; 6] =
        [Self::Owner, Self::Manager, Self::BoxOffice, Self::CheckIn, Self::Finance, Self::ReadOnly];

    /// Whether somebody of this role may do it, where they have the role.
    pub fn may(self, permission: Permission) -> bool {
        use Permission::*;
        match self {
            Self::Owner => true,
            Self::Manager => !matches!(permission, RunStaff | SeeHealth),
            Self::BoxOffice => {
                matches!(permission, SeeEvents | SeeFigures | SeeBookings | ChangeBookings | BlockSeats | CheckIn)
            }
            Self::CheckIn => matches!(permission, SeeEvents | CheckIn),
            Self::Finance => {
                matches!(permission, SeeEvents | SeeFigures | SeeMoney | SeeBookings | ExportBookings | SeeLog)
            }
            Self::ReadOnly => matches!(permission, SeeEvents | SeeFigures | SeeBookings),
        }
    }

    /// The role in words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Owner => "Owner",
            Self::Manager => "Manager",
            Self::BoxOffice => "Box office",
            Self::CheckIn => "Check-in",
            Self::Finance => "Finance",
            Self::ReadOnly => "Read only",
        }
    }

    /// The role of this name in a request. Errors: `Invalid` on `role`.
    pub fn parse(key: &str) -> Result<Self, Error> {
        let known = Self::ALL.into_iter().find(|role| role.key() == key);
        known.ok_or_else(|| Error::invalid("role", Problem::Unknown))
    }

    /// The role's name in requests, as it is in JSON.
    pub fn key(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Manager => "manager",
            Self::BoxOffice => "box_office",
            Self::CheckIn => "check_in",
            Self::Finance => "finance",
            Self::ReadOnly => "read_only",
        }
    }
}

/// One thing that staff can be allowed to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Permission {
    /// See events in the dashboard, drafts too.
    SeeEvents,
    /// Make events and change them, their sections, seats, prices and pictures.
    EditEvents,
    /// Publish events and take them back.
    PublishEvents,
    /// Call events off.
    CancelEvents,
    /// Find and open anybody's booking, and see who waits.
    SeeBookings,
    /// Book, cancel and move places for others, and send mails again.
    ChangeBookings,
    /// Take lists of bookings out of Evently.
    ExportBookings,
    /// Keep seats back and give them free again.
    BlockSeats,
    /// Change the order of a waitlist.
    RunWaitlist,
    /// Let people in.
    CheckIn,
    /// See how many places are sold.
    SeeFigures,
    /// See what was taken and given back.
    SeeMoney,
    /// Make discount codes and end them.
    RunDiscounts,
    /// Have other servers told of what happens.
    RunWebhooks,
    /// Choose who has which role.
    RunStaff,
    /// Read what was done in the dashboard.
    SeeLog,
    /// See how the system itself is.
    SeeHealth,
}

impl Permission {
    /// All of them, in the order in which they are explained.
    pub const ALL: [Self; 17] = [
        Self::SeeEvents,
        Self::EditEvents,
        Self::PublishEvents,
        Self::CancelEvents,
        Self::SeeBookings,
        Self::ChangeBookings,
        Self::ExportBookings,
        Self::BlockSeats,
        Self::RunWaitlist,
        Self::CheckIn,
        Self::SeeFigures,
        Self::SeeMoney,
        Self::RunDiscounts,
        Self::RunWebhooks,
        Self::RunStaff,
        Self::SeeLog,
        Self::SeeHealth,
    ];

    /// What it allows, in words.
    pub fn words(self) -> &'static str {
        match self {
            Self::SeeEvents => "See events, drafts too",
            Self::EditEvents => "Make and change events, seats, prices and pictures",
            Self::PublishEvents => "Publish events and take them back",
            Self::CancelEvents => "Call events off",
            Self::SeeBookings => "Find and open bookings, see who waits",
            Self::ChangeBookings => "Book, cancel and move places for others",
            Self::ExportBookings => "Export bookings",
            Self::BlockSeats => "Keep seats back",
            Self::RunWaitlist => "Change the order of a waitlist",
            Self::CheckIn => "Let people in",
            Self::SeeFigures => "See how many places are sold",
            Self::SeeMoney => "See what was taken and given back",
            Self::RunDiscounts => "Make discount codes",
            Self::RunWebhooks => "Have other servers told of what happens",
            Self::RunStaff => "Choose who has which role",
            Self::SeeLog => "Read what was done in the dashboard",
            Self::SeeHealth => "See how the system is",
        }
    }
}

/// Every function of the dashboard, by its endpoint below `/api/v1/`, and what it needs. The one place where that is said: a
/// function that is missing here lets nobody in.
pub const FUNCTIONS: &[(&str, Permission)] = &[
    ("admin/book", Permission::ChangeBookings),
    ("admin/booking", Permission::SeeBookings),
    ("admin/booking_mails", Permission::SeeBookings),
    ("admin/booking_tickets", Permission::SeeBookings),
    ("admin/bookings", Permission::SeeBookings),
    ("admin/cancel_booking", Permission::ChangeBookings),
    ("admin/cancel_bookings", Permission::ChangeBookings),
    ("admin/change_seats", Permission::ChangeBookings),
    ("admin/discard_job", Permission::SeeHealth),
    ("admin/event", Permission::SeeEvents),
    ("admin/events", Permission::SeeEvents),
    ("admin/health", Permission::SeeHealth),
    ("admin/invite", Permission::RunStaff),
    ("admin/log", Permission::SeeLog),
    ("admin/move_entry", Permission::RunWaitlist),
    ("admin/offers", Permission::SeeBookings),
    ("admin/remove_staff", Permission::RunStaff),
    ("admin/resend_mail", Permission::ChangeBookings),
    ("admin/retry_job", Permission::SeeHealth),
    ("admin/set_role", Permission::RunStaff),
    ("admin/staff", Permission::RunStaff),
    ("admin/waitlist", Permission::SeeBookings),
    ("admin/withdraw_invitation", Permission::RunStaff),
    ("analytics/attention", Permission::SeeFigures),
    ("analytics/entries", Permission::SeeBookings),
    ("analytics/events", Permission::SeeFigures),
    ("analytics/sales", Permission::SeeFigures),
    ("analytics/summary", Permission::SeeFigures),
    ("analytics/trends", Permission::SeeFigures),
    ("changes/list", Permission::SeeBookings),
    ("checkins/check_in", Permission::CheckIn),
    ("checkins/door", Permission::CheckIn),
    ("checkins/doors", Permission::CheckIn),
    ("checkins/find", Permission::CheckIn),
    ("checkins/links", Permission::EditEvents),
    ("checkins/list", Permission::CheckIn),
    ("checkins/make_link", Permission::EditEvents),
    ("checkins/revoke_link", Permission::EditEvents),
    ("checkins/summary", Permission::CheckIn),
    ("checkins/undo", Permission::CheckIn),
    ("checkins/verdict", Permission::CheckIn),
    ("discounts/create", Permission::RunDiscounts),
    ("discounts/end", Permission::RunDiscounts),
    ("discounts/generate", Permission::RunDiscounts),
    ("discounts/get", Permission::RunDiscounts),
    ("discounts/list", Permission::RunDiscounts),
    ("discounts/update", Permission::RunDiscounts),
    ("events/cancel", Permission::CancelEvents),
    ("events/cancel_preview", Permission::CancelEvents),
    ("events/create", Permission::EditEvents),
    ("events/describe_poster", Permission::EditEvents),
    ("events/duplicate", Permission::EditEvents),
    ("events/publish", Permission::PublishEvents),
    ("events/remove_poster", Permission::EditEvents),
    ("events/schedule", Permission::PublishEvents),
    ("events/unpublish", Permission::PublishEvents),
    ("events/unschedule", Permission::PublishEvents),
    ("events/update", Permission::EditEvents),
    ("seat_plans/delete", Permission::EditEvents),
    ("seat_plans/get", Permission::EditEvents),
    ("seat_plans/list", Permission::EditEvents),
    ("seat_plans/save", Permission::EditEvents),
    ("seats/block", Permission::BlockSeats),
    ("seats/draw", Permission::EditEvents),
    ("seats/drawing", Permission::EditEvents),
    ("seats/import", Permission::EditEvents),
    ("seats/places", Permission::SeeEvents),
    ("seats/prices", Permission::EditEvents),
    ("seats/read_plan", Permission::EditEvents),
    ("seats/set_prices", Permission::EditEvents),
    ("seats/unblock", Permission::BlockSeats),
    ("webhooks/create", Permission::RunWebhooks),
    ("webhooks/delete", Permission::RunWebhooks),
    ("webhooks/deliveries", Permission::RunWebhooks),
    ("webhooks/get", Permission::RunWebhooks),
    ("webhooks/list", Permission::RunWebhooks),
    ("webhooks/replay", Permission::RunWebhooks),
    ("webhooks/replay_all", Permission::RunWebhooks),
    ("webhooks/rotate_secret", Permission::RunWebhooks),
    ("webhooks/start", Permission::RunWebhooks),
    ("webhooks/stop", Permission::RunWebhooks),
    ("webhooks/test", Permission::RunWebhooks),
    ("webhooks/update", Permission::RunWebhooks),
];

/// Every file that the dashboard hands out or takes, by its route, and what it needs: they are no functions, and pass the same
/// door.
pub const FILES: &[(&str, Permission)] = &[
    ("/admin/events/{id}/bookings.csv", Permission::ExportBookings),
    ("/admin/events/{id}/codes.csv", Permission::RunDiscounts),
    ("/admin/events/{id}/poster", Permission::EditEvents),
    ("/admin/events/{id}/seat-map.csv", Permission::EditEvents),
    ("/admin/events/{id}/seat-map.json", Permission::EditEvents),
    ("/admin/events/{id}/seat-map.pretix.json", Permission::EditEvents),
    ("/admin/figures.csv", Permission::SeeFigures),
    ("/admin/log.csv", Permission::SeeLog),
    ("/admin/seat-maps/{id}/seat-map.csv", Permission::EditEvents),
    ("/admin/seat-maps/{id}/seat-map.json", Permission::EditEvents),
    ("/admin/seat-maps/{id}/seat-map.pretix.json", Permission::EditEvents),
];

/// Characters of a reason, at most.
const REASON_MAX: i32 = 500;

/// The reason that somebody gives for what they do, trimmed. Errors: `Invalid` on `reason` without one, or over 500 characters.
pub fn parse_reason(reason: &str) -> Result<String, Error> {
    match reason.trim() {
        "" => Err(Error::invalid("reason", Problem::Required)),
        odd if odd.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r')) => {
            Err(Error::invalid("reason", Problem::Malformed))
        }
        long if long.chars().count() > REASON_MAX as usize => {
            Err(Error::invalid("reason", Problem::TooLong(REASON_MAX)))
        }
        reason => Ok(reason.to_owned()),
    }
}

/// What the function of this endpoint, or the file of this route, needs.
pub fn needed_for(endpoint: &str) -> Option<Permission> {
    FUNCTIONS.iter().chain(FILES).find(|(known, _)| *known == endpoint).map(|(_, permission)| *permission)
}

/// A role that somebody has somewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(sqlx::FromRow))]
pub struct Post {
    /// For this event; null for all of them.
    pub event_id: Option<EventId>,
    /// As this.
    pub role: Role,
}

/// All posts of a person.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Posts(pub Vec<Post>);

impl Posts {
    /// Whether they may do it to this event.
    pub fn may(&self, permission: Permission, event_id: EventId) -> bool {
        self.with(permission).any(|post| post.event_id.is_none_or(|own| own == event_id))
    }

    /// Whether they may do it to the site as a whole.
    pub fn may_everywhere(&self, permission: Permission) -> bool {
        self.with(permission).any(|post| post.event_id.is_none())
    }

    /// What is left of them where only one event counts: a post for the site is one for it.
    pub fn within(self, event_id: EventId) -> Self {
        let there = self.0.into_iter().filter(|post| post.event_id.is_none_or(|own| own == event_id));
        Self(there.map(|post| Post { event_id: Some(event_id), ..post }).collect())
    }

    /// To which events they may do it; none if to none.
    pub fn reach(&self, permission: Permission) -> Option<Reach> {
        if self.may_everywhere(permission) {
            return Some(Reach::Everything);
        }
        let events: Vec<EventId> = self.with(permission).filter_map(|post| post.event_id).collect();
        (!events.is_empty()).then_some(Reach::Events(events))
    }

    /// Whether they may do it wherever `reach` leads.
    pub fn may_wherever(&self, permission: Permission, reach: &Reach) -> bool {
        match reach {
            Reach::Everything => self.may_everywhere(permission),
            Reach::Events(events) => events.iter().all(|event_id| self.may(permission, *event_id)),
        }
    }

    fn with(&self, permission: Permission) -> impl Iterator<Item = &Post> {
        self.0.iter().filter(move |post| post.role.may(permission))
    }
}

/// To which events somebody may do something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reach {
    /// To all, those to come too.
    Everything,
    /// To these.
    Events(Vec<EventId>),
}

impl Reach {
    /// The events, for a statement that takes null for all of them.
    pub fn event_ids(&self) -> Option<&[EventId]> {
        match self {
            Self::Everything => None,
            Self::Events(events) => Some(events),
        }
    }
}

/// Whoever uses the dashboard, and what they may do in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StaffMember {
    /// The person.
    pub user_id: UserId,
    /// Their posts.
    pub posts: Posts,
}

/// Somebody who has a post.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Colleague {
    /// The person.
    pub user_id: UserId,
    /// Given and family name.
    pub name: String,
    /// The address.
    pub email: String,
    /// As what.
    pub role: Role,
    /// Since when, UTC; null for an admin of the site, who is one by the command line and can't be removed here.
    pub since: Option<DateTime<Utc>>,
}

/// A post that is offered by mail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(sqlx::FromRow))]
pub struct Invitation {
    /// The invitation's id.
    pub id: InvitationId,
    /// To whom.
    pub email: String,
    /// For which event; null for the whole site.
    pub event_id: Option<EventId>,
    /// As what.
    pub role: Role,
    /// Who offers it.
    pub invited_by: UserId,
    /// Until when it stands, UTC.
    pub expires_at: DateTime<Utc>,
    /// Since when, UTC.
    pub created_at: DateTime<Utc>,
}

/// The people of an event, or of the whole site.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StaffList {
    /// The event's name; null for the whole site.
    pub event_name: Option<String>,
    /// Who has a post.
    pub colleagues: Vec<Colleague>,
    /// Who is offered one.
    pub invitations: Vec<Invitation>,
}

/// What the link of an invitation offers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfferedPost {
    /// As what.
    pub role: Role,
    /// For which event, by its name; null for the whole site.
    pub event_name: Option<String>,
    /// Who offers it, by name.
    pub invited_by: String,
}

/// What one can ask the log for; empty fields mean "any".
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogQuery {
    /// One event.
    #[serde(default)]
    pub event_id: String,
    /// One person.
    #[serde(default)]
    pub actor_id: String,
    /// One kind of deed, by its code.
    #[serde(default)]
    pub action: String,
    /// From this day on, UTC, `2026-12-05`.
    #[serde(default)]
    pub from: String,
    /// Until this day, which counts.
    #[serde(default)]
    pub to: String,
    /// Where the page before ended.
    #[serde(default)]
    pub cursor: String,
    /// Entries, 1 to 200; 50 when empty.
    #[serde(default)]
    pub limit: String,
}

/// A query of the log, checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogFilter {
    /// One event.
    pub event_id: Option<EventId>,
    /// One person.
    pub actor_id: Option<UserId>,
    /// One kind of deed; empty for all.
    pub action: String,
    /// From here on.
    pub from: Option<DateTime<Utc>>,
    /// Until before this.
    pub to: Option<DateTime<Utc>>,
    /// Only entries with a lower number.
    pub before: Option<i64>,
    /// Entries at most.
    pub limit: i64,
}

impl LogQuery {
    /// Checks all fields. Errors: `Invalid` on the one that makes no sense.
    pub fn parse(&self) -> Result<LogFilter, Error> {
        let day = |field: &str, text: &str| parse_field(field, text, |text| text.parse::<NaiveDate>().ok());
        let midnight = |day: NaiveDate| day.and_hms_opt(0, 0, 0).map(|instant| instant.and_utc());
        let limit = parse_number("limit", &self.limit, 200)?;
        Ok(LogFilter {
            event_id: parse_field("event_id", &self.event_id, |text| text.parse().ok())?,
            actor_id: parse_field("actor_id", &self.actor_id, |text| text.parse().ok())?,
            action: self.action.trim().to_owned(),
            from: day("from", &self.from)?.and_then(midnight),
            to: day("to", &self.to)?.and_then(|day| day.checked_add_days(Days::new(1))).and_then(midnight),
            before: parse_field("cursor", &self.cursor, |text| text.parse().ok())?,
            limit: limit.map_or(50, i64::from),
        })
    }
}

/// One thing that was done through the dashboard.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogEntry {
    /// Its place in the order of the log.
    pub number: i64,
    /// Who did it.
    pub actor_id: UserId,
    /// Their name; empty once they have left.
    pub actor_name: String,
    /// What, as a code: `event_published`.
    pub action: String,
    /// To which event, or to something of it.
    pub event_id: Option<EventId>,
    /// Its name.
    pub event_name: Option<String>,
    /// To what exactly, where that isn't the event itself.
    pub subject_id: Option<Uuid>,
    /// The fields that changed, as they were.
    pub before: serde_json::Value,
    /// As they were afterwards, and the reason that was given.
    pub after: serde_json::Value,
    /// The address it came from.
    pub address: Option<String>,
    /// When, UTC.
    pub created_at: DateTime<Utc>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn event(n: u128) -> EventId {
        EventId(Uuid::from_u128(n))
    }

    #[test]
    fn a_role_of_one_event_says_nothing_of_another() {
        let posts = Posts(vec![Post { event_id: Some(event(1)), role: Role::Owner }]);
        assert!(posts.may(Permission::RunStaff, event(1)));
        assert!(!posts.may(Permission::SeeEvents, event(2)));
        assert!(!posts.may_everywhere(Permission::SeeEvents));
        assert_eq!(posts.reach(Permission::SeeEvents), Some(Reach::Events(vec![event(1)])));
    }

    #[test]
    fn a_role_of_the_site_holds_for_every_event() {
        let posts = Posts(vec![Post { event_id: None, role: Role::CheckIn }]);
        assert!(posts.may(Permission::CheckIn, event(1)) && posts.may_everywhere(Permission::CheckIn));
        assert_eq!(posts.reach(Permission::CheckIn), Some(Reach::Everything));
        assert_eq!(posts.reach(Permission::SeeMoney), None);
    }

    #[test]
    fn rights_of_several_posts_add_up() {
        let posts = Posts(vec![
            Post { event_id: None, role: Role::CheckIn },
            Post { event_id: Some(event(1)), role: Role::Finance },
        ]);
        assert!(posts.may(Permission::SeeMoney, event(1)) && !posts.may(Permission::SeeMoney, event(2)));
        assert!(posts.may(Permission::CheckIn, event(2)));
    }

    #[test]
    fn where_one_event_counts_nothing_else_is_left() {
        let posts = Posts(vec![
            Post { event_id: None, role: Role::CheckIn },
            Post { event_id: Some(event(1)), role: Role::Finance },
            Post { event_id: Some(event(2)), role: Role::Owner },
        ]);
        let within = posts.within(event(1));
        assert!(within.may(Permission::CheckIn, event(1)) && within.may(Permission::SeeMoney, event(1)));
        assert!(!within.may(Permission::RunStaff, event(1)) && !within.may_everywhere(Permission::CheckIn));
        assert!(!within.may(Permission::CheckIn, event(2)));
    }

    #[test]
    fn nobody_below_the_owner_chooses_who_else_may() {
        for role in Role::ALL {
            assert_eq!(role.may(Permission::RunStaff), role == Role::Owner, "{role:?}");
        }
    }

    #[test]
    fn the_door_opens_no_booking() {
        let opened: Vec<Permission> =
            Permission::ALL.into_iter().filter(|permission| Role::CheckIn.may(*permission)).collect();
        assert_eq!(opened, [Permission::SeeEvents, Permission::CheckIn]);
    }

    #[test]
    fn each_function_is_named_once_and_in_order() {
        assert!(FUNCTIONS.windows(2).all(|pair| pair[0].0 < pair[1].0), "{FUNCTIONS:?}");
    }

    #[test]
    fn keys_are_those_of_json() {
        for role in Role::ALL {
            assert_eq!(serde_json::to_value(role).expect("JSON"), role.key());
        }
    }
}
