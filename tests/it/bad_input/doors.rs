//! Rows that go for every function, and those of events, seats and accounts.

use super::{FORM, JSON, NOBODY, Row, get, post, raw, world::World};
use serde_json::{Value, json};

const POSTS: [&str; 27] = [
    "auth/register",
    "auth/login",
    "auth/logout",
    "auth/forgot_password",
    "auth/reset_password",
    "auth/verify_email",
    "auth/resend_verification",
    "users/update",
    "users/change_password",
    "users/sign_out_session",
    "users/sign_out_everywhere",
    "users/delete",
    "bookings/hold",
    "bookings/extend",
    "bookings/release",
    "bookings/confirm",
    "bookings/cancel",
    "bookings/apply_code",
    "bookings/remove_code",
    "waitlist/join",
    "waitlist/leave",
    "notifications/read",
    "notifications/update_preferences",
    "tickets/reissue",
    "tickets/transfer",
    "tickets/cancel_transfer",
    "tickets/accept_transfer",
];
/// Those that take nothing, so that nothing can be missing.
const WITHOUT_FIELDS: [&str; 5] = [
    "auth/logout",
    "auth/resend_verification",
    "users/sign_out_everywhere",
    "notifications/read",
    "notifications/update_preferences",
];
const GETS: [&str; 27] = [
    "auth/session",
    "users/me",
    "users/sessions",
    "users/export",
    "users/preview_delete",
    "events/list",
    "events/month",
    "events/suggest",
    "events/get",
    "events/cities",
    "seats/map",
    "seats/section",
    "seats/list",
    "seats/plan",
    "seats/statuses",
    "seats/best_available",
    "bookings/list",
    "bookings/get",
    "bookings/history",
    "waitlist/list",
    "notifications/list",
    "notifications/preferences",
    "tickets/list",
    "tickets/get",
    "tickets/history",
    "tickets/keys",
    "tickets/offer",
];

/// What no function reads, whichever it is.
pub(super) fn unreadable() -> Vec<Row> {
    let mut rows = Vec::new();
    for function in POSTS {
        rows.push(get(function, 405, "method_not_allowed"));
        for body in ["{\"event_id\":", "[]", "[1]", "\"text\"", "7", "true", "null"] {
            rows.push(raw(function, JSON, body, (400, "malformed")));
        }
        rows.push(raw(function, JSON, [b'{', b'"', 0xff, b'"', b':', b'1', b'}'], (400, "malformed")));
        rows.push(raw(function, JSON, "[".repeat(20_000), (400, "malformed")));
        rows.push(raw(function, "text/plain", "hello", (415, "unsupported_media_type")));
        rows.push(raw(function, "multipart/form-data; boundary=x", "--x--", (415, "unsupported_media_type")));
        for content_type in [JSON, FORM, "text/plain"] {
            rows.push(raw(function, content_type, "x".repeat(70_000), (413, "too_large")));
        }
    }
    for function in POSTS.into_iter().filter(|function| !WITHOUT_FIELDS.contains(function)) {
        for (content_type, body) in [(JSON, ""), (JSON, "{}"), (FORM, ""), (FORM, "=&&="), ("", "")] {
            rows.push(raw(function, content_type, body, (400, "malformed")));
        }
        for unknown in ["{\"unknown\":1}", "{\"\":1}", "{\"a[b]\":1}", "{\"a\":[[[[[1]]]]]}"] {
            rows.push(raw(function, JSON, unknown, (400, "malformed")));
        }
    }
    for function in GETS {
        rows.push(post(function, json!({}), 405, "method_not_allowed"));
        rows.push(raw(function, FORM, "event_id=1", (405, "method_not_allowed")));
    }
    for function in ["bookings", "bookings/", "bookings/hold/", "Bookings/hold", "bookings/hold%00", "nothing/here"] {
        rows.push(post(function, json!({}), 404, "not_found"));
    }
    rows
}

