//! Codes in the dashboard: made, changed, ended, many at once, listed, taken out, and logged.

use super::reason;
use crate::app::{Person, TestApp};
use evently::{id::EventId, server::clock::new_id};
use serde_json::{Value, json};
use sqlx::PgPool;

impl Person {
    async fn list_codes(&self, event_id: EventId, query: &str) -> Value {
        self.get(&format!("discounts/list?event_id={event_id}{query}")).await.expect(200)
    }

    /// Changes a code as it is, and answers what became of it.
    async fn edit_code(&self, code_id: &str, change: Value) -> crate::app::Reply {
        let edited = self.get(&format!("discounts/get?code_id={code_id}")).await.expect(200);
        let mut fields = edited["form"].clone();
        fields["code_id"] = code_id.into();
        fields["version"] = edited["line"]["version"].clone();
        fields["sections"] = edited["line"]["sections"].clone();
        for (name, value) in change.as_object().expect("fields") {
            fields[name] = value.clone();
        }
        self.post("discounts/update", fields).await
    }
}

fn problems(refused: &Value) -> Vec<(&str, String)> {
    let fields = refused["details"].as_array().expect("fields");
    fields.iter().map(|field| (field["field"].as_str().expect("a name"), field["problem"].to_string())).collect()
}

#[sqlx::test]
async fn a_code_is_made_changed_and_ended_and_each_deed_is_logged(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (admin, ada, event_id) = (app.admin().await, app.person("ada").await, app.event(20).await);
    let window = json!({"starts_at": "2030-03-01T00:00", "note": "For <b>members</b>", "max_uses": "5"});
    let code_id = admin.make_code(event_id, "early", window).await;
    let again = json!({"event_id": event_id, "code": "Early", "kind": "percent", "value": "5"});
    let refused = admin.post("discounts/create", again).await.refused(422, "invalid");
    assert_eq!(problems(&refused), [("code", "\"repeated\"".to_owned())]);
    let edited = admin.edit_code(&code_id, json!({"value": "30", "kind": "percent"})).await.expect(200);
    assert_eq!(
        (&edited["value"], &edited["version"], &edited["starts_at"]),
        (&30.into(), &2.into(), &"2030-02-28T23:00:00Z".into())
    );
    assert_eq!(admin.edit_code(&code_id, json!({})).await.expect(200)["version"], 2, "nothing changed is nothing done");
    admin.edit_code(&code_id, json!({"version": 1, "value": "10"})).await.refused(409, "version_conflict");
    let held = ada.hold_with(event_id, "EARLY").await;
    ada.hold_with(event_id, "EARLY").await;
    let refused = admin.edit_code(&code_id, json!({"value": "10", "code": "LATE"})).await.refused(422, "invalid");
    assert_eq!(problems(&refused), [("code", "\"fixed\"".to_owned()), ("value", "\"fixed\"".to_owned())]);
    let refused = admin.edit_code(&code_id, json!({"max_uses": "1"})).await.refused(422, "invalid");
    assert_eq!(problems(&refused), [("max_uses", "{\"out_of_range\":[2,1000000]}".to_owned())]);
    admin.edit_code(&code_id, json!({"max_uses": "2", "note": ""})).await.expect(200);
    let third = ada.hold(event_id, 1).await;
    assert_eq!(reason(ada.apply(&third, "EARLY").await), "used_up");
    for _ in 0..2 {
        assert!(admin.post("discounts/end", json!({"code_id": code_id})).await.expect(200)["ended_at"].is_string());
    }
    assert_eq!(ada.change("confirm", &held).await.expect(200)["discount_minor"], 750, "what was held with it keeps it");
    let deeds: Vec<String> = sqlx::query_scalar("select action from staff_actions order by number")
        .fetch_all(app.state.db.pool())
        .await
        .expect("deeds");
    assert_eq!(deeds, ["code_created", "code_updated", "code_updated", "code_ended"]);
    app.audit().await;
}

