//! The list of changes.

use super::{
    super::app::{Person, TestApp},
    receiver::Receiver,
};
use evently::staff::model::Role;
use serde_json::{Value, json};
use sqlx::PgPool;

impl Person {
    /// Everything, page by page.
    async fn changes(&self, query: &str) -> (Vec<Value>, String) {
        let (mut all, mut after) = (Vec::new(), String::new());
        loop {
            let page = self.get(&format!("changes/list?{query}&after={after}")).await.expect(200);
            all.extend(page["items"].as_array().expect("items").iter().cloned());
            after = page["next_cursor"].as_str().expect("a cursor").to_owned();
            if page["has_more"] == false {
                return (all, after);
            }
        }
    }
}

#[sqlx::test]
async fn the_list_has_what_webhooks_are_sent_page_by_page(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (admin, ada) = (app.admin().await, app.person("ada").await);
    let (event_id, other) = (app.draft_with(|_| ()).await, app.event(10).await);
    let receiver = Receiver::start([]).await;
    admin.webhook(None, &receiver.url, &[]).await;
    admin.post("events/publish", json!({"event_id": event_id})).await.expect(200);
    ada.book(event_id, 2).await;
    ada.hold(other, 1).await;
    assert_eq!(admin.changes("limit=2").await.0, Vec::<Value>::new(), "what is not settled is not listed");
    app.deliver().await;
    let (listed, cursor) = admin.changes("limit=2").await;
    assert_eq!(listed.len(), 4);
    for document in receiver.documents() {
        assert!(listed.contains(&document), "{document} is not in {listed:?}");
    }
    let (of_event, _) = admin.changes(&format!("limit=1&event_id={event_id}")).await;
    assert!(of_event.len() == 3 && of_event.iter().all(|change| change["event_id"] == json!(event_id)));
    let later = admin.get(&format!("changes/list?after={cursor}")).await.expect(200);
    assert_eq!((&later["items"], &later["next_cursor"]), (&json!([]), &json!(cursor)));
    ada.hold(other, 1).await;
    app.tell_webhooks().await;
    let later = admin.get(&format!("changes/list?after={cursor}")).await.expect(200);
    assert_eq!(later["items"].as_array().map(Vec::len), Some(1));
}

#[sqlx::test]
async fn nothing_is_skipped_that_commits_late(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (event_id, admin, ada) = (app.event(10).await, app.admin().await, app.person("ada").await);
    // Somebody has a number, and has not committed; others get later ones and have.
    let slow = sqlx::query("select nextval(pg_get_serial_sequence('booking_history', 'number'))");
    let mut tx = app.state.db.begin().await.expect("a transaction");
    sqlx::query("update users set updated_at = updated_at where email = 'ada@example.org'")
        .execute(&mut *tx)
        .await
        .expect("an id");
    slow.execute(&mut *tx).await.expect("a number");
    ada.hold(event_id, 1).await;
    let telling =
        tokio::time::timeout(std::time::Duration::from_millis(300), evently::webhooks::store::tell(&app.state));
    assert!(telling.await.is_err(), "who is slow is waited for");
    assert_eq!(admin.changes("limit=50").await.0, Vec::<Value>::new());
    tx.commit().await.expect("committed");
    app.tell_webhooks().await;
    assert_eq!(admin.changes("limit=50").await.0.len(), 1);
}

#[sqlx::test]
async fn everybody_reads_of_what_they_may_see(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (own, other) = (app.event(10).await, app.event(10).await);
    let (reader, door) =
        (app.staff("rita", Role::ReadOnly, Some(own)).await, app.staff("dora", Role::CheckIn, Some(own)).await);
    let ada = app.person("ada").await;
    ada.hold(own, 1).await;
    ada.hold(other, 1).await;
    app.tell_webhooks().await;
    let (seen, _) = reader.changes("limit=50").await;
    assert!(seen.len() == 1 && seen[0]["event_id"] == json!(own), "{seen:?}");
    reader.get(&format!("changes/list?event_id={other}")).await.refused(403, "forbidden");
    door.get("changes/list").await.refused(403, "forbidden");
    ada.get("changes/list").await.refused(403, "forbidden");
    app.visitor().get("changes/list").await.refused(401, "sign_in_required");
    for query in ["after=x", "after=1", "after=-1-1", "after=%00", "limit=0", "limit=201"] {
        reader.get(&format!("changes/list?{query}")).await.refused(422, "invalid");
    }
    reader.get("changes/list?event_id=x").await.refused(400, "malformed");
}
