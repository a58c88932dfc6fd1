//! API keys: making, changing and ending them, and what each scope opens, function by function.

use super::app::{Person, Program, Reply, TestApp};
use axum::http::Method;
use chrono::TimeDelta;
use evently::{
    api::access::{Class, FUNCTIONS, Need, ROUTES, Scope, access_of},
    id::EventId,
    staff::model::{self, FILES, Permission, Role},
};
use leptos::server_fn::axum::server_fn_paths;
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, PgPool};

impl Person {
    async fn make_key(&self, fields: Value) -> Reply {
        self.post("api_keys/create", fields).await
    }

    /// A key with these scopes, and its secret.
    async fn key(&self, scopes: &[Scope]) -> (Value, String) {
        self.key_with(scopes, json!({})).await
    }

    async fn key_with(&self, scopes: &[Scope], more: Value) -> (Value, String) {
        let scopes: Vec<&str> = scopes.iter().map(|scope| scope.key()).collect();
        let mut fields = json!({"name": "A script", "scopes": scopes});
        let more = more.as_object().expect("fields").clone();
        fields.as_object_mut().expect("fields").extend(more);
        let made = self.make_key(fields).await.expect(200);
        let secret = made["secret"].as_str().expect("a secret").to_owned();
        (made["api_key"].clone(), secret)
    }

    async fn only_key(&self) -> Value {
        self.get("api_keys/list").await.expect(200)["items"][0].clone()
    }
}

/// The functions that there are, each below `/api/v1/`, and whether it reads.
fn known() -> Vec<(String, Method)> {
    let below = |path: &str| path.strip_prefix("/api/v1/").map(str::to_owned);
    server_fn_paths().filter_map(|(path, method)| Some((below(path)?, method))).collect()
}

#[test]
fn every_function_has_its_class_and_its_scope_and_nothing_else_has() {
    let known = known();
    let missing: Vec<&String> =
        known.iter().map(|(name, _)| name).filter(|name| access_of(&format!("/api/v1/{name}")).is_none()).collect();
    assert!(missing.is_empty(), "src/api/access.rs lacks {missing:?}");
    let gone: Vec<&str> =
        FUNCTIONS.iter().map(|(name, ..)| *name).filter(|name| !known.iter().any(|(there, _)| there == name)).collect();
    assert!(gone.is_empty(), "src/api/access.rs has {gone:?}, which are no functions");
    for (name, method) in &known {
        let class = access_of(&format!("/api/v1/{name}")).expect("found").class;
        assert_eq!(*method == Method::GET, class == Class::Read, "{name}");
    }
}

#[test]
fn every_function_of_the_dashboard_needs_a_scope_that_says_what_it_does() {
    let known = known();
    for (name, permission) in model::FUNCTIONS {
        let reads = known.iter().any(|(there, method)| there == name && *method == Method::GET);
        let expected = match permission {
            Permission::RunStaff => Scope::StaffPeople,
            Permission::CheckIn => Scope::CheckIn,
            Permission::ExportBookings => Scope::StaffExport,
            _ if reads => Scope::StaffRead,
            Permission::ChangeBookings | Permission::BlockSeats | Permission::RunWaitlist => Scope::StaffBookings,
            _ => Scope::StaffWrite,
        };
        let need = access_of(&format!("/api/v1/{name}")).expect("found").need;
        assert_eq!(need, Need::Scope(expected), "{name}");
    }
    for (route, _) in FILES {
        let need = access_of(route).map(|access| access.need);
        assert!(matches!(need, Some(Need::Scope(scope)) if scope.is_staff()), "{route}: {need:?}");
    }
    let staff_routes = ROUTES.iter().filter(|(route, ..)| route.starts_with("/admin/")).count();
    assert_eq!(staff_routes, FILES.len());
}

