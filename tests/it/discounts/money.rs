//! What codes take off, in every sum that it is part of: seats, moves, figures, files.

use super::{reason, sum};
use crate::app::{Person, TestApp};
use evently::{analytics::store::project_sales, id::EventId, staff::model::Role};
use serde_json::{Value, json};
use sqlx::PgPool;

impl TestApp {
    /// An event with two sections, Stalls at 25 euros and Circle at 10.
    async fn two_sections(&self) -> EventId {
        self.seated_event_with(1, |map| {
            let mut circle = map.sections[0].clone();
            circle.name = "Circle".to_owned();
            circle.price_minor = 1_000;
            circle.seats.iter_mut().for_each(|seat| seat.y += 40);
            circle.outline = vec![5, 65, 115, 65, 115, 85, 5, 85];
            map.height += 60;
            map.sections.push(circle);
        })
        .await
    }

    async fn seats_of(&self, event_id: EventId, section: &str) -> Vec<String> {
        let reply =
            self.visitor().get(&format!("seats/section?event_id={event_id}&section={section}")).await.expect(200);
        let seats = reply["seats"].as_array().expect("seats").clone();
        seats.iter().map(|seat| seat["id"].as_str().expect("an id").to_owned()).collect()
    }

    async fn figures(&self, admin: &Person, event_id: EventId) -> Value {
        let behind = "select exists (select from booking_history where number > (select upto_entry from sales_told))";
        while sqlx::query_scalar(behind).fetch_one(self.state.db.pool()).await.expect("an answer") {
            project_sales(&self.state).await.expect("added up");
        }
        admin.get(&format!("analytics/sales?event_id={event_id}")).await.expect(200)
    }
}

#[sqlx::test]
async fn a_code_for_a_section_takes_nothing_off_the_others(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (admin, ada, event_id) = (app.admin().await, app.person("ada").await, app.two_sections().await);
    admin.make_code(event_id, "CIRCLE", json!({"value": "50", "sections": ["Circle"]})).await;
    let (stalls, circle) = (app.seats_of(event_id, "Stalls").await, app.seats_of(event_id, "Circle").await);
    let held = ada.hold_seats(event_id, &[stalls[0].clone(), circle[0].clone(), circle[1].clone()]).await;
    assert_eq!(sum(&ada.apply(&held, "CIRCLE").await.expect(200)), (3_500, 1_000, Some("CIRCLE")));
    ada.change("confirm", &held).await.expect(200);
    let of_stalls = ada.hold_seats(event_id, &stalls[1..3]).await;
    assert_eq!(super::reason(ada.apply(&of_stalls, "CIRCLE").await), "other_seats");
    let figures = app.figures(&admin, event_id).await;
    let minor = |at: usize| figures["sections"][at]["booked_minor"].as_i64().expect("an amount");
    assert_eq!((minor(0), minor(1)), (2_500, 1_000), "a section's money is what was paid for it");
    assert_eq!(
        figures["sums"]["takings"],
        json!([{"currency": "EUR", "confirmed_minor": 3_500, "cancelled_minor": 0, "discount_minor": 1_000}])
    );
    app.audit().await;
}

