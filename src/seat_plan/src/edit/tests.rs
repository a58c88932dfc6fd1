use super::*;
use crate::{
    generate::{Block, Rows, Shape},
    geometry::is_inside,
    model::{SeatKind, Tier},
    numbering::{RowLabels, Scheme, SeatNumbers},
};
use proptest::prelude::*;

fn block(rows: u32, seats: u32, at: (i32, i32), name: &str) -> Section {
    let shape = Shape::Rows(Rows { rows, seats, ..Rows::default() });
    let block = Block { shape, labels: RowLabels::default(), numbers: SeatNumbers::default(), turn: 0 };
    block.section(name.to_owned(), 2_000, at).expect("a section")
}

fn hall() -> Drawing {
    Drawing::from(Plan {
        width: 600,
        height: 400,
        stage: vec![200, 10, 400, 10, 400, 40],
        stage_label: "Stage".to_owned(),
        tiers: vec![Tier { name: "Front".to_owned(), price_minor: 3_000 }],
        sections: vec![
            block(4, 6, (150, 100), "Stalls"),
            Section {
                was: None,
                name: "Floor".to_owned(),
                price_minor: 1_000,
                outline: vec![10, 200, 90, 200, 90, 280],
                area: Area::Standing(50),
            },
            block(3, 5, (400, 100), "Circle"),
        ],
        ..Plan::default()
    })
}

fn labels(drawing: &Drawing, section: usize) -> Vec<&str> {
    drawing.sections[section].rows().iter().map(|row| row.label.as_str()).collect()
}

#[test]
fn a_plan_comes_back_as_it_was() {
    let plan = hall().plan();
    assert_eq!(Drawing::from(plan.clone()).plan(), plan);
}

#[test]
fn what_is_moved_shares_the_rest_and_takes_its_outline_along() {
    let hall = hall();
    let moved = hall.moved(&hall.spots_of(0), (5, 7));
    assert!(Rc::ptr_eq(&moved.sections[2], &hall.sections[2]));
    let by = |at: usize| moved.sections[0].outline[at] - hall.sections[0].outline[at];
    assert_eq!((by(0), by(1)), (5, 7));
    let one = hall.moved(&[Spot::new(0, 0, 0)], (-40, -40));
    let seat = one.seat(Spot::new(0, 0, 0)).expect("a seat");
    assert!(is_inside(&one.sections[0].outline, (seat.x, seat.y)), "the outline follows");
}

#[test]
fn an_outline_by_hand_stays() {
    let hall = hall().outlined(0, Some(vec![0, 0, 300, 0, 300, 300])).expect("an outline");
    assert_eq!(hall.without(&[Spot::new(0, 0, 0)]).sections[0].outline, [0, 0, 300, 0, 300, 300]);
    let again = hall.outlined(0, None).expect("an outline");
    assert!(is_automatic(&again.sections[0]));
    assert_eq!(hall.outlined(1, None), Err(Refused::NoOutline));
}

#[test]
fn rows_and_sections_without_seats_go() {
    let hall = hall();
    let row = [0, 1, 2, 3, 4, 5].map(|seat| Spot::new(0, 1, seat));
    assert_eq!(labels(&hall.without(&row), 0), ["A", "C", "D"]);
    let left = hall.without(&hall.spots_of(0));
    assert_eq!(left.names().into_iter().collect::<Vec<_>>(), ["Circle", "Floor"]);
}

#[test]
fn a_copy_of_a_section_is_a_new_one_and_of_a_part_new_rows() {
    let hall = hall();
    let (copied, spots) = hall.pasted(&hall.clip(&hall.spots_of(0)), (0, 200));
    assert_eq!((copied.sections[3].name.as_str(), spots.len()), ("Stalls 2", 24));
    let (grown, spots) = hall.pasted(&hall.clip(&[Spot::new(0, 0, 0), Spot::new(0, 0, 1)]), (0, 100));
    assert_eq!(labels(&grown, 0), ["A", "B", "C", "D", "E"]);
    assert_eq!(spots, [Spot::new(0, 4, 0), Spot::new(0, 4, 1)]);
}