/// The rows of every table that a function could change, in one number each. The first key of tickets is made by whoever looks
/// for it.
async fn all_that_is_kept(app: &TestApp) -> Vec<(String, String)> {
    let tables = "select tablename::text from pg_tables where schemaname = 'public'
                  and tablename not in ('api_keys', 'schedules', 'seat_changes', 'ticket_keys', 'told_history', 'vitals')
                  order by 1";
    let tables: Vec<String> = sqlx::query_scalar(tables).fetch_all(app.state.db.pool()).await.expect("tables");
    let mut kept = Vec::new();
    for table in tables {
        let sql = format!("select coalesce(md5(string_agg(t::text, '|' order by t::text)), '') from {table} t");
        let sum: String = sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(app.state.db.pool()).await.expect("a sum");
        kept.push((table, sum));
    }
    kept
}

async fn send(program: &Program, method: &Method, name: &str) -> Reply {
    if *method == Method::GET { program.get(name).await } else { program.post(name, json!({})).await }
}

#[sqlx::test]
async fn a_key_without_the_scope_is_refused_and_changes_nothing_with_it_the_function_is_asked(pool: PgPool) {
    let app = TestApp::new(pool).await;
    // Who may do everything, so that only the scope can refuse.
    let ida = app.admin().await;
    let mut keys = Vec::new();
    for scope in Scope::ALL {
        keys.push((scope, app.program(&ida.key(&[scope]).await.1)));
    }
    let before = all_that_is_kept(&app).await;
    let mut faults = Vec::new();
    for (name, method) in known() {
        let need = access_of(&format!("/api/v1/{name}")).expect("found").need;
        for (scope, program) in &keys {
            let lets_in = match need {
                Need::Nothing | Need::Body => true,
                Need::Scope(needed) => needed == *scope,
                Need::Session => false,
            };
            // What may change something is only tried where it has to be refused.
            if lets_in && method != Method::GET {
                continue;
            }
            let reply = send(program, &method, &name).await;
            let refused = (reply.status, reply.body["code"].as_str()) == (403, Some("forbidden"));
            if refused == lets_in || reply.status == 401 || reply.status == 500 {
                faults.push(format!("{name} with {}: {} {}", scope.key(), reply.status, reply.body["code"]));
            }
        }
    }
    assert_eq!(faults, Vec::<String>::new());
    assert_eq!(all_that_is_kept(&app).await, before);
}

#[sqlx::test]
async fn a_refusal_names_the_scope_that_is_missing(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let ada = app.person("ada").await;
    let (_, secret) = ada.key(&[Scope::Read]).await;
    let response = app.program(&secret).file("/api/v1/users/export").await;
    let said = response.header("www-authenticate").to_str().expect("text").to_owned();
    assert!(said.contains("error=\"insufficient_scope\"") && said.contains("scope=\"account\""), "{said}");
    Reply::read(response.status_code(), response.text()).refused(403, "forbidden");
}

#[sqlx::test]
async fn a_key_acts_for_its_person_within_its_scopes(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let event_id = app.event(10).await;
    let ada = app.person("ada").await;
    let (key, secret) = ada.key(&[Scope::Read, Scope::Book]).await;
    assert!(secret.starts_with(key["prefix"].as_str().expect("a prefix")), "{key}");
    assert_eq!(key["scopes"], json!(["read", "book"]));
    let till = app.program(&secret);
    let held = till.post("bookings/hold", json!({"event_id": event_id, "quantity": 1})).await.id();
    till.post("bookings/confirm", json!({"booking_id": held})).await.expect(200);
    assert_eq!(ada.get("bookings/list").await.expect(200)["items"][0]["id"], json!(held));
    till.post("users/update", json!({"first_name": "A", "last_name": "B"})).await.refused(403, "forbidden");
    // Somebody else's booking is nobody's to the key, too.
    let bobs = app.person("bob").await.hold(event_id, 1).await;
    till.get(&format!("bookings/get?booking_id={bobs}")).await.refused(404, "not_found");
    till.post("bookings/release", json!({"booking_id": bobs})).await.refused(404, "not_found");
}

