//! Tokens of apps: signing in to one, renewing, what is no token, and how an app ends.

use super::app::{Person, Program, Reply, TestApp};
use chrono::TimeDelta;
use serde_json::{Value, json};
use sqlx::PgPool;
use std::time::{Duration, Instant};

/// What an app has.
#[derive(Clone, Debug, PartialEq)]
struct Tokens {
    access: String,
    refresh: String,
}

impl Tokens {
    fn of(reply: Reply) -> Self {
        let body = reply.expect(200);
        assert_eq!((body["token_type"].as_str(), body["expires_in"].as_i64()), (Some("Bearer"), Some(600)), "{body}");
        let text = |name: &str| body[name].as_str().expect("a token").to_owned();
        Self { access: text("access_token"), refresh: text("refresh_token") }
    }
}

async fn ask_for_token(app: &TestApp, name: &str, password: &str) -> Reply {
    let body = json!({"email": format!("{name}@example.org"), "password": password, "name": "A phone"});
    app.visitor().post("auth/token", body).await
}

/// Somebody, and an app that they signed in to.
async fn with_app(app: &TestApp, name: &str) -> (Person, Tokens) {
    let person = app.person(name).await;
    (person, Tokens::of(ask_for_token(app, name, "correct horse").await))
}

async fn refresh(app: &TestApp, token: &str) -> Reply {
    app.visitor().post("auth/refresh", json!({"refresh_token": token})).await
}

async fn revoke(app: &TestApp, token: &str) {
    app.visitor().post("auth/revoke", json!({"refresh_token": token})).await.expect(200);
}

async fn is_over(app: &TestApp, tokens: &Tokens) {
    app.program(&tokens.access).get("users/me").await.refused(401, "token_invalid");
    refresh(app, &tokens.refresh).await.refused(401, "token_invalid");
}

#[sqlx::test]
async fn an_app_does_what_its_person_may_without_a_cookie(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let event_id = app.event(10).await;
    let (ada, tokens) = with_app(&app, "ada").await;
    let phone = app.program(&tokens.access);
    let response = phone.file("/api/v1/users/me").await;
    assert_eq!(response.maybe_header("set-cookie"), None);
    assert_eq!(response.json::<Value>()["id"], json!(ada.user_id().await));
    let held = phone.post("bookings/hold", json!({"event_id": event_id, "quantity": 2})).await.id();
    phone.post("bookings/confirm", json!({"booking_id": held})).await.expect(200);
    assert_eq!(ada.get("bookings/list").await.expect(200)["items"][0]["id"], json!(held));
    let sessions: i64 =
        sqlx::query_scalar("select count(*) from sessions").fetch_one(app.state.db.pool()).await.expect("a count");
    assert_eq!(sessions, 1, "the one that Ada registered in");
    app.audit().await;
}

#[sqlx::test]
async fn staff_have_their_roles_in_an_app_and_files_come_too(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let event_id = app.event(10).await;
    let _ida = app.admin().await;
    let ida = app.program(&Tokens::of(ask_for_token(&app, "ida", "correct horse").await).access);
    ida.get(&format!("admin/event?event_id={event_id}")).await.expect(200);
    let file = ida.file(&format!("/admin/events/{event_id}/bookings.csv")).await;
    assert_eq!((file.status_code().as_u16(), file.text().contains("reference")), (200, true));
    let (_ada, tokens) = with_app(&app, "ada").await;
    let ada = app.program(&tokens.access);
    ada.get(&format!("admin/event?event_id={event_id}")).await.refused(403, "forbidden");
    assert_eq!(ada.file(&format!("/admin/events/{event_id}/bookings.csv")).await.status_code(), 403);
}

#[sqlx::test]
async fn a_wrong_password_and_an_unknown_address_get_no_token_alike(pool: PgPool) {
    let app = TestApp::new(pool).await;
    app.person("ada").await;
    let wrong = ask_for_token(&app, "ada", "wrong horse").await.refused(401, "wrong_credentials");
    let unknown = ask_for_token(&app, "nobody", "wrong horse").await.refused(401, "wrong_credentials");
    assert_eq!(wrong["message"], unknown["message"]);
    let nameless = json!({"email": "ada@example.org", "password": "correct horse", "name": " "});
    let refused = app.visitor().post("auth/token", nameless).await.refused(422, "invalid");
    assert_eq!(refused["details"][0]["field"], "name");
}

