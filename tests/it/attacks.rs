//! What an attacker tries whom no single function is about: other people's things by every function, rights that one gives
//! oneself, another site's forms, secrets in the log, addresses that lead elsewhere.

use super::{
    app::{Person, Reply, TestApp},
    tickets::{book, id, tickets},
};
use axum::http::{Method, StatusCode};
use evently::{api::access::FUNCTIONS, staff::model::FUNCTIONS as DASHBOARD};
use mail_parser::MessageParser;
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, PgPool};
use std::{
    io,
    sync::{Arc, Mutex},
};

/// What is Ada's and nobody else's.
struct Adas {
    held: String,
    booked: String,
    ticket: String,
    entry: String,
    session: String,
    app: String,
    key: String,
}

/// The id of the first of a list.
async fn first_of(person: &Person, function: &str) -> String {
    let list = person.get(function).await.expect(200);
    list["items"][0]["id"].as_str().expect("an id").to_owned()
}

impl Adas {
    async fn new(app: &TestApp, ada: &Person) -> Self {
        let full = app.event(1).await;
        app.person("bob").await.book(full, 1).await;
        let wish = json!({"event_id": full, "requested_quantity": 1, "together": false});
        ada.post("waitlist/join", wish).await.expect(200);
        let token = json!({"email": "ada@example.org", "password": "correct horse", "name": "A phone"});
        app.visitor().post("auth/token", token).await.expect(200);
        ada.post("api_keys/create", json!({"name": "A script", "scopes": ["read"]})).await.expect(200);
        let booked = book(app, ada, 1).await;
        Self {
            held: ada.hold(app.event(10).await, 1).await,
            ticket: id(&tickets(ada, &booked).await.remove(0)),
            booked,
            entry: first_of(ada, "waitlist/list").await,
            session: first_of(ada, "users/sessions").await,
            app: first_of(ada, "apps/list").await,
            key: first_of(ada, "api_keys/list").await,
        }
    }

    /// Requests to a function that name what is Ada's; none where the function takes no id of anything that is somebody's.
    /// What is found by a secret is whoever's who has it.
    fn requests(&self, function: &str) -> Vec<(Method, Value)> {
        match function {
            "bookings/cancel"
            | "bookings/confirm"
            | "bookings/extend"
            | "bookings/release"
            | "bookings/remove_code" => {
                [&self.held, &self.booked].map(|id| (Method::POST, json!({"booking_id": id}))).to_vec()
            }
            "bookings/apply_code" => vec![(Method::POST, json!({"booking_id": self.held, "code": "EARLY"}))],
            "bookings/get" | "bookings/history" | "tickets/list" => {
                vec![(Method::GET, json!({"booking_id": self.booked}))]
            }
            "tickets/get" | "tickets/history" => vec![(Method::GET, json!({"ticket_id": self.ticket}))],
            "tickets/cancel_transfer" | "tickets/reissue" => vec![(Method::POST, json!({"ticket_id": self.ticket}))],
            "tickets/transfer" => {
                vec![(Method::POST, json!({"ticket_id": self.ticket, "email": "eve@example.org"}))]
            }
            "waitlist/leave" => vec![(Method::POST, json!({"entry_id": self.entry}))],
            "users/sign_out_session" => vec![(Method::POST, json!({"session_id": self.session}))],
            "apps/revoke" => vec![(Method::POST, json!({"app_id": self.app}))],
            "api_keys/revoke" | "api_keys/rotate" => vec![(Method::POST, json!({"key_id": self.key}))],
            // By a secret, or about who asks and about what everybody may see.
            "admin/accept_invitation"
            | "admin/invitation"
            | "admin/me"
            | "api_keys/create"
            | "api_keys/list"
            | "apps/list"
            | "checkins/find_link"
            | "checkins/open_link"
            | "notifications/list"
            | "notifications/preferences"
            | "notifications/read"
            | "notifications/returned"
            | "notifications/send_again"
            | "notifications/subscription"
            | "notifications/unsubscribe"
            | "notifications/update_preferences"
            | "bookings/hold"
            | "bookings/list"
            | "tickets/accept_transfer"
            | "tickets/keys"
            | "tickets/offer"
            | "waitlist/join"
            | "waitlist/list" => Vec::new(),
            public if ["auth/", "users/", "events/", "seats/"].iter().any(|noun| public.starts_with(noun)) => {
                Vec::new()
            }
            unknown => panic!("{unknown} has no request here that names somebody else's"),
        }
    }
}

