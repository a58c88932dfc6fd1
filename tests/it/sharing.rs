//! Pages that are drawn once for all who ask at the same moment.

use super::app::{Person, TestApp};
use axum_test::TestResponse;
use chrono::TimeDelta;
use evently::id::EventId;
use futures::future::join_all;
use serde_json::json;
use sqlx::PgPool;
use std::{collections::BTreeSet, time::Duration};

/// Longer than any test takes.
const LONG: Duration = Duration::from_secs(600);

fn sharing(pool: PgPool, life: Duration) -> TestApp {
    TestApp::with_settings(pool, |config| config.pages_shared = life)
}

async fn get(person: &Person, path: &str) -> TestResponse {
    person.server.get(path).add_header("accept", "text/html").await
}

async fn event_page(person: &Person, event_id: EventId) -> String {
    let page = get(person, &format!("/events/{event_id}")).await;
    page.assert_status_ok();
    page.text()
}

/// The nonce of a reply's policy.
fn nonce(reply: &TestResponse) -> String {
    let policy = reply.header("content-security-policy").to_str().expect("text").to_owned();
    policy.split("'nonce-").nth(1).and_then(|rest| rest.split('\'').next()).expect("a nonce").to_owned()
}

/// The key of the form that holds places.
fn form_key(page: &str) -> &str {
    let at = page.find("name=\"key\"").expect("the form's key");
    page[at..].split("value=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a key")
}

