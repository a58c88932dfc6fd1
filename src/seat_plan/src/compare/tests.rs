//! Tests of what changes.

use super::*;
use crate::check::tests::house;

fn seat_mut(plan: &mut Plan, section: usize, row: usize, seat: usize) -> &mut Seat {
    let Area::Rows(rows) = &mut plan.sections[section].area else { panic!("no rows") };
    &mut rows[row].seats[seat]
}

#[test]
fn a_plan_does_not_differ_from_itself() {
    let comparison = compare(&house(), &house());
    assert!(comparison.changes.is_nothing(), "{comparison:?}");
    assert_eq!((comparison.removed, comparison.touched), (Vec::new(), Vec::new()));
}

#[test]
fn each_change_of_a_seat_is_told_for_itself() {
    let before = house();
    let mut after = before.clone();
    seat_mut(&mut after, 0, 0, 0).x += 1;
    seat_mut(&mut after, 0, 0, 1).number = "99".to_owned();
    seat_mut(&mut after, 0, 0, 2).kind = crate::SeatKind::Accessible;
    seat_mut(&mut after, 0, 1, 0).tier = Some("Front".to_owned());
    let Area::Rows(rows) = &mut after.sections[0].area else { panic!("no rows") };
    let gone = rows[1].seats.remove(1).id.expect("an id");
    rows[1].seats.push(Seat { number: "100".to_owned(), x: 300, y: 300, ..Seat::default() });
    let Comparison { changes, removed, touched } = compare(&before, &after);
    let names = |listed: &Listed| listed.names.clone();
    assert_eq!(names(&changes.moved), ["Stalls A1"]);
    assert_eq!(names(&changes.renumbered), ["Stalls A2"], "by the name that people know");
    assert_eq!(names(&changes.changed_kind), ["Stalls A3"]);
    assert_eq!(names(&changes.repriced), ["Stalls B1"]);
    assert_eq!(
        (names(&changes.added), names(&changes.removed)),
        (vec!["Stalls B100".to_owned()], vec!["Stalls B2".to_owned()])
    );
    assert_eq!((removed, touched.len()), (vec![gone], 3), "a price touches nobody who has the seat");
}

#[test]
fn a_renamed_section_is_one_change_and_touches_all_its_people() {
    let before = house();
    let mut after = before.clone();
    after.sections[0].name = "Parkett".to_owned();
    let Comparison { changes, touched, .. } = compare(&before, &after);
    assert_eq!(changes.sections_renamed, [("Stalls".to_owned(), "Parkett".to_owned())]);
    assert_eq!((changes.renumbered.count, touched.len()), (0, before.sections[0].capacity()));
    after.sections[0].was = None;
    let Changes { sections_added, sections_removed, renumbered, .. } = compare(&before, &after).changes;
    assert_eq!((sections_added, sections_removed), (vec!["Parkett".to_owned()], vec!["Stalls".to_owned()]));
    assert_eq!(renumbered.count, before.sections[0].capacity(), "its seats are in another one");
}

#[test]
fn places_to_stand_are_counted() {
    let before = house();
    let mut after = before.clone();
    after.sections[1].area = Area::Standing(350);
    after.sections[1].price_minor += 1;
    let changes = compare(&before, &after).changes;
    let change = StandingChange { section: "Floor".to_owned(), before: 300, after: 350, is_repriced: true };
    assert_eq!(changes.standing, [change]);
    after.sections.remove(1);
    let changes = compare(&before, &after).changes;
    assert_eq!((changes.standing[0].after, &*changes.sections_removed), (0, &["Floor".to_owned()][..]));
}

#[test]
fn what_is_no_seat_s_is_a_redrawing() {
    for change in [
        (|plan| plan.stage_label = "Pitch".to_owned()) as fn(&mut Plan),
        |plan| plan.sections[0].outline[0] += 1,
        |plan| plan.sections.swap(0, 1),
        |plan| plan.width += 1,
        |plan| plan.leaves_no_single = true,
        |plan| plan.tiers[0].name = "Best".to_owned(),
    ] {
        let mut after = house();
        change(&mut after);
        let changes = compare(&house(), &after).changes;
        assert!(changes.is_redrawn && !changes.is_nothing(), "{changes:?}");
        assert_eq!((changes.moved.count, changes.added.count, changes.removed.count), (0, 0, 0));
    }
}

#[test]
fn lists_of_names_are_short() {
    let (before, after) = (Plan::default(), house());
    let mut many = after;
    let Area::Rows(rows) = &mut many.sections[0].area else { panic!("no rows") };
    rows[0].seats = (0..100).map(|n| Seat { number: n.to_string(), x: n, ..Seat::default() }).collect();
    let added = compare(&before, &many).changes.added;
    assert_eq!((added.count, added.names.len()), (103, NAMES_MAX));
}