async fn send(person: &Person, method: &Method, function: &str, fields: &Value) -> Reply {
    if *method == Method::POST {
        return person.post(function, fields.clone()).await;
    }
    let pairs = fields.as_object().expect("fields").iter();
    let query: Vec<String> = pairs.map(|(name, value)| format!("{name}={}", value.as_str().expect("text"))).collect();
    person.get(&format!("{function}?{}", query.join("&"))).await
}

/// All that these tables say.
async fn all_of(app: &TestApp, tables: &[&str]) -> Vec<Option<String>> {
    let mut said = Vec::new();
    for table in tables {
        let sql = format!("select string_agg(t::text, ',' order by t::text) from {table} t");
        said.push(sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(app.state.db.pool()).await.expect("rows"));
    }
    said
}

/// Roles are tried with every function of the dashboard in `staff.rs`.
#[sqlx::test]
async fn no_function_knows_what_is_somebody_elses(pool: PgPool) {
    const TABLES: [&str; 7] =
        ["bookings", "seat_bookings", "tickets", "ticket_transfers", "waitlist", "connected_apps", "api_keys"];
    let app = TestApp::new(pool).await;
    let ada = app.person("ada").await;
    let adas = Adas::new(&app, &ada).await;
    let eve = app.person("eve").await;
    let before = all_of(&app, &TABLES).await;
    let mut tried = 0;
    for (function, ..) in FUNCTIONS {
        if DASHBOARD.iter().any(|(known, _)| known == function) {
            continue;
        }
        for (method, fields) in adas.requests(function) {
            let reply = send(&eve, &method, function, &fields).await;
            assert_eq!(reply.status, 404, "{function} {fields}: {}", reply.body);
            reply.refused(404, "not_found");
            let stranger = send(&app.visitor(), &method, function, &fields).await;
            assert_eq!(stranger.status, 401, "{function} {fields}: {}", stranger.body);
            tried += 1;
        }
    }
    assert!(tried > 20, "{tried}");
    assert_eq!(all_of(&app, &TABLES).await, before);
    ada.get("users/me").await.expect(200);
    let (booking, ticket) = (&adas.booked, &adas.ticket);
    for path in [
        format!("/bookings/{booking}"),
        format!("/bookings/{}/checkout", adas.held),
        format!("/bookings/{booking}/cancel"),
        format!("/bookings/{booking}/tickets"),
        format!("/bookings/{booking}/tickets.pdf"),
        format!("/bookings/{booking}/ticket.ics"),
        format!("/tickets/{ticket}"),
        format!("/tickets/{ticket}/ticket.pdf"),
    ] {
        let (status, text) = eve.page(&path).await;
        assert!(status == 404 && !text.contains("ada Test"), "{path}: {status} {text}");
    }
}

#[sqlx::test]
async fn nobody_gives_themselves_rights_by_fields_that_a_function_does_not_take(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let eve = app.visitor();
    let rights = |more: Value| {
        let mut fields = json!({
            "id": "00000000-0000-7000-8000-000000000001", "is_admin": true, "is_staff": true, "is_active": false,
            "is_guest": true, "role": "owner", "email_verified_at": "2030-01-01T00:00:00Z", "unread_count": 9,
            "created_at": "2000-01-01T00:00:00Z", "password_hash": "x", "claimed_by": "x",
        });
        fields.as_object_mut().expect("fields").extend(more.as_object().expect("fields").clone());
        fields
    };
    let typed = json!({
        "email": "eve@example.org", "password": "correct horse", "first_name": "Eve", "last_name": "Test",
    });
    let made = eve.post("auth/register", rights(typed)).await.expect(200);
    let renamed = json!({"first_name": "Eva", "last_name": "Test", "email": "ada@example.org"});
    let changed = eve.post("users/update", rights(renamed)).await.expect(200);
    for user in [made, changed, eve.get("users/me").await.expect(200)] {
        for field in ["is_admin", "is_staff", "is_guest"] {
            assert_eq!(user[field], false, "{field}: {user}");
        }
        assert_eq!((&user["email"], &user["email_verified_at"]), (&json!("eve@example.org"), &Value::Null), "{user}");
        assert_eq!((&user["unread_count"], &user["created_at"]), (&json!(0), &json!(super::app::START)), "{user}");
        assert_ne!(user["id"], "00000000-0000-7000-8000-000000000001");
    }
    eve.get("admin/health").await.refused(403, "forbidden");
    assert_eq!(eve.page("/admin").await.0, 403);
}