#[sqlx::test]
async fn a_form_that_makes_no_sense_is_told_field_by_field(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (admin, event_id) = (app.admin().await, app.seated_event(1).await);
    let fields = json!({
        "event_id": event_id, "code": "a b", "kind": "half", "value": "x", "starts_at": "tomorrow", "max_uses": "0",
        "max_uses_per_person": "-1", "sections": ["Moon"], "note": "x".repeat(201),
    });
    let refused = admin.post("discounts/create", fields).await.refused(422, "invalid");
    let named: Vec<&str> = problems(&refused).into_iter().map(|(field, _)| field).collect();
    let all = ["code", "kind", "starts_at", "note", "value", "max_uses", "max_uses_per_person", "sections"];
    assert_eq!(named, all);
    let backwards = json!({
        "event_id": event_id, "code": "ABC", "kind": "per_place", "value": "2.50",
        "starts_at": "2030-03-02T00:00", "ends_at": "2030-03-01T00:00",
    });
    let refused = admin.post("discounts/create", backwards).await.refused(422, "invalid");
    assert_eq!(problems(&refused)[0].0, "ends_at");
    let unknown = uuid::Uuid::nil();
    admin.post("discounts/create", json!({"event_id": unknown, "code": "ABC"})).await.refused(404, "not_found");
    admin.post("discounts/end", json!({"code_id": unknown})).await.refused(404, "not_found");
    admin.get(&format!("discounts/list?event_id={event_id}&limit=0")).await.refused(422, "invalid");
    admin.get(&format!("discounts/list?event_id={event_id}&cursor=x")).await.refused(422, "invalid");
    for count in ["0", "5001", "x", ""] {
        let many = json!({"event_id": event_id, "count": count, "kind": "percent", "value": "5"});
        let refused = admin.post("discounts/generate", many).await.refused(422, "invalid");
        assert_eq!(problems(&refused)[0].0, "count", "{count}");
    }
}

#[sqlx::test]
async fn many_codes_are_made_at_once_each_for_one_use(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (admin, ada, event_id) = (app.admin().await, app.person("ada").await, app.event(20).await);
    admin.make_code(event_id, "OTHER", json!({})).await;
    let many = json!({"event_id": event_id, "count": "120", "prefix": "press", "kind": "percent", "value": "100"});
    assert_eq!(admin.post("discounts/generate", many).await.expect(200), "PRESS");
    let first = admin.list_codes(event_id, "&q=press-&limit=100").await;
    let rest =
        admin.list_codes(event_id, &format!("&q=PRESS-&cursor={}", first["next_cursor"].as_str().expect("more"))).await;
    let mut codes: Vec<String> = [&first, &rest]
        .into_iter()
        .flat_map(|page| page["items"].as_array().expect("codes"))
        .map(|line| line["code"].as_str().expect("a code").to_owned())
        .collect();
    codes.sort();
    codes.dedup();
    assert_eq!((codes.len(), rest["next_cursor"].clone()), (120, Value::Null));
    assert!(codes.iter().all(|code| code.len() == 16), "{codes:?}");
    let held = ada.hold_with(event_id, &codes[7]).await;
    assert_eq!(ada.change("confirm", &held).await.expect(200)["total_amount_minor"], 0, "for nothing");
    let second = ada.hold(event_id, 1).await;
    assert_eq!(reason(ada.apply(&second, &codes[7].to_lowercase()).await), "used_up");
    let (status, file) = admin.page(&format!("/admin/events/{event_id}/codes.csv?q=press")).await;
    let lines: Vec<&str> = file.lines().collect();
    assert_eq!((status, lines.len()), (200, 121), "{file}");
    assert!(lines[0].starts_with("\u{feff}code,kind,value,"), "{}", lines[0]);
    let used = lines.iter().find(|line| line.contains(&codes[7])).expect("the one that was used");
    assert!(used.ends_with(",percent,100,,,,1,,,,0,1,0.00,25.00,EUR"), "{used}");
    app.audit().await;
}

