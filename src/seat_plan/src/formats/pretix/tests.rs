//! Tests of pretix's seating plans.

use super::*;
use crate::{
    check::{check, tests::house},
    formats::csv::tests::any_plan,
};
use proptest::prelude::*;
use serde_json::{Value, json};

/// As pretix' editor writes them: pixels, positions within positions, decoration.
fn theirs() -> Value {
    let seat = |guid: &str, number: &str, x: i32, category: &str| {
        json!({"seat_guid": guid, "seat_number": number, "uuid": "6a1f", "radius": 10, "start_direction": null,
               "position": {"x": x, "y": 0.5}, "category": category})
    };
    json!({
        "name": "Theatre", "size": {"width": 800, "height": 600},
        "categories": [{"name": "Stalls", "color": "#7eff7b"}, {"name": "Best", "color": "#ff0000"}],
        "zones": [{
            "name": "Main", "zone_id": "main", "uuid": "b2", "position": {"x": 100, "y": 200},
            "rows": [{
                "row_number": "A", "row_label": "Row A", "row_number_position": "both", "position": {"x": 10, "y": 20},
                "seats": [seat("A-1", "1", 0, "Stalls"), seat("A-2", "2", 24, "Best"), seat("A-3", "3", 48, "Best")],
            }],
            "areas": [{"shape": "text", "position": {"x": 0, "y": 0}, "text": {"text": "Bar", "position": {"x": 0, "y": 0}}}],
        }, {
            "name": "Decoration", "position": {"x": 300, "y": 10}, "rows": [],
            "areas": [{
                "shape": "rectangle", "color": "#eee", "border_color": "#000", "rotation": 0, "position": {"x": 10, "y": 10},
                "rectangle": {"width": 100, "height": 40}, "text": {"text": "Stage", "position": {"x": 50, "y": 20}},
            }],
        }],
    })
}

#[test]
fn a_plan_of_pretix_is_read() {
    let plan = read(&theirs().to_string(), None).expect("a plan");
    assert_eq!(check(&plan), []);
    let [section] = plan.sections.as_slice() else { panic!("{plan:?}") };
    let seats: Vec<(i32, i32, Option<&str>)> =
        section.rows()[0].seats.iter().map(|seat| (seat.x, seat.y, seat.tier.as_deref())).collect();
    assert_eq!(seats, [(55, 110, Some("Stalls")), (67, 110, Some("Best")), (79, 110, Some("Best"))]);
    assert_eq!((plan.stage_label.as_str(), &plan.stage[..2]), ("Stage", &[155, 10][..]));
    assert_eq!(plan.tiers.iter().map(|tier| tier.name.as_str()).collect::<Vec<_>>(), ["Best", "Stalls"]);
}

#[test]
fn what_is_no_seating_plan_is_told_with_its_line() {
    let fault = |text: &str| read(text, None).expect_err("a fault").remove(0);
    assert_eq!(fault("{\n\"zones\": 3}").line, 2);
    assert_eq!(
        fault(&json!({"name": "x", "zones": [], "categories": []}).to_string()).words,
        "There is no seat in this file."
    );
}

#[test]
fn a_file_larger_than_a_map_is_told_so_once() {
    let words = |file: &Value| read(&file.to_string(), None).expect_err("a fault").remove(0).words;
    let mut zones = theirs();
    zones["zones"] = vec![zones["zones"][0].clone(); SECTIONS_MAX + 2].into();
    assert_eq!(words(&zones), "A map has at most 500 sections; these are 502 zones.");
    let mut seats = theirs();
    let seat = seats["zones"][0]["rows"][0]["seats"][0].clone();
    seats["zones"][0]["rows"][0]["seats"] = vec![seat; SEATS_MAX + 1].into();
    assert_eq!(words(&seats), "A map has at most 100000 places; these are 100001.");
}

#[test]
fn an_area_of_too_many_points_is_left_out() {
    let mut file = theirs();
    let points = |count: usize| vec![json!({"x": 0, "y": 0}); count];
    file["zones"][1]["areas"][0]["polygon"] = json!({"points": points(POINTS_MAX + 1)});
    let plan = read(&file.to_string(), None).expect("a plan");
    assert_eq!(plan.stage, empty_map().stage);
}

#[test]
fn what_is_written_is_what_their_schema_asks_for() {
    let file: Value = serde_json::from_str(&write(&house())).expect("JSON");
    for (path, wanted) in [
        ("", &["name", "zones", "categories", "size"][..]),
        ("/zones/1", &["position", "rows"]),
        ("/zones/1/rows/0", &["seats", "row_number"]),
        ("/zones/1/rows/0/seats/0", &["seat_guid", "seat_number", "position", "category"]),
        ("/zones/0/areas/0/polygon/points/0", &["x", "y"]),
    ] {
        let part = file.pointer(path).and_then(Value::as_object).expect("an object");
        assert!(wanted.iter().all(|name| part.contains_key(*name)), "{path}: {part:?}");
    }
    let categories = file["categories"].as_array().expect("categories");
    let seat = &file["zones"][1]["rows"][0]["seats"][0];
    assert!(categories.iter().any(|category| category["name"] == seat["category"]), "it refers to one");
}

proptest! {
    #[test]
    fn a_plan_reads_back_as_it_was_written(plan in any_plan()) {
        // A seat that has no id yet is known by no other name: its kind is what gets lost.
        let mut plan = plan;
        for section in &mut plan.sections {
            let Area::Rows(rows) = &mut section.area else { continue };
            for seat in rows.iter_mut().flat_map(|row| &mut row.seats).filter(|seat| seat.id.is_none()) {
                (seat.kind, seat.limited_view) = Default::default();
            }
        }
        prop_assert_eq!(&read(&write(&plan), Some(&plan)).expect("a plan"), &plan);
    }
}
