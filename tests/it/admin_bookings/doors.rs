//! Who may do what: every function of this part, for every role.

use super::*;

/// The roles that may, the function, and what it is asked with.
fn functions(event_id: EventId, booking: &str, seat: &str) -> Vec<(&'static [&'static str], bool, String, Value)> {
    const SEE: &[&str] = &["owner", "manager", "box_office", "finance", "read_only"];
    const CHANGE: &[&str] = &["owner", "manager", "box_office"];
    let of_booking = json!({"booking_id": booking, "reason": "Why."});
    let sale = json!({"event_id": event_id, "email": "nobody", "first_name": "A", "last_name": "B", "quantity": 1});
    vec![
        (SEE, true, format!("admin/bookings?event_id={event_id}"), Value::Null),
        (SEE, true, format!("admin/booking?booking_id={booking}"), Value::Null),
        (SEE, true, format!("admin/booking_tickets?booking_id={booking}"), Value::Null),
        (SEE, true, format!("admin/booking_mails?booking_id={booking}"), Value::Null),
        (CHANGE, false, "admin/resend_mail".to_owned(), of_booking.clone()),
        (CHANGE, false, "admin/change_seats".to_owned(), with_seats(&of_booking, seat)),
        (CHANGE, false, "admin/book".to_owned(), sale),
        (CHANGE, false, "seats/block".to_owned(), json!({"event_id": event_id, "seat_ids": [seat], "reason": "Why."})),
        (
            CHANGE,
            false,
            "seats/unblock".to_owned(),
            json!({"event_id": event_id, "seat_ids": [seat], "reason": "Why."}),
        ),
        (CHANGE, false, "admin/cancel_booking".to_owned(), of_booking),
        (CHANGE, false, "admin/cancel_bookings".to_owned(), json!({"booking_ids": [booking], "reason": "Why."})),
    ]
}

fn with_seats(body: &Value, seat: &str) -> Value {
    json!({"booking_id": body["booking_id"], "reason": "Why.", "seat_ids": [seat]})
}

#[sqlx::test]
async fn every_function_asks_who_may(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (event_id, other) = (app.seated_event(1).await, app.event(5).await);
    let seats = app.seats(event_id).await;
    let ada = app.person("ada").await;
    let booking = ada.hold_seats(event_id, &seats[..1]).await;
    ada.change("confirm", &booking).await.expect(200);
    let mut people = vec![("visitor", app.visitor()), ("stranger", app.person("eve").await), ("the person", ada)];
    people.push(("of another event", app.appoint("else", "owner", Some(other)).await));
    for role in ["owner", "manager", "box_office", "check_in", "finance", "read_only"] {
        people.push((role, app.appoint(&format!("of{}", role.replace('_', "")), role, Some(event_id)).await));
        people.push((role, app.appoint(&format!("site{}", role.replace('_', "")), role, None).await));
    }
    for (roles, is_read, function, body) in functions(event_id, &booking, &seats[5]) {
        for (who, person) in &people {
            let reply = if is_read { person.get(&function).await } else { person.post(&function, body.clone()).await };
            // Several bookings, and lists, answer with nothing to who may do so elsewhere.
            let elsewhere = *who == "of another event"
                && ["admin/cancel_bookings", "admin/bookings"]
                    .iter()
                    .any(|f| function.starts_with(f) && !function.contains("booking_"));
            match *who {
                "visitor" => assert_eq!(reply.status, 401, "{function}"),
                _ if elsewhere => assert!(!reply.expect(200).to_string().contains("ada@"), "{function}"),
                who if roles.contains(&who) => {
                    assert!(![401, 403].contains(&reply.status), "{who} {function}: {reply:?}")
                }
                who => assert_eq!(reply.status, 403, "{who} {function}: {reply:?}"),
            }
        }
    }
    app.audit().await;
}