#[test]
fn seats_are_renumbered_row_by_row_and_rows_are_called_anew() {
    let hall = hall();
    let numbers = SeatNumbers { scheme: Scheme::FromRight, first: 101 };
    let anew = hall.renumbered(&hall.spots_of(2), numbers);
    let row =
        |row: usize| anew.sections[2].rows()[row].seats.iter().map(|seat| seat.number.as_str()).collect::<Vec<_>>();
    assert_eq!((row(0), row(2)), (vec!["105", "104", "103", "102", "101"], vec!["105", "104", "103", "102", "101"]));
    let anew = hall.relabelled(&hall.spots_of(2), &RowLabels { from_back: true, ..RowLabels::default() });
    assert_eq!(labels(&anew, 2), ["C", "B", "A"]);
}

#[test]
fn seats_move_to_another_section_or_a_new_one() {
    let mut hall = hall();
    Rc::make_mut(&mut hall.sections[0]).was = Some("Stalls".to_owned());
    let (merged, spots) = hall.gathered(&hall.spots_of(0), "Circle").expect("merged");
    assert_eq!(merged.names().into_iter().collect::<Vec<_>>(), ["Circle", "Floor"]);
    assert_eq!((labels(&merged, 1).len(), spots.len(), spots[0].section), (7, 24, 1));
    assert_eq!(labels(&merged, 1).iter().collect::<BTreeSet<_>>().len(), 7, "labels stay unique");
    let (split, spots) = hall.gathered(&[Spot::new(0, 0, 0), Spot::new(0, 0, 1)], " Front  box ").expect("split");
    assert_eq!(
        (split.sections[3].name.as_str(), split.sections[3].was.as_deref(), spots.len()),
        ("Front box", None, 2)
    );
    assert!(is_automatic(&split.sections[3]));
    assert_eq!(hall.gathered(&hall.spots_of(0), "Floor"), Err(Refused::Unknown));
    assert_eq!(hall.gathered(&[], "Circle"), Err(Refused::NothingChosen));
    let (same, _) = hall.gathered(&hall.spots_of(2), "Circle").expect("nothing to do");
    assert_eq!(same, hall);
    let (whole, _) = hall.gathered(&hall.spots_of(0), "Parkett").expect("a new name");
    assert_eq!(whole.sections.iter().find(|of| of.name == "Parkett").and_then(|of| of.was.as_deref()), Some("Stalls"));
}

#[test]
fn names_and_tiers_are_looked_at() {
    let hall = hall();
    assert_eq!(hall.renamed(0, "Circle"), Err(Refused::NameTaken("Circle".to_owned())));
    assert_eq!(hall.renamed(0, "  "), Err(Refused::NoName));
    assert_eq!(hall.renamed(9, "Balcony"), Err(Refused::Unknown));
    assert_eq!(hall.with_tier(&hall.spots_of(0), Some("Royal")), Err(Refused::Unknown));
    let painted = hall.with_tier(&hall.spots_of(0), Some("Front")).expect("a tier");
    assert!(painted.without_tier("Front").seats().all(|(_, seat)| seat.tier.is_none()));
    assert_eq!(hall.with_standing(0, 3), Err(Refused::Unknown));
    assert_eq!(hall.with_standing(1, 80).expect("standing").sections[1].capacity(), 80);
}

#[test]
fn a_map_grows_with_what_is_drawn() {
    let hall = hall();
    let (wide, by) = hall.moved(&hall.spots_of(2), (500, 0)).fitted();
    assert_eq!((by, wide.sheet.width), ((0, 0), 400 + 24 + 500 + 10 + MARGIN));
    let (shifted, by) = hall.moved(&hall.spots_of(0), (-300, 0)).fitted();
    assert_eq!(by, (MARGIN + 10 + 300 - (150 - 30), 0), "right alone");
    assert!(shifted.extent().is_some_and(|(left, ..)| left == MARGIN));
    assert_eq!(hall.fitted(), (hall.clone(), (0, 0)));
}

#[test]
fn seats_are_lined_up_and_spread() {
    let hall = hall();
    let row = [0, 1, 2].map(|seat| Spot::new(0, 0, seat));
    let bent = hall.moved(&[row[1]], (3, 8));
    let line = bent.aligned(&row, Edge::Top).spread(&row);
    assert_eq!(line, hall);
    let column = hall.aligned(&row, Edge::Column);
    assert_eq!(row.map(|spot| column.seat(spot).expect("a seat").x), [132; 3]);
}

