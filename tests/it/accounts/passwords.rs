//! A forgotten password.

use super::TestApp;
use chrono::TimeDelta;
use evently::users::token::Purpose;
use futures::future::join_all;
use serde_json::{Value, json};
use sqlx::PgPool;
use std::time::{Duration, Instant};

#[sqlx::test]
async fn a_forgotten_password_is_replaced_and_signs_out_everywhere_else(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (ada, phone, visitor) = (app.person("ada").await, app.visitor(), app.visitor());
    phone.login("ada", "correct horse").await.expect(200);
    visitor.forget_password(" ADA").await;
    let link = app.link(Purpose::Reset).await;
    assert_eq!(visitor.page(&format!("/reset-password?token={link}")).await.0, 200);
    let user = visitor.reset(&link, "battery staple").await.expect(200);
    assert_eq!(user["email"], "ada@example.org");
    assert!(visitor.is_verified().await, "its mail was read");
    for person in [&ada, &phone] {
        person.get("users/me").await.refused(401, "sign_in_required");
    }
    app.visitor().login("ada", "correct horse").await.refused(401, "wrong_credentials");
    app.visitor().login("ada", "battery staple").await.expect(200);
}

#[sqlx::test]
async fn a_link_sets_a_password_once(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let ada = app.person("ada").await;
    ada.forget_password("ada").await;
    let link = app.link(Purpose::Reset).await;
    ada.reset(&link, "battery staple").await.expect(200);
    app.visitor().reset(&link, "another one").await.refused(410, "link_over");
    assert_eq!(app.visitor().page(&format!("/reset-password?token={link}")).await.0, 410);
    ada.get("users/me").await.expect(200);
    app.visitor().login("ada", "battery staple").await.expect(200);
}

#[sqlx::test]
async fn keys_from_before_an_address_was_confirmed_end_with_the_password_and_others_stay(pool: PgPool) {
    let app = TestApp::new(pool).await;
    // Mallory registers an address that is not his, and leaves himself a way in.
    let mallory = app.person("ada").await;
    let script = json!({"name": "A script", "scopes": ["read"]});
    let planted = mallory.post("api_keys/create", script.clone()).await.expect(200);
    let planted = app.program(planted["secret"].as_str().expect("a secret"));
    planted.get("users/me").await.expect(200);
    app.wait(TimeDelta::minutes(1));
    let ada = app.visitor();
    ada.forget_password("ada").await;
    ada.reset(&app.link(Purpose::Reset).await, "battery staple").await.expect(200);
    planted.get("users/me").await.refused(401, "token_invalid");
    mallory.get("users/me").await.refused(401, "sign_in_required");
    app.wait(TimeDelta::minutes(1));
    let own = ada.post("api_keys/create", script).await.expect(200);
    let own = app.program(own["secret"].as_str().expect("a secret"));
    ada.forget_password("ada").await;
    ada.reset(&app.link(Purpose::Reset).await, "another staple").await.expect(200);
    own.get("users/me").await.expect(200);
}

#[sqlx::test]
async fn of_many_who_use_a_link_at_once_one_succeeds(pool: PgPool) {
    let app = TestApp::new(pool).await;
    app.person("ada").await.forget_password("ada").await;
    let link = app.link(Purpose::Reset).await;
    let people: Vec<_> = (0..8).map(|_| app.visitor()).collect();
    let passwords: Vec<String> = (0..8).map(|i| format!("battery staple {i}")).collect();
    let replies = join_all(people.iter().zip(&passwords).map(|(person, password)| person.reset(&link, password))).await;
    let winners: Vec<usize> = (0..8).filter(|i| replies[*i].status == 200).collect();
    assert_eq!(winners.len(), 1, "{replies:?}");
    for reply in replies.into_iter().filter(|reply| reply.status != 200) {
        reply.refused(410, "link_over");
    }
    app.visitor().login("ada", &passwords[winners[0]]).await.expect(200);
    for (i, person) in people.iter().enumerate() {
        assert_eq!(person.get("users/me").await.status == 200, i == winners[0]);
    }
}

#[sqlx::test]
async fn a_password_that_does_not_fit_leaves_the_link_good(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let ada = app.person("ada").await;
    ada.forget_password("ada").await;
    let link = app.link(Purpose::Reset).await;
    for password in ["", "short", &"x".repeat(129)] {
        let refusal = ada.reset(&link, password).await.refused(422, "invalid");
        assert_eq!(refusal["details"][0]["field"], "new_password");
    }
    let back = app.visitor().send_form("auth/reset_password", &[("token", &link), ("new_password", "short")]).await;
    assert!(back.starts_with("/reset-password?") && back.contains(&link) && !back.contains("short"), "{back}");
    assert_eq!(app.visitor().page(&back).await.0, 200);
    ada.reset(&link, "battery staple").await.expect(200);
}

#[sqlx::test]
async fn a_link_for_a_password_lasts_an_hour(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let ada = app.person("ada").await;
    ada.forget_password("ada").await;
    let link = app.link(Purpose::Reset).await;
    app.wait(TimeDelta::hours(1) - TimeDelta::microseconds(1));
    assert_eq!(ada.page(&format!("/reset-password?token={link}")).await.0, 200);
    app.wait(TimeDelta::microseconds(1));
    let (status, text) = ada.page(&format!("/reset-password?token={link}")).await;
    assert!(status == 410 && text.contains("Ask for a new link"), "{status}");
    ada.reset(&link, "battery staple").await.refused(410, "link_over");
    app.visitor().login("ada", "correct horse").await.expect(200);
}

