//! Booking without an account: the way in, the links of mails, and what a guest may make of it.

use super::{super::tickets::tickets, Person, Reply, TestApp};
use chrono::TimeDelta;
use evently::{
    account::sweep_guests,
    users::{store::write_guest_link, token::Purpose},
};
use mail_parser::MessageParser;
use serde_json::json;
use sqlx::PgPool;

impl TestApp {
    /// Somebody who goes on without an account.
    pub(super) async fn guest(&self, name: &str) -> Person {
        let guest = self.visitor();
        guest.go_on_as(name).await.expect(200);
        guest
    }

    /// What the links of the mails so far carry, to whom each went, the oldest first.
    pub(super) async fn guest_links(&self) -> Vec<(String, String)> {
        self.work().await;
        let link = |mail: &String| {
            let mail = MessageParser::default().parse(mail).expect("a mail");
            let to = mail.to().and_then(|to| to.first()).and_then(|to| to.address()).expect("an address").to_owned();
            let text = mail.body_text(0).expect("a text");
            let token = text.split_once("/guest?token=")?.1;
            Some((to, token[..96].to_owned()))
        };
        self.mails().await.iter().filter_map(link).collect()
    }

    /// What the link of the last mail carries.
    pub(super) async fn guest_link(&self) -> String {
        self.guest_links().await.pop().expect("a link").1
    }

    async fn count(&self, sql: &'static str) -> i64 {
        sqlx::query_scalar(sql).fetch_one(self.state.db.pool()).await.expect("a count")
    }
}

impl Person {
    async fn go_on_as(&self, name: &str) -> Reply {
        let fields = json!({"email": format!("{name}@example.org"), "first_name": name, "last_name": "Guest"});
        self.post("auth/guest", fields).await
    }

    pub(super) async fn open(&self, link: &str) -> Reply {
        self.post("auth/guest_link", json!({"token": link})).await
    }

    pub(super) async fn booking_ids(&self) -> Vec<String> {
        let list = self.get("bookings/list").await.expect(200);
        let ids = list["items"].as_array().expect("bookings").iter();
        ids.map(|booking| booking["id"].as_str().expect("an id").to_owned()).collect()
    }
}

#[sqlx::test]
async fn a_guest_books_with_a_name_and_an_address_and_comes_back_by_the_mail(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let event_id = app.event(10).await;
    let guest = app.visitor();
    guest.post("bookings/hold", json!({"event_id": event_id, "quantity": 2})).await.refused(401, "sign_in_required");
    let user = guest.go_on_as("gil").await.expect(200);
    assert_eq!((&user["email"], &user["is_guest"]), (&json!("gil@example.org"), &json!(true)));
    let booking_id = guest.book(event_id, 2).await;
    assert!(guest.page(&format!("/bookings/{booking_id}")).await.1.contains("You booked without an account."));
    let link = app.guest_link().await;

    let phone = app.visitor();
    let page = format!("/guest?token={link}&next=/bookings/{booking_id}");
    for _ in 0..2 {
        let (status, text) = phone.page(&page).await;
        assert!(status == 200 && text.contains("Open my booking"), "{status}");
        phone.get("users/me").await.refused(401, "sign_in_required");
    }
    let next = format!("/bookings/{booking_id}");
    assert_eq!(phone.send_form("auth/guest_link", &[("token", &link), ("next", &next)]).await, next);
    assert_eq!(phone.booking_ids().await, [booking_id.as_str()]);
    assert!(phone.is_verified().await, "the mail was read");
    assert_eq!(phone.page(&format!("/bookings/{booking_id}/tickets")).await.0, 200);
    phone.hold(event_id, 1).await;
    phone.change("cancel", &booking_id).await.expect(200);
    guest.open(&link).await.expect(200);
    assert_eq!(guest.booking_ids().await.len(), 2, "it is the same guest");
    app.audit().await;
}

#[sqlx::test]
async fn a_choice_survives_the_way_past_the_sign_in_page(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let event_id = app.event(10).await.to_string();
    let guest = app.visitor();
    let sign_in = guest.send_form("bookings/hold", &[("event_id", &event_id), ("quantity", "3")]).await;
    assert!(guest.page(&sign_in).await.1.contains("/sign-in/guest?next="), "{sign_in}");
    assert!(
        guest.page(&format!("/sign-in?next=/events/{event_id}")).await.1.contains("/sign-in/guest"),
        "or to a line"
    );
    assert!(!guest.page("/sign-in?next=/account").await.1.contains("/sign-in/guest"), "only on the way to a booking");
    let next = format!("/events/{event_id}?quantity=3");
    let typed = [("email", "nobody"), ("first_name", "Gil"), ("last_name", ""), ("next", &*next)];
    let back = guest.send_form("auth/guest", &typed).await;
    let (_, page) = guest.page(&back).await;
    assert!(
        page.contains("value=\"Gil\"") && page.contains("value=\"nobody\"") && page.contains("aria-invalid"),
        "{back}"
    );
    let filled = [("email", "gil@example.org"), ("first_name", "Gil"), ("last_name", "Guest"), ("next", &*next)];
    assert_eq!(guest.send_form("auth/guest", &filled).await, next);
}

