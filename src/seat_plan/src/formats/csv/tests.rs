//! Tests of plans as spreadsheets.

use super::*;
use crate::{
    check::{check, tests::house},
    formats,
};
use proptest::prelude::*;

fn faults(text: &str) -> Vec<(usize, String)> {
    let faults = read(text, 2, None).expect_err("faults");
    faults.into_iter().map(|fault| (fault.line, fault.words)).collect()
}

#[test]
fn a_line_says_a_seat() {
    let text = write(&house(), 2);
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[0], "\u{feff}section,row,number,x,y,kind,limited_view,price,tier,id");
    assert_eq!(lines[1], "Stalls,A,1,32,60,standard,no,25.00,,00000000-0000-0000-0000-000000000001");
    assert_eq!(lines[7], "Floor,*,300,,,,,25.00,,");
}

#[test]
fn three_columns_are_enough_and_are_laid_out_without_flaws() {
    let text = "Row;Section;Number;Price\r\nA;Stalls;1;24,5\r\nA;Stalls;2;\r\n\r\nB;Stalls;1;24,50\r\nA;Balcony;1;\r\n*;Floor;200;10\r\n";
    let plan = formats::read(text, formats::Format::Csv, 2, None).expect("a plan");
    assert_eq!(check(&plan), []);
    let told: Vec<(&str, usize, i64)> =
        plan.sections.iter().map(|section| (section.name.as_str(), section.capacity(), section.price_minor)).collect();
    assert_eq!(told, [("Stalls", 3, 2_450), ("Balcony", 1, 0), ("Floor", 200, 1_000)]);
}

#[test]
fn what_is_quoted_is_read_as_it_was() {
    let text = "section,row,number\n\"The \"\"best\"\",\nreally\",A,1\n'=A,A,1\n";
    let plan = read(text, 2, None).expect("a plan");
    let names: Vec<&str> = plan.sections.iter().map(|section| section.name.as_str()).collect();
    assert_eq!(names, ["The \"best\",\nreally", "=A"]);
}

#[test]
fn what_cannot_be_read_is_told_line_by_line() {
    let head = "section,row,number,x,y,kind,limited_view,price,tier,id";
    for (line, words) in [
        (",A,1", "The section is missing."),
        ("S,,1", "The row is missing."),
        ("S,A,", "The number is missing."),
        ("S,A,1,1.5,2", "1.5 is no place on the map: use a whole number."),
        ("S,A,1,1,", "Say both x and y, or neither."),
        ("S,A,1,1,1,sofa", "sofa is no kind of seat: standard, accessible or companion."),
        ("S,A,1,1,1,,maybe", "maybe is neither yes nor no."),
        ("S,A,1,1,1,,,-1", "-1 is no price."),
        ("S,A,1,1,1,,,1.234", "1.234 is no price."),
        ("S,A,1,1,1,,,,,x", "x is no id of a seat: leave it empty for a new one."),
        ("S,*,many", "many is no number of places to stand."),
    ] {
        assert_eq!(faults(&format!("{head}\nGood,A,1\n{line}\n")), [(3, words.to_owned())]);
    }
    assert_eq!(faults("section,row\nS,A\n")[0].1, "The first line has to name the columns; missing: number.");
    assert_eq!(faults("")[0].0, 1);
    assert_eq!(faults(&format!("{head}\n")), [(0, "There is no seat in this file.".to_owned())]);
    let twice = format!("{head}\nS,A,1,,,,,10\nS,A,2,,,,,11\nT,A,1,,,,,5,Best\nT,A,2,,,,,6,Best\nU,*,5\nU,*,6\n");
    assert_eq!(faults(&twice).iter().map(|fault| fault.0).collect::<Vec<_>>(), [3, 5, 7]);
    assert_eq!(faults(&format!("{head}\nS,A,1\nS,*,5\n"))[0].0, 0);
    assert_eq!(faults(&format!("{head}\nS,A,1,5,5\nS,A,2\n"))[0].0, 0);
    assert_eq!(faults(&format!("{head}\n{}", ",\n".repeat(10) + &"x\n".repeat(500))).len(), FAULTS_MAX);
}

#[test]
fn a_price_that_may_be_thousands_is_none() {
    for (text, decimals, minor) in [
        ("1200", 2, Some(120_000)),
        ("1200,5", 2, Some(120_050)),
        ("12.5000", 2, Some(1_250)),
        ("1,200", 2, None),
        ("1.200", 2, None),
        ("1,200", 0, None),
        ("1.000", 0, None),
        ("1200.00", 0, Some(1_200)),
        ("1.200", 3, Some(1_200)),
        ("1,200", 3, None),
        ("1,2", 3, None),
    ] {
        assert_eq!(read_price(text, decimals), minor, "{text} with {decimals} decimals");
    }
}

