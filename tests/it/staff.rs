//! Who may do what in the dashboard: every function with every role, invitations, and the log.

mod people;

use super::app::{Person, Reply, TestApp};
use axum::http::Method;
use evently::{
    id::EventId,
    staff::model::{FUNCTIONS, Permission, Role},
};
use serde_json::{Value, json};
use sqlx::PgPool;

const NOBODY: &str = "00000000-0000-7000-8000-000000000000";

/// A request to a function of the dashboard that is about this event and can be read. What comes of it doesn't matter here:
/// only whether its sender is let in.
fn request(endpoint: &str, event_id: EventId) -> (Method, Value) {
    match endpoint {
        "admin/discard_job" | "admin/retry_job" => (Method::POST, json!({"job_id": 0})),
        "admin/events" | "admin/health" => (Method::GET, json!({})),
        "admin/event" | "events/cancel_preview" | "seats/drawing" | "seats/prices" => {
            (Method::GET, json!({"event_id": event_id}))
        }
        "events/cancel" => (Method::POST, json!({"event_id": event_id, "name": "x", "reason": "y"})),
        "events/create" => (Method::POST, json!({})),
        "events/duplicate" => (Method::POST, json!({"event_id": event_id, "date": "x"})),
        "events/describe_poster"
        | "events/publish"
        | "events/remove_poster"
        | "events/unpublish"
        | "events/unschedule" => (Method::POST, json!({"event_id": event_id})),
        "events/schedule" => (Method::POST, json!({"event_id": event_id, "publish_at": "x"})),
        "events/update" => (Method::POST, json!({"event_id": event_id, "version": 0})),
        "seat_plans/delete" => (Method::POST, json!({"plan_id": NOBODY})),
        "seat_plans/get" => (Method::GET, json!({"plan_id": NOBODY})),
        "seat_plans/list" => (Method::GET, json!({})),
        "seat_plans/save" => {
            let plan = json!({"width": 9, "height": 9, "stage": [], "stage_label": "Stage", "sections": []});
            (Method::POST, json!({"plan_id": NOBODY, "name": "x", "currency": "EUR", "plan": plan}))
        }
        "seats/draw" => {
            let plan = json!({"width": 9, "height": 9, "stage": [], "stage_label": "Stage", "sections": []});
            (Method::POST, json!({"event_id": event_id, "version": 0, "plan": plan}))
        }
        "seats/import" => (Method::POST, json!({"event_id": event_id, "version": 0, "format": "csv", "text": "x"})),
        "seats/read_plan" => (Method::POST, json!({"event_id": event_id, "format": "csv", "text": "x"})),
        "seats/places" => (Method::GET, json!({"event_id": event_id})),
        "seats/set_prices" => (Method::POST, json!({"event_id": event_id, "sections": ["x"], "prices": ["1"]})),
        "admin/invite" => (Method::POST, json!({"event_id": event_id, "email": "x@example.org", "role": "finance"})),
        "admin/book" => {
            let person =
                json!({"event_id": event_id, "email": "x", "first_name": "A", "last_name": "B", "quantity": 1});
            (Method::POST, person)
        }
        "admin/booking" | "admin/booking_mails" | "admin/booking_tickets" => {
            (Method::GET, json!({"booking_id": NOBODY}))
        }
        "admin/bookings" | "admin/offers" | "admin/waitlist" => (Method::GET, json!({"event_id": event_id})),
        "admin/cancel_booking" | "admin/resend_mail" => (Method::POST, json!({"booking_id": NOBODY, "reason": "y"})),
        "admin/cancel_bookings" => (Method::POST, json!({"booking_ids": [NOBODY], "reason": "y"})),
        "admin/change_seats" => (Method::POST, json!({"booking_id": NOBODY, "seat_ids": [NOBODY], "reason": "y"})),
        "admin/move_entry" => (Method::POST, json!({"entry_id": NOBODY, "before_id": NOBODY, "reason": "y"})),
        "seats/block" | "seats/unblock" => {
            (Method::POST, json!({"event_id": event_id, "seat_ids": [NOBODY], "reason": "y"}))
        }
        "discounts/create" => (Method::POST, json!({"event_id": event_id})),
        "discounts/end" => (Method::POST, json!({"code_id": NOBODY})),
        "discounts/generate" => (Method::POST, json!({"event_id": event_id, "count": "0"})),
        "discounts/get" => (Method::GET, json!({"code_id": NOBODY})),
        "discounts/list" => (Method::GET, json!({"event_id": event_id})),
        "discounts/update" => (Method::POST, json!({"code_id": NOBODY, "version": 1})),
        "admin/log" => (Method::GET, json!({"event_id": event_id})),
        "admin/remove_staff" => (Method::POST, json!({"event_id": event_id, "user_id": NOBODY})),
        "admin/set_role" => (Method::POST, json!({"event_id": event_id, "user_id": NOBODY, "role": "finance"})),
        "admin/staff" => (Method::GET, json!({"event_id": event_id})),
        "analytics/entries" => (Method::GET, json!({"event_id": event_id, "figure": "booked"})),
        "analytics/attention" | "analytics/events" => (Method::GET, json!({})),
        "analytics/sales" | "analytics/summary" | "analytics/trends" => (Method::GET, json!({"event_id": event_id})),
        "admin/withdraw_invitation" => (Method::POST, json!({"invitation_id": NOBODY})),
        "changes/list" | "webhooks/list" => (Method::GET, json!({"event_id": event_id})),
        "webhooks/create" => (Method::POST, json!({"event_id": event_id, "url": "x"})),
        "webhooks/delete" | "webhooks/rotate_secret" | "webhooks/start" | "webhooks/stop" | "webhooks/test" => {
            (Method::POST, json!({"webhook_id": NOBODY}))
        }
        "webhooks/deliveries" | "webhooks/get" => (Method::GET, json!({"webhook_id": NOBODY})),
        "webhooks/replay" => (Method::POST, json!({"delivery_id": NOBODY})),
        "webhooks/replay_all" => (Method::POST, json!({"webhook_id": NOBODY, "since": "2030-03-01T12:00:00Z"})),
        "webhooks/update" => (Method::POST, json!({"webhook_id": NOBODY, "url": "x"})),
        "checkins/check_in" => (Method::POST, json!({"event_id": event_id, "code": "no code"})),
        "checkins/door" | "checkins/links" | "checkins/list" | "checkins/summary" => {
            (Method::GET, json!({"event_id": event_id}))
        }
        "checkins/doors" => (Method::GET, json!({})),
        "checkins/find" => (Method::GET, json!({"event_id": event_id, "reference": "7K3M9QXA"})),
        "checkins/make_link" => (Method::POST, json!({"event_id": event_id, "name": "North door"})),
        "checkins/revoke_link" => (Method::POST, json!({"link_id": NOBODY})),
        "checkins/undo" => (Method::POST, json!({"check_in_id": NOBODY, "reason": "By mistake"})),
        "checkins/verdict" => (Method::GET, json!({"event_id": event_id, "ticket_id": NOBODY})),
        unknown => panic!("{unknown} has no request here that its test could send"),
    }
}