#[sqlx::test]
async fn nobody_learns_from_a_guest_whether_an_address_has_an_account(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (ada, first, second) = (app.person("ada").await, app.visitor(), app.visitor());
    for guest in [&first, &second] {
        let user = guest.go_on_as("ada").await.expect(200);
        assert_eq!(user["email"], "ada@example.org");
        assert_eq!(guest.booking_ids().await, Vec::<String>::new());
    }
    app.guest("gil").await;
    for (name, password) in [("gil", "correct horse"), ("gil", ""), ("ada", "")] {
        app.visitor().login(name, password).await.refused(401, "wrong_credentials");
    }
    app.visitor().login("ada", "correct horse").await.expect(200);
    let links = app.count_links().await;
    app.visitor().forget_password("gil").await;
    assert_eq!(app.count_links().await, links, "a guest has no password to forget");
    app.visitor().forget_password("ada").await;
    assert_eq!(app.count_links().await, links + 1);
    assert!(!ada.get("users/me").await.expect(200)["is_guest"].as_bool().expect("told"));
    app.person("gil").await;
}

#[sqlx::test]
async fn places_per_person_are_counted_for_guests_too(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let event_id = app.event_with(|event| event.places_per_person = 2).await;
    let guest = app.guest("gil").await;
    guest.book(event_id, 2).await;
    guest.post("bookings/hold", json!({"event_id": event_id, "quantity": 1})).await.refused(409, "over_limit");
}

#[sqlx::test]
async fn a_guest_has_nothing_that_only_an_account_has(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let guest = app.guest("gil").await;
    guest.get("users/sessions").await.refused(403, "forbidden");
    let passwords = json!({"current_password": "", "new_password": "battery staple"});
    guest.post("users/change_password", passwords).await.refused(403, "forbidden");
    for function in ["auth/resend_verification", "users/sign_out_everywhere"] {
        guest.post(function, json!({})).await.refused(403, "forbidden");
    }
    assert_eq!(guest.page("/account/sessions").await.0, 403);
    let (status, page) = guest.page("/account").await;
    assert!(status == 200 && page.contains("Make this an account") && !page.contains("Current password"));
    guest.post("users/update", json!({"first_name": "Gilbert", "last_name": "Guest"})).await.expect(200);
    assert_eq!(guest.get("users/export").await.expect(200)["account"]["is_guest"], true);
}

#[sqlx::test]
async fn every_mail_to_a_guest_has_a_link_and_no_secret_lies_in_the_database(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let event_id = app.event(10).await;
    let guest = app.guest("gil").await;
    let booking_id = guest.book(event_id, 1).await;
    app.guest_link().await;
    guest.change("cancel", &booking_id).await.expect(200);
    let links = app.guest_links().await;
    assert_eq!(links.len(), 2);
    for (to, link) in &links {
        assert_eq!(to, "gil@example.org");
        app.visitor().open(link).await.expect(200);
    }
    let kept: String = sqlx::query_scalar(
        "select (select string_agg(n::text, ' ') from notifications n) || (select string_agg(m::text, ' ') from mails m)
             || (select string_agg(l::text, ' ') from guest_links l)",
    )
    .fetch_one(app.state.db.pool())
    .await
    .expect("rows");
    assert!(links.iter().all(|(_, link)| !kept.contains(&link[32..])), "{kept}");
    assert!(kept.contains(&format!("/bookings/{booking_id}")));
}

#[sqlx::test]
async fn a_mail_that_is_written_again_leaves_its_first_link_good(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let guest = app.guest("gil").await;
    let to = (guest.user_id().await, "gil@example.org");
    assert_eq!(write_guest_link(&app.state, uuid::Uuid::max(), (to.0, "gill@example.org")).await.expect("asked"), None);
    let mail_id = uuid::Uuid::nil();
    let mut links = Vec::new();
    for _ in 0..12 {
        links.push(write_guest_link(&app.state, mail_id, to).await.expect("written").expect("a link"));
    }
    for link in &links[2..] {
        app.visitor().open(link).await.expect(200);
    }
    app.visitor().open(&links[1]).await.refused(410, "link_over");
}