#[sqlx::test]
async fn what_belongs_to_a_browser_is_for_no_key_however_much_it_may(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let ada = app.person("ada").await;
    let (key, secret) = ada.key(&Scope::ALL).await;
    let script = app.program(&secret);
    for (function, body) in [
        ("api_keys/create", json!({"name": "x", "scopes": ["read"]})),
        ("api_keys/rotate", json!({"key_id": key["id"]})),
        ("api_keys/revoke", json!({"key_id": key["id"]})),
        ("auth/login", json!({"email": "ada@example.org", "password": "correct horse"})),
        ("auth/logout", json!({})),
        ("users/change_password", json!({"current_password": "correct horse", "new_password": "another horse"})),
        ("users/sign_out_everywhere", json!({})),
        ("users/delete", json!({"password": "correct horse"})),
    ] {
        script.post(function, body).await.refused(403, "forbidden");
    }
    for function in ["api_keys/list", "apps/list", "users/sessions"] {
        script.get(function).await.refused(403, "forbidden");
    }
    script.get("users/me").await.expect(200);
}

#[sqlx::test]
async fn a_key_of_one_event_opens_that_event_alone(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (own, other) = (app.event(10).await, app.event(10).await);
    let ida = app.admin().await;
    let scopes: Vec<Scope> = Scope::ALL.into_iter().filter(|scope| scope.is_staff()).collect();
    let (_, secret) = ida.key_with(&scopes, json!({"event_id": own})).await;
    let script = app.program(&secret);
    let ask =
        async |function: &str, event_id: EventId| script.get(&format!("{function}?event_id={event_id}")).await.status;
    for function in ["admin/event", "admin/waitlist", "admin/offers", "discounts/list", "admin/staff", "checkins/list"]
    {
        assert_eq!((ask(function, own).await, ask(function, other).await), (200, 403), "{function}");
    }
    let listed = script.get("admin/events").await.expect(200);
    let ids: Vec<&Value> = listed["items"].as_array().expect("events").iter().map(|event| &event["id"]).collect();
    assert_eq!(ids, [&json!(own)]);
    assert_eq!(script.get("admin/log").await.expect(200)["items"], json!([]));
    for function in ["admin/health", "admin/staff"] {
        script.get(function).await.refused(403, "forbidden");
    }
    script.post("events/create", json!({})).await.refused(403, "forbidden");
    script.post("events/publish", json!({"event_id": other})).await.refused(403, "forbidden");
    // A booking of another event, found by its own id.
    let ada = app.person("ada").await;
    let (here, there) = (ada.book(own, 1).await, ada.book(other, 1).await);
    script.get(&format!("admin/booking?booking_id={here}")).await.expect(200);
    assert_ne!(script.get(&format!("admin/booking?booking_id={there}")).await.status, 200);
    for (path, status) in [
        (format!("/admin/events/{own}/bookings.csv"), 200),
        (format!("/admin/events/{other}/bookings.csv"), 403),
        ("/admin/log.csv".to_owned(), 403),
        ("/admin/figures.csv".to_owned(), 403),
    ] {
        assert_eq!(script.file(&path).await.status_code().as_u16(), status, "{path}");
    }
    let refused = ida.make_key(json!({"name": "x", "scopes": ["book"], "event_id": own})).await.refused(422, "invalid");
    assert_eq!(refused["details"][0]["field"], "scopes");
}

#[sqlx::test]
async fn a_key_may_no_more_than_its_person_may_now(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let event_id = app.event(10).await;
    let door = app.staff("dora", Role::CheckIn, Some(event_id)).await;
    let (_, secret) = door.key(&Scope::ALL).await;
    let script = app.program(&secret);
    script.get(&format!("checkins/list?event_id={event_id}")).await.expect(200);
    script.get(&format!("admin/bookings?event_id={event_id}")).await.refused(403, "forbidden");
    let ida = app.admin().await;
    ida.post("admin/remove_staff", json!({"event_id": event_id, "user_id": door.user_id().await})).await.expect(200);
    script.get(&format!("checkins/list?event_id={event_id}")).await.refused(403, "forbidden");
}

