//! What each function costs and opens: the class by which its calls are limited, and the scope that a token or a key needs for
//! it.
//!
//! The one place where either is said. A function that is missing here lets no token in; a test holds the table against the
//! functions that there are.

use serde::{Deserialize, Serialize};

/// What a token or a key may be used for. Roles say what the person may do; a scope takes away, it never adds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Scope {
    /// Look at what is the person's own.
    #[serde(rename = "read")]
    Read,
    /// Book and give back, wait, pass tickets on.
    #[serde(rename = "book")]
    Book,
    /// Change the account, and take out what is kept of it.
    #[serde(rename = "account")]
    Account,
    /// Look at the dashboard.
    #[serde(rename = "staff.read")]
    StaffRead,
    /// Make and change events and what belongs to them.
    #[serde(rename = "staff.write")]
    StaffWrite,
    /// Book, cancel and move places for others.
    #[serde(rename = "staff.bookings")]
    StaffBookings,
    /// Take lists of people out of Evently.
    #[serde(rename = "staff.export")]
    StaffExport,
    /// Choose who has which role.
    #[serde(rename = "staff.people")]
    StaffPeople,
    /// Let people in.
    #[serde(rename = "check_in")]
    CheckIn,
}

impl Scope {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Self; 9] = [
        Self::Read,
        Self::Book,
        Self::Account,
        Self::StaffRead,
        Self::StaffWrite,
        Self::StaffBookings,
        Self::StaffExport,
        Self::StaffPeople,
        Self::CheckIn,
    ];

    /// Its name in requests, as it is in JSON.
    pub fn key(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Book => "book",
            Self::Account => "account",
            Self::StaffRead => "staff.read",
            Self::StaffWrite => "staff.write",
            Self::StaffBookings => "staff.bookings",
            Self::StaffExport => "staff.export",
            Self::StaffPeople => "staff.people",
            Self::CheckIn => "check_in",
        }
    }

    /// What it allows, in words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Read => "See your account, bookings, tickets and notifications",
            Self::Book => "Book and cancel places, wait in line, pass tickets on",
            Self::Account => "Change your name and your mails, and download your data",
            Self::StaffRead => "See events, bookings and figures in the dashboard",
            Self::StaffWrite => "Make and change events, seat maps, prices and codes",
            Self::StaffBookings => "Book, cancel and move places for others, keep seats back",
            Self::StaffExport => "Download lists of bookings and codes, and the log",
            Self::StaffPeople => "Choose who has which role",
            Self::CheckIn => "Let people in",
        }
    }

    /// The scope of this name.
    pub fn parse(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.key() == key)
    }

    /// Whether it opens something in the dashboard, where roles decide further.
    pub fn is_staff(self) -> bool {
        !matches!(self, Self::Read | Self::Book | Self::Account)
    }
}

/// What has to be shown besides a valid token or key. Who comes with a session needs none of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// Nothing: anybody may ask, signed in or not.
    Nothing,
    /// This scope.
    Scope(Scope),
    /// No token is enough: it belongs to somebody who is signed in with a browser.
    Session,
    /// What it acts on stands in the body, and a token is not looked at: it may well be the one that has expired.
    Body,
}

/// How calls are counted: each caller has a budget of each class.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Class {
    /// Changes nothing.
    Read,
    /// Changes something.
    Write,
    /// Asks for places, or for a place in a line.
    Booking,
    /// Settles a hold that one has. Apart from [`Class::Booking`], so that trying for places too often costs nobody the places
    /// they got.
    Settle,
    /// Begins a session, or could: counted by where it comes from, whoever is signed in there.
    SignIn,
    /// Asks for the password of who is signed in.
    Password,
}

/// What a function costs and opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Access {
    /// How calls are counted.
    pub class: Class,
    /// What a token or key needs.
    pub need: Need,
}

use Class::{Booking, Password, Read, Settle, SignIn, Write};
use Need::{Body, Nothing, Session};

/// The needs of scopes, short for the table.
mod scoped {
    use super::{Need, Scope};

