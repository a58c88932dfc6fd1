//! Confirming an address, and what becomes of links.

use super::TestApp;
use chrono::TimeDelta;
use evently::users::token::Purpose;
use serde_json::json;
use sqlx::PgPool;

#[sqlx::test]
async fn a_new_address_is_confirmed_by_its_link(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let ada = app.person("ada").await;
    assert!(!ada.is_verified().await);
    assert!(ada.page("/account").await.1.contains("Confirm your address"));
    let link = app.link(Purpose::Verify).await;
    let path = format!("/verify-email?token={link}");
    for _ in 0..2 {
        assert_eq!(ada.page(&path).await.0, 200, "opening the page confirms nothing");
    }
    assert!(!ada.is_verified().await);
    let user = app.visitor().verify(&link).await.expect(200);
    assert_eq!(user["email"], "ada@example.org");
    assert!(ada.is_verified().await);
    assert!(!ada.page("/account").await.1.contains("Confirm your address"));
}

#[sqlx::test]
async fn a_link_confirms_once_and_says_so_the_next_time(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let ada = app.person("ada").await;
    let link = app.link(Purpose::Verify).await;
    ada.verify(&link).await.expect(200);
    ada.verify(&link).await.refused(410, "link_over");
    let (status, text) = ada.page(&format!("/verify-email?token={link}")).await;
    assert!(status == 410 && text.contains("there is nothing left to do"), "{status}");
    assert!(ada.is_verified().await);
}

#[sqlx::test]
async fn a_confirming_link_lasts_three_days(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (ada, _) = (app.person("ada").await, app.wait(TimeDelta::days(3) - TimeDelta::seconds(1)));
    let link = app.link(Purpose::Verify).await;
    app.wait(TimeDelta::seconds(1));
    ada.verify(&link).await.refused(410, "link_over");
    assert_eq!(app.try_link(Purpose::Verify).await, None, "a mail that comes too late has no link");
    assert!(!ada.is_verified().await);
}

#[sqlx::test]
async fn a_newer_link_ends_the_one_before(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let ada = app.person("ada").await;
    let older = app.link(Purpose::Verify).await;
    ada.post("auth/resend_verification", json!({})).await.expect(200);
    ada.verify(&older).await.refused(410, "link_over");
    ada.verify(&app.link(Purpose::Verify).await).await.expect(200);
}

#[sqlx::test]
async fn a_mail_that_is_written_twice_has_one_link_that_works(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let ada = app.person("ada").await;
    let (first, second) = (app.link(Purpose::Verify).await, app.link(Purpose::Verify).await);
    ada.verify(&first).await.refused(410, "link_over");
    ada.verify(&second).await.expect(200);
}

#[sqlx::test]
async fn three_links_an_hour_are_sent(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let ada = app.person("ada").await;
    let resend = || ada.post("auth/resend_verification", json!({}));
    for _ in 0..2 {
        app.wait(TimeDelta::minutes(1));
        resend().await.expect(200);
    }
    let link = app.link(Purpose::Verify).await;
    let refusal = resend().await.refused(429, "too_many");
    assert_eq!(refusal["details"]["retry_after_s"], 58 * 60);
    app.wait(TimeDelta::minutes(58));
    resend().await.expect(200);
    ada.verify(&link).await.refused(410, "link_over");
    ada.verify(&app.link(Purpose::Verify).await).await.expect(200);
    let sent = app.count_links().await;
    resend().await.expect(200);
    assert_eq!(app.count_links().await, sent, "who has confirmed needs no link");
    app.visitor().post("auth/resend_verification", json!({})).await.refused(401, "sign_in_required");
}

#[sqlx::test]
async fn a_refused_link_leaves_the_last_one_good(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let ada = app.person("ada").await;
    let resend = || ada.post("auth/resend_verification", json!({}));
    resend().await.expect(200);
    resend().await.expect(200);
    let link = app.link(Purpose::Verify).await;
    resend().await.refused(429, "too_many");
    ada.verify(&link).await.expect(200);
}

#[sqlx::test]
async fn a_link_is_good_for_its_own_purpose_alone(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let ada = app.person("ada").await;
    let verify = app.link(Purpose::Verify).await;
    ada.forget_password("ada").await;
    let reset = app.link(Purpose::Reset).await;
    ada.reset(&verify, "battery staple").await.refused(410, "link_over");
    ada.verify(&reset).await.refused(410, "link_over");
    assert_eq!(ada.page(&format!("/reset-password?token={verify}")).await.0, 410);
    ada.verify(&verify).await.expect(200);
    ada.reset(&reset, "battery staple").await.expect(200);
}

#[sqlx::test]
async fn only_the_hash_of_a_link_is_kept(pool: PgPool) {
    let app = TestApp::new(pool).await;
    app.person("ada").await;
    let hashes = "select token_hash from account_tokens";
    let kept: Vec<Option<Vec<u8>>> = sqlx::query_scalar(hashes).fetch_all(app.state.db.pool()).await.expect("rows");
    assert_eq!(kept, [None], "no secret before its mail");
    let link = app.link(Purpose::Verify).await;
    let kept: Vec<String> = sqlx::query_scalar("select encode(token_hash, 'hex') from account_tokens")
        .fetch_all(app.state.db.pool())
        .await
        .expect("rows");
    assert!(kept.len() == 1 && kept[0].len() == 64 && kept[0] != link);
}

#[sqlx::test]
async fn a_form_confirms_and_leads_on(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let ada = app.person("ada").await;
    let link = app.link(Purpose::Verify).await;
    assert_eq!(ada.send_form("auth/verify_email", &[("token", &link)]).await, "/account?saved=email");
    let back = app.visitor().send_form("auth/verify_email", &[("token", &link)]).await;
    assert!(back.starts_with("/verify-email?") && back.contains(&link), "{back}");
    let bob = app.person("bob").await;
    assert_eq!(bob.send_form("auth/resend_verification", &[]).await, "/account?saved=link");
    let link = app.link(Purpose::Verify).await;
    assert_eq!(app.visitor().send_form("auth/verify_email", &[("token", &link)]).await, "/sign-in?saved=email");
}
