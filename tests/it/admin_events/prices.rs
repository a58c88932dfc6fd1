//! Prices of seats.

use super::{deeds, managed};
use crate::app::TestApp;
use serde_json::json;
use sqlx::PgPool;

#[sqlx::test]
async fn another_price_goes_for_the_next_and_not_for_who_has_seats(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let admin = app.admin_named("root Test").await;
    let event_id = app.seated_event(2).await;
    let seats = app.seats(event_id).await;
    let ada = app.person("ada").await;
    let held = ada.hold_seats(event_id, &seats[..2]).await;
    let body = json!({"event_id": event_id, "sections": ["Stalls"], "prices": ["31.50"]});
    for _ in 0..2 {
        let set = admin.post("seats/set_prices", body.clone()).await.expect(200);
        let price = json!({"minor": 3150, "currency": "EUR"});
        let told = json!([{"section": "Stalls", "price": price, "total_count": 20, "sales_open_at": null, "sales_close_at": null}]);
        assert_eq!(set, told);
    }
    let (before, after) = (json!({"Stalls": "25.00"}), json!({"Stalls": "31.50"}));
    assert_eq!(deeds(&app).await, [("prices_changed".to_owned(), before, after)]);
    assert_eq!(managed(&admin, event_id).await["price_minor"], 3150);
    let booking = ada.change("confirm", &held).await.expect(200);
    assert_eq!(booking["total_amount_minor"], 5000);
    let next = app.person("bob").await.hold_seats(event_id, &seats[4..6]).await;
    assert!(!next.is_empty());
    ada.change("cancel", &held).await.expect(200);
    let again =
        app.person("cid").await.post("bookings/hold", json!({"event_id": event_id, "seat_ids": &seats[..2]})).await;
    assert_eq!(again.expect(200)["total_amount_minor"], 6300, "what came free costs what is asked now");
    app.audit().await;
}

#[sqlx::test]
async fn prices_that_are_none_are_named_and_nothing_is_set(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let admin = app.admin_named("root Test").await;
    let event_id = app.seated_event(1).await;
    for (section, price, field) in [
        ("Stalls", "", "prices[0]"),
        ("Stalls", "1.234", "prices[0]"),
        ("Stalls", "-1", "prices[0]"),
        ("Stalls", "1000001", "prices[0]"),
        ("Circle", "1", "sections"),
    ] {
        let body = json!({"event_id": event_id, "sections": [section], "prices": [price]});
        let refused = admin.post("seats/set_prices", body).await.refused(422, "invalid");
        assert_eq!(refused["details"][0]["field"], field, "{section} {price}");
    }
    let uneven = json!({"event_id": event_id, "sections": ["Stalls"], "prices": ["30", "31"]});
    admin.post("seats/set_prices", uneven).await.refused(422, "invalid");
    assert_eq!(deeds(&app).await.len(), 0);
    let general = app.event(10).await;
    assert_eq!(admin.get(&format!("seats/prices?event_id={general}")).await.expect(200), json!([]));
}

#[sqlx::test]
async fn two_who_set_prices_do_not_undo_each_other(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let admin = app.admin().await;
    let event_id = app.seated_event(1).await;
    let form = |price: &str, before: &str| json!({"event_id": event_id, "sections": ["Stalls"], "prices": [price], "before": [before]});
    admin.post("seats/set_prices", form("60.00", "25.00")).await.expect(200);
    let left_alone = admin.post("seats/set_prices", form("25.00", "25.00")).await.expect(200);
    assert_eq!(left_alone[0]["price"]["minor"], 6_000, "who changed nothing undoes nothing");
    admin.post("seats/set_prices", form("30.00", "25.00")).await.refused(409, "version_conflict");
    admin.post("seats/set_prices", form("30.00", "60.00")).await.expect(200);
}