    pub(super) const READ: Need = Need::Scope(Scope::Read);
    pub(super) const BOOK: Need = Need::Scope(Scope::Book);
    pub(super) const ACCOUNT: Need = Need::Scope(Scope::Account);
    pub(super) const STAFF_READ: Need = Need::Scope(Scope::StaffRead);
    pub(super) const STAFF_WRITE: Need = Need::Scope(Scope::StaffWrite);
    pub(super) const STAFF_BOOKINGS: Need = Need::Scope(Scope::StaffBookings);
    pub(super) const STAFF_EXPORT: Need = Need::Scope(Scope::StaffExport);
    pub(super) const STAFF_PEOPLE: Need = Need::Scope(Scope::StaffPeople);
    pub(super) const CHECK_IN: Need = Need::Scope(Scope::CheckIn);
}
use scoped::{ACCOUNT, BOOK, CHECK_IN, READ, STAFF_BOOKINGS, STAFF_EXPORT, STAFF_PEOPLE, STAFF_READ, STAFF_WRITE};

/// Every function, by its endpoint below `/api/v1/`.
pub const FUNCTIONS: &[(&str, Class, Need)] = &[
    ("admin/accept_invitation", Write, Session),
    ("admin/book", Write, STAFF_BOOKINGS),
    ("admin/booking", Read, STAFF_READ),
    ("admin/booking_mails", Read, STAFF_READ),
    ("admin/booking_tickets", Read, STAFF_READ),
    ("admin/bookings", Read, STAFF_READ),
    ("admin/cancel_booking", Write, STAFF_BOOKINGS),
    ("admin/cancel_bookings", Write, STAFF_BOOKINGS),
    ("admin/change_seats", Write, STAFF_BOOKINGS),
    ("admin/discard_job", Write, STAFF_WRITE),
    ("admin/event", Read, STAFF_READ),
    ("admin/events", Read, STAFF_READ),
    ("admin/health", Read, STAFF_READ),
    ("admin/invitation", Read, Nothing),
    ("admin/invite", Write, STAFF_PEOPLE),
    ("admin/log", Read, STAFF_READ),
    ("admin/me", Read, STAFF_READ),
    ("admin/move_entry", Write, STAFF_BOOKINGS),
    ("admin/offers", Read, STAFF_READ),
    ("admin/remove_staff", Write, STAFF_PEOPLE),
    ("admin/resend_mail", Write, STAFF_BOOKINGS),
    ("admin/retry_job", Write, STAFF_WRITE),
    ("admin/set_role", Write, STAFF_PEOPLE),
    ("admin/staff", Read, STAFF_PEOPLE),
    ("admin/waitlist", Read, STAFF_READ),
    ("admin/withdraw_invitation", Write, STAFF_PEOPLE),
    ("analytics/attention", Read, STAFF_READ),
    ("analytics/entries", Read, STAFF_READ),
    ("analytics/events", Read, STAFF_READ),
    ("analytics/sales", Read, STAFF_READ),
    ("analytics/summary", Read, STAFF_READ),
    ("analytics/trends", Read, STAFF_READ),
    ("api_keys/create", Write, Session),
    ("api_keys/list", Read, Session),
    ("api_keys/revoke", Write, Session),
    ("api_keys/rotate", Write, Session),
    ("apps/list", Read, Session),
    ("apps/revoke", Write, Session),
    ("auth/forgot_password", SignIn, Session),
    ("auth/guest", SignIn, Session),
    ("auth/guest_link", SignIn, Session),
    ("auth/login", SignIn, Session),
    ("auth/logout", Write, Session),
    ("auth/refresh", Write, Body),
    ("auth/register", SignIn, Session),
    ("auth/resend_verification", Write, Session),
    ("auth/reset_password", SignIn, Session),
    ("auth/revoke", Write, Body),
    ("auth/session", Read, READ),
    ("auth/token", SignIn, Body),
    ("auth/verify_email", SignIn, Session),
    ("bookings/apply_code", Write, BOOK),
    ("bookings/cancel", Write, BOOK),
    ("bookings/confirm", Settle, BOOK),
    ("bookings/extend", Settle, BOOK),
    ("bookings/get", Read, READ),
    ("bookings/history", Read, READ),
    ("bookings/hold", Booking, BOOK),
    ("bookings/list", Read, READ),
    ("bookings/release", Settle, BOOK),
    ("bookings/remove_code", Write, BOOK),
    ("changes/list", Read, STAFF_READ),
    ("checkins/check_in", Write, CHECK_IN),
    ("checkins/door", Read, CHECK_IN),
    ("checkins/doors", Read, CHECK_IN),
    ("checkins/find", Read, CHECK_IN),
    ("checkins/find_link", Read, Nothing),
    ("checkins/links", Read, STAFF_READ),
    ("checkins/list", Read, CHECK_IN),
    ("checkins/make_link", Write, STAFF_WRITE),
    ("checkins/open_link", Write, Session),
    ("checkins/revoke_link", Write, STAFF_WRITE),
    ("checkins/summary", Read, CHECK_IN),
    ("checkins/undo", Write, CHECK_IN),
    ("checkins/verdict", Read, CHECK_IN),
    ("discounts/create", Write, STAFF_WRITE),
    ("discounts/end", Write, STAFF_WRITE),
    ("discounts/generate", Write, STAFF_WRITE),
    ("discounts/get", Read, STAFF_READ),
    ("discounts/list", Read, STAFF_READ),
    ("discounts/update", Write, STAFF_WRITE),
    ("events/cancel", Write, STAFF_WRITE),
    ("events/cancel_preview", Read, STAFF_READ),
    ("events/cities", Read, Nothing),
    ("events/create", Write, STAFF_WRITE),
    ("events/describe_poster", Write, STAFF_WRITE),
    ("events/duplicate", Write, STAFF_WRITE),
    ("events/get", Read, Nothing),
    ("events/list", Read, Nothing),
    ("events/month", Read, Nothing),
    ("events/publish", Write, STAFF_WRITE),
    ("events/remove_poster", Write, STAFF_WRITE),
    ("events/schedule", Write, STAFF_WRITE),
    ("events/suggest", Read, Nothing),
    ("events/unpublish", Write, STAFF_WRITE),
    ("events/unschedule", Write, STAFF_WRITE),
    ("events/update", Write, STAFF_WRITE),
    ("notifications/list", Read, READ),
    ("notifications/preferences", Read, READ),
    ("notifications/read", Write, ACCOUNT),
    ("notifications/returned", Read, READ),
    ("notifications/send_again", Write, ACCOUNT),
    ("notifications/subscription", Read, Nothing),
    ("notifications/unsubscribe", Write, Nothing),
    ("notifications/update_preferences", Write, ACCOUNT),
    ("seat_plans/delete", Write, STAFF_WRITE),
    ("seat_plans/get", Read, STAFF_READ),
    ("seat_plans/list", Read, STAFF_READ),
    ("seat_plans/save", Write, STAFF_WRITE),
    ("seats/best_available", Read, Nothing),
    ("seats/block", Write, STAFF_BOOKINGS),
    ("seats/draw", Write, STAFF_WRITE),
    ("seats/drawing", Read, STAFF_READ),
    ("seats/import", Write, STAFF_WRITE),
    ("seats/list", Read, Nothing),
    ("seats/map", Read, Nothing),
    ("seats/places", Read, STAFF_READ),
    ("seats/plan", Read, Nothing),
    ("seats/prices", Read, STAFF_READ),
    ("seats/read_plan", Write, STAFF_WRITE),
    ("seats/section", Read, Nothing),
    ("seats/set_prices", Write, STAFF_WRITE),
    ("seats/statuses", Read, Nothing),
    ("seats/unblock", Write, STAFF_BOOKINGS),
    ("tickets/accept_transfer", Write, BOOK),
    ("tickets/cancel_transfer", Write, BOOK),
    ("tickets/get", Read, READ),
    ("tickets/history", Read, READ),
    ("tickets/keys", Read, Nothing),
    ("tickets/list", Read, READ),
    ("tickets/offer", Read, Nothing),
    ("tickets/reissue", Write, BOOK),
    ("tickets/transfer", Write, BOOK),
    ("users/change_password", Password, Session),
    ("users/claim", Write, Session),
    ("users/correct_email", Write, Session),
    ("users/delete", Password, Session),
    ("users/export", Read, ACCOUNT),
    ("users/make_account", Write, Session),
    ("users/me", Read, READ),
    ("users/preview_delete", Read, Session),
    ("users/sessions", Read, Session),
    ("users/sign_out_everywhere", Write, Session),
    ("users/sign_out_session", Write, Session),
    ("users/update", Write, ACCOUNT),
    ("waitlist/join", Booking, BOOK),
    ("waitlist/leave", Write, BOOK),
    ("waitlist/list", Read, READ),
    ("webhooks/create", Write, STAFF_WRITE),
    ("webhooks/delete", Write, STAFF_WRITE),
    ("webhooks/deliveries", Read, STAFF_READ),
    ("webhooks/get", Read, STAFF_READ),
    ("webhooks/list", Read, STAFF_READ),
    ("webhooks/replay", Write, STAFF_WRITE),
    ("webhooks/replay_all", Write, STAFF_WRITE),
    ("webhooks/rotate_secret", Write, STAFF_WRITE),
    ("webhooks/start", Write, STAFF_WRITE),
    ("webhooks/stop", Write, STAFF_WRITE),
    ("webhooks/test", Write, STAFF_WRITE),
    ("webhooks/update", Write, STAFF_WRITE),
];