#[sqlx::test]
async fn links_that_never_were_are_over(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let ada = app.person("ada").await;
    let (unknown, long) = ("a".repeat(64), "a".repeat(10_000));
    for token in ["", "x", &unknown, &unknown.to_uppercase(), &long, "\0", "é", "' or true --"] {
        ada.reset(token, "battery staple").await.refused(410, "link_over");
        ada.verify(token).await.refused(410, "link_over");
    }
    for path in ["/reset-password", "/verify-email", "/reset-password?token=x", "/verify-email?token=%00"] {
        assert_eq!(ada.page(path).await.0, 410, "{path}");
    }
    app.visitor().login("ada", "correct horse").await.expect(200);
}

#[sqlx::test]
async fn who_asks_does_not_learn_who_has_an_account(pool: PgPool) {
    let app = TestApp::new(pool).await;
    app.person("ada").await;
    let (visitor, before) = (app.visitor(), app.count_links().await);
    let unknown = visitor.forget_password("nobody").await;
    assert_eq!(app.count_links().await, before);
    let known = visitor.forget_password("ada").await;
    assert_eq!((&known, app.count_links().await), (&Value::Null, before + 1));
    assert_eq!(known, unknown);
    sqlx::query("update users set is_active = false").execute(app.state.db.pool()).await.expect("deactivated");
    assert_eq!(visitor.forget_password("ada").await, unknown);
    assert_eq!(app.count_links().await, before + 1);
}

#[sqlx::test]
async fn the_answer_comes_after_the_same_time_whatever_is_found(pool: PgPool) {
    let app = TestApp::new(pool).await;
    app.person("ada").await;
    let visitor = app.visitor();
    let mut busy = app.state.db.begin().await.expect("a transaction");
    sqlx::query("select from users for update").execute(&mut *busy).await.expect("locked");
    for name in ["nobody", "ada"] {
        let began = Instant::now();
        visitor.forget_password(name).await;
        let took = began.elapsed();
        // The lock is waited for three seconds: the answer isn't waited for by then.
        assert!(took >= Duration::from_millis(400) && took < Duration::from_millis(2_500), "{name}: {took:?}");
    }
    busy.rollback().await.expect("free");
}

#[sqlx::test]
async fn an_account_is_sent_three_links_an_hour_and_nobody_is_told(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (visitor, _) = (app.visitor(), app.person("ada").await);
    let before = app.count_links().await;
    for _ in 0..3 {
        visitor.forget_password("ada").await;
    }
    let link = app.link(Purpose::Reset).await;
    for _ in 0..2 {
        assert_eq!(visitor.forget_password("ada").await, Value::Null);
    }
    assert_eq!(app.count_links().await, before + 3);
    visitor.reset(&link, "battery staple").await.expect(200);
}

#[sqlx::test]
async fn a_changed_password_ends_links_that_could_set_another(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let ada = app.person("ada").await;
    app.visitor().forget_password("ada").await;
    let link = app.link(Purpose::Reset).await;
    let passwords = json!({"current_password": "correct horse", "new_password": "battery staple"});
    ada.post("users/change_password", passwords).await.expect(200);
    app.visitor().reset(&link, "a thief's").await.refused(410, "link_over");
    ada.get("users/me").await.expect(200);
}

#[sqlx::test]
async fn whose_link_it_is_is_signed_in_whoever_was(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (_, bob) = (app.person("ada").await, app.person("bob").await);
    bob.forget_password("ada").await;
    let user = bob.reset(&app.link(Purpose::Reset).await, "battery staple").await.expect(200);
    assert_eq!(bob.get("users/me").await.expect(200)["id"], user["id"]);
    app.visitor().login("bob", "correct horse").await.expect(200);
}

#[sqlx::test]
async fn a_closed_account_is_not_opened_by_a_link(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let ada = app.person("ada").await;
    ada.forget_password("ada").await;
    let (reset, verify) = (app.link(Purpose::Reset).await, app.link(Purpose::Verify).await);
    sqlx::query("update users set is_active = false").execute(app.state.db.pool()).await.expect("deactivated");
    ada.reset(&reset, "battery staple").await.refused(410, "link_over");
    ada.verify(&verify).await.refused(410, "link_over");
    assert_eq!(app.try_link(Purpose::Reset).await, None);
}

#[sqlx::test]
async fn forms_do_the_same(pool: PgPool) {
    let app = TestApp::new(pool).await;
    app.person("ada").await;
    let visitor = app.visitor();
    let next = visitor.send_form("auth/forgot_password", &[("email", "ada@example.org")]).await;
    assert_eq!(next, "/forgot-password?saved=link");
    let (status, text) = visitor.page(&next).await;
    assert!(status == 200 && text.contains("a mail is on its way"), "{text}");
    let back = visitor.send_form("auth/forgot_password", &[("email", "ada@nowhere")]).await;
    assert!(back.starts_with("/forgot-password?") && back.contains("ada%40nowhere"), "{back}");
    let link = app.link(Purpose::Reset).await;
    let fields = [("token", &*link), ("new_password", "battery staple")];
    assert_eq!(visitor.send_form("auth/reset_password", &fields).await, "/account?saved=password");
    visitor.get("users/me").await.expect(200);
    let back = app.visitor().send_form("auth/reset_password", &fields).await;
    assert_eq!(app.visitor().page(&back).await.0, 410, "{back}");
}
