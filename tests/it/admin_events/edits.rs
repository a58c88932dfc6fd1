//! Editing an event that others edit, book and wait for.

use super::{deeds, edit, managed, typed, with, wrong};
use crate::app::TestApp;
use futures::future::join;
use serde_json::json;
use sqlx::PgPool;

#[sqlx::test]
async fn an_edit_changes_what_it_names_and_the_log_has_only_that(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let admin = app.admin_named("root Test").await;
    let event_id = app.event(10).await;
    let change = edit(&admin, event_id, json!({"name": "A morning", "price": "30"})).await;
    let saved = admin.post("events/update", change.clone()).await.expect(200);
    assert_eq!(
        (&saved["name"], &saved["price_minor"], &saved["version"]),
        (&json!("A morning"), &json!(3000), &json!(3))
    );
    let (before, after) =
        (json!({"name": "An evening", "price": "25.00"}), json!({"name": "A morning", "price": "30.00"}));
    assert_eq!(deeds(&app).await, [("event_updated".to_owned(), before, after)]);
    // What is the same is not done again.
    let same = edit(&admin, event_id, json!({})).await;
    assert_eq!(admin.post("events/update", same).await.expect(200)["version"], 3);
    assert_eq!(deeds(&app).await.len(), 1);
    let bad = edit(&admin, event_id, json!({"ends_at": "2030-03-01T10:00", "venue": ""})).await;
    assert_eq!(
        wrong(&admin.post("events/update", bad).await.refused(422, "invalid")),
        ["venue", "ends_at", "sales_close_at"]
    );
}

#[sqlx::test]
async fn of_two_edits_of_one_version_the_second_is_told(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (ada, bob) = (app.admin_named("ada Test").await, app.admin_named("bob Test").await);
    let event_id = app.event(10).await;
    let (one, two) =
        (edit(&ada, event_id, json!({"name": "One"})).await, edit(&bob, event_id, json!({"name": "Two"})).await);
    let (first, second) = join(ada.post("events/update", one), bob.post("events/update", two)).await;
    let lost = if first.status == 200 { second } else { first };
    lost.refused(409, "version_conflict");
    assert_eq!(deeds(&app).await.len(), 1);
}

#[sqlx::test]
async fn two_admins_in_one_form_lose_nothing(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (ada, bob) = (app.admin_named("ada Test").await, app.admin_named("bob Test").await);
    let event_id = app.event(10).await;
    let page = bob.admin_page(&format!("/admin/events/{event_id}/edit")).await;
    let marks = value_of(&page, "marks");
    let bobs = edit(&bob, event_id, json!({"summary": "Bob's summary.", "marks": marks})).await;
    let adas = edit(&ada, event_id, json!({"summary": "Ada's summary.", "venue": "The Barn"})).await;
    ada.post("events/update", adas).await.expect(200);
    bob.post("events/update", bobs.clone()).await.refused(409, "version_conflict");
    // As a form it comes back with both, field by field.
    let back = bob.send_typed("events/update", &bobs).await;
    let conflict = bob.admin_page(&back).await;
    for words in
        ["Bob&#x27;s summary.", "Ada&#x27;s summary.", "You both changed this.", "Only they changed this.", "The Barn"]
    {
        assert!(conflict.contains(words) || conflict.contains(&words.replace("&#x27;", "'")), "{words}: {conflict}");
    }
    let version: i32 = value_of(&conflict, "version").parse().expect("a version");
    let marks = value_of(&conflict, "marks");
    // What was chosen stays chosen, whatever else is wrong.
    let mistyped =
        json!({"version": version, "marks": marks, "theirs[0]": "venue", "theirs[1]": "", "total_capacity": "x"});
    let again = bob.admin_page(&bob.send_typed("events/update", &with(bobs.clone(), mistyped)).await).await;
    assert!(again.contains("value=\"The Barn\"") && again.contains("Choose a number from 1"), "{again}");
    let chosen = with(bobs, json!({"version": version, "marks": marks, "theirs": ["venue", ""]}));
    let saved = bob.post("events/update", chosen).await.expect(200);
    assert_eq!((&saved["summary"], &saved["venue"]), (&json!("Bob's summary."), &json!("The Barn")));
}

#[sqlx::test]
async fn a_version_that_changed_in_no_field_is_no_conflict_for_the_form(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let admin = app.admin_named("root Test").await;
    let draft = admin.post("events/create", typed()).await.id().parse().expect("an id");
    let marks = value_of(&admin.admin_page(&format!("/admin/events/{draft}/edit")).await, "marks");
    let change = edit(&admin, draft, json!({"name": "Blues"})).await;
    admin.post("events/publish", json!({"event_id": draft})).await.expect(200);
    admin.post("events/update", change.clone()).await.refused(409, "version_conflict");
    admin.post("events/update", with(change, json!({"marks": marks}))).await.expect(200);
    assert_eq!(managed(&admin, draft).await["name"], "Blues");
}