#[sqlx::test]
async fn other_seats_at_new_prices_are_discounted_anew_and_otherwise_nothing_changes(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (admin, ada, event_id) = (app.admin().await, app.person("ada").await, app.two_sections().await);
    admin.make_code(event_id, "TWENTY", json!({})).await;
    admin.make_code(event_id, "STALLS", json!({"kind": "per_booking", "value": "24.00", "sections": ["Stalls"]})).await;
    let (stalls, circle) = (app.seats_of(event_id, "Stalls").await, app.seats_of(event_id, "Circle").await);
    let moved = async |booking: &str, seats: &[String], at_new_prices: bool| {
        let body =
            json!({"booking_id": booking, "seat_ids": seats, "reason": "A pillar.", "at_new_prices": at_new_prices});
        admin.post("admin/change_seats", body).await.expect(200)
    };
    let twenty = ada.hold_seats(event_id, &stalls[..2]).await;
    ada.apply(&twenty, "TWENTY").await.expect(200);
    ada.change("confirm", &twenty).await.expect(200);
    let as_booked = moved(&twenty, &circle[..2], false).await;
    assert_eq!(sum(&as_booked), (4_000, 1_000, Some("TWENTY")), "as booked");
    let anew = moved(&twenty, &circle[2..4], true).await;
    assert_eq!(sum(&anew), (1_600, 400, Some("TWENTY")), "two seats at 10 euros, less 20 percent");
    let off = ada.hold_seats(event_id, &stalls[4..5]).await;
    ada.apply(&off, "STALLS").await.expect(200);
    assert_eq!(sum(&ada.change("confirm", &off).await.expect(200)), (100, 2_400, Some("STALLS")));
    let elsewhere = moved(&off, &circle[5..6], true).await;
    assert_eq!(
        sum(&elsewhere),
        (1_000, 0, Some("STALLS")),
        "it isn't for those seats, and less than it took off before"
    );
    app.figures(&admin, event_id).await;
    app.audit().await;
    ada.change("cancel", &twenty).await.expect(200);
    let figures = app.figures(&admin, event_id).await;
    assert_eq!(
        figures["sums"]["takings"],
        json!([{"currency": "EUR", "confirmed_minor": 2_600, "cancelled_minor": 1_600, "discount_minor": 0}])
    );
    app.audit().await;
}

#[sqlx::test]
async fn figures_and_files_say_what_was_taken_off(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (admin, ada, event_id) = (app.admin().await, app.person("ada").await, app.event(50).await);
    admin.make_code(event_id, "EARLY", json!({})).await;
    admin.make_code(event_id, "GUEST", json!({"value": "100"})).await;
    let held = ada.hold_with(event_id, "EARLY").await;
    ada.change("confirm", &held).await.expect(200);
    let guest = ada.hold_with(event_id, "GUEST").await;
    assert_eq!(sum(&ada.change("confirm", &guest).await.expect(200)), (0, 2_500, Some("GUEST")));
    ada.hold_with(event_id, "EARLY").await;
    ada.book(event_id, 1).await;
    let figures = app.figures(&admin, event_id).await;
    let takings = json!([{"currency": "EUR", "confirmed_minor": 4_500, "cancelled_minor": 0, "discount_minor": 3_000}]);
    assert_eq!(figures["sums"]["takings"], takings, "the hold counts once it is booked");
    let page = admin.page(&format!("/admin/events/{event_id}/figures")).await.1;
    assert!(page.contains("Taken off by codes") && page.contains("€30"), "{page}");
    let days = admin.page("/admin/figures.csv?table=days&from=2030-03-01&to=2030-03-01").await.1;
    let lines: Vec<&str> = days.lines().collect();
    assert!(lines[0].ends_with(",discounts") && lines[1].ends_with(",30.00"), "{days}");
    let bookings = admin.page(&format!("/admin/events/{event_id}/bookings.csv")).await.1;
    assert!(bookings.lines().next().is_some_and(|head| head.ends_with(",discount,discount_code")), "{bookings}");
    assert!(
        bookings.contains(",5.00,EARLY") && bookings.contains(",25.00,GUEST") && bookings.contains(",0.00,\r\n"),
        "{bookings}"
    );
    let kept = ada.get("users/export").await.expect(200).to_string();
    assert!(kept.contains("\"discount_code\":\"GUEST\""), "{kept}");
    app.audit().await;
}