#[sqlx::test]
async fn links_that_are_not_ours_are_refused(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let guest = app.guest("gil").await;
    guest.book(app.event(10).await, 1).await;
    let link = app.guest_link().await;
    let other = format!("{}{}", &link[..32], "0".repeat(64));
    for wrong in ["", "x", &link[..95], &other, &"ä".repeat(48), &link.to_uppercase()] {
        app.visitor().open(wrong).await.refused(410, "link_over");
        assert_eq!(app.visitor().page(&format!("/guest?token={wrong}")).await.0, 410, "{wrong}");
    }
    let back = app.visitor().send_form("auth/guest_link", &[("token", &other), ("next", "//evil.example")]).await;
    assert!(back.starts_with("/guest?"), "{back}");
    assert_eq!(app.visitor().send_form("auth/guest_link", &[("token", &link), ("next", "//evil.example")]).await, "/");
}

#[sqlx::test]
async fn a_guest_becomes_an_account_with_all_they_have(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (guest, phone) = (app.guest("gil").await, app.visitor());
    let booking_id = guest.book(app.event(10).await, 1).await;
    let link = app.guest_link().await;
    phone.open(&link).await.expect(200);
    guest.open(&link).await.expect(200);
    guest.post("users/make_account", json!({"new_password": "short"})).await.refused(422, "invalid");
    let user = guest.post("users/make_account", json!({"new_password": "battery staple"})).await.expect(200);
    assert_eq!(user["is_guest"], false);
    assert_eq!(guest.booking_ids().await, [booking_id.as_str()]);
    phone.get("users/me").await.refused(401, "sign_in_required");
    phone.open(&link).await.refused(410, "link_over");
    phone.login("gil", "battery staple").await.expect(200);
    assert_eq!(phone.booking_ids().await, [booking_id.as_str()]);
    guest.post("users/make_account", json!({"new_password": "battery staple"})).await.refused(403, "forbidden");
    app.visitor()
        .post("users/make_account", json!({"new_password": "battery staple"}))
        .await
        .refused(401, "sign_in_required");
    app.audit().await;
}

#[sqlx::test]
async fn who_never_opened_a_link_is_asked_to_confirm_the_address(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let guest = app.guest("gil").await;
    assert_eq!(
        guest.send_form("users/make_account", &[("new_password", "battery staple")]).await,
        "/account?saved=account"
    );
    guest.verify(&app.link(Purpose::Verify).await).await.expect(200);
}

#[sqlx::test]
async fn an_address_stays_one_account(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (one, other) = (app.guest("gil").await, app.guest("gil").await);
    let make = |guest: &Person| {
        guest.server.post("/api/v1/users/make_account").json(&json!({"new_password": "battery staple"}))
    };
    let (first, second) = tokio::join!(async { make(&one).await }, async { make(&other).await });
    let mut statuses = [first.status_code().as_u16(), second.status_code().as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409]);
    let guests = app.count("select count(*) from users where is_guest and is_active").await;
    assert_eq!(guests, 1, "the other one stays a guest");
}

#[sqlx::test]
async fn a_guest_leaves_without_a_password(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let event_id = app.event(10).await;
    let guest = app.guest("gil").await;
    guest.book(event_id, 2).await;
    let link = app.guest_link().await;
    let (status, page) = guest.page("/account/delete").await;
    assert!(status == 200 && !page.contains("Your password") && page.contains("2 places (booked)"), "{status}");
    assert_eq!(guest.send_form("users/delete", &[("password", "")]).await, "/sign-in?saved=guest");
    app.visitor().open(&link).await.refused(410, "link_over");
    assert_eq!(app.available(event_id).await, 10);
    assert_eq!(app.count("select count(*) from users where email like 'gil@%'").await, 0);
    app.audit().await;
}