/// Something one does with the designer.
#[derive(Clone, Debug)]
enum Deed {
    Move(i32, i32),
    Turn(i32),
    Delete,
    Paste(i32, i32),
    Renumber(u32),
    Kind,
    Tier,
    Gather(u8),
    Spread,
}

fn deeds() -> impl Strategy<Value = (Deed, Vec<(u8, u8, u8)>)> {
    let deed = prop_oneof![
        (-50..50, -50..50).prop_map(|(x, y)| Deed::Move(x, y)),
        (-180..180).prop_map(Deed::Turn),
        Just(Deed::Delete),
        (-50..50, -50..50).prop_map(|(x, y)| Deed::Paste(x, y)),
        (0_u32..50).prop_map(Deed::Renumber),
        Just(Deed::Kind),
        Just(Deed::Tier),
        (0_u8..4).prop_map(Deed::Gather),
        Just(Deed::Spread),
    ];
    (deed, proptest::collection::vec((0_u8..4, 0_u8..5, 0_u8..7), 0..30))
}

fn done(deed: &Deed, drawing: &Drawing, chosen: &[Spot]) -> (Drawing, Vec<Spot>) {
    let with = |drawing: Drawing| (drawing, chosen.to_vec());
    match deed {
        Deed::Move(x, y) => with(drawing.moved(chosen, (*x, *y))),
        Deed::Turn(degrees) => with(drawing.turned(chosen, *degrees)),
        Deed::Delete => (drawing.without(chosen), Vec::new()),
        Deed::Paste(x, y) => drawing.pasted(&drawing.clip(chosen), (*x, *y)),
        Deed::Renumber(first) => {
            with(drawing.renumbered(chosen, SeatNumbers { scheme: Scheme::FromCentre, first: *first }))
        }
        Deed::Kind => with(drawing.of_kind(chosen, SeatKind::Accessible).with_view(chosen, true)),
        Deed::Tier => with(drawing.with_tier(chosen, Some("Front")).expect("a tier")),
        Deed::Gather(section) => {
            drawing.gathered(chosen, &format!("Section {section}")).unwrap_or_else(|_| with(drawing.clone()))
        }
        Deed::Spread => with(drawing.spread(chosen)),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn everything_can_be_undone_and_made_again(deeds in proptest::collection::vec(deeds(), 1..12)) {
        let mut history = History::new(hall());
        let mut states = vec![history.drawing().clone()];
        for (deed, chosen) in deeds {
            history.choose(chosen.into_iter().map(|(section, row, seat)| Spot::new(section.into(), row.into(), seat.into())).collect());
            let before = history.drawing().seats().count();
            let chosen = history.chosen().to_vec();
            let (drawing, spots) = done(&deed, history.drawing(), &chosen);
            let expected = match deed {
                Deed::Delete => before - chosen.len(),
                Deed::Paste(..) => before + chosen.len(),
                _ => before,
            };
            prop_assert_eq!(drawing.seats().count(), expected, "no seat is lost, none is made");
            for section in &drawing.sections {
                let labels: BTreeSet<&str> = section.rows().iter().map(|row| row.label.as_str()).collect();
                prop_assert_eq!(labels.len(), section.rows().len(), "labels of rows are unique");
            }
            prop_assert_eq!(drawing.names().len(), drawing.sections.len(), "names are unique");
            history.push("a change", drawing, spots.clone());
            if !matches!(deed, Deed::Delete) {
                prop_assert_eq!(history.chosen().len(), spots.len(), "what is chosen afterwards is there");
            }
            if states.last() != Some(history.drawing()) {
                states.push(history.drawing().clone());
            }
        }
        for state in states.iter().rev().skip(1) {
            prop_assert!(history.undo().is_some());
            prop_assert_eq!(history.drawing(), state);
        }
        prop_assert!(history.undo().is_none());
        for state in states.iter().skip(1) {
            prop_assert!(history.redo().is_some());
            prop_assert_eq!(history.drawing(), state);
        }
        prop_assert!(history.redo().is_none());
    }
}