/// Every file and stream that is somebody's, by its route: no functions, and the same tokens open them.
pub const ROUTES: &[(&str, Class, Need)] = &[
    ("/admin/events/{id}/bookings.csv", Read, STAFF_EXPORT),
    ("/admin/events/{id}/codes.csv", Read, STAFF_EXPORT),
    ("/admin/events/{id}/poster", Write, STAFF_WRITE),
    ("/admin/events/{id}/seat-map.csv", Read, STAFF_READ),
    ("/admin/events/{id}/seat-map.json", Read, STAFF_READ),
    ("/admin/events/{id}/seat-map.pretix.json", Read, STAFF_READ),
    ("/admin/figures.csv", Read, STAFF_READ),
    ("/admin/log.csv", Read, STAFF_EXPORT),
    ("/admin/seat-maps/{id}/seat-map.csv", Read, STAFF_READ),
    ("/admin/seat-maps/{id}/seat-map.json", Read, STAFF_READ),
    ("/admin/seat-maps/{id}/seat-map.pretix.json", Read, STAFF_READ),
    ("/api/v1/notifications/stream", Read, READ),
    ("/bookings/{id}/ticket.ics", Read, READ),
    ("/bookings/{id}/tickets.pdf", Read, READ),
    ("/tickets/{id}/ticket.ics", Read, READ),
    ("/tickets/{id}/ticket.pdf", Read, READ),
];

