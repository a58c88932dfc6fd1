//! The designer as one uses it, but for its pictures.

use crate::{
    editor::{Editor, Outcome, TakenSeat},
    gesture::Press,
};
use seat_plan::{Area, Plan, Seat, SeatKind, edit::Spot};
use uuid::Uuid;

fn editor() -> Editor {
    let mut editor = Editor::default();
    let plan = Plan {
        width: 800,
        height: 600,
        stage: vec![300, 20, 500, 20, 500, 60, 300, 60],
        stage_label: "Stage".to_owned(),
        ..Plan::default()
    };
    editor.open(plan, &[], 2, true);
    (editor.camera.width, editor.camera.height) = (800.0, 600.0);
    editor
}

fn run(editor: &mut Editor, command: &str) -> Outcome {
    editor.run(serde_json::from_str(command).expect("a command"))
}

fn done(editor: &mut Editor, command: &str) {
    let outcome = run(editor, command);
    assert!(!outcome.is_refused, "{command}: {}", outcome.said);
}

const ROWS: &str =
    r#"{"command":"tool","tool":"make","shape":"rows","name":"Stalls","price":"24.50","rows":3,"seats":4}"#;

/// With three rows of four seats.
fn drawn() -> Editor {
    let mut editor = editor();
    done(&mut editor, ROWS);
    done(&mut editor, r#"{"command":"place"}"#);
    done(&mut editor, r#"{"command":"tool","tool":"select"}"#);
    editor
}

fn seat(editor: &Editor, section: usize, row: usize, seat: usize) -> Seat {
    editor.drawing().and_then(|drawing| drawing.seat(Spot::new(section, row, seat))).expect("a seat").clone()
}

fn point(editor: &Editor, section: usize, row: usize, seat: usize) -> (f64, f64) {
    let found = editor.find(Spot::new(section, row, seat)).expect("a seat");
    (found[0], found[1])
}

fn press(editor: &mut Editor, at: (f64, f64)) {
    editor.press(at, Press::default());
}

#[test]
fn rows_are_placed_below_what_is_there_or_where_one_presses() {
    let mut editor = drawn();
    let section = &editor.plan().sections[0];
    assert_eq!((section.name.as_str(), section.price_minor, section.capacity()), ("Stalls", 2_450, 12));
    assert!(section.outline.chunks(2).all(|corner| corner[1] > 60), "below the stage: {:?}", section.outline);
    assert_eq!(editor.chosen().len(), 12, "what was made is chosen");
    done(&mut editor, ROWS);
    press(&mut editor, (400.0, 400.0));
    editor.release();
    let second = &editor.plan().sections[1];
    assert_eq!(second.name, "Stalls 2");
    assert_eq!(second.rows()[0].seats[0].y, 400);
}

#[test]
fn what_makes_no_sense_is_refused_and_nothing_changes() {
    let mut editor = drawn();
    let before = editor.plan();
    for command in [
        r#"{"command":"section","section":0,"name":"","price":"3"}"#,
        r#"{"command":"section","section":0,"name":"Stalls","price":"three"}"#,
        r#"{"command":"section","section":9,"name":"Stalls","price":"3"}"#,
        r#"{"command":"tier","tier":"Royal"}"#,
        r#"{"command":"number","number":"123456789"}"#,
        r#"{"command":"paste"}"#,
        r#"{"command":"redo"}"#,
        r#"{"command":"finish"}"#,
        r#"{"command":"outline_by_rows","section":7}"#,
        r#"{"command":"remove_section","section":7}"#,
        r#"{"command":"reorder","section":0,"to":3}"#,
    ] {
        assert!(run(&mut editor, command).is_refused, "{command}");
    }
    assert_eq!(editor.plan(), before);
}

#[test]
fn seats_are_chosen_dragged_and_put_back() {
    let mut editor = drawn();
    let (before, from) = (seat(&editor, 0, 0, 0), point(&editor, 0, 0, 0));
    press(&mut editor, (5.0, 5.0));
    editor.release();
    assert!(editor.chosen().is_empty(), "nothing lies there");
    press(&mut editor, from);
    editor.drag((from.0 - 60.0, from.1 + 3.0), Press::default());
    editor.release();
    let after = seat(&editor, 0, 0, 0);
    assert_eq!(after.x, before.x - 60);
    assert_eq!(after.y, before.y, "it jumps into line with its row");
    done(&mut editor, r#"{"command":"undo"}"#);
    assert_eq!(seat(&editor, 0, 0, 0), before);
    assert!(!run(&mut editor, r#"{"command":"redo"}"#).is_refused);
    assert_eq!(seat(&editor, 0, 0, 0), after);
}

#[test]
fn a_frame_chooses_and_shift_adds() {
    let mut editor = drawn();
    let (from, to) = (point(&editor, 0, 0, 0), point(&editor, 0, 1, 1));
    press(&mut editor, (from.0 - 9.0, from.1 - 9.0));
    editor.drag((to.0 + 2.0, to.1 + 2.0), Press::default());
    editor.release();
    assert_eq!(editor.chosen().len(), 4);
    let more = point(&editor, 0, 2, 3);
    editor.press(more, Press { adds: true, ..Press::default() });
    editor.release();
    assert_eq!(editor.chosen().len(), 5);
    editor.widen(more);
    assert_eq!(editor.chosen().len(), 4, "a double click chooses the row");
}

#[test]
fn all_of_it_goes_by_keys() {
    let mut editor = drawn();
    done(&mut editor, r#"{"command":"choose_none"}"#);
    assert!(run(&mut editor, r#"{"command":"cursor","x":1,"y":0}"#).said.contains("row A, seat 1"));
    assert!(run(&mut editor, r#"{"command":"cursor","x":1,"y":0,"extend":true}"#).said.contains("seat 2, chosen"));
    assert!(run(&mut editor, r#"{"command":"cursor","x":0,"y":1}"#).said.contains("row B, seat 2"));
    assert!(run(&mut editor, r#"{"command":"cursor_toggle"}"#).said.ends_with("chosen"));
    assert_eq!(editor.chosen(), [Spot::new(0, 0, 0), Spot::new(0, 0, 1), Spot::new(0, 1, 1)]);
    let before = seat(&editor, 0, 1, 1);
    done(&mut editor, r#"{"command":"nudge","x":0,"y":12}"#);
    assert_eq!(seat(&editor, 0, 1, 1).y, before.y + 12);
    done(&mut editor, r#"{"command":"delete"}"#);
    assert_eq!(editor.plan().capacity(), 9);
}

#[test]
fn prices_and_kinds_are_painted() {
    let mut editor = drawn();
    done(&mut editor, r#"{"command":"tier_price","name":"Front","price":"39"}"#);
    done(&mut editor, r#"{"command":"tool","tool":"paint_tier","tier":"Front"}"#);
    let (from, to) = (point(&editor, 0, 0, 0), point(&editor, 0, 0, 1));
    press(&mut editor, from);
    editor.drag(to, Press::default());
    assert_eq!(editor.release().said, "Painted 2 seats.");
    assert_eq!(seat(&editor, 0, 0, 1).tier.as_deref(), Some("Front"));
    done(&mut editor, r#"{"command":"tool","tool":"paint_kind","kind":"accessible"}"#);
    press(&mut editor, from);
    editor.release();
    assert_eq!(seat(&editor, 0, 0, 0).kind, SeatKind::Accessible);
    done(&mut editor, r#"{"command":"remove_tier","name":"Front"}"#);
    assert_eq!(seat(&editor, 0, 0, 1).tier, None);
}

#[test]
fn people_stand_where_one_draws() {
    let mut editor = drawn();
    let standing = r#"{"command":"tool","tool":"standing","name":"Floor","price":"10","count":200}"#;
    done(&mut editor, standing);
    press(&mut editor, (100.0, 300.0));
    editor.drag((200.0, 380.0), Press::default());
    editor.release();
    assert_eq!(editor.plan().sections[1].outline, [100, 300, 200, 300, 200, 380, 100, 380]);
    for corner in [(300.0, 300.0), (400.0, 300.0), (350.0, 380.0), (300.0, 300.0)] {
        press(&mut editor, corner);
        editor.release();
    }
    let last = editor.plan().sections[2].clone();
    assert_eq!((last.name.as_str(), last.outline.len(), last.area), ("Floor 2", 6, Area::Standing(200)));
    done(&mut editor, r#"{"command":"tool","tool":"select"}"#);
    press(&mut editor, (150.0, 340.0));
    editor.drag((160.0, 345.0), Press::default());
    editor.release();
    assert_eq!(editor.plan().sections[1].outline[..2], [110, 305], "it is dragged");
    done(&mut editor, r#"{"command":"section","section":1,"name":"Pit","price":"12.50","count":80}"#);
    let pit = &editor.plan().sections[1];
    assert_eq!((pit.name.as_str(), pit.price_minor, pit.capacity()), ("Pit", 1_250, 80));
    done(&mut editor, r#"{"command":"delete"}"#);
    assert_eq!(editor.plan().sections.len(), 2);
}

#[test]
fn seats_that_somebody_has_stay() {
    let mut editor = drawn();
    let id = Uuid::from_u128(7);
    let mut plan = editor.plan();
    let Area::Rows(rows) = &mut plan.sections[0].area else { panic!("rows") };
    rows[1].seats[2].id = Some(id);
    editor.open(plan, &[TakenSeat { id, status: "booked".to_owned() }], 2, true);
    done(&mut editor, r#"{"command":"choose_all"}"#);
    let outcome = run(&mut editor, r#"{"command":"delete"}"#);
    assert!(outcome.is_refused && outcome.said.contains("B3"), "{}", outcome.said);
    assert!(run(&mut editor, r#"{"command":"remove_section","section":0}"#).is_refused);
    done(&mut editor, r#"{"command":"choose_row","section":0,"row":0}"#);
    done(&mut editor, r#"{"command":"delete"}"#);
    assert_eq!(editor.plan().capacity(), 8);
    done(&mut editor, r#"{"command":"choose_all"}"#);
    done(&mut editor, r#"{"command":"nudge","x":5,"y":5}"#);
    done(&mut editor, r#"{"command":"copy"}"#);
    done(&mut editor, r#"{"command":"paste"}"#);
    assert_eq!(seat(&editor, 1, 0, 2).id, None, "a copy is another seat");
}

#[test]
fn it_knows_whether_anything_is_unsaved() {
    let mut editor = drawn();
    assert!(editor.is_changed());
    let told = serde_json::to_value(editor.tell()).expect("JSON");
    assert_eq!(told["capacity"], 12);
    assert_eq!(told["sections"][0]["price"], "24.50");
    assert_eq!(told["undo"], "Adding seats");
    done(&mut editor, r#"{"command":"undo"}"#);
    assert!(!editor.is_changed());
}

#[test]
fn making_room_moves_nothing_on_the_screen() {
    let mut editor = drawn();
    done(&mut editor, r#"{"command":"choose_all"}"#);
    let before = point(&editor, 0, 0, 0);
    done(&mut editor, r#"{"command":"nudge","x":-500,"y":0}"#);
    let after = point(&editor, 0, 0, 0);
    assert!((after.0 - (before.0 - 500.0)).abs() < 1e-6 && (after.1 - before.1).abs() < 1e-6, "{after:?}");
    assert!(editor.plan().sections[0].outline.iter().all(|at| *at > 0));
}