#[sqlx::test]
async fn the_pages_show_what_codes_did_and_keep_what_was_typed(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (admin, ada, event_id) = (app.admin().await, app.person("ada").await, app.seated_event(1).await);
    let path = format!("/admin/events/{event_id}/codes");
    assert!(admin.page(&path).await.1.contains("There are no codes yet."));
    let code_id =
        admin.make_code(event_id, "EARLY", json!({"sections": ["Stalls"], "max_uses": "5", "note": "<i>x</i>"})).await;
    let seats = app.seats(event_id).await;
    let held = ada.hold_seats(event_id, &seats[..2]).await;
    ada.apply(&held, "EARLY").await.expect(200);
    ada.change("confirm", &held).await.expect(200);
    let (status, page) = admin.page(&path).await;
    for words in ["EARLY", "20 %; Stalls", "1 of 5", "€40", "€10", "Can be used", "&lt;i&gt;x"] {
        assert!(status == 200 && page.contains(words), "{words}: {page}");
    }
    let (status, page) = admin.page(&format!("{path}/{code_id}")).await;
    assert!(status == 200 && page.contains(&format!("/events/{event_id}?code=EARLY")), "{page}");
    assert_eq!(admin.page(&format!("/admin/events/{}/codes/{code_id}", app.event(1).await)).await.0, 404);
    assert_eq!(admin.page(&format!("/admin/events/{event_id}/generate-codes")).await.0, 200);
    let id = event_id.to_string();
    let form = [
        ("event_id", id.as_str()),
        ("code", "early"),
        ("kind", "per_place"),
        ("value", "3.50"),
        ("sections[0]", "Stalls"),
    ];
    let sent = admin.server.post("/api/v1/discounts/create").add_header("accept", "text/html").form(&form).await;
    let back = sent.headers()["location"].to_str().expect("an address").to_owned();
    let (_, page) = admin.page(&back).await;
    for words in ["This event has a code that reads like this.", "value=\"3.50\"", "value=\"early\""] {
        assert!(page.contains(words), "{words}: {page}");
    }
    let found = admin.get(&format!("admin/bookings?event_id={event_id}&code=early")).await.expect(200);
    assert_eq!(found["items"][0]["booking"]["id"], held.as_str());
    let none = admin.get(&format!("admin/bookings?event_id={event_id}&code=other&q=ada")).await.expect(200);
    assert_eq!(none["items"], json!([]));
    let everywhere = admin.get("admin/bookings?code=EARLY&q=ada").await.expect(200);
    assert_eq!(everywhere["items"].as_array().map(Vec::len), Some(1));
    assert!(admin.page(&format!("/admin/bookings/{held}")).await.1.contains("−€10 of €50, with EARLY"));
    for person in [&ada, &app.visitor()] {
        let expected = if person.get("users/me").await.status == 200 { 403 } else { 401 };
        assert_eq!(person.page(&format!("{path}.csv")).await.0, expected);
        assert_eq!(person.page(&path).await.0, expected);
    }
}

#[sqlx::test]
async fn one_page_makes_its_codes_once_however_often_it_asks(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (admin, event_id) = (app.admin().await, app.event(20).await);
    let (page, status) = (new_id(), 200);
    let many = |count: i32, prefix: &str, key: String| json!({"event_id": event_id, "count": count.to_string(), "prefix": prefix, "kind": "percent", "value": "5", "key": key});
    let ask = |count, prefix, key: &str| admin.post("discounts/generate", many(count, prefix, key.to_owned()));
    let both = tokio::join!(ask(20, "press", &page.to_string()), ask(20, "press", &page.to_string()));
    assert_eq!((both.0.expect(status), both.1.expect(status)), (json!("PRESS"), json!("PRESS")));
    let made = async || admin.list_codes(event_id, "&limit=200").await["items"].as_array().map(Vec::len);
    assert_eq!(made().await, Some(20));
    for (count, prefix) in [(19, "press"), (21, "press"), (20, "members")] {
        let refused = ask(count, prefix, &page.to_string()).await.refused(422, "invalid");
        assert_eq!(problems(&refused)[0].0, "key", "{count} {prefix}");
    }
    assert_eq!(problems(&ask(1, "", "page 1").await.refused(422, "invalid"))[0].0, "key");
    assert_eq!(made().await, Some(20));
    // Another page, and none at all: other codes.
    ask(2, "press", &new_id().to_string()).await.expect(status);
    for _ in 0..2 {
        ask(2, "press", "").await.expect(status);
    }
    assert_eq!(made().await, Some(26));
    let sql = "select count(*) from staff_actions where action = 'codes_generated'";
    let deeds: i64 = sqlx::query_scalar(sql).fetch_one(app.state.db.pool()).await.expect("a count");
    assert_eq!(deeds, 4);
}
