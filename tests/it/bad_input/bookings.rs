//! Rows of bookings: ids, states, what can't be held.

use super::{FORM, NOBODY, Row, get, post, raw, world::World};
use serde_json::{Value, json};

/// Ids of bookings: none, ill-formed ones, other people's.
pub(super) fn bookings_by_id(world: &World) -> Vec<Row> {
    let mut rows = Vec::new();
    for verb in ["extend", "release", "confirm", "cancel", "remove_code"] {
        let function = format!("bookings/{verb}");
        for id in [NOBODY, &world.bobs, &world.general.to_string(), &NOBODY.replace('-', "")] {
            rows.push(post(&function, json!({"booking_id": id}), 404, "not_found"));
        }
        let long = "a".repeat(10_000);
        for id in ["", "x", "7", "' or 1=1 --", "\0", &format!("{}\0", world.held), &format!("{} ", world.held), &long]
        {
            rows.push(post(&function, json!({"booking_id": id}), 400, "malformed"));
        }
        for id in [json!(null), json!(7), json!(true), json!([world.held]), json!({"id": world.held})] {
            rows.push(post(&function, json!({"booking_id": id}), 400, "malformed"));
        }
        for id in ["%00", "%ff", "%", "%zz", ""] {
            rows.push(raw(&function, FORM, format!("booking_id={id}"), (400, "malformed")));
        }
        let twice = format!("booking_id={}&booking_id={}", world.held, world.bobs);
        rows.push(raw(&function, FORM, twice, (400, "malformed")));
        rows.push(raw(&function, FORM, [&b"booking_id=\xff\xfe"[..]].concat(), (400, "malformed")));
        rows.push(post(&function, json!({"booking_id": world.held}), 401, "sign_in_required").signed_out());
    }
    for id in [NOBODY, &world.bobs] {
        rows.push(post("bookings/apply_code", json!({"booking_id": id, "code": "EARLY"}), 404, "not_found"));
    }
    let long = "A".repeat(10_000);
    for code in ["", " ", "ab", "a b c", "\0", "EARLY\0", "früh", "' or 1=1 --", &long] {
        rows.push(post("bookings/apply_code", json!({"booking_id": world.held, "code": code}), 422, "invalid"));
    }
    rows.push(
        post("bookings/apply_code", json!({"booking_id": world.held, "code": "EARLY"}), 401, "sign_in_required")
            .signed_out(),
    );
    for verb in ["get", "history"] {
        for (id, status, code) in [
            (NOBODY, 404, "not_found"),
            (&world.bobs, 404, "not_found"),
            ("x", 400, "malformed"),
            ("", 400, "malformed"),
            ("%00", 400, "malformed"),
            ("%ff", 400, "malformed"),
        ] {
            rows.push(get(format!("bookings/{verb}?booking_id={id}"), status, code));
        }
        rows.push(get(format!("bookings/{verb}"), 400, "malformed"));
        rows.push(get(format!("bookings/{verb}?booking_id={}", world.held), 401, "sign_in_required").signed_out());
    }
    for (query, status, code) in [
        ("limit=0", 422, "invalid"),
        ("limit=-1", 422, "invalid"),
        ("limit=201", 422, "invalid"),
        ("limit=9223372036854775807", 422, "invalid"),
        ("limit=9223372036854775808", 400, "malformed"),
        ("limit=many", 400, "malformed"),
        ("cursor=x", 422, "invalid"),
        ("cursor=%00", 422, "invalid"),
    ] {
        rows.push(get(format!("bookings/list?{query}"), status, code));
    }
    rows.push(get("bookings/list", 401, "sign_in_required").signed_out());
    rows
}