#[sqlx::test]
async fn the_audit_finds_amounts_that_codes_do_not_explain(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (admin, ada, event_id) = (app.admin().await, app.person("ada").await, app.seated_event(1).await);
    admin.make_code(event_id, "EARLY", json!({"max_uses": "2"})).await;
    let seats = app.seats(event_id).await;
    for pair in seats[..4].chunks(2) {
        let held = ada.hold_seats(event_id, pair).await;
        ada.apply(&held, "EARLY").await.expect(200);
        ada.change("confirm", &held).await.expect(200);
    }
    app.audit().await;
    for (sql, found) in [
        ("update discount_codes set max_uses = 1", "codes: a code has been used more often"),
        ("update seat_bookings set discount_minor = discount_minor + 1", "bookings: the amount isn't the sum"),
        ("update bookings set discount_code_id = null, discount_minor = 0", "codes: a booking has a code"),
        ("update bookings set discount_minor = discount_minor + 1", "history: an entry doesn't tell"),
    ] {
        let mut conn = app.state.db.pool().acquire().await.expect("a connection");
        let before: Vec<(uuid::Uuid, Option<uuid::Uuid>, i64)> =
            sqlx::query_as("select id, discount_code_id, discount_minor from bookings")
                .fetch_all(&mut *conn)
                .await
                .expect("rows");
        sqlx::query(sql).execute(&mut *conn).await.expect("broken");
        let violations = app.violations().await;
        assert!(violations.iter().any(|line| line.starts_with(found)), "{sql}: {violations:?}");
        sqlx::raw_sql("update discount_codes set max_uses = 2; update seat_bookings set discount_minor = 500")
            .execute(&mut *conn)
            .await
            .expect("mended");
        for (id, code_id, minor) in before {
            let mend = sqlx::query("update bookings set discount_code_id = $2, discount_minor = $3 where id = $1");
            mend.bind(id).bind(code_id).bind(minor).execute(&mut *conn).await.expect("mended");
        }
    }
    app.audit().await;
}

#[sqlx::test]
async fn the_box_office_gives_codes_by_the_rules_of_the_checkout(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (admin, event_id) = (app.admin().await, app.seated_event(2).await);
    let office = app.staff("kim", Role::BoxOffice, Some(event_id)).await;
    let seats = app.seats(event_id).await;
    admin.make_code(event_id, "FRIENDS", json!({"max_uses": "1"})).await;
    let body = |email: &str, seat: &str, code: &str, more: Value| {
        let mut body = json!({
            "event_id": event_id, "email": email, "first_name": "Eve", "last_name": "Test", "seat_ids": [seat], "code": code,
        });
        body.as_object_mut().expect("fields").extend(more.as_object().expect("fields").clone());
        office.post("admin/book", body)
    };
    assert_eq!(reason(body("eve@example.org", &seats[0], "NOTHING", json!({})).await), "unknown");
    assert_eq!(
        reason(body("eve@example.org", &seats[0], "friends", json!({"complimentary": true})).await),
        "nothing_to_pay"
    );
    body("eve@example.org", &seats[0], "!", json!({})).await.refused(422, "invalid");
    let sold = body("eve@example.org", &seats[0], " friends ", json!({"key": "one"})).await.expect(200);
    assert_eq!(sum(&sold), (2_000, 500, Some("FRIENDS")));
    let again = body("eve@example.org", &seats[0], "friends", json!({"key": "one"})).await.expect(200);
    assert_eq!((&again["id"], sum(&again)), (&sold["id"], sum(&sold)), "one page is one sale");
    assert_eq!(reason(body("zoe@example.org", &seats[1], "FRIENDS", json!({})).await), "used_up");
    let free = body("zoe@example.org", &seats[1], "", json!({"complimentary": true})).await.expect(200);
    assert_eq!(sum(&free), (0, 0, None));
    let sql = "select action::text, total_amount_minor, discount_minor from booking_history where booking_id = $1::uuid order by number";
    let history: Vec<(String, i64, i64)> =
        sqlx::query_as(sql).bind(sold["id"].as_str()).fetch_all(app.state.db.pool()).await.expect("entries");
    let told = [("held", 2_500, 0), ("code_applied", 2_000, 500), ("confirmed", 2_000, 500)];
    assert_eq!(history, told.map(|(action, total, off)| (action.to_owned(), total, off)));
    let (_, page) = office.page(&format!("/admin/events/{event_id}/book")).await;
    assert!(page.contains("Discount code"), "{page}");
    app.audit().await;
}