#[sqlx::test]
async fn places_are_added_for_the_line_and_not_taken_from_anybody(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let admin = app.admin_named("root Test").await;
    let event_id = app.event(4).await;
    let (ada, bob) = (app.person("ada").await, app.person("bob").await);
    ada.book(event_id, 4).await;
    bob.post("waitlist/join", json!({"event_id": event_id, "requested_quantity": 2})).await.expect(200);
    let fewer = edit(&admin, event_id, json!({"total_capacity": "3"})).await;
    let refused = admin.post("events/update", fewer).await.refused(409, "below_taken");
    assert_eq!(refused["details"]["taken_count"], 4);
    let more = edit(&admin, event_id, json!({"total_capacity": "7"})).await;
    let raised = admin.post("events/update", more).await.expect(200);
    assert_eq!((&raised["total_capacity"], &raised["available_capacity"]), (&json!(7), &json!(1)));
    assert_eq!(raised["counts"], json!({"held_count": 2, "booked_count": 4}));
    let entries = bob.get("waitlist/list").await.expect(200);
    assert_eq!(entries["items"][0]["status"], "offered");
    app.audit().await;
}

#[sqlx::test]
async fn currency_and_zone_stay_once_somebody_has_had_places(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let admin = app.admin_named("root Test").await;
    let event_id = app.event(4).await;
    let change = json!({"currency": "USD", "timezone": "Europe/London"});
    let free = edit(&admin, event_id, change).await;
    admin.post("events/update", free).await.expect(200);
    let hold = app.person("ada").await.hold(event_id, 1).await;
    let fixed = edit(&admin, event_id, json!({"currency": "EUR", "timezone": "Europe/Berlin"})).await;
    let refused = admin.post("events/update", fixed.clone()).await.refused(422, "invalid");
    assert_eq!(wrong(&refused), ["currency", "timezone"]);
    assert_eq!(refused["details"][0]["problem"], "fixed");
    assert!(!hold.is_empty());
    app.audit().await;
}

#[sqlx::test]
async fn who_has_booked_is_told_of_another_time_or_place_and_of_nothing_else(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let admin = app.admin_named("root Test").await;
    let event_id = app.event(10).await;
    app.person("ada").await.book(event_id, 1).await;
    app.work().await;
    let told = app.mails().await.len();
    for (changes, mails) in [
        (json!({"description": "Other words."}), 0),
        (json!({"venue": "The Barn"}), 1),
        (json!({"event_date": "2030-03-11T13:30", "sales_close_at": "2030-03-11T13:00"}), 2),
        (json!({"total_capacity": "12"}), 2),
    ] {
        let change = edit(&admin, event_id, changes.clone()).await;
        admin.post("events/update", change).await.expect(200);
        app.work().await;
        assert_eq!(app.mails().await.len() - told, mails, "{changes}");
    }
    let last = app.mails().await.pop().expect("a mail");
    assert!(last.contains("New time or place: An evening"), "{last}");
    app.audit().await;
}

#[sqlx::test]
async fn with_seats_an_edit_leaves_prices_and_places_alone(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let admin = app.admin_named("root Test").await;
    let event_id = app.seated_event(2).await;
    let gone = json!({"price": "", "currency": "", "total_capacity": "", "name": "Another evening"});
    let form = edit(&admin, event_id, gone).await;
    let page = admin.admin_page(&format!("/admin/events/{event_id}/edit")).await;
    assert!(!page.contains("name=\"price\"") && !page.contains("name=\"total_capacity\""));
    let mine = with(form.clone(), json!({"marks": value_of(&page, "marks")}));
    let theirs = edit(&admin, event_id, json!({"name": "Their evening"})).await;
    admin.post("events/update", theirs).await.expect(200);
    let conflict = admin.admin_page(&admin.send_typed("events/update", &mine).await).await;
    assert_eq!(conflict.matches("class=\"conflict\"").count(), 1, "the name alone");
    let version = value_of(&conflict, "version").parse::<i32>().expect("a version");
    let saved = admin.post("events/update", with(mine, json!({"version": version}))).await.expect(200);
    let kept = (&saved["name"], &saved["price_minor"], &saved["currency"], &saved["total_capacity"]);
    assert_eq!(kept, (&json!("Another evening"), &json!(2500), &json!("EUR"), &json!(20)));
    app.audit().await;
}

/// The value of the hidden field of this name.
fn value_of(page: &str, name: &str) -> String {
    let at = page.find(&format!("name=\"{name}\" value=\"")).unwrap_or_else(|| panic!("{name}: {page}"));
    page[at..].split('"').nth(3).expect("a value").to_owned()
}
