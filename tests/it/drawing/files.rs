//! Maps and kept plans as files.

use super::{drawing, floor, plan};
use crate::app::TestApp;
use evently::staff::model::Role;
use serde_json::{Value, json};
use sqlx::PgPool;

#[sqlx::test]
async fn a_map_goes_out_and_comes_back_in_each_format(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let admin = app.admin().await;
    let event_id = app.seated_event(2).await;
    let read = drawing(&admin, event_id).await;
    for (ending, format, kind) in [
        ("csv", "csv", "text/csv; charset=utf-8"),
        ("json", "json", "application/json"),
        ("pretix.json", "pretix", "application/json"),
    ] {
        let file = admin.server.get(&format!("/admin/events/{event_id}/seat-map.{ending}")).await;
        assert_eq!((file.status_code().as_u16(), file.header("content-type").to_str().expect("text")), (200, kind));
        let disposition = file.header("content-disposition");
        assert_eq!(disposition, format!("attachment; filename=\"an-evening-seat-map.{ending}\"").as_str());
        let body = json!({"event_id": event_id, "format": format, "text": file.text()});
        let found = admin.post("seats/read_plan", body).await.expect(200);
        assert_eq!(
            (&found["plan"], &found["faults"], &found["flaws"]),
            (&read["plan"], &json!([]), &json!([])),
            "{format}"
        );
    }
    let kept = json!({"name": "House", "currency": "EUR", "plan": read["plan"]});
    let kept = admin.post("seat_plans/save", kept).await.expect(200);
    let (status, text) =
        admin.page(&format!("/admin/seat-maps/{}/seat-map.csv", kept["id"].as_str().expect("an id"))).await;
    assert_eq!((status, text.lines().count()), (200, 21));
}

#[sqlx::test]
async fn files_are_for_who_changes_events(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let event_id = app.seated_event(1).await;
    let box_office = app.staff("bo", Role::BoxOffice, Some(event_id)).await;
    let manager = app.staff("mia", Role::Manager, Some(event_id)).await;
    let nobody = "00000000-0000-7000-8000-000000000000";
    for ending in ["csv", "json", "pretix.json"] {
        let (of_event, of_plan) = (
            format!("/admin/events/{event_id}/seat-map.{ending}"),
            format!("/admin/seat-maps/{nobody}/seat-map.{ending}"),
        );
        assert_eq!((app.visitor().page(&of_event).await.0, box_office.page(&of_event).await.0), (401, 403), "{ending}");
        assert_eq!((manager.page(&of_event).await.0, manager.page(&of_plan).await.0), (200, 404));
        assert_eq!((app.visitor().page(&of_plan).await.0, box_office.page(&of_plan).await.0), (401, 403));
    }
    assert_eq!(manager.page("/admin/events/x/seat-map.csv").await.0, 404);
}

#[sqlx::test]
async fn what_cannot_be_read_is_told_line_by_line(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let admin = app.admin().await;
    let event_id = app.seated_event(1).await;
    let read = async |format: &str, text: &str| {
        admin.post("seats/read_plan", json!({"event_id": event_id, "format": format, "text": text})).await.expect(200)
    };
    let faulty = read("csv", "section,row,number,price\nStalls,A,1,12.345\n").await;
    assert_eq!(
        (&faulty["plan"], &faulty["faults"]),
        (&Value::Null, &json!([{"line": 2, "words": "12.345 is no price."}]))
    );
    assert_eq!(read("json", "{\n\"width\": x").await["faults"][0]["line"], 2);
    assert_eq!(read("pretix", "[]").await["faults"][0]["line"], 1);
    let flawed = read("csv", "section,row,number\nStalls,A,1\nStalls,A,1\n").await;
    assert_eq!(flawed["flaws"][0]["words"], "There is another seat 1 in row A of Stalls.");
    let yen = json!({"format": "csv", "currency": "JPY", "text": "section,row,number,price\nS,A,1,2500\n"});
    let yen = admin.post("seats/read_plan", yen).await.expect(200);
    assert_eq!(yen["plan"]["sections"][0]["price_minor"], 2500);
    admin.post("seats/read_plan", json!({"format": "xls", "text": ""})).await.refused(400, "malformed");
}

#[sqlx::test]
async fn a_form_imports_a_file_and_says_why_it_cannot(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let admin = app.admin().await;
    let event_id = app.unseated_draft().await;
    let form = |version: i64, text: &str| {
        [
            ("event_id", event_id.to_string()),
            ("version", version.to_string()),
            ("format", "csv".to_owned()),
            ("text", text.to_owned()),
        ]
    };
    let send = async |version: i64, text: &str| {
        let reply = admin
            .server
            .post("/api/v1/seats/import")
            .add_header("accept", "text/html")
            .form(&form(version, text))
            .await;
        (reply.status_code().as_u16(), reply.header("location").to_str().expect("text").to_owned())
    };
    let (status, location) = send(0, "section,row,number\nStalls,A,1\nStalls,A,1\n").await;
    assert!(
        (300..400).contains(&status) && location.starts_with(&format!("/admin/events/{event_id}/seat-map?")),
        "{location}"
    );
    assert!(location.contains("draft="), "{location}");
    // Many seats make a body larger than any other form's.
    let lines: String = (0..4_000).map(|n| format!("Stalls,{},{}\n", n / 40 + 1, n % 40 + 1)).collect();
    let (status, location) = send(0, &format!("section,row,number\n{lines}")).await;
    assert_eq!(
        ((300..400).contains(&status), location),
        (true, format!("/admin/events/{event_id}/seat-map?done=saved"))
    );
    assert_eq!(drawing(&admin, event_id).await["version"], 1);
    app.audit().await;
}

#[sqlx::test]
async fn a_file_of_another_event_makes_seats_of_this_one(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let admin = app.admin().await;
    let (from, to) = (app.seated_event(1).await, app.unseated_draft().await);
    let file = admin.page(&format!("/admin/events/{from}/seat-map.json")).await.1;
    let imported = json!({"event_id": to, "version": 0, "format": "json", "text": file});
    let change = admin.post("seats/import", imported).await.expect(200);
    assert_eq!((&change["is_saved"], &change["changes"]["added"]["count"]), (&json!(true), &json!(10)));
    let ids = app.seats(from).await;
    let own = drawing(&admin, to).await["plan"].to_string();
    assert!(ids.iter().all(|id| !own.contains(id)));
    let standing = json!({"event_id": to, "version": 1, "plan": {"width": 400, "height": 400, "stage": plan(1)["stage"],
        "stage_label": "Stage", "sections": [floor(7)]}, "confirmed": true});
    assert_eq!(admin.post("seats/draw", standing).await.expect(200)["is_saved"], true);
    app.audit().await;
}