/// Functions about the whole site, for which a role of an event is worth nothing.
const OF_SITE: &[&str] = &[
    "admin/discard_job",
    "admin/health",
    "admin/retry_job",
    "events/create",
    "events/duplicate",
    "seat_plans/delete",
    "seat_plans/save",
];

/// Functions that are about no event by themselves, or about one that is found by another id: they let in whoever may do it to
/// any event.
const BY_OTHER_IDS: &[&str] = &[
    "admin/booking",
    "admin/booking_mails",
    "admin/booking_tickets",
    "admin/bookings",
    "admin/cancel_booking",
    "admin/cancel_bookings",
    "admin/change_seats",
    "admin/events",
    "admin/move_entry",
    "admin/resend_mail",
    "admin/withdraw_invitation",
    "analytics/attention",
    "analytics/events",
    "checkins/doors",
    "checkins/revoke_link",
    "checkins/undo",
    "discounts/end",
    "discounts/get",
    "discounts/update",
    "seat_plans/get",
    "seat_plans/list",
    "webhooks/delete",
    "webhooks/deliveries",
    "webhooks/get",
    "webhooks/replay",
    "webhooks/replay_all",
    "webhooks/rotate_secret",
    "webhooks/start",
    "webhooks/stop",
    "webhooks/test",
    "webhooks/update",
];

impl Person {
    async fn send(&self, endpoint: &str, (method, body): (Method, Value)) -> Reply {
        if method == Method::POST {
            return self.post(endpoint, body).await;
        }
        let fields = body.as_object().expect("fields").iter();
        let query: Vec<String> =
            fields.map(|(name, value)| format!("{name}={}", value.as_str().unwrap_or_default())).collect();
        self.get(&format!("{endpoint}?{}", query.join("&"))).await
    }

