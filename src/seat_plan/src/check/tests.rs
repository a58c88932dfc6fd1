//! Tests of the rules.

use super::*;
use crate::{SeatKind, Tier};

/// What is done to a plan, and what is said of it then.
type Case<Change> = (Change, &'static str);

/// A small house: stalls of two rows of three, and a floor where 300 stand.
pub(crate) fn house() -> Plan {
    let seat = |row: u128, nth: i32| Seat {
        id: Some(Uuid::from_u128(row * 100 + nth as u128)),
        number: nth.to_string(),
        x: 20 + 12 * nth,
        y: 60 + 14 * row as i32,
        ..Seat::default()
    };
    let row = |label: &str, row| Row { label: label.to_owned(), seats: (1..=3).map(|nth| seat(row, nth)).collect() };
    let section = |name: &str, outline: [i32; 8], area| Section {
        was: Some(name.to_owned()),
        name: name.to_owned(),
        price_minor: 2_500,
        outline: outline.to_vec(),
        area,
    };
    Plan {
        width: 400,
        height: 400,
        stage: vec![10, 0, 200, 0, 200, 30, 10, 30],
        stage_label: "Stage".to_owned(),
        tiers: vec![Tier { name: "Front".to_owned(), price_minor: 4_000 }],
        sections: vec![
            section("Stalls", [20, 60, 80, 60, 80, 110, 20, 110], Area::Rows(vec![row("A", 0), row("B", 1)])),
            section("Floor", [200, 60, 380, 60, 380, 300, 200, 300], Area::Standing(300)),
        ],
        ..Plan::default()
    }
}

fn first_row(plan: &mut Plan) -> &mut Row {
    let Area::Rows(rows) = &mut plan.sections[0].area else { panic!("no rows") };
    &mut rows[0]
}

fn said(change: impl FnOnce(&mut Plan)) -> Vec<String> {
    let mut plan = house();
    change(&mut plan);
    check(&plan).into_iter().map(|flaw| flaw.words).collect()
}

#[test]
fn a_sound_plan_has_no_flaw() {
    assert_eq!(check(&house()), []);
}

#[test]
fn each_rule_is_told_of_once() {
    let cases: [Case<fn(&mut Plan)>; 27] = [
        (|plan| plan.width = SIDE_MAX + 1, "The map has to be"),
        (|plan| plan.height = SIDE_MAX + 1, "The map has to be"),
        (|plan| plan.stage.truncate(4), "The stage needs 3"),
        (|plan| plan.stage[1] = -1, "The stage reaches beyond"),
        (|plan| plan.stage = vec![0, 0, 10, 0, 20, 0], "The stage has no area"),
        (|plan| plan.stage_label = String::new(), "The stage needs a name"),
        (|plan| plan.tiers.push(plan.tiers[0].clone()), "There is another price called Front"),
        (|plan| plan.tiers[0].price_minor = -1, "The price Front is below"),
        (|plan| plan.tiers[0].name = " Front".to_owned(), "A price needs a name"),
        (|plan| plan.sections[1].name = "Stalls".to_owned(), "There is another section called Stalls"),
        (|plan| plan.sections[1].was = Some("Stalls".to_owned()), "Floor and another section are made of"),
        (|plan| plan.sections[0].name = "x".repeat(61), "A section needs a name of 1 to 60"),
        (|plan| plan.sections[0].price_minor = -1, "The price of Stalls"),
        (|plan| plan.sections[0].outline.push(1), "The outline of Stalls needs"),
        (|plan| plan.sections[1].area = Area::Standing(0), "Floor has room for nobody"),
        (|plan| plan.sections[1].area = Area::Standing(SEATS_MAX as u32), "A map has at most 100000 places"),
        (|plan| plan.sections[1].area = Area::Rows(Vec::new()), "Floor has no seats"),
        (|plan| first_row(plan).label = "B".to_owned(), "Stalls has another row B"),
        (|plan| first_row(plan).label = "*".to_owned(), "A row can't be called *"),
        (|plan| first_row(plan).label = "too long!".to_owned(), "A row needs a label of 1 to 8"),
        (|plan| first_row(plan).seats.clear(), "There are no seats in row A"),
        (|plan| first_row(plan).seats[1].number = "1".to_owned(), "There is another seat 1 in row A"),
        (|plan| first_row(plan).seats[1].number = "a\tb".to_owned(), "A seat in row A of Stalls needs"),
        (|plan| first_row(plan).seats[1].x = 401, "Seat 2 in row A of Stalls lies outside"),
        (|plan| first_row(plan).seats[1].tier = Some("Back".to_owned()), "Seat 2 in row A of Stalls has a price"),
        (|plan| first_row(plan).seats[1].id = first_row(plan).seats[0].id, "Seat 2 in row A of Stalls and another"),
        (|plan| first_row(plan).seats[1].x -= 7, "Stalls A2 lies on top of Stalls A1"),
    ];
    for (change, words) in cases {
        let said = said(change);
        assert!(said.len() == 1 && said[0].starts_with(words), "{words}: {said:?}");
    }
    assert_eq!(said(|plan| plan.sections.clear()), ["There is no place on the map yet."]);
}

#[test]
fn a_flaw_says_where_it_is() {
    let mut plan = house();
    let Area::Rows(rows) = &mut plan.sections[0].area else { panic!("no rows") };
    rows[1].seats[2].number = String::new();
    let flaws = check(&plan);
    assert_eq!((flaws[0].section, flaws[0].row, flaws[0].seat), (Some(0), Some(1), Some(2)));
}

#[test]
fn seats_of_other_sections_are_in_the_way_too() {
    let mut plan = house();
    let seat = Seat { number: "1".to_owned(), x: 32, y: 65, ..Seat::default() };
    plan.sections[1].area = Area::Rows(vec![Row { label: "Z".to_owned(), seats: vec![seat] }]);
    assert_eq!(check(&plan)[0].words, "Floor Z1 lies on top of Stalls A1.");
    let Area::Rows(rows) = &mut plan.sections[1].area else { panic!("no rows") };
    rows[0].seats[0].y = 66;
    assert_eq!(check(&plan), [], "as near as they may");
}

#[test]
fn a_background_is_a_picture_by_what_it_begins_with() {
    let with = |picture: &str, opacity_percent| {
        let background = Background { picture: picture.to_owned(), x: 0, y: 0, width: 300, opacity_percent };
        said(|plan| plan.background = Some(background))
    };
    let png = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAAB";
    let webp = "data:image/webp;base64,UklGRhIAAABXRUJQVlA4TAYAAAA=";
    let jpeg = "data:image/jpeg;base64,/9j/4AAQSkZJRgABAQAAAQABAAD/";
    for picture in [png, webp, jpeg] {
        assert_eq!(with(picture, 40), Vec::<String>::new(), "{picture}");
    }
    let svg = "data:image/svg+xml;base64,PHN2ZyB4bWxucz0iaHR0cDovL3d3dy53My5vcmcvMjAwMC9zdmciLz4=";
    let renamed = jpeg.replace("jpeg", "png");
    for picture in [
        svg,
        &renamed,
        "https://example.org/plan.png",
        "data:image/png;base64,iVBO",
        "data:image/png;base64,iVBORw0K\"onerror=\"AAAAAA",
    ] {
        assert_eq!(with(picture, 40).len(), 1, "{picture}");
    }
    let large = format!("{png}{}", "A".repeat(PICTURE_MAX / 3 * 4));
    assert_eq!(with(&large, 40), ["The background picture is larger than 2 MB."]);
    assert_eq!(with(png, 101).len(), 1);
}

#[test]
fn kinds_of_seats_need_no_rule() {
    for kind in [SeatKind::Accessible, SeatKind::Companion] {
        assert_eq!(said(|plan| first_row(plan).seats[0].kind = kind), Vec::<String>::new());
    }
}

#[test]
fn a_plan_full_of_flaws_tells_some_of_them() {
    let mut plan = house();
    first_row(&mut plan).seats = (0..1_000).map(|_| Seat::default()).collect();
    assert_eq!(check(&plan).len(), FLAWS_MAX);
}

#[test]
fn a_plan_that_is_too_large_is_told_so_without_its_names() {
    let long = "x".repeat(1 << 20);
    let empty_rows = |count: usize| Area::Rows((0..count).map(|_| Row::default()).collect());
    let tier = |name: String| Tier { name, price_minor: 1 };
    type Excess<'a> = &'a dyn Fn(&mut Plan);
    let cases: [Case<Excess<'_>>; 8] = [
        (&|plan| plan.sections[0].name.clone_from(&long), "A section needs a name of 1 to 60 characters"),
        (&|plan| plan.tiers[0].name.clone_from(&long), "A price needs a name of 1 to 60 characters"),
        (&|plan| first_row(plan).label.clone_from(&long), "A row needs a label"),
        (&|plan| first_row(plan).seats[2].number.clone_from(&long), "A seat needs a label"),
        (&|plan| plan.sections = vec![plan.sections[1].clone(); SECTIONS_MAX + 1], "A map has at most 500 sections"),
        (&|plan| plan.tiers = vec![tier("T".to_owned()); TIERS_MAX + 1], "A map has at most 50 named prices"),
        (&|plan| first_row(plan).seats = vec![Seat::default(); SEATS_MAX], "A map has at most 100000 places"),
        (&|plan| plan.sections[0].area = empty_rows(SEATS_MAX + 1), "A map has at most 100000 rows"),
    ];
    for (change, words) in cases {
        let said = said(change);
        assert!(said.len() == 1 && said[0].starts_with(words) && said[0].len() < 200, "{words}");
    }
    let mut plan = house();
    first_row(&mut plan).seats[2].number = "x".repeat(LABEL_MAX + 1);
    let flaw = find_excess(&plan).expect("too long");
    assert_eq!((flaw.section, flaw.row, flaw.seat), (Some(0), Some(0), Some(2)));
}

#[test]
fn flaws_of_rows_end_where_enough_are_told() {
    let mut plan = house();
    plan.sections[0].area = Area::Rows((0..1_000).map(|_| Row::default()).collect());
    assert_eq!(check(&plan).len(), FLAWS_MAX);
}

#[test]
fn the_largest_plan_is_checked_at_once() {
    let mut plan = Plan { width: 12_000, height: 5_000, ..house() };
    let row = |y: i32| Row {
        label: format!("{y}"),
        seats: (0..500)
            .map(|n: i32| Seat { number: n.to_string(), x: 10 + 12 * n, y: 100 + 14 * y, ..Seat::default() })
            .collect(),
    };
    plan.sections.truncate(1);
    plan.sections[0].area = Area::Rows((0..200).map(row).collect());
    let began = std::time::Instant::now();
    assert_eq!(check(&plan), []);
    assert!(
        began.elapsed() < std::time::Duration::from_secs(60),
        "{:?}: every seat with every other takes minutes",
        began.elapsed()
    );
    first_row(&mut plan).seats[499].x -= 8;
    assert_eq!(check(&plan).len(), 1);
}