#[sqlx::test]
async fn another_site_reaches_no_function_with_somebody_s_cookie(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let ada = app.person("ada").await;
    for (function, ..) in FUNCTIONS {
        for (name, value) in [("sec-fetch-site", "cross-site"), ("origin", "null")] {
            let request = ada.server.post(&format!("/api/v1/{function}")).json(&json!({})).add_header(name, value);
            let response = request.await;
            Reply::read(response.status_code(), response.text()).refused(403, "forbidden");
        }
    }
    ada.get("users/me").await.expect(200);
}

/// What a reply says under this name, empty where it says nothing.
fn header(reply: &axum_test::TestResponse, name: &str) -> String {
    reply.maybe_header(name).map_or_else(String::new, |value| value.to_str().expect("text").to_owned())
}

#[sqlx::test]
async fn every_reply_says_how_it_may_be_used(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let ada = app.person("ada").await;
    let event_id = app.event(10).await;
    for path in [
        "/",
        "/account",
        "/bookings",
        "/nothing",
        "/admin",
        "/sitemap.xml",
        "/robots.txt",
        "/healthz",
        "/api/v1/users/me",
        "/api/nothing",
        &format!("/events/{event_id}"),
        &format!("/events/{event_id}/poster.png"),
    ] {
        let reply = ada.server.get(path).add_header("accept", "text/html").await;
        assert_eq!(header(&reply, "x-content-type-options"), "nosniff", "{path}");
        assert_eq!(header(&reply, "referrer-policy"), "strict-origin-when-cross-origin", "{path}");
        assert_eq!(header(&reply, "cross-origin-opener-policy"), "same-origin", "{path}");
        assert!(header(&reply, "permissions-policy").starts_with("camera=(), "), "{path}");
        assert!(header(&reply, "content-security-policy").contains("frame-ancestors 'none'"), "{path}");
        assert_eq!(header(&reply, "strict-transport-security"), "", "{path}: this site is not on https");
    }
    // What is somebody's is kept by nobody.
    for path in ["/", "/account", "/bookings", "/api/v1/users/me", "/api/v1/bookings/list"] {
        let reply = ada.server.get(path).add_header("accept", "text/html").await;
        assert_eq!(header(&reply, "cache-control"), "no-store", "{path}");
    }
}

#[sqlx::test]
async fn on_https_the_cookie_is_for_this_host_and_https_alone(pool: PgPool) {
    let app = TestApp::with_settings(pool, |config| config.public_url = "https://tickets.example.org".to_owned());
    let fields = json!({
        "email": "ada@example.org", "password": "correct horse", "first_name": "Ada", "last_name": "Test",
    });
    let reply = app.visitor().server.post("/api/v1/auth/register").json(&fields).await;
    assert_eq!(reply.status_code(), StatusCode::OK);
    let cookie = header(&reply, "set-cookie");
    assert!(cookie.starts_with("__Host-evently="), "{cookie}");
    for part in ["HttpOnly", "Secure", "SameSite=Lax", "Path=/"] {
        assert!(cookie.split("; ").any(|said| said == part), "{part}: {cookie}");
    }
    assert!(!cookie.contains("Domain"), "{cookie}");
    assert_eq!(header(&reply, "strict-transport-security"), "max-age=31536000");
}