pub(super) fn events_and_seats(world: &World) -> Vec<Row> {
    let mut rows = Vec::new();
    let long = "a".repeat(10_000);
    for (query, status, code) in [
        ("limit=0", 422, "invalid"),
        ("limit=-1", 422, "invalid"),
        ("limit=201", 422, "invalid"),
        ("limit=99999999999999999999", 422, "invalid"),
        ("limit=many", 422, "invalid"),
        ("places=0", 422, "invalid"),
        ("places=-1", 422, "invalid"),
        ("places=99999999999999999999", 422, "invalid"),
        ("together=1", 422, "invalid"),
        ("together=%00", 422, "invalid"),
        ("price=-1&currency=EUR", 422, "invalid"),
        ("price=99999999999999999999&currency=EUR", 422, "invalid"),
        ("price=10", 422, "invalid"),
        ("price=10&currency=EURO", 422, "invalid"),
        ("price=10&currency=%00", 422, "invalid"),
        ("when=yesterday", 422, "invalid"),
        ("when=%00", 422, "invalid"),
        ("when=yesterday&from=2030-03-02", 422, "invalid"),
        ("from=yesterday", 422, "invalid"),
        ("from=2030-02-30", 422, "invalid"),
        ("from=2030-03-02&to=2030-03-01", 422, "invalid"),
        ("to=999999999-01-01", 422, "invalid"),
        ("category=nonsense", 422, "invalid"),
        ("category=%00", 422, "invalid"),
        ("sort=name", 422, "invalid"),
        ("cursor=x", 422, "invalid"),
        ("cursor=%00", 422, "invalid"),
        ("city=%00", 400, "malformed"),
        ("q=%00", 400, "malformed"),
        ("q=a%00b", 400, "malformed"),
        ("q=%ff", 400, "malformed"),
        ("q[]=a", 400, "malformed"),
        ("q[a]=b", 400, "malformed"),
    ] {
        rows.push(get(format!("events/list?{query}"), status, code));
        if !query.starts_with("cursor") {
            rows.push(get(format!("events/month?{query}"), status, code));
        }
    }
    for (query, status, code) in [
        ("month=2030-13", 422, "invalid"),
        ("month=%00", 422, "invalid"),
        ("month=99999999-1", 422, "invalid"),
        ("month[]=2030-03", 400, "malformed"),
    ] {
        rows.push(get(format!("events/month?{query}"), status, code));
    }
    rows.push(get("events/suggest?places=0", 422, "invalid"));
    rows.push(get("events/suggest?q=%00", 400, "malformed"));
    rows.push(get(format!("events/list?q={long}"), 422, "invalid"));
    let (general, seated) = (world.general.to_string(), world.seated.to_string());
    let of_event = [
        "events/get?",
        "seats/map?",
        "seats/section?section=Stalls&",
        "seats/list?",
        "seats/plan?",
        "seats/statuses?",
        "seats/best_available?quantity=2&",
    ];
    for function in of_event {
        for (id, status, code) in [
            (NOBODY, 404, "not_found"),
            (&world.draft.to_string(), 404, "not_found"),
            ("x", 400, "malformed"),
            ("", 400, "malformed"),
            ("%00", 400, "malformed"),
            ("%ff", 400, "malformed"),
            (&long, 400, "malformed"),
            (&format!("{general}&event_id={general}"), 400, "malformed"),
        ] {
            rows.push(get(format!("{function}event_id={id}"), status, code));
        }
        rows.push(get(function, 400, "malformed"));
        if function != "events/get?" {
            rows.push(get(format!("{function}event_id={general}"), 404, "not_found"));
        }
    }
    for (section, status, code) in
        [("Nowhere", 404, "not_found"), ("", 404, "not_found"), ("%00", 400, "malformed"), (&*long, 404, "not_found")]
    {
        rows.push(get(format!("seats/section?event_id={seated}&section={section}"), status, code));
    }
    rows.push(get(format!("seats/section?event_id={seated}"), 400, "malformed"));
    for frame in ["x", "1.5", "99999999999999999999", "%00"] {
        rows.push(get(format!("seats/statuses?event_id={seated}&frame={frame}"), 400, "malformed"));
    }
    let many = format!("&seat_ids[]={NOBODY}").repeat(101);
    for (seats, status, code) in [(&*many, 422, "invalid"), ("&seat_ids[]=x", 400, "malformed")] {
        rows.push(get(format!("seats/list?event_id={seated}{seats}"), status, code));
    }
    rows
}