#[sqlx::test]
async fn an_access_token_is_over_after_ten_minutes_and_the_app_gets_another(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (_ada, tokens) = with_app(&app, "ada").await;
    app.wait(TimeDelta::seconds(599));
    app.program(&tokens.access).get("users/me").await.expect(200);
    app.wait(TimeDelta::seconds(1));
    app.program(&tokens.access).get("users/me").await.refused(401, "token_invalid");
    let next = Tokens::of(refresh(&app, &tokens.refresh).await);
    app.program(&next.access).get("users/me").await.expect(200);
}

#[sqlx::test]
async fn an_app_that_shows_its_old_token_along_is_renewed_all_the_same(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (_ada, tokens) = with_app(&app, "ada").await;
    app.wait(TimeDelta::hours(1));
    let old = app.program(&tokens.access);
    Tokens::of(old.post("auth/refresh", json!({"refresh_token": tokens.refresh})).await);
}

#[sqlx::test]
async fn what_is_no_token_is_refused_and_never_taken_for_nobody(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let event_id = app.event(10).await;
    let (_ada, tokens) = with_app(&app, "ada").await;
    let parts: Vec<&str> = tokens.access.split('.').collect();
    let unsigned = format!("{}.{}.", parts[0], parts[1]);
    let other_site = TestApp::with_settings(app.state.db.pool().clone(), |config| {
        config.public_url = "https://elsewhere.example".to_owned();
    });
    let of_other_site = Tokens::of(ask_for_token(&other_site, "ada", "correct horse").await).access;
    for token in ["", "x", "a.b.c", &unsigned, &tokens.refresh, &of_other_site, &format!("{}x", tokens.access)] {
        let program = app.program(token);
        // Also where nobody would have to be signed in.
        for function in ["users/me", &format!("events/get?event_id={event_id}")] {
            program.get(function).await.refused(401, "token_invalid");
        }
    }
    let response = app.program("x").file("/api/v1/users/me").await;
    let said = response.header("www-authenticate").to_str().expect("text").to_owned();
    assert!(said.starts_with("Bearer ") && said.contains("error=\"invalid_token\""), "{said}");
    assert!(response.maybe_header("x-ratelimit-remaining").is_some());
    // A page's files are refused in the same way.
    assert_eq!(app.program("x").file("/admin/log.csv").await.json::<Value>()["code"], "token_invalid");
}

#[sqlx::test]
async fn a_token_outweighs_a_cookie_and_needs_no_origin(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (ada, tokens) = with_app(&app, "ada").await;
    let bob = app.person("bob").await;
    let request = bob.server.get("/api/v1/users/me").add_header("authorization", format!("bearer {}", tokens.access));
    assert_eq!(request.await.json::<Value>()["id"], json!(ada.user_id().await));
    let request = bob.server.get("/api/v1/users/me").add_header("authorization", "Bearer nonsense");
    assert_eq!(request.await.status_code(), 401);
    let foreign = |server: &axum_test::TestServer| {
        let names = json!({"first_name": "Ada", "last_name": "L."});
        server
            .post("/api/v1/users/update")
            .json(&names)
            .add_header("origin", "https://app.example")
            .add_header("sec-fetch-site", "cross-site")
    };
    let with_token =
        foreign(&app.program(&tokens.access).server).add_header("authorization", format!("Bearer {}", tokens.access));
    assert_eq!(with_token.await.status_code(), 200);
    assert_eq!(foreign(&bob.server).await.status_code(), 403, "a cookie alone is not enough");
    // Another scheme is not for us: a proxy's password, for example.
    let basic = bob.server.get("/api/v1/users/me").add_header("authorization", "Basic YTpi");
    assert_eq!(basic.await.status_code(), 200);
}

#[sqlx::test]
async fn who_knows_an_apps_id_cannot_end_it_with_a_token_that_is_made_up(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (_ada, first) = with_app(&app, "ada").await;
    let (_bob, of_bob) = with_app(&app, "bob").await;
    let (id, _) = first.refresh.rsplit_once('_').expect("an id and a secret");
    let (_, secret_of_bob) = of_bob.refresh.rsplit_once('_').expect("an id and a secret");
    for secret in ["0".repeat(64), "ab".repeat(32), secret_of_bob.to_owned()] {
        refresh(&app, &format!("{id}_{secret}")).await.refused(401, "token_invalid");
    }
    app.elsewhere().program(&first.access).get("users/me").await.expect(200);
    Tokens::of(refresh(&app, &first.refresh).await);
}