#[sqlx::test]
async fn a_key_runs_out_and_is_revoked_at_once(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (ada, bob) = (app.person("ada").await, app.person("bob").await);
    let (_, secret) = ada.key_with(&[Scope::Read], json!({"expires_in_days": "1"})).await;
    app.program(&secret).get("users/me").await.expect(200);
    app.wait(TimeDelta::minutes(30));
    let (key, other) = ada.key(&[Scope::Read]).await;
    app.program(&other).get("users/me").await.expect(200);
    for function in ["api_keys/revoke", "api_keys/rotate"] {
        bob.post(function, json!({"key_id": key["id"]})).await.refused(404, "not_found");
    }
    ada.post("api_keys/revoke", json!({"key_id": key["id"]})).await.expect(200);
    app.program(&other).get("users/me").await.refused(401, "token_invalid");
    ada.post("api_keys/revoke", json!({"key_id": key["id"]})).await.refused(404, "not_found");
    app.wait(TimeDelta::days(1));
    app.elsewhere().program(&secret).get("users/me").await.refused(401, "token_invalid");
}

#[sqlx::test]
async fn the_secret_before_works_for_the_time_that_was_chosen(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let ada = app.person("ada").await;
    let (key, first) = ada.key(&[Scope::Read]).await;
    app.program(&first).get("users/me").await.expect(200);
    app.wait(TimeDelta::minutes(5));
    let rotated = ada.post("api_keys/rotate", json!({"key_id": key["id"], "overlap_hours": "1"})).await.expect(200);
    let second = rotated["secret"].as_str().expect("a secret").to_owned();
    assert_eq!(rotated["api_key"]["former"]["prefix"], key["prefix"]);
    for secret in [&first, &second] {
        app.program(secret).get("users/me").await.expect(200);
    }
    let listed = ada.only_key().await;
    assert!(listed["former"]["last_used_at"].is_string() && listed["last_used_at"].is_string(), "{listed}");
    app.wait(TimeDelta::hours(1));
    app.elsewhere().program(&first).get("users/me").await.refused(401, "token_invalid");
    app.program(&second).get("users/me").await.expect(200);
    assert!(ada.only_key().await["former"].is_null());
    // Without an overlap the secret before is over at once.
    let third = ada.post("api_keys/rotate", json!({"key_id": key["id"]})).await.expect(200);
    app.program(&second).get("users/me").await.refused(401, "token_invalid");
    app.program(third["secret"].as_str().expect("a secret")).get("users/me").await.expect(200);
    let refused = ada.post("api_keys/rotate", json!({"key_id": key["id"], "overlap_hours": "721"})).await;
    assert_eq!(refused.refused(422, "invalid")["details"][0]["field"], "overlap_hours");
}

#[sqlx::test]
async fn it_is_noted_once_a_minute_that_a_key_is_used(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let ada = app.person("ada").await;
    let (key, secret) = ada.key(&[Scope::Read]).await;
    assert!(key["last_used_at"].is_null());
    // Each time a process that has not seen the key yet: one that has asks no more often than every two seconds.
    let use_it = async || {
        app.elsewhere().program(&secret).get("users/me").await.expect(200);
        ada.only_key().await["last_used_at"].as_str().expect("a time").to_owned()
    };
    let first = use_it().await;
    app.wait(TimeDelta::seconds(59));
    assert_eq!(use_it().await, first);
    app.wait(TimeDelta::seconds(1));
    assert_ne!(use_it().await, first);
}

#[sqlx::test]
async fn a_key_outlasts_a_new_password_and_not_its_person(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let ada = app.person("ada").await;
    let (_, secret) = ada.key(&[Scope::Read]).await;
    let change = json!({"current_password": "correct horse", "new_password": "another horse"});
    ada.post("users/change_password", change).await.expect(200);
    app.program(&secret).get("users/me").await.expect(200);
    let document = ada.get("users/export").await.expect(200);
    assert_eq!(document["account"]["api_keys"][0]["name"], "A script");
    assert!(!document.to_string().contains(secret.rsplit('_').next().expect("digits")));
    ada.post("users/delete", json!({"password": "another horse"})).await.expect(200);
    app.elsewhere().program(&secret).get("users/me").await.refused(401, "token_invalid");
    let kept: i64 =
        sqlx::query_scalar("select count(*) from api_keys").fetch_one(app.state.db.pool()).await.expect("a count");
    assert_eq!(kept, 0);
}