#[sqlx::test]
async fn two_hundred_who_come_at_once_get_one_drawing_and_each_a_nonce_and_a_key(pool: PgPool) {
    let app = sharing(pool, LONG);
    let path = format!("/events/{}", app.event(50).await);
    let visitors: Vec<Person> = (0..200).map(|_| app.visitor()).collect();
    let replies = join_all(visitors.iter().map(|visitor| get(visitor, &path))).await;
    assert_eq!(app.state.shared_pages.counts(), [1, 199]);
    let mut seen = BTreeSet::new();
    for reply in replies {
        reply.assert_status_ok();
        let (nonce, page) = (nonce(&reply), reply.text());
        assert!(page.contains(&format!("nonce=\"{nonce}\"")) && page.contains("Sign in"));
        assert_eq!(reply.maybe_header("set-cookie"), None);
        let nonces: BTreeSet<&str> = page.split("nonce=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        assert_eq!(nonces, BTreeSet::from([&*nonce]));
        let key = form_key(&page).to_owned();
        assert!(key.len() <= 64, "{key}");
        assert!(seen.insert(nonce) && seen.insert(key));
    }
}

#[sqlx::test]
async fn each_sees_their_own_name_and_nobody_elses(pool: PgPool) {
    let app = sharing(pool, LONG);
    let event_id = app.event(50).await;
    let (ada, ben, visitor) = (app.person("Adaline").await, app.person("Benedict").await, app.visitor());
    sqlx::query("update users set unread_count = 7 where first_name = 'Adaline'")
        .execute(app.state.db.pool())
        .await
        .expect("unread");
    for path in ["/".to_owned(), "/events".to_owned(), "/events/month".to_owned(), format!("/events/{event_id}")] {
        let replies = [get(&ada, &path).await, get(&visitor, &path).await, get(&ben, &path).await];
        let nonces: BTreeSet<String> = replies.iter().map(nonce).collect();
        assert_eq!(nonces.len(), 3);
        for reply in &replies {
            // The script that follows the number of what is unread is one of the page's own.
            let page = reply.text();
            assert_eq!(page.matches("nonce=\"").count(), page.matches(&format!("nonce=\"{}\"", nonce(reply))).count());
        }
        let [to_ada, to_visitor, to_ben] = replies.map(|reply| without_seams(&reply.text()));
        assert!(to_ada.contains("Adaline") && to_ada.contains(">7</span>"), "{to_ada}");
        assert!(to_ben.contains("Benedict") && to_ben.contains("Sign out"), "{to_ben}");
        for (page, strange) in
            [(&to_ada, "Benedict"), (&to_ben, "Adaline"), (&to_visitor, "Adaline"), (&to_visitor, "Benedict")]
        {
            assert!(!page.contains(strange), "{strange} {page}");
        }
        assert!(to_visitor.contains("Sign in") && !to_visitor.contains("Sign out"));
        assert!(!to_ada.contains("href=\"/sign-in") && !to_ben.contains(">7</span>"));
    }
    assert_eq!(app.state.shared_pages.counts(), [4, 8]);
}

#[sqlx::test]
async fn a_shared_page_says_what_one_drawn_for_oneself_says(pool: PgPool) {
    let shared = sharing(pool.clone(), LONG);
    let own = TestApp::new(pool).await;
    let (places, seated) = (shared.event(50).await, shared.seated_event(2).await);
    let ada = shared.person("ada").await;
    let fields = json!({"email": "ada@example.org", "password": "correct horse"});
    let own_ada = own.visitor();
    own_ada.post("auth/login", fields).await.expect(200);
    for path in
        ["/".to_owned(), "/events?city=Berlin".to_owned(), format!("/events/{places}"), format!("/events/{seated}")]
    {
        for (person, alone) in [(&ada, &own_ada), (&shared.visitor(), &own.visitor())] {
            let (shown, drawn) = (get(person, &path).await, get(alone, &path).await);
            assert_eq!(comparable(&shown), comparable(&drawn), "{path}");
        }
    }
}

/// A page without what parts Leptos' texts from each other.
fn without_seams(page: &str) -> String {
    page.replace("<!>", "").replace("<!---->", "")
}

/// A page without what differs from reply to reply: the nonce and the key; and without what Leptos says at the end of what the
/// page has loaded, which islands don't read.
fn comparable(reply: &TestResponse) -> String {
    let page = without_seams(&reply.text()).replace(&nonce(reply), "NONCE");
    let mut page = page.split("</html>").next().unwrap_or_default().to_owned();
    if page.contains("name=\"key\"") {
        let key = form_key(&page).to_owned();
        page = page.replace(&key, "KEY");
    }
    page
}

#[sqlx::test]
async fn who_holds_or_gives_back_sees_it_at_once_and_the_form_holds_once(pool: PgPool) {
    let app = sharing(pool, LONG);
    let event_id = app.event(4).await;
    let (ada, visitor) = (app.person("ada").await, app.visitor());
    app.person("ben").await.book(event_id, 1).await;
    let first = event_page(&ada, event_id).await;
    assert!(first.contains("3 left"), "{first}");
    let second = event_page(&ada, event_id).await;
    let (key, other) = (form_key(&first), form_key(&second));
    let wanted = |key: &str| json!({"event_id": event_id, "quantity": 1, "key": key});
    let held = ada.post("bookings/hold", wanted(key)).await.id();
    assert_eq!(ada.post("bookings/hold", wanted(key)).await.id(), held, "a double click is one hold");
    assert_ne!(ada.post("bookings/hold", wanted(other)).await.id(), held, "another page is another one");
    let own = event_page(&ada, event_id).await;
    assert!(own.contains("You hold") && own.contains("1 left"), "{own}");
    assert!(event_page(&visitor, event_id).await.contains("3 left"), "what was drawn before");
    ada.change("release", &held).await.expect(200);
    let after = event_page(&ada, event_id).await;
    assert!(after.contains("2 left"), "{after}");
    assert!(!event_page(&visitor, event_id).await.contains("You hold"));
    // A list too, for as long as it may be late.
    assert!(get(&ada, "/events").await.text().contains("2 left"));
    app.wait(TimeDelta::seconds(11));
    assert!(event_page(&ada, event_id).await.contains("You hold"), "as long as something is held");
}

#[sqlx::test]
async fn what_staff_change_is_seen_by_who_asks_next_and_elsewhere_when_the_page_is_old(pool: PgPool) {
    let life = Duration::from_millis(400);
    let app = sharing(pool, life);
    let other = app.elsewhere();
    let event_id = app.event(50).await;
    let (admin, visitor, distant) = (app.admin().await, app.visitor(), other.visitor());
    assert!(event_page(&visitor, event_id).await.contains("An evening"));
    assert!(event_page(&distant, event_id).await.contains("An evening"));
    let began = std::time::Instant::now();
    admin
        .post("events/cancel", json!({"event_id": event_id, "name": "An evening", "reason": "Rain"}))
        .await
        .expect(200);
    let told = "This event does not take place";
    assert!(event_page(&visitor, event_id).await.contains(told));
    while !event_page(&distant, event_id).await.contains(told) {
        assert!(began.elapsed() < Duration::from_secs(5), "a page lives for {life:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[sqlx::test]
async fn a_refusal_is_nobody_elses_and_what_is_not_there_is_not_kept(pool: PgPool) {
    let app = sharing(pool, LONG);
    let draft = app.draft_with(|_| {}).await;
    let visitor = app.visitor();
    assert_eq!(get(&visitor, &format!("/events/{draft}")).await.status_code(), 404);
    evently::events::store::publish_event(&app.state, draft, app.now()).await.expect("published");
    assert!(event_page(&visitor, draft).await.contains("An evening"));
    assert_eq!(get(&visitor, "/events?price=nonsense").await.status_code(), 422);
    let ada = app.person("ada").await;
    let refused = ada
        .server
        .post("/api/v1/bookings/hold")
        .add_header("accept", "text/html")
        .add_header("referer", format!("/events/{draft}"))
        .form(&json!({"event_id": draft, "quantity": 51}))
        .await;
    let back = refused.header("location").to_str().expect("text").to_owned();
    let page = get(&ada, &back).await.text();
    assert!(page.contains("notice"), "{page}");
    assert!(!event_page(&visitor, draft).await.contains("value=\"51\""));
}