/// What the function of this path, or the file or stream of this route, costs and opens; nothing for what is neither.
pub fn access_of(path: &str) -> Option<Access> {
    let (table, key) = match path.strip_prefix("/api/v1/") {
        Some(endpoint) if !ROUTES.iter().any(|(route, ..)| *route == path) => (FUNCTIONS, endpoint),
        _ => (ROUTES, path),
    };
    let at = table.binary_search_by_key(&key, |(known, ..)| known).ok()?;
    let (_, class, need) = table[at];
    Some(Access { class, need })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_named_once_and_in_order() {
        for table in [FUNCTIONS, ROUTES] {
            assert!(table.windows(2).all(|pair| pair[0].0 < pair[1].0), "{table:?}");
        }
    }

    #[test]
    fn a_function_is_found_by_its_whole_path_and_nothing_else_is() {
        let hold = Access { class: Class::Booking, need: Need::Scope(Scope::Book) };
        assert_eq!(access_of("/api/v1/bookings/hold"), Some(hold));
        assert_eq!(access_of("/admin/log.csv").map(|access| access.need), Some(Need::Scope(Scope::StaffExport)));
        assert!(access_of("/api/v1/notifications/stream").is_some());
        for path in ["bookings/hold", "/api/v1/", "/api/v1/bookings/hold/", "/api/v1//admin/log.csv", "/", ""] {
            assert_eq!(access_of(path), None, "{path}");
        }
    }

    #[test]
    fn what_settles_a_hold_has_a_budget_of_its_own() {
        for verb in ["confirm", "extend", "release"] {
            assert_eq!(access_of(&format!("/api/v1/bookings/{verb}")).map(|access| access.class), Some(Class::Settle));
        }
    }

    #[test]
    fn keys_are_those_of_json_and_are_read_back() {
        for scope in Scope::ALL {
            assert_eq!(serde_json::to_value(scope).expect("JSON"), scope.key());
            assert_eq!(Scope::parse(scope.key()), Some(scope));
        }
        assert_eq!(Scope::parse("everything"), None);
    }
}