#[sqlx::test]
async fn a_secret_is_kept_nowhere(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let ada = app.person("ada").await;
    let body = json!({"name": "A script", "scopes": ["read"]});
    // Not with an Idempotency-Key either, which keeps replies.
    let request = ada.server.post("/api/v1/api_keys/create").json(&body).add_header("idempotency-key", "k");
    let made = request.await.json::<Value>();
    let digits = made["secret"].as_str().and_then(|secret| secret.rsplit('_').next()).expect("digits").to_owned();
    let tables = "select tablename::text from pg_tables where schemaname = 'public'";
    let tables: Vec<String> = sqlx::query_scalar(tables).fetch_all(app.state.db.pool()).await.expect("tables");
    for table in tables {
        let sql = format!("select count(*) from {table} t where t::text like '%{digits}%'");
        let found: i64 = sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(app.state.db.pool()).await.expect("a count");
        assert_eq!(found, 0, "{table}");
    }
    let guest = app.visitor();
    guest.post("auth/guest", json!({"email": "g@example.org", "first_name": "G", "last_name": "H"})).await.expect(200);
    guest.make_key(body).await.refused(403, "forbidden");
    app.visitor().get("api_keys/list").await.refused(401, "sign_in_required");
}

/// Sends a form as a browser does, and answers where it leads.
async fn send_form(person: &Person, function: &str, fields: &str) -> String {
    let request = person.server.post(&format!("/api/v1/{function}")).text(fields);
    let request = request.content_type("application/x-www-form-urlencoded").add_header("accept", "text/html");
    let response = request.add_header("referer", "http://127.0.0.1:3000/account/keys").await;
    response.header("location").to_str().expect("an address").to_owned()
}

#[sqlx::test]
async fn the_page_makes_a_key_shows_it_once_and_keeps_what_was_typed(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let ada = app.person("ada").await;
    let (status, page) = ada.page("/account/keys").await;
    assert!(status == 200 && page.contains("Book and cancel places") && !page.contains("in the dashboard"), "{page}");
    let back = send_form(&ada, "api_keys/create", "name=The+till&expires_in_days=30").await;
    let (_, refused) = ada.page(&back).await;
    assert!(refused.contains("Please fill this in.") && refused.contains("The till"), "{refused}");
    let made = send_form(&ada, "api_keys/create", "name=The+till&scopes[]=book&scopes[]=read&expires_in_days=30").await;
    let (_, shown) = ada.page(&made).await;
    let at = shown.find("evk_").expect("the secret");
    let secret = &shown[at..at + 4 + 8 + 1 + 64];
    app.program(secret).get("users/me").await.expect(200);
    // Neither the address alone nor the session alone tells it.
    let digits = secret.rsplit('_').next().expect("digits");
    assert!(!made.contains(digits));
    assert!(!ada.page("/account/keys").await.1.contains(digits));
    assert!(!app.person("bob").await.page(&made).await.1.contains(digits));
    let key = ada.only_key().await;
    let id = key["id"].as_str().expect("an id");
    let rotated = send_form(&ada, "api_keys/rotate", &format!("key_id={id}&overlap_hours=24")).await;
    assert!(ada.page(&rotated).await.1.contains("The secret before"));
    assert_eq!(send_form(&ada, "api_keys/revoke", &format!("key_id={id}")).await, "/account/keys?saved=revoked");
    app.program(secret).get("users/me").await.refused(401, "token_invalid");
    let ida = app.admin().await;
    let event_id = app.event(10).await;
    let (_, page) = ida.page("/account/keys").await;
    assert!(page.contains("in the dashboard") && page.contains(&event_id.to_string()), "{page}");
}