#[test]
fn a_file_larger_than_a_map_is_told_so_once() {
    let seats = |line: fn(usize) -> String, count: usize| -> String {
        "section,row,number,price,tier\n".to_owned() + &(0..count).map(line).collect::<String>()
    };
    // A line by its number, the most there may be, and what is said of one more.
    type Case = (fn(usize) -> String, usize, &'static str);
    let cases: [Case; 3] = [
        (|n| format!("S{n},A,1\n"), SECTIONS_MAX, "A map has at most 500 sections."),
        (|n| format!("S,A,{n},1,T{n}\n"), TIERS_MAX, "A map has at most 50 named prices."),
        (|n| format!("S,{},{n}\n", n / 500), SEATS_MAX, "A map has at most 100000 places."),
    ];
    for (line, most, words) in cases {
        assert!(read(&seats(line, most), 2, None).is_ok(), "{words}");
        assert_eq!(faults(&seats(line, most + 50)), [(most + 2, words.to_owned())]);
    }
}

/// Plans as the rules allow them: names that a spreadsheet might spoil, seats apart from each other.
pub(crate) fn any_plan() -> impl Strategy<Value = Plan> {
    let name = "[=+'@\"A-Za-zÄß][A-Za-z0-9,;\" '=-]{0,10}[A-Za-z0-9\"]";
    let seat = (any::<bool>(), 0..3_u8, any::<bool>(), 0..3_usize);
    let rows = prop::collection::vec(prop::collection::vec(seat, 1..6), 1..4);
    let section = (rows, 0..100_000_i64, prop::option::weighted(0.2, 1..5_000_u32));
    let names = prop::collection::btree_set(name, 4);
    (prop::collection::vec(section, 1..4), names, 0..100_000_i64).prop_map(|(sections, names, front)| {
        let names: Vec<String> = names.into_iter().collect();
        let tiers = vec![Tier { name: format!("1 {}", names[3]), price_minor: front }];
        let mut plan = Plan { tiers, width: 2_000, height: 2_000, ..empty_map() };
        for (nth, (rows, price_minor, standing)) in sections.into_iter().enumerate() {
            let top = 100 + 200 * nth as i32;
            let seat =
                |(row, column): (usize, usize), (has_id, kind, limited_view, tier): (bool, u8, bool, usize)| Seat {
                    id: has_id.then(|| uuid::Uuid::from_u128((nth * 10_000 + row * 100 + column + 1) as u128)),
                    number: format!("{}{}", ["", "-", "="][tier], column + 1),
                    x: 30 + 12 * column as i32,
                    y: top + 14 * row as i32,
                    kind: [SeatKind::Standard, SeatKind::Accessible, SeatKind::Companion][usize::from(kind)],
                    limited_view,
                    tier: (tier == 0).then(|| plan.tiers[0].name.clone()),
                };
            let row = |(row, seats): (usize, Vec<_>)| Row {
                label: format!("{}", row + 1),
                seats: seats.into_iter().enumerate().map(|(column, one)| seat((row, column), one)).collect(),
            };
            let area = match standing {
                Some(count) => Area::Standing(count),
                None => Area::Rows(rows.into_iter().enumerate().map(row).collect()),
            };
            let outline = vec![10, top - 20, 300, top - 20, 300, top + 100, 10, top + 100];
            plan.sections.push(Section {
                was: Some(names[nth].clone()),
                name: names[nth].clone(),
                price_minor,
                outline,
                area,
            });
        }
        plan
    })
}

proptest! {
    #[test]
    fn a_plan_reads_back_as_it_was_written(plan in any_plan(), decimals in 0..4_u32) {
        prop_assert_eq!(check(&plan), []);
        let text = write(&plan, decimals);
        let csv = formats::read(&text, formats::Format::Csv, decimals, Some(&plan));
        prop_assert_eq!(&csv.expect("a plan"), &plan);
        let json = formats::write(&plan, formats::Format::Json, decimals);
        prop_assert_eq!(&formats::read(&json, formats::Format::Json, decimals, None).expect("a plan"), &plan);
    }

    #[test]
    fn without_a_base_the_seats_are_the_same(plan in any_plan()) {
        let read = formats::read(&write(&plan, 2), formats::Format::Csv, 2, None).expect("a plan");
        prop_assert_eq!(read.capacity(), plan.capacity());
        let rows = |plan: &Plan| plan.sections.iter().map(|section| section.rows().to_vec()).collect::<Vec<_>>();
        prop_assert_eq!(rows(&read), rows(&plan));
        prop_assert_eq!(check(&read).into_iter().filter(|flaw| !flaw.words.contains("on top")).collect::<Vec<_>>(), []);
    }

    #[test]
    fn no_file_breaks_the_reading(text in ".{0,200}", separator in "[,;\t]") {
        let head = ["section", "row", "number", "x", "y", "price"].join(&separator);
        _ = read(&format!("{head}\n{text}"), 2, None);
        _ = read(&text, 2, None);
    }
}
