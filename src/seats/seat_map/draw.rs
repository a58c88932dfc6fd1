//! An opened section as HTML: a form field that looks like the map. One string for all of its seats, the same on the
//! server and in the browser, because a component per seat would be slow to hydrate.

use super::{grid::Grid, outline::centre};
use crate::{
    id::SeatId,
    money::Money,
    seats::model::{Seat, SeatKind, SeatMap, SeatStatus},
};
use std::fmt::Write as _;

/// The most columns there is a class for; wider sections scroll.
const COLUMNS_MAX: i32 = 60;
/// The widest gap there is a class for, in half seats.
const GAP_MAX: i32 = 12;

pub(super) const WHEELCHAIR: &str = "<svg class=\"seat-mark\" viewBox=\"0 0 24 24\" width=\"20\" height=\"20\" fill=\"none\" stroke=\"currentColor\" aria-hidden=\"true\"><path d=\"M10.5 3.5a1.3 1.3 0 1 1 0 2.6 1.3 1.3 0 0 1 0-2.6ZM10.5 8.5v5.5h5.5l2.5 5M10.5 10.5h4.5M8 12.3a4.5 4.5 0 1 0 6.3 5.2\"/></svg>";
pub(super) const COMPANION: &str = "<svg class=\"seat-mark\" viewBox=\"0 0 24 24\" width=\"20\" height=\"20\" fill=\"none\" stroke=\"currentColor\" aria-hidden=\"true\"><path d=\"M12 4a4 4 0 1 1 0 8 4 4 0 0 1 0-8ZM4.5 20c.6-3.6 3.6-5.5 7.5-5.5s6.9 1.9 7.5 5.5\"/></svg>";

/// The seats of a section, front row first, with the stage at the end where it is. `chosen` are checked.
pub(super) fn draw_section(map: &SeatMap, seats: &[Seat], chosen: &[SeatId]) -> String {
    let rows: Vec<&[Seat]> = seats.chunk_by(|a, b| a.row == b.row).collect();
    let mut prices: Vec<(i64, String)> = Vec::new();
    for seat in seats {
        if prices.iter().all(|(minor, _)| *minor != seat.price_minor) {
            prices.push((seat.price_minor, Money::new(seat.price_minor, map.currency).to_string()));
        }
    }
    let drawing = Drawing { grid: Grid::of(&rows), prices, chosen };
    let stage = format!("<p class=\"stage-edge\" aria-hidden=\"true\"><span>{}</span></p>", escape(&map.stage_label));
    let mut html = String::with_capacity(seats.len() * 260 + 400);
    if stage_is_in_front(map, &rows) {
        html.push_str(&stage);
        drawing.push_rows(&mut html, &rows);
    } else {
        drawing.push_rows(&mut html, &rows);
        html.push_str(&stage);
    }
    html
}

/// Whether the first row is the one nearest to the stage.
fn stage_is_in_front(map: &SeatMap, rows: &[&[Seat]]) -> bool {
    let (x, y) = centre(&map.stage);
    let far = |row: Option<&&[Seat]>| {
        row.and_then(|row| row.get(row.len() / 2)).map(|seat| (seat.x - x).abs() + (seat.y - y).abs())
    };
    far(rows.first()) <= far(rows.last())
}

struct Drawing<'a> {
    grid: Grid,
    /// The few prices of a section in words, each made once.
    prices: Vec<(i64, String)>,
    chosen: &'a [SeatId],
}