#[sqlx::test]
async fn each_refresh_token_is_good_once_and_the_one_before_ends_the_app(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (_ada, first) = with_app(&app, "ada").await;
    let second = Tokens::of(refresh(&app, &first.refresh).await);
    assert_ne!(first.refresh, second.refresh);
    app.wait(TimeDelta::seconds(30));
    refresh(&app, &first.refresh).await.refused(401, "token_invalid");
    is_over(&app, &second).await;
}

#[sqlx::test]
async fn a_refresh_whose_answer_was_lost_is_answered_again(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (_ada, first) = with_app(&app, "ada").await;
    let second = Tokens::of(refresh(&app, &first.refresh).await);
    app.wait(TimeDelta::seconds(29));
    let again = Tokens::of(refresh(&app, &first.refresh).await);
    assert_eq!(again.refresh, second.refresh);
    let third = Tokens::of(refresh(&app, &second.refresh).await);
    app.program(&third.access).get("users/me").await.expect(200);
    // Two steps back is no lost answer.
    refresh(&app, &first.refresh).await.refused(401, "token_invalid");
    is_over(&app, &third).await;
}

#[sqlx::test]
async fn of_many_refreshes_at_once_all_get_the_same_next(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (_ada, first) = with_app(&app, "ada").await;
    let at_once = futures::future::join_all((0..8).map(|_| refresh(&app, &first.refresh))).await;
    let next: Vec<String> = at_once.into_iter().map(|reply| Tokens::of(reply).refresh).collect();
    assert!(next.iter().all(|token| *token == next[0]), "{next:?}");
}

#[sqlx::test]
async fn an_app_that_is_not_used_asks_for_the_password_again(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (ada, first) = with_app(&app, "ada").await;
    app.wait(TimeDelta::days(59));
    let second = Tokens::of(refresh(&app, &first.refresh).await);
    app.wait(TimeDelta::days(60));
    refresh(&app, &second.refresh).await.refused(401, "token_invalid");
    assert_eq!(ada.get("apps/list").await.expect(200)["items"], json!([]));
}

#[sqlx::test]
async fn a_person_sees_their_apps_and_ends_one(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (ada, tokens) = with_app(&app, "ada").await;
    let (bob, _) = with_app(&app, "bob").await;
    let listed = ada.get("apps/list").await.expect(200);
    assert_eq!((listed["items"].as_array().map(Vec::len), &listed["items"][0]["name"]), (Some(1), &json!("A phone")));
    let app_id = &listed["items"][0]["id"];
    bob.post("apps/revoke", json!({"app_id": app_id})).await.refused(404, "not_found");
    app.program(&tokens.access).get("users/me").await.expect(200);
    let (status, page) = ada.page("/account/apps").await;
    assert!(status == 200 && page.contains("A phone") && page.contains("Last used on 1 March 2030"), "{page}");
    ada.post("apps/revoke", json!({"app_id": app_id})).await.expect(200);
    is_over(&app, &tokens).await;
    ada.post("apps/revoke", json!({"app_id": app_id})).await.refused(404, "not_found");
    assert!(ada.page("/account/apps").await.1.contains("any app"));
}

#[sqlx::test]
async fn an_app_ends_itself_and_nobody_elses(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (_ada, tokens) = with_app(&app, "ada").await;
    // One that has the id alone, which stands in every access token, ends nothing.
    let (begin, secret) = tokens.refresh.rsplit_once('_').expect("a secret");
    let other: String = secret.chars().map(|digit| if digit == '0' { '1' } else { '0' }).collect();
    revoke(&app, &format!("{begin}_{other}")).await;
    revoke(&app, "nonsense").await;
    app.program(&tokens.access).get("users/me").await.expect(200);
    revoke(&app, &tokens.refresh).await;
    revoke(&app, &tokens.refresh).await;
    is_over(&app, &tokens).await;
}

#[sqlx::test]
async fn signing_out_everywhere_and_new_passwords_end_every_app(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (ada, tokens) = with_app(&app, "ada").await;
    ada.post("users/sign_out_everywhere", json!({})).await.expect(200);
    is_over(&app, &tokens).await;
    let (bob, tokens) = with_app(&app, "bob").await;
    let change = json!({"current_password": "correct horse", "new_password": "another horse"});
    bob.post("users/change_password", change).await.expect(200);
    is_over(&app, &tokens).await;
    let tokens = Tokens::of(ask_for_token(&app, "bob", "another horse").await);
    app.program(&tokens.access).get("users/me").await.expect(200);
}

