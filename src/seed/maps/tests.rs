//! What has to be true of every map.

use super::*;
use crate::seats::{
    model::SeatKind,
    store::{NewMap, NewSeat, NewSection},
};
use std::collections::{HashMap, HashSet};

type Corner = (f64, f64);

fn maps() -> [(&'static str, NewMap); 5] {
    let arena_prices = ArenaPrices { floor: 5, lower_side: 4, lower_end: 3, upper_side: 2, upper_end: 1 };
    [
        ("theatre", theatre([3, 2, 1])),
        ("hall", hall([2, 1])),
        ("cinema", cinema([1, 2, 3])),
        ("arena", arena(arena_prices)),
        ("stadium", stadium(StadiumPrices { along: [6, 5, 4], behind: [3, 2, 1] })),
    ]
}

fn corners(outline: &[i32]) -> Vec<Corner> {
    outline.chunks_exact(2).map(|corner| (f64::from(corner[0]), f64::from(corner[1]))).collect()
}

fn edges(outline: &[i32]) -> Vec<(Corner, Corner)> {
    let corners = corners(outline);
    corners.iter().copied().zip(corners.iter().copied().cycle().skip(1)).collect()
}

fn cross(from: Corner, to: Corner, point: Corner) -> f64 {
    (to.0 - from.0) * (point.1 - from.1) - (to.1 - from.1) * (point.0 - from.0)
}

/// Counts how often a ray to the right leaves and enters.
fn is_inside(outline: &[i32], (x, y): Corner) -> bool {
    let crosses = |(from, to): &(Corner, Corner)| {
        (from.1 > y) != (to.1 > y) && x < (to.0 - from.0) * (y - from.1) / (to.1 - from.1) + from.0
    };
    edges(outline).iter().filter(|edge| crosses(edge)).count() % 2 == 1
}

fn distance_to(outline: &[i32], (x, y): Corner) -> f64 {
    let to_edge = |(from, to): (Corner, Corner)| {
        let (right, down) = (to.0 - from.0, to.1 - from.1);
        let length = right * right + down * down;
        let share = if length == 0.0 { 0.0 } else { ((x - from.0) * right + (y - from.1) * down) / length };
        let share = share.clamp(0.0, 1.0);
        (from.0 + share * right - x).hypot(from.1 + share * down - y)
    };
    edges(outline).into_iter().map(to_edge).fold(f64::INFINITY, f64::min)
}

fn overlap(one: &[i32], other: &[i32]) -> bool {
    let meet = |(a, b): (Corner, Corner), (c, d): (Corner, Corner)| {
        cross(a, b, c) * cross(a, b, d) < 0.0 && cross(c, d, a) * cross(c, d, b) < 0.0
    };
    let edges_of_other = edges(other);
    edges(one).iter().any(|edge| edges_of_other.iter().any(|with| meet(*edge, *with)))
        || corners(one).iter().any(|corner| is_inside(other, *corner))
        || corners(other).iter().any(|corner| is_inside(one, *corner))
}

fn place(seat: &NewSeat) -> Corner {
    (f64::from(seat.x), f64::from(seat.y))
}

fn find<'a>(map: &'a NewMap, section: &str) -> &'a NewSection {
    map.sections.iter().find(|found| found.name == section).expect(section)
}

#[test]
fn each_house_has_the_seats_it_promises() {
    let counts: HashMap<&str, (usize, usize)> = maps()
        .into_iter()
        .map(|(name, map)| (name, (map.sections.len(), map.sections.iter().map(|section| section.seats.len()).sum())))
        .collect();
    assert_eq!(counts["theatre"], (3, 600));
    assert_eq!(counts["hall"], (2, 150));
    assert_eq!(counts["cinema"], (3, 168));
    let (sections, seats) = counts["arena"];
    assert!(sections == 60 && (11_800..=12_200).contains(&seats), "{sections} {seats}");
    let (sections, seats) = counts["stadium"];
    assert!(sections == 118 && (49_500..=50_500).contains(&seats), "{sections} {seats}");
}

#[test]
fn seats_lie_well_inside_their_section() {
    for (name, map) in maps() {
        for section in &map.sections {
            for seat in &section.seats {
                let label = format!("{name} {} {}{}", section.name, seat.row, seat.number);
                assert!(is_inside(&section.outline, place(seat)), "{label} lies outside");
                assert!(distance_to(&section.outline, place(seat)) >= 5.5, "{label} touches the edge");
            }
        }
    }
}

#[test]
fn sections_and_the_stage_do_not_overlap_and_lie_on_the_map() {
    for (name, map) in maps() {
        let stage = (map.stage_label.as_str(), &map.stage);
        let shapes: Vec<(&str, &Vec<i32>)> =
            map.sections.iter().map(|section| (section.name.as_str(), &section.outline)).chain([stage]).collect();
        for (i, (one, outline)) in shapes.iter().enumerate() {
            for (other, other_outline) in &shapes[i + 1..] {
                assert!(!overlap(outline, other_outline), "{name}: {one} and {other}");
            }
            let on_map = |(x, y): Corner| x > 0.0 && y > 0.0 && x < f64::from(map.width) && y < f64::from(map.height);
            assert!(corners(outline).into_iter().all(on_map), "{name}: {one} leaves the map");
        }
    }
}