impl Drawing<'_> {
    fn push_rows(&self, html: &mut String, rows: &[&[Seat]]) {
        let columns = rows.iter().map(|row| self.grid.columns(row)).max().unwrap_or(1).min(COLUMNS_MAX);
        let centred = if self.grid.is_upright() { "" } else { " seat-rows-centred" };
        push(html, format_args!("<div class=\"seat-rows{centred}{} seat-columns-{columns}\">", self.room(rows)));
        for (i, row) in rows.iter().enumerate() {
            let apart = i > 0 && self.grid.is_cross_aisle(rows[i - 1], row);
            self.push_row(html, row, if apart { " seat-row-apart" } else { "" });
        }
        html.push_str("</div>");
    }

    /// The classes that make room above and below for what curves out of the rows.
    fn room(&self, rows: &[&[Seat]]) -> String {
        let dips = || rows.iter().flat_map(|row| row.iter().map(|seat| self.grid.dip(row, seat)));
        let (above, below) = (-dips().min().unwrap_or(0), dips().max().unwrap_or(0));
        if above <= 0 && below <= 0 {
            return " seat-rows-flat".to_owned();
        }
        format!(" seat-room-above-{} seat-room-below-{}", (above + 15) / 16, (below + 15) / 16)
    }

    fn push_row(&self, html: &mut String, row: &[Seat], apart: &str) {
        let (Some(first), Some(last)) = (row.first(), row.last()) else { return };
        let label = escape(&first.row);
        push(html, format_args!("<div class=\"seat-row{apart}\" role=\"group\" aria-label=\"Row {label}\">"));
        push_gap(html, self.grid.indent(row));
        self.push_row_label(html, &label, self.grid.dip(row, first));
        for (i, seat) in row.iter().enumerate() {
            if i > 0 {
                push_gap(html, self.grid.aisle(&row[i - 1], seat));
            }
            self.push_seat(html, seat, self.grid.dip(row, seat));
        }
        self.push_row_label(html, &label, self.grid.dip(row, last));
        html.push_str("</div>");
    }

    fn push_row_label(&self, html: &mut String, label: &str, dip: i32) {
        push(
            html,
            format_args!("<span class=\"seat-row-label{}\" aria-hidden=\"true\">{label}</span>", dip_class(dip)),
        );
    }

    fn push_seat(&self, html: &mut String, seat: &Seat, dip: i32) {
        let (number, name) = (escape(&seat.number), escape(&self.name(seat)));
        push(
            html,
            format_args!(
                "<label class=\"seat{}{}\" data-words=\"{}{}\"><input type=\"checkbox\" value=\"{}\" ",
                classes(seat),
                dip_class(dip),
                self.price(seat),
                what_more(seat),
                seat.id
            ),
        );
        // Where it is and what it costs, also of a taken one: it may come free.
        push(
            html,
            format_args!(
                "data-row=\"{}\" data-number=\"{number}\" data-price=\"{}\" data-spot=\"{} {}\" ",
                escape(&seat.row),
                seat.price_minor,
                seat.x,
                seat.y
            ),
        );
        let more = what_more(seat);
        if !more.is_empty() {
            push(html, format_args!("data-more=\"{more}\" "));
        }
        html.push_str(match seat.status {
            SeatStatus::Available if self.chosen.contains(&seat.id) => "name=\"seat_ids[]\" checked ",
            SeatStatus::Available => "name=\"seat_ids[]\" ",
            SeatStatus::Held | SeatStatus::Booked | SeatStatus::Blocked => "disabled ",
        });
        push(
            html,
            format_args!("aria-label=\"{name}\"><span class=\"seat-face\">{}{number}</span></label>", mark(seat.kind)),
        );
    }

    /// What a screen reader says, and what the line below the map says on hover.
    fn name(&self, seat: &Seat) -> String {
        let state = match seat.status {
            SeatStatus::Available => self.price(seat),
            SeatStatus::Held | SeatStatus::Booked => TAKEN,
            SeatStatus::Blocked => "not on sale",
        };
        name_of(&seat.row, &seat.number, state, &what_more(seat))
    }

    fn price(&self, seat: &Seat) -> &str {
        let price = self.prices.iter().find(|(minor, _)| *minor == seat.price_minor);
        price.map_or("", |(_, words)| words)
    }
}

/// What a seat that can't be had is called.
pub(super) const TAKEN: &str = "taken";

/// `Row F seat 12, €48, limited view`
pub(super) fn name_of(row: &str, number: &str, state: &str, more: &str) -> String {
    format!("Row {row} seat {number}, {state}{more}")
}

/// What is special about a seat, to follow its name; mostly nothing.
pub fn what_more(seat: &Seat) -> String {
    let kind = match seat.kind {
        SeatKind::Standard => "",
        SeatKind::Accessible => ", wheelchair place",
        SeatKind::Companion => ", beside a wheelchair place",
    };
    format!("{kind}{}", if seat.limited_view { ", limited view" } else { "" })
}

fn classes(seat: &Seat) -> String {
    let status = match seat.status {
        SeatStatus::Available => " seat-available",
        SeatStatus::Held | SeatStatus::Booked => " seat-taken",
        SeatStatus::Blocked => " seat-blocked",
    };
    let kind = match seat.kind {
        SeatKind::Standard => "",
        SeatKind::Accessible => " seat-accessible",
        SeatKind::Companion => " seat-companion",
    };
    format!("{status}{kind}{}", if seat.limited_view { " seat-limited-view" } else { "" })
}

/// Further back or further in front than the middle of the row, in sixteenths of a seat.
fn dip_class(dip: i32) -> String {
    match dip {
        0 => String::new(),
        back if back > 0 => format!(" seat-back-{back}"),
        front => format!(" seat-front-{}", -front),
    }
}

fn mark(kind: SeatKind) -> &'static str {
    match kind {
        SeatKind::Standard => "",
        SeatKind::Accessible => WHEELCHAIR,
        SeatKind::Companion => COMPANION,
    }
}

fn push_gap(html: &mut String, mut halves: i32) {
    while halves > 0 {
        push(html, format_args!("<i class=\"seat-gap seat-gap-{}\"></i>", halves.min(GAP_MAX)));
        halves -= GAP_MAX;
    }
}