pub(super) fn tickets(world: &World) -> Vec<Row> {
    let mut rows = Vec::new();
    for (id, status, code) in [(NOBODY, 404, "not_found"), ("x", 400, "malformed"), ("", 400, "malformed")] {
        for function in ["tickets/get", "tickets/history"] {
            rows.push(get(format!("{function}?ticket_id={id}"), status, code));
        }
        for function in ["tickets/reissue", "tickets/cancel_transfer"] {
            rows.push(post(function, json!({"ticket_id": id}), status, code));
        }
        rows.push(post("tickets/transfer", json!({"ticket_id": id, "email": "eve@example.org"}), status, code));
    }
    for email in ["", "nobody", "eve\0@example.org"] {
        rows.push(post("tickets/transfer", json!({"ticket_id": NOBODY, "email": email}), 422, "invalid"));
    }
    for booking_id in [NOBODY, &world.bobs] {
        rows.push(get(format!("tickets/list?booking_id={booking_id}"), 404, "not_found"));
    }
    rows.push(get("tickets/list?limit=0", 422, "invalid"));
    rows.push(get("tickets/list?cursor=x", 422, "invalid"));
    for token in ["", "x", &"a".repeat(10_000), "a\0"] {
        rows.push(post("tickets/accept_transfer", json!({"token": token}), 404, "not_found"));
    }
    rows.push(get("tickets/offer?token=x", 404, "not_found"));
    for function in ["tickets/list", &format!("tickets/get?ticket_id={NOBODY}")] {
        rows.push(get(function, 401, "sign_in_required").signed_out());
    }
    rows.push(post("tickets/reissue", json!({"ticket_id": NOBODY}), 401, "sign_in_required").signed_out());
    rows.push(post("tickets/accept_transfer", json!({"token": "x"}), 401, "sign_in_required").signed_out());
    rows
}

pub(super) fn accounts() -> Vec<Row> {
    let long = "a".repeat(10_000);
    let mut rows = Vec::new();
    let whole = json!({"email": "eve@example.org", "password": "correct horse", "first_name": "Eve", "last_name": "E"});
    let with = |field: &str, value: Value| {
        let mut fields = whole.clone();
        fields[field] = value;
        fields
    };
    for (field, value, status, code) in [
        ("email", json!("ada@example.org"), 409, "email_taken"),
        ("email", json!(" ADA@example.org "), 409, "email_taken"),
        ("email", json!(""), 422, "invalid"),
        ("email", json!("nobody"), 422, "invalid"),
        ("email", json!("eve\0@example.org"), 422, "invalid"),
        ("email", json!(format!("{long}@example.org")), 422, "invalid"),
        ("password", json!("short"), 422, "invalid"),
        ("password", json!(long), 422, "invalid"),
        ("first_name", json!(" "), 422, "invalid"),
        ("first_name", json!(long), 422, "invalid"),
        ("first_name", json!("E\0ve"), 422, "invalid"),
        ("last_name", json!("\0"), 422, "invalid"),
        ("email", json!(null), 400, "malformed"),
        ("password", json!(["correct horse"]), 400, "malformed"),
        ("first_name", json!({"a": 1}), 400, "malformed"),
    ] {
        rows.push(post("auth/register", with(field, value), status, code).signed_out());
    }
    for (email, password, status, code) in [
        (json!("nobody@example.org"), json!("correct horse"), 401, "wrong_credentials"),
        (json!("ada@example.org"), json!("wrong horse"), 401, "wrong_credentials"),
        (json!("ada@example.org"), json!(""), 401, "wrong_credentials"),
        (json!("ada@example.org"), json!("correct horse\0"), 401, "wrong_credentials"),
        (json!("ada@example.org"), json!(long), 401, "wrong_credentials"),
        (json!(long), json!(long), 401, "wrong_credentials"),
        (json!(""), json!(""), 401, "wrong_credentials"),
        (json!("ada@example.org\0"), json!("correct horse"), 400, "malformed"),
        (json!(["ada@example.org"]), json!("correct horse"), 400, "malformed"),
        (json!(null), json!("correct horse"), 400, "malformed"),
    ] {
        rows.push(post("auth/login", json!({"email": email, "password": password}), status, code).signed_out());
    }
    for (name, status, code) in [
        (json!(""), 422, "invalid"),
        (json!("a".repeat(101)), 422, "invalid"),
        (json!("A\0"), 422, "invalid"),
        (json!([]), 400, "malformed"),
    ] {
        rows.push(post("users/update", json!({"first_name": name, "last_name": "L"}), status, code));
    }
    rows.push(post("users/update", json!({"first_name": "A", "last_name": "L"}), 401, "sign_in_required").signed_out());
    rows.push(raw("users/update", FORM, "first_name=%ff&last_name=L", (400, "malformed")));
    for (current, new) in [("wrong horse", "battery staple"), ("correct horse", "short"), ("correct horse", &long)] {
        let passwords = json!({"current_password": current, "new_password": new});
        rows.push(post("users/change_password", passwords.clone(), 422, "invalid"));
        rows.push(post("users/change_password", passwords, 401, "sign_in_required").signed_out());
    }
    rows.push(get("users/me", 401, "sign_in_required").signed_out());
    rows.extend(links(&long));
    rows.extend(ways_out(&long));
    rows
}