/// What a booking's state doesn't allow.
pub(super) fn states(world: &World) -> Vec<Row> {
    [
        ("confirm", &world.lapsed, "hold_expired"),
        ("confirm", &world.cancelled, "wrong_state"),
        ("confirm", &world.released, "wrong_state"),
        ("extend", &world.lapsed, "hold_expired"),
        ("extend", &world.confirmed, "wrong_state"),
        ("extend", &world.cancelled, "wrong_state"),
        ("extend", &world.released, "wrong_state"),
        ("release", &world.confirmed, "wrong_state"),
        ("remove_code", &world.lapsed, "hold_expired"),
        ("remove_code", &world.confirmed, "wrong_state"),
        ("cancel", &world.lapsed, "hold_expired"),
        ("cancel", &world.attended, "sales_closed"),
    ]
    .map(|(verb, id, code)| post(&format!("bookings/{verb}"), json!({"booking_id": id}), 409, code))
    .into()
}

/// Joining and leaving waitlists.
pub(super) fn waitlists(world: &World) -> Vec<Row> {
    let join = |event: Value, quantity: Value, together: Value, status, code| {
        let body = json!({"event_id": event, "requested_quantity": quantity, "together": together});
        post("waitlist/join", body, status, code)
    };
    let (general, seated) = (json!(world.general), json!(world.seated));
    let mut rows = vec![
        join(general.clone(), json!(1), json!(false), 409, "places_free"),
        join(seated.clone(), json!(1), json!(true), 409, "places_free"),
        join(seated, json!(0), json!(true), 422, "invalid"),
        join(general.clone(), json!(1), json!(true), 422, "invalid"),
        join(json!(NOBODY), json!(1), json!(false), 404, "not_found"),
        join(json!(world.draft), json!(1), json!(false), 404, "not_found"),
        join(json!(world.called_off), json!(1), json!(false), 409, "event_cancelled"),
        join(json!(world.begun), json!(1), json!(false), 409, "sales_closed"),
        join(json!(world.not_yet), json!(1), json!(false), 409, "sales_not_open"),
        join(general.clone(), json!(1), json!("perhaps"), 400, "malformed"),
        post("waitlist/join", json!({"event_id": general}), 400, "malformed"),
        post("waitlist/join", json!({"event_id": general, "requested_quantity": 1}), 401, "sign_in_required")
            .signed_out(),
        post("waitlist/leave", json!({"entry_id": NOBODY}), 404, "not_found"),
        post("waitlist/leave", json!({"entry_id": world.held}), 404, "not_found"),
        post("waitlist/leave", json!({"entry_id": NOBODY}), 401, "sign_in_required").signed_out(),
        get("waitlist/list", 401, "sign_in_required").signed_out(),
    ];
    for quantity in [json!(0), json!(-1), json!(11), json!(i32::MAX), json!(i32::MIN)] {
        rows.push(join(general.clone(), quantity, json!(false), 422, "invalid"));
    }
    for quantity in [json!(2_147_483_648_i64), json!(1.5), json!("two"), json!(null), json!([1]), json!("1\0")] {
        rows.push(join(general.clone(), quantity, json!(false), 400, "malformed"));
    }
    for id in [json!("x"), json!(""), json!("\0"), json!(7), json!(null)] {
        rows.push(join(id.clone(), json!(1), json!(false), 400, "malformed"));
        rows.push(post("waitlist/leave", json!({"entry_id": id}), 400, "malformed"));
    }
    for (query, status, code) in [
        ("limit=0", 422, "invalid"),
        ("limit=201", 422, "invalid"),
        ("limit=many", 400, "malformed"),
        ("cursor=x", 422, "invalid"),
        ("cursor=%00", 422, "invalid"),
    ] {
        rows.push(get(format!("waitlist/list?{query}"), status, code));
    }
    rows
}