    /// Whether they are let into a function about this event, and what went wrong otherwise.
    async fn is_let_in(&self, endpoint: &str, event_id: EventId) -> bool {
        let reply = self.send(endpoint, request(endpoint, event_id)).await;
        assert!(![400, 401, 405, 415, 500].contains(&reply.status), "{endpoint}: {}", reply.body);
        reply.status != 403
    }
}

#[sqlx::test]
async fn every_function_lets_in_exactly_the_roles_that_may(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (event_id, other) = (app.event(10).await, app.event(10).await);
    let mut faults = Vec::new();
    for role in Role::ALL {
        let of_event = app.staff(&format!("{}.event", role.key()), role, Some(event_id)).await;
        let of_site = app.staff(&format!("{}.site", role.key()), role, None).await;
        for (endpoint, permission) in FUNCTIONS {
            let may = role.may(*permission);
            let by_other_id = BY_OTHER_IDS.contains(endpoint);
            let expected = [
                (&of_event, event_id, may && !OF_SITE.contains(endpoint), "of the event"),
                (&of_site, event_id, may, "of the site"),
                (&of_event, other, may && by_other_id, "of another event"),
            ];
            for (person, event_id, expected, whose) in expected {
                if person.is_let_in(endpoint, event_id).await != expected {
                    faults.push(format!(
                        "{endpoint}: {role:?} {whose} should {}",
                        if expected { "enter" } else { "not" }
                    ));
                }
            }
        }
    }
    assert_eq!(faults, Vec::<String>::new());
}

#[sqlx::test]
async fn strangers_are_let_in_nowhere(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let event_id = app.event(10).await;
    let (stranger, visitor) = (app.person("ada").await, app.visitor());
    for (endpoint, _) in FUNCTIONS {
        stranger.send(endpoint, request(endpoint, event_id)).await.refused(403, "forbidden");
        visitor.send(endpoint, request(endpoint, event_id)).await.refused(401, "sign_in_required");
    }
    stranger.get("admin/me").await.refused(403, "forbidden");
    for page in ["/admin/people", "/admin/log"] {
        assert_eq!((stranger.page(page).await.0, visitor.page(page).await.0), (403, 401), "{page}");
    }
}

#[sqlx::test]
async fn an_event_that_is_not_there_is_no_secret_to_ask_for(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let event_id = app.event(10).await;
    let owner = app.staff("olga", Role::Owner, Some(event_id)).await;
    let unknown = NOBODY.parse().expect("an id");
    owner.send("admin/staff", request("admin/staff", unknown)).await.refused(403, "forbidden");
    app.admin().await.send("admin/staff", request("admin/staff", unknown)).await.refused(404, "not_found");
}

/// The roles as the documentation shows them: what each may do, and which functions that opens.
fn roles_in_words() -> String {
    let heads: Vec<&str> = Role::ALL.iter().map(|role| role.words()).collect();
    let rows = Permission::ALL.map(|permission| {
        let cells = Role::ALL.map(|role| if role.may(permission) { "yes" } else { "–" });
        let functions: Vec<String> = FUNCTIONS
            .iter()
            .filter(|(_, needs)| *needs == permission)
            .map(|(endpoint, _)| format!("`{endpoint}`"))
            .collect();
        format!("| {} | {} | {} |", permission.words(), cells.join(" | "), functions.join(", "))
    });
    format!(
        "# Who may do what\n\nMade from `src/staff/model.rs`; a test keeps it true. A role holds for one event or, given on the page of \
         all people, for every event. Whoever is made an admin on the command line is an owner of the site.\n\n\
         | | {} | Functions below `/api/v1/` |\n|---|{}---|\n{}\n",
        heads.join(" | "),
        "---|".repeat(heads.len()),
        rows.join("\n")
    )
}

#[test]
fn the_table_of_roles_in_the_docs_is_that_of_the_code() {
    let path = std::path::Path::new(&std::env::var("CARGO_MANIFEST_DIR").expect("the crate")).join("docs/roles.md");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, roles_in_words()).expect("written");
    }
    let kept = std::fs::read_to_string(path).unwrap_or_default();
    assert!(kept == roles_in_words(), "docs/roles.md is old: run this test with UPDATE_DOCS=1");
}

#[test]
fn every_function_that_asks_at_the_door_is_in_the_table() {
    // By the paths that the program knows, so that a line for a function that is gone is found too.
    let known: Vec<&str> = leptos::server_fn::axum::server_fn_paths().map(|(path, _)| path).collect();
    for (endpoint, _) in FUNCTIONS {
        assert!(known.contains(&&*format!("/api/v1/{endpoint}")), "{endpoint} is no function");
    }
}