#[sqlx::test]
async fn a_guest_who_never_booked_anything_is_gone_after_a_day(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (event_id, full) = (app.event(10).await, app.event(1).await);
    let (idle, held, waits) = (app.guest("idle").await, app.guest("held").await, app.guest("waits").await);
    held.hold(event_id, 1).await;
    held.book(full, 1).await;
    waits.post("waitlist/join", json!({"event_id": full, "requested_quantity": 1})).await.expect(200);
    app.person("ada").await;
    app.wait(TimeDelta::days(1) - TimeDelta::seconds(1));
    sweep_guests(&app.state).await.expect("swept");
    assert_eq!(app.count("select count(*) from users where is_active").await, 4);
    app.wait(TimeDelta::seconds(1));
    let fresh = app.guest("fresh").await;
    assert_eq!(sweep_guests(&app.state).await.expect("swept"), 0, "a request of theirs may be under way");
    idle.get("users/me").await.refused(401, "sign_in_required");
    assert_eq!(app.count("select count(*) from users where email like 'idle@%'").await, 0);
    app.wait(TimeDelta::hours(1));
    assert_eq!(sweep_guests(&app.state).await.expect("swept"), 1);
    assert_eq!(app.count("select count(*) from users").await, 4);
    for guest in [&held, &waits, &fresh] {
        guest.get("users/me").await.expect(200);
    }
    assert_eq!(sweep_guests(&app.state).await.expect("swept"), 0);
}

#[sqlx::test]
async fn who_only_typed_an_address_is_out_once_its_owner_opens_the_link(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let event_id = app.event(10).await;
    let typist = app.guest("gus").await;
    typist.book(event_id, 1).await;
    let link = app.guest_link().await;
    let owner = app.visitor();
    owner.open(&link).await.expect(200);
    typist.get("users/me").await.refused(401, "sign_in_required");
    app.visitor().open(&link).await.expect(200);
    assert_eq!(owner.booking_ids().await.len(), 1, "the owner's own browser stays");
}

#[sqlx::test]
async fn a_guest_who_mistyped_their_address_corrects_it_and_what_went_astray_is_worth_nothing(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let guest = app.guest("gill").await;
    let booking_id = guest.book(app.event(10).await, 2).await;
    let (page, astray) = (format!("/bookings/{booking_id}"), app.guest_link().await);
    let printed = tickets(&guest, &booking_id).await;
    assert!(guest.page(&page).await.1.contains("/account/address"));
    assert!(guest.page("/account/address").await.1.contains("gill@example.org"));
    guest.post("users/correct_email", json!({"email": "no address"})).await.refused(422, "invalid");
    for _ in 0..2 {
        guest.post("users/correct_email", json!({"email": " Gil@Example.org "})).await.expect(200);
    }
    let links = app.guest_links().await;
    let (to, link) = links.last().expect("a link");
    assert_eq!((links.len(), to.as_str()), (2, "gil@example.org"), "the same address again sends nothing");
    app.visitor().open(&astray).await.refused(410, "link_over");
    // Wrong again, and within the same minute.
    app.wait(TimeDelta::seconds(10));
    guest.post("users/correct_email", json!({"email": "gila@example.org"})).await.expect(200);
    app.guest_link().await;
    app.wait(TimeDelta::seconds(10));
    guest.post("users/correct_email", json!({"email": "gil@example.org"})).await.expect(200);
    let last = app.guest_links().await.pop().expect("a link");
    assert_eq!(last.0, "gil@example.org", "each address gets the mails");
    app.visitor().open(link).await.refused(410, "link_over");
    let link = &last.1;
    for (before, now) in printed.iter().zip(tickets(&guest, &booking_id).await) {
        assert_ne!(before["token"], now["token"], "whoever got the mail can't come in");
    }
    // Whoever reads the mail shows that the address is theirs, and nobody turns it elsewhere any more.
    let phone = app.visitor();
    phone.open(link).await.expect(200);
    phone.post("users/correct_email", json!({"email": "eve@example.org"})).await.refused(403, "forbidden");
    assert_eq!(phone.page("/account/address").await.0, 403);
    assert!(!phone.page(&page).await.1.contains("/account/address"));
    app.audit().await;
}

#[sqlx::test]
async fn an_address_is_corrected_by_guests_alone_and_not_for_ever(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let correct = |to: &str| json!({"email": format!("{to}@example.org")});
    app.visitor().post("users/correct_email", correct("eve")).await.refused(401, "sign_in_required");
    app.person("ada").await.post("users/correct_email", correct("eve")).await.refused(403, "forbidden");
    let guest = app.guest("gil").await;
    for to in ["one", "two", "three"] {
        guest.post("users/correct_email", correct(to)).await.expect(200);
    }
    guest.post("users/correct_email", correct("four")).await.refused(429, "too_many");
    assert_eq!(guest.get("users/me").await.expect(200)["email"], "three@example.org");
    app.wait(TimeDelta::minutes(61));
    guest.post("users/correct_email", correct("four")).await.expect(200);
}