pub(super) fn holds(world: &World) -> Vec<Row> {
    let hold = |body: Value, status, code| post("bookings/hold", body, status, code);
    let (general, seated) = (world.general, world.seated);
    let mut rows = Vec::new();
    for quantity in [json!(0), json!(-1), json!(101), json!(i32::MAX), json!(i32::MIN)] {
        rows.push(hold(json!({"event_id": general, "quantity": quantity}), 422, "invalid"));
    }
    for quantity in [json!(2_147_483_648_i64), json!(i64::MAX), json!(u64::MAX), json!(1.5), json!(1e300)] {
        rows.push(hold(json!({"event_id": general, "quantity": quantity}), 400, "malformed"));
    }
    for quantity in [json!("two"), json!(true), json!([1]), json!({"n": 1}), json!("1\0"), json!(" 1")] {
        rows.push(hold(json!({"event_id": general, "quantity": quantity}), 400, "malformed"));
    }
    for (event, status, code) in [
        (json!(NOBODY), 404, "not_found"),
        (json!(world.draft), 404, "not_found"),
        (json!(world.held), 404, "not_found"),
        (json!("x"), 400, "malformed"),
        (json!(""), 400, "malformed"),
        (json!("\0"), 400, "malformed"),
        (json!(7), 400, "malformed"),
        (json!(null), 400, "malformed"),
        (json!([general]), 400, "malformed"),
        (json!(world.called_off), 409, "event_cancelled"),
        (json!(world.begun), 409, "sales_closed"),
        (json!(world.not_yet), 409, "sales_not_open"),
    ] {
        rows.push(hold(json!({"event_id": event, "quantity": 1}), status, code));
    }
    let (free, taken, other) = (&world.seats[5], &world.seats[0], &world.elsewhere[0]);
    let many: Vec<String> = (0..101).map(|n| format!("00000000-0000-7000-8000-{n:012}")).collect();
    for (seat_ids, status, code) in [
        (json!([]), 422, "invalid"),
        (json!([free, free]), 422, "invalid"),
        (json!([free, other]), 422, "invalid"),
        (json!([free, NOBODY]), 422, "invalid"),
        (json!(many), 422, "invalid"),
        (json!([free, taken]), 409, "seats_taken"),
        (json!([free, "x"]), 400, "malformed"),
        (json!([free, ""]), 400, "malformed"),
        (json!([free, null]), 400, "malformed"),
        (json!([free, "\0"]), 400, "malformed"),
        (json!([[free]]), 400, "malformed"),
        (json!([{"id": free}]), 400, "malformed"),
        (json!({"a": free}), 400, "malformed"),
        (json!("x"), 400, "malformed"),
        (json!(7), 400, "malformed"),
        (json!(world.seats[5..16]), 409, "over_limit"),
    ] {
        rows.push(hold(json!({"event_id": seated, "seat_ids": seat_ids}), status, code));
    }
    for (body, status, code) in [
        (json!({"event_id": seated, "quantity": 1}), 422, "invalid"),
        (json!({"event_id": general, "seat_ids": [free]}), 422, "invalid"),
        (json!({"event_id": seated, "seat_ids": [free], "quantity": 1}), 422, "invalid"),
        (json!({"event_id": general}), 422, "invalid"),
        (json!({"event_id": general, "quantity": ""}), 400, "malformed"),
        (json!({"event_id": general, "quantity": 1, "key": "k".repeat(65)}), 422, "invalid"),
        (json!({"event_id": general, "quantity": 1, "key": "a\0b"}), 422, "invalid"),
        (json!({"event_id": seated, "seat_ids": [free], "key": "a\0b"}), 422, "invalid"),
        (json!({"event_id": general, "quantity": 1, "key": ["k"]}), 400, "malformed"),
        (json!({"event_id": general, "quantity": 2, "key": "used"}), 422, "invalid"),
        (json!({"event_id": general, "quantity": 10}), 409, "over_limit"),
        (json!({"event_id": world.small, "quantity": 2}), 409, "sold_out"),
        (json!({"quantity": 1}), 400, "malformed"),
    ] {
        rows.push(hold(body, status, code));
    }
    for body in ["&quantity=%31%00", "&quantity=%ff", "&seat_ids[]=x", "&seat_ids[9999999999]=x", "&seat_ids[0][1]=x"] {
        rows.push(raw("bookings/hold", FORM, format!("event_id={general}{body}"), (400, "malformed")));
    }
    rows.push(hold(json!({"event_id": general, "quantity": 1}), 401, "sign_in_required").signed_out());
    rows
}