#[sqlx::test]
async fn links_lead_to_the_public_address_whatever_host_was_asked(pool: PgPool) {
    let app = TestApp::new(pool).await;
    app.person("ada").await;
    let asked = json!({"email": "ada@example.org"});
    let request = app.visitor().server.post("/api/v1/auth/forgot_password").json(&asked);
    let request = request.add_header("host", "evil.example").add_header("x-forwarded-host", "evil.example");
    assert_eq!(request.await.status_code(), StatusCode::OK);
    app.work().await;
    let mail = app.mails().await.pop().expect("a mail");
    let mail = MessageParser::default().parse(&mail).expect("one that can be read");
    let words = mail.body_text(0).expect("words").into_owned();
    assert!(words.contains("http://127.0.0.1:3000/reset-password?token="), "{words}");
    assert!(!words.contains("evil.example"), "{words}");
    for path in ["/", "/sitemap.xml", "/robots.txt"] {
        let request = app.visitor().server.get(path).add_header("accept", "text/html");
        let text = request.add_header("host", "evil.example").await.text();
        assert!(!text.contains("evil.example"), "{path}: {text}");
    }
}

#[sqlx::test]
async fn no_address_leads_to_another_site(pool: PgPool) {
    let app = TestApp::new(pool).await;
    app.person("ada").await;
    for next in [
        "%2F%2Fevil.example",
        "%2F%5Cevil.example",
        "%5C%5Cevil.example",
        "%2F%09%2Fevil.example",
        "javascript%3Aalert(1)",
    ] {
        let request = app.visitor().server.post("/api/v1/auth/login");
        let request = request.text(format!("email=ada%40example.org&password=correct+horse&next={next}"));
        let request = request.content_type("application/x-www-form-urlencoded").add_header("accept", "text/html");
        assert_eq!(header(&request.await, "location"), "/", "{next}");
    }
    let moved = app.visitor().server.get("/%5Cevil.example/").add_header("accept", "text/html").await;
    assert_eq!(header(&moved, "location"), "/%5Cevil.example", "a path of this site");
}

/// Keeps what is written.
#[derive(Clone, Default)]
struct Heard(Arc<Mutex<Vec<u8>>>);

impl io::Write for Heard {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("the log").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Heard {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().expect("the log")).into_owned()
    }
}

#[sqlx::test]
async fn no_line_of_the_log_has_a_secret_or_an_address(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let heard = Heard::default();
    let written = heard.clone();
    // Of the whole process: functions run on threads of their own.
    let log = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::INFO)
        .with_ansi(false)
        .with_writer(move || written.clone())
        .finish();
    tracing::subscriber::set_global_default(log).expect("the only one");
    let (ada, event_id) = (app.person("ada").await, app.event(10).await);
    app.visitor().post("auth/login", json!({"email": "ada@example.org", "password": "wrong staple"})).await.expect(401);
    app.visitor().post("auth/forgot_password", json!({"email": "ada@example.org"})).await.expect(200);
    let made = ada.post("api_keys/create", json!({"name": "A script", "scopes": ["read"]})).await.expect(200);
    let key = made["secret"].as_str().expect("a secret").to_owned();
    app.program(&key).get("users/me").await.expect(200);
    app.program("evk_12345678_not-a-key").get("users/me").await.expect(401);
    let booking = ada.book(event_id, 1).await;
    let code = tickets(&ada, &booking).await.remove(0)["token"].as_str().expect("a code").to_owned();
    app.work().await;
    for path in ["/reset-password", "/verify-email", "/guest", "/unsubscribe", "/checkin/join", "/admin/invitation"] {
        app.visitor().page(&format!("{path}?token=telltale&email=ada%40example.org")).await;
    }
    ada.page("/events?q=telltale").await;
    let log = heard.text();
    assert!(log.contains("/reset-password") && log.contains("/api/v1/auth/login"), "{log}");
    let secret = key.rsplit('_').next().expect("digits");
    for word in ["telltale", "ada@", "ada%40", "correct horse", "wrong staple", "not-a-key", secret, code.as_str()] {
        assert!(!log.contains(word), "{word}: {log}");
    }
}