#[test]
fn no_two_seats_are_on_top_of_each_other() {
    const NEAREST: f64 = 10.0;
    let cell = |(x, y): Corner| ((x / NEAREST).floor() as i64, (y / NEAREST).floor() as i64);
    for (name, map) in maps() {
        let mut cells: HashMap<(i64, i64), Vec<Corner>> = HashMap::new();
        for seat in map.sections.iter().flat_map(|section| &section.seats) {
            let (x, y) = place(seat);
            let (column, line) = cell((x, y));
            let around = (column - 1..=column + 1).flat_map(|c| (line - 1..=line + 1).map(move |l| (c, l)));
            for near in around.filter_map(|cell| cells.get(&cell)).flatten() {
                let distance = (near.0 - x).hypot(near.1 - y);
                assert!(distance >= NEAREST, "{name}: {near:?} and {:?} are {distance} apart", (x, y));
            }
            cells.entry((column, line)).or_default().push((x, y));
        }
    }
}

#[test]
fn labels_are_unique_and_short_enough() {
    for (name, map) in maps() {
        let names: HashSet<&str> = map.sections.iter().map(|section| section.name.as_str()).collect();
        assert_eq!(names.len(), map.sections.len(), "{name}");
        for section in &map.sections {
            assert!((1..=60).contains(&section.name.chars().count()), "{}", section.name);
            let labels: HashSet<(&str, &str)> =
                section.seats.iter().map(|seat| (seat.row.as_str(), seat.number.as_str())).collect();
            assert_eq!(labels.len(), section.seats.len(), "{name} {}", section.name);
            assert!(labels.iter().all(|(row, number)| row.len() <= 8 && number.len() <= 8));
        }
    }
}

#[test]
fn f12_and_f13_are_neighbours_in_the_stalls() {
    let map = theatre([3, 2, 1]);
    let stalls = find(&map, "Stalls");
    let seat = |number: &str| {
        let found = stalls.seats.iter().find(|seat| seat.row == FREE_ROW && seat.number == number);
        place(found.expect(number))
    };
    let ((x12, y12), (x13, y13)) = (seat("12"), seat("13"));
    assert!((11.0..=13.0).contains(&(x13 - x12)) && (y13 - y12).abs() <= 1.0);
    assert!(FREE_SEATS.contains(&12) && FREE_SEATS.contains(&13));
}

#[test]
fn numbers_grow_to_the_right_or_downwards_the_same_way_in_all_rows_of_a_section() {
    for (name, map) in maps() {
        for section in &map.sections {
            let rows = section.seats.chunk_by(|a, b| a.row == b.row);
            let ends: Vec<(&NewSeat, &NewSeat)> = rows.filter_map(|row| row.first().zip(row.last())).collect();
            let upright = ends.iter().all(|(first, last)| first.y < last.y);
            let across = ends.iter().all(|(first, last)| first.x < last.x);
            assert!(upright || across, "{name} {}", section.name);
            assert!(ends.iter().all(|(first, _)| first.number == "1"), "{name} {}", section.name);
        }
    }
}

#[test]
fn every_wheelchair_place_has_its_companion_beside_it() {
    for (name, map) in maps() {
        let mut places = 0;
        for row in map.sections.iter().flat_map(|section| section.seats.chunk_by(|a, b| a.row == b.row)) {
            for (i, seat) in row.iter().enumerate().filter(|(_, seat)| seat.kind == SeatKind::Accessible) {
                places += 1;
                let beside = if i == 0 { row.get(1) } else { row.get(i - 1) };
                assert!(
                    beside.is_some_and(|seat| seat.kind == SeatKind::Companion),
                    "{name} {}{}",
                    seat.row,
                    seat.number
                );
            }
        }
        assert!(places >= 2, "{name}");
    }
}

#[test]
fn sections_of_a_stadium_are_named_by_their_stand() {
    let map = stadium(StadiumPrices { along: [6, 5, 4], behind: [3, 2, 1] });
    let (middle_x, middle_y) = (map.width / 2, map.height / 2);
    for section in &map.sections {
        let seat = &section.seats[section.seats.len() / 2];
        let fits = match section.name.split_once(' ').expect("a stand and a number").0 {
            "North" => seat.y < middle_y,
            "South" => seat.y > middle_y,
            "West" => seat.x < middle_x,
            _ => seat.x > middle_x,
        };
        assert!(fits, "{}", section.name);
    }
    assert_eq!(find(&map, "North 101").price_minor, 6);
    assert_eq!(find(&map, "North 109").price_minor, 3);
    assert_eq!(find(&map, "East 110").price_minor, 3);
}