#[sqlx::test]
async fn who_is_gone_or_was_deactivated_has_no_apps(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (ada, tokens) = with_app(&app, "ada").await;
    ada.post("users/delete", json!({"password": "correct horse"})).await.expect(200);
    is_over(&app.elsewhere(), &tokens).await;
    let kept: i64 = sqlx::query_scalar("select count(*) from connected_apps")
        .fetch_one(app.state.db.pool())
        .await
        .expect("a count");
    assert_eq!(kept, 0);
    let (_bob, tokens) = with_app(&app, "bob").await;
    sqlx::query("update users set is_active = false where email = 'bob@example.org'")
        .execute(app.state.db.pool())
        .await
        .expect("deactivated");
    is_over(&app, &tokens).await;
}

#[sqlx::test]
async fn another_process_knows_within_two_seconds(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let other = app.elsewhere();
    let (_ada, tokens) = with_app(&app, "ada").await;
    other.program(&tokens.access).get("users/me").await.expect(200);
    revoke(&app, &tokens.refresh).await;
    let revoked = Instant::now();
    while other.program(&tokens.access).get("users/me").await.status == 200 {
        assert!(revoked.elapsed() < Duration::from_millis(2_500), "it is still good");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    other.program(&tokens.access).get("users/me").await.refused(401, "token_invalid");
}

#[sqlx::test]
async fn tokens_outlast_the_change_of_what_signs_them(pool: PgPool) {
    let app = TestApp::new(pool.clone()).await;
    let (_ada, tokens) = with_app(&app, "ada").await;
    let count = "select count(*) from token_keys";
    let keys = async |app: &TestApp| {
        sqlx::query_scalar::<_, i64>(count).fetch_one(app.state.db.pool()).await.expect("a count")
    };
    app.wait(TimeDelta::days(30));
    let next = Tokens::of(refresh(&app, &tokens.refresh).await);
    assert_eq!(evently::users::programs::store::renew_token_keys(&app.state).await.expect("renewed"), 1);
    assert_eq!(keys(&app).await, 2);
    // This process still signs with the key before, another with the new one; each knows both.
    let other = TestApp::new(pool).await;
    other.state.clock.set(app.now());
    let newer = Tokens::of(refresh(&other, &next.refresh).await);
    app.program(&newer.access).get("users/me").await.expect(200);
    other.program(&next.access).get("users/me").await.expect(200);
    app.wait(TimeDelta::days(1));
    assert_eq!(evently::users::programs::store::renew_token_keys(&app.state).await.expect("renewed"), 1);
    assert_eq!(keys(&app).await, 1);
}

#[sqlx::test]
async fn an_idempotency_key_belongs_to_one_app(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let event_id = app.event(10).await;
    let (ada, tokens) = with_app(&app, "ada").await;
    let phone = app.program(&tokens.access);
    let tablet = app.program(&Tokens::of(ask_for_token(&app, "ada", "correct horse").await).access);
    let hold = async |program: &Program| {
        let request = program.server.post("/api/v1/bookings/hold").json(&json!({"event_id": event_id, "quantity": 1}));
        let request =
            request.add_header("authorization", format!("Bearer {}", program.token)).add_header("idempotency-key", "k");
        let response = request.await;
        let replayed = response.maybe_header("idempotent-replayed").is_some();
        (response.json::<Value>()["id"].clone(), replayed)
    };
    let (first, replayed) = hold(&phone).await;
    assert!(!replayed && first.is_string());
    assert_eq!(hold(&phone).await, (first.clone(), true));
    let (other, replayed) = hold(&tablet).await;
    assert!(!replayed && other != first);
    assert_eq!(ada.get("bookings/list").await.expect(200)["items"].as_array().map(Vec::len), Some(2));
}

#[sqlx::test]
async fn all_that_is_kept_names_apps_and_no_secret(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (ada, tokens) = with_app(&app, "ada").await;
    let document = ada.get("users/export").await.expect(200);
    assert_eq!(document["account"]["apps"][0]["name"], "A phone");
    let text = document.to_string();
    let secret = tokens.refresh.rsplit('_').next().expect("a secret");
    assert!(!text.contains(secret) && !text.contains("chain_key"), "{text}");
    let rows: Vec<String> = sqlx::query_scalar("select connected_apps::text from connected_apps")
        .fetch_all(app.state.db.pool())
        .await
        .expect("rows");
    assert!(rows.len() == 1 && !rows[0].contains(secret));
}