/// Links of mails, and asking for them.
fn links(long: &str) -> Vec<Row> {
    let mut rows = Vec::new();
    for (email, status, code) in [
        (json!(""), 422, "invalid"),
        (json!("nobody"), 422, "invalid"),
        (json!("ada\0@example.org"), 422, "invalid"),
        (json!(format!("{long}@example.org")), 422, "invalid"),
        (json!(["ada@example.org"]), 400, "malformed"),
        (json!(null), 400, "malformed"),
    ] {
        rows.push(post("auth/forgot_password", json!({"email": email}), status, code).signed_out());
    }
    for (token, status, code) in [
        (json!(""), 410, "link_over"),
        (json!("x"), 410, "link_over"),
        (json!("0".repeat(64)), 410, "link_over"),
        (json!(long), 410, "link_over"),
        (json!("\0"), 410, "link_over"),
        (json!(["0"]), 400, "malformed"),
        (json!(null), 400, "malformed"),
    ] {
        rows.push(post("auth/verify_email", json!({"token": token}), status, code));
        let body = json!({"token": token, "new_password": "battery staple"});
        rows.push(post("auth/reset_password", body, status, code).signed_out());
    }
    for password in ["", "short", long] {
        let body = json!({"token": "0".repeat(64), "new_password": password});
        rows.push(post("auth/reset_password", body, 422, "invalid").signed_out());
    }
    rows.push(post("auth/resend_verification", json!({}), 401, "sign_in_required").signed_out());
    rows
}

/// Sessions, what is kept about a person, and leaving.
fn ways_out(long: &str) -> Vec<Row> {
    let mut rows = Vec::new();
    for (id, status, code) in [
        (json!(NOBODY), 404, "not_found"),
        (json!("x"), 400, "malformed"),
        (json!(""), 400, "malformed"),
        (json!(long), 400, "malformed"),
        (json!("\0"), 400, "malformed"),
        (json!([NOBODY]), 400, "malformed"),
    ] {
        rows.push(post("users/sign_out_session", json!({"session_id": id}), status, code));
    }
    for (password, status, code) in [
        (json!("wrong horse"), 422, "invalid"),
        (json!(""), 422, "invalid"),
        (json!(long), 422, "invalid"),
        (json!("correct horse\0"), 422, "invalid"),
        (json!(["correct horse"]), 400, "malformed"),
    ] {
        rows.push(post("users/delete", json!({"password": password}), status, code));
    }
    for function in ["users/sessions", "users/export", "users/preview_delete"] {
        rows.push(get(function, 401, "sign_in_required").signed_out());
    }
    for (function, body) in [
        ("users/sign_out_everywhere", json!({})),
        ("users/sign_out_session", json!({"session_id": NOBODY})),
        ("users/delete", json!({"password": "correct horse"})),
    ] {
        rows.push(post(function, body, 401, "sign_in_required").signed_out());
    }
    rows
}