/// Writing into a `String` can't fail.
fn push(html: &mut String, words: std::fmt::Arguments<'_>) {
    _ = html.write_fmt(words);
}

/// Text as it may stand in HTML, between tags and in a quoted attribute.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::{id::EventId, money::Currency};
    use uuid::Uuid;

    pub(in super::super) fn seat(row: &str, number: &str) -> Seat {
        Seat {
            id: SeatId(Uuid::from_u128(number.parse().unwrap_or(7))),
            section: "Stalls".to_owned(),
            row: row.to_owned(),
            number: number.to_owned(),
            price_minor: 4_800,
            status: SeatStatus::Available,
            kind: SeatKind::Standard,
            limited_view: false,
            x: number.parse().map_or(0, |n: i32| n * 12),
            y: 100,
        }
    }

    fn map() -> SeatMap {
        SeatMap {
            event_id: EventId(Uuid::nil()),
            currency: Currency::try_from("EUR".to_owned()).expect("a currency"),
            width: 400,
            height: 300,
            stage: vec![100, 0, 300, 0, 300, 40, 100, 40],
            stage_label: "Stage".to_owned(),
            leaves_no_single: false,
            sections: Vec::new(),
            frame: 0,
        }
    }

    #[test]
    fn a_free_seat_is_a_checkbox_that_says_where_it_is_and_what_it_costs() {
        let html = draw_section(&map(), &[seat("F", "12")], &[]);
        assert!(html.contains("name=\"seat_ids[]\""), "{html}");
        assert!(html.contains("aria-label=\"Row F seat 12, €48\""), "{html}");
        assert!(html.contains("<div class=\"seat-row\" role=\"group\" aria-label=\"Row F\">"), "{html}");
        assert!(!html.contains("checked"), "{html}");
    }

    #[test]
    fn in_a_list_a_seat_says_its_price_and_what_is_special() {
        let special = Seat { kind: SeatKind::Companion, status: SeatStatus::Held, ..seat("A", "1") };
        let html = draw_section(&map(), &[seat("A", "2"), special], &[]);
        assert!(html.contains("data-words=\"€48\""), "{html}");
        assert!(html.contains("data-words=\"€48, beside a wheelchair place\""), "{html}");
    }

    #[test]
    fn a_chosen_seat_is_checked() {
        let seats = [seat("F", "12"), seat("F", "13")];
        let html = draw_section(&map(), &seats, &[seats[1].id]);
        assert_eq!(html.matches(" checked").count(), 1);
    }

    #[test]
    fn a_seat_that_cannot_be_had_says_why_and_cannot_be_sent() {
        for (status, words) in [
            (SeatStatus::Held, "Row F seat 12, taken"),
            (SeatStatus::Booked, "Row F seat 12, taken"),
            (SeatStatus::Blocked, "Row F seat 12, not on sale"),
        ] {
            let html = draw_section(&map(), &[Seat { status, ..seat("F", "12") }], &[]);
            assert!(html.contains(&format!("aria-label=\"{words}\"")), "{html}");
            assert!(html.contains("disabled") && !html.contains("name=\"seat_ids[]\""), "{html}");
        }
    }

    #[test]
    fn what_is_special_about_a_seat_is_said_in_words() {
        let special = Seat { kind: SeatKind::Accessible, limited_view: true, ..seat("A", "1") };
        let html = draw_section(&map(), &[special], &[]);
        assert!(html.contains("Row A seat 1, €48, wheelchair place, limited view"), "{html}");
    }

    #[test]
    fn labels_cannot_break_out_of_the_markup() {
        let html = draw_section(
            &SeatMap { stage_label: "<b>Stage</b>".to_owned(), ..map() },
            &[seat("\"><script>alert(1)</script>", "<i>'&")],
            &[],
        );
        assert!(!html.contains("<script") && !html.contains("<b>") && !html.contains("<i>'"), "{html}");
        assert!(html.contains("&quot;&gt;&lt;script&gt;") && html.contains("&#39;&amp;"), "{html}");
    }

    #[test]
    fn the_stage_stands_at_the_end_where_it_is() {
        let at = |y, row: &str| Seat { y, ..seat(row, "1") };
        let below = SeatMap { stage: vec![0, 280, 100, 280, 100, 300, 0, 300], ..map() };
        let seats = [at(100, "B"), at(120, "A")];
        let stage_first = |map: &SeatMap| draw_section(map, &seats, &[]).starts_with("<p class=\"stage-edge\"");
        assert!(stage_first(&map()));
        assert!(!stage_first(&below));
    }

    #[test]
    fn a_wide_gap_is_drawn_in_pieces() {
        let html = draw_section(&map(), &[seat("A", "1"), seat("A", "2"), seat("A", "3"), seat("A", "19")], &[]);
        assert_eq!(html.matches("seat-gap-12").count(), 2);
        assert_eq!(html.matches("seat-gap-6").count(), 1);
    }
}
