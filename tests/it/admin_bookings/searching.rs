//! Whom staff find by what.

use super::*;

impl Person {
    /// The references of what is found, in order.
    async fn find(&self, query: &str) -> Vec<String> {
        let found = self.get(&format!("admin/bookings?{query}")).await.expect(200);
        let reference = |row: &Value| row["booking"]["reference"].as_str().expect("a reference").to_owned();
        found["items"].as_array().expect("rows").iter().map(reference).collect()
    }

    async fn reference(&self, booking_id: &str) -> String {
        let booking = self.get(&format!("bookings/get?booking_id={booking_id}")).await.expect(200);
        booking["reference"].as_str().expect("a reference").to_owned()
    }
}

#[sqlx::test]
async fn a_booking_is_found_by_whatever_its_person_can_say(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (owner, ada, bob) = (app.owner().await, app.person("ada").await, app.person("bob").await);
    let (seated, general) = (app.seated_event(2).await, app.event(10).await);
    let seats = app.seats(seated).await;
    ada.post("users/update", json!({"first_name": "Jürgen", "last_name": "O'Brien_Smith"})).await.expect(200);
    let booking = ada.hold_seats(seated, &seats[10..12]).await;
    ada.change("confirm", &booking).await.expect(200);
    let other = bob.book(general, 1).await;
    let (reference, others) = (ada.reference(&booking).await, bob.reference(&other).await);
    let prefix = &reference[..4].to_lowercase();
    for words in [
        "jurgen",
        "JÜR",
        "o%27brien_s+j%C3%BCrgen",
        "ada%40example",
        "ada%40example.org",
        &reference,
        prefix,
        &booking,
        "Stalls+B1",
        "stal+b2",
    ] {
        let found = owner.find(&format!("q={words}")).await;
        assert!(found.contains(&reference) && !found.contains(&others), "{words}: {found:?}");
    }
    assert_eq!(owner.find(&format!("q=B1&event_id={seated}")).await, [reference.as_str()]);
    for words in ["rgen", "%25", "_", "brien", "Stalls+A1", "B1x", &uuid::Uuid::nil().to_string()] {
        assert_eq!(owner.find(&format!("q={words}")).await, Vec::<String>::new(), "{words}");
    }
    assert_eq!(owner.find("").await, [others, reference], "newest first");
}

#[sqlx::test]
async fn filters_narrow_and_pages_follow(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (owner, ada) = (app.owner().await, app.person("ada").await);
    let first = app.event(50).await;
    let later = TimeDelta::days(5);
    let second = app
        .event_with(|event| {
            (event.event_date, event.ends_at) = (event.event_date + later, event.ends_at + later);
        })
        .await;
    let held = ada.hold(first, 1).await;
    app.wait(TimeDelta::days(1));
    let booked = ada.book(first, 1).await;
    let cancelled = ada.book(second, 1).await;
    ada.change("cancel", &cancelled).await.expect(200);
    let mut references = Vec::new();
    for id in [&held, &booked, &cancelled] {
        references.push(ada.reference(id).await);
    }
    let [held, booked, cancelled] = references.as_slice() else { panic!("three") };
    for q in ["", "q=ada&"] {
        assert_eq!(owner.find(&format!("{q}status=expired")).await, [held.as_str()]);
        assert_eq!(owner.find(&format!("{q}status=held")).await, Vec::<String>::new(), "it has run out");
        assert_eq!(owner.find(&format!("{q}status=confirmed")).await, [booked.as_str()]);
        assert_eq!(owner.find(&format!("{q}event_id={first}")).await, [booked.as_str(), held.as_str()]);
        assert_eq!(owner.find(&format!("{q}from=2030-03-12")).await, [cancelled.as_str()]);
        assert_eq!(owner.find(&format!("{q}from=2030-03-11&to=2030-03-11")).await, [booked.as_str(), held.as_str()]);
        let (mut cursor, mut seen) = (String::new(), Vec::new());
        loop {
            let page = owner.get(&format!("admin/bookings?{q}limit=1&cursor={cursor}")).await.expect(200);
            seen.push(page["items"][0]["booking"]["reference"].as_str().expect("a reference").to_owned());
            let Some(next) = page["next_cursor"].as_str() else { break };
            cursor = next.to_owned();
        }
        assert_eq!(seen, [cancelled.as_str(), booked.as_str(), held.as_str()]);
    }
    for bad in
        ["status=sold", "from=x", "to=2030-13-01", "limit=0", "cursor=x", "event_id=1", "from=2030-01-02&to=2030-01-01"]
    {
        owner.get(&format!("admin/bookings?{bad}")).await.refused(422, "invalid");
    }
}

#[sqlx::test]
async fn staff_of_one_event_find_its_bookings_alone(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (mine, other) = (app.event(50).await, app.event(50).await);
    let (helper, ada) = (app.appoint("helper", "read_only", Some(mine)).await, app.person("ada").await);
    let (own, foreign) = (ada.book(mine, 1).await, ada.book(other, 1).await);
    let (own, reference) = (ada.reference(&own).await, ada.reference(&foreign).await);
    for query in ["", "q=ada", "q=example"] {
        let found = helper.find(query).await;
        assert!(!found.contains(&reference), "{query}");
    }
    assert_eq!(helper.find("q=ada").await, [own.as_str()]);
    assert_eq!(helper.find(&format!("q={reference}")).await, Vec::<String>::new());
    assert_eq!(helper.find(&format!("q={foreign}")).await, Vec::<String>::new());
    assert_eq!(helper.find(&format!("event_id={other}")).await, Vec::<String>::new());
    helper.get(&format!("admin/booking?booking_id={foreign}")).await.refused(403, "forbidden");
}

#[sqlx::test]
async fn a_name_that_thousands_have_is_found_among_the_newest(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (owner, ada, event_id) = (app.owner().await, app.person("ada").await, app.event(50).await);
    let booking = ada.book(event_id, 1).await;
    sqlx::query(
        "insert into users (id, email, password_hash, first_name, last_name, created_at, updated_at)
         select gen_random_uuid(), 'crowd' || n || '@example.org', 'x', 'Ada', 'Crowd', now(), now() from generate_series(1, 5001) n",
    )
    .execute(app.state.db.pool())
    .await
    .expect("a crowd");
    let reference = ada.reference(&booking).await;
    for query in ["q=ada".to_owned(), format!("q=ada&event_id={event_id}"), "q=ada&status=confirmed".to_owned()] {
        assert_eq!(owner.find(&query).await, [reference.as_str()], "{query}");
    }
    assert_eq!(owner.find("q=crowd").await, Vec::<String>::new());
}
