//! Staff and buyers, or two of the staff, at the same moment.

use super::*;
use futures::future::join_all;

#[sqlx::test]
async fn a_seat_is_kept_back_or_held(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (owner, event_id) = (app.owner().await, app.seated_event(1).await);
    let seats = app.seats(event_id).await;
    let people = join_all((0..8).map(|i| {
        let app = &app;
        async move { app.person(&format!("p{i}")).await }
    }))
    .await;
    for seat in &seats {
        let hold = json!({"event_id": event_id, "seat_ids": [seat]});
        let block = json!({"event_id": event_id, "seat_ids": [seat], "reason": "A pillar."});
        let (blocked, held) = tokio::join!(
            owner.post("seats/block", block),
            join_all(people.iter().map(|person| person.post("bookings/hold", hold.clone()))),
        );
        let won = held.iter().filter(|reply| reply.status == 200).count() + usize::from(blocked.status == 200);
        assert_eq!(won, 1, "{blocked:?} {held:?}");
    }
    app.audit().await;
}

#[sqlx::test]
async fn a_seat_goes_to_who_is_moved_or_to_who_holds_it(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (owner, ada, event_id) = (app.owner().await, app.person("ada").await, app.seated_event(1).await);
    let seats = app.seats(event_id).await;
    let booking = ada.hold_seats(event_id, &seats[..1]).await;
    ada.change("confirm", &booking).await.expect(200);
    let bob = app.person("bob").await;
    for seat in &seats[1..] {
        let to = json!({"booking_id": booking, "seat_ids": [seat], "reason": "A draught."});
        let hold = json!({"event_id": event_id, "seat_ids": [seat]});
        let (moved, held) = tokio::join!(owner.post("admin/change_seats", to), bob.post("bookings/hold", hold));
        assert_eq!(usize::from(moved.status == 200) + usize::from(held.status == 200), 1, "{moved:?} {held:?}");
    }
    app.audit().await;
}

#[sqlx::test]
async fn two_who_cancel_one_booking_cancel_it_once(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (owner, ada, event_id) = (app.owner().await, app.person("ada").await, app.event(5).await);
    let booking = ada.book(event_id, 2).await;
    let replies = join_all((0..6).map(|_| owner.cancel_for(&booking, "Ill."))).await;
    assert!(replies.iter().all(|reply| reply.status == 200), "{replies:?}");
    let (by_staff, by_person) = (ada.book(event_id, 1).await, app.deeds().await.len());
    let (one, other) = tokio::join!(owner.cancel_for(&by_staff, "Ill."), ada.change("cancel", &by_staff));
    assert_eq!((one.status, other.status, by_person), (200, 200, 1));
    assert_eq!(app.available(event_id).await, 5);
    app.audit().await;
}

#[sqlx::test]
async fn two_box_offices_sell_a_seat_once(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (owner, event_id) = (app.owner().await, app.seated_event(1).await);
    let other = app.appoint("box", "box_office", Some(event_id)).await;
    let seats = app.seats(event_id).await;
    for (round, seat) in seats.iter().enumerate() {
        // Both sell to somebody new, every other time to the same person.
        let sale = |which: usize| {
            json!({
                "event_id": event_id, "email": format!("p{round}{}@example.org", which * (round % 2)), "first_name": "P",
                "last_name": "Q", "seat_ids": [seat],
            })
        };
        let (one, two) = tokio::join!(owner.post("admin/book", sale(0)), other.post("admin/book", sale(1)));
        let mut won = [one.status, two.status];
        won.sort_unstable();
        assert_eq!(won, [200, 409], "{one:?} {two:?}");
    }
    app.audit().await;
}

#[sqlx::test]
async fn a_booking_is_moved_while_its_tickets_are_made(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (owner, ada, event_id) = (app.owner().await, app.person("ada").await, app.seated_event(2).await);
    let seats = app.seats(event_id).await;
    for pair in seats.chunks(4) {
        let [from @ .., _, _] = pair else { panic!("four") };
        let to = &pair[2..];
        let booking = ada.hold_seats(event_id, from).await;
        ada.change("confirm", &booking).await.expect(200);
        let list = format!("tickets/list?booking_id={booking}");
        let body = json!({"booking_id": booking, "seat_ids": to, "reason": "A draught."});
        let (moved, listed) = tokio::join!(owner.post("admin/change_seats", body), ada.get(&list));
        moved.expect(200);
        listed.expect(200);
        let tickets = ada.get(&list).await.expect(200);
        let its: Vec<&str> = tickets["items"]
            .as_array()
            .expect("tickets")
            .iter()
            .filter_map(|ticket| ticket["seat"]["seat_id"].as_str())
            .collect();
        assert_eq!(its, to.iter().map(String::as_str).collect::<Vec<_>>());
        ada.change("cancel", &booking).await.expect(200);
    }
    app.audit().await;
}
