//! The ways a poster can be composed on its 480 by 360 sheet. Shapes carry the class of their ink: `p0` the ground, `p1` to `p3`.

use super::dice::Dice;
use std::fmt::Write as _;

const WIDTH: i32 = 480;
const HEIGHT: i32 = 360;

/// A way to compose a poster.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Composition {
    /// A grid of quarter rounds, rounds and wedges.
    Tiles,
    /// Rows of seats in arcs, a few of them lit.
    Rows,
    /// Bars of sound before a disc.
    Sound,
    /// A low sun cut by stripes.
    Sun,
    /// Light falling from above.
    Beams,
    /// Hills of waves.
    Waves,
    /// Discs over discs.
    Discs,
    /// The lines of a pitch over broad diagonals.
    Pitch,
    /// Petals around a middle.
    Bloom,
}

impl Composition {
    /// One of the compositions that suit the category.
    pub(super) fn for_category(category: &str, dice: &mut Dice) -> Self {
        let suited = match category {
            "music" => [Self::Sound, Self::Discs, Self::Beams, Self::Sun],
            "theatre" => [Self::Beams, Self::Rows, Self::Tiles, Self::Discs],
            "comedy" => [Self::Beams, Self::Bloom, Self::Tiles, Self::Discs],
            "sport" => [Self::Pitch, Self::Rows, Self::Pitch, Self::Waves],
            "film" => [Self::Beams, Self::Sun, Self::Discs, Self::Rows],
            "talks" => [Self::Rows, Self::Tiles, Self::Discs, Self::Sound],
            "family" => [Self::Bloom, Self::Waves, Self::Tiles, Self::Sun],
            "food" => [Self::Bloom, Self::Sun, Self::Tiles, Self::Waves],
            _ => [Self::Tiles, Self::Discs, Self::Bloom, Self::Waves],
        };
        dice.pick(&suited, Self::Tiles)
    }

    /// The number of one of the mixtures of inks it looks well in: light and shining seats need a dark ground.
    pub(super) fn inks(self, dice: &mut Dice) -> u8 {
        match self {
            Self::Beams | Self::Rows => dice.pick(&[1, 3, 4, 7], 1),
            _ => dice.pick(&[1, 2, 3, 4, 5, 6, 7, 8, 9], 1),
        }
    }

    /// Draws it as SVG elements.
    pub(super) fn draw(self, dice: &mut Dice) -> String {
        let mut svg = format!("<path class=\"p0\" d=\"M0 0H{WIDTH}V{HEIGHT}H0Z\"/>");
        match self {
            Self::Tiles => tiles(&mut svg, dice),
            Self::Rows => rows(&mut svg, dice),
            Self::Sound => sound(&mut svg, dice),
            Self::Sun => sun(&mut svg, dice),
            Self::Beams => beams(&mut svg, dice),
            Self::Waves => waves(&mut svg, dice),
            Self::Discs => discs(&mut svg, dice),
            Self::Pitch => pitch(&mut svg, dice),
            Self::Bloom => bloom(&mut svg, dice),
        }
        svg
    }
}

fn disc(svg: &mut String, ink: &str, (x, y): (i32, i32), radius: i32) {
    // Writing into a String can't fail; so everywhere below.
    _ = write!(svg, "<circle class=\"{ink}\" cx=\"{x}\" cy=\"{y}\" r=\"{radius}\"/>");
}

fn shape(svg: &mut String, ink: &str, path: &str) {
    _ = write!(svg, "<path class=\"{ink}\" d=\"{path}\"/>");
}

fn tiles(svg: &mut String, dice: &mut Dice) {
    const INKS: [(&str, &str); 7] =
        [("p0", "p1"), ("p0", "p2"), ("p0", "p3"), ("p1", "p0"), ("p2", "p1"), ("p3", "p2"), ("p2", "p0")];
    const QUARTER: &str = "M0 0H120A120 120 0 0 1 0 120Z";
    const SHAPES: [&str; 6] = [
        QUARTER,
        QUARTER,
        "M0 60A60 60 0 0 1 120 60Z",
        "M0 0H120L0 120Z",
        "M60 12A48 48 0 1 1 60 108A48 48 0 1 1 60 12Z",
        "M0 0A120 120 0 0 0 120 120V80A80 80 0 0 1 40 0ZM80 0A40 40 0 0 0 120 40V0Z",
    ];
    // All grounds come before all fronts, and both are a little too wide: no seam shows between the tiles at any size.
    let mut fronts = String::new();
    for cell in 0..12 {
        let (x, y) = (cell % 4 * 120, cell / 4 * 120);
        let ((back, front), path, turn) =
            (dice.pick(&INKS, ("p0", "p1")), dice.pick(&SHAPES, QUARTER), 90 * dice.between(0, 3));
        shape(svg, back, &format!("M{x} {y}h121v121h-121Z"));
        _ = write!(
            fronts,
            "<path class=\"{front}\" transform=\"translate({x} {y}) rotate({turn} 60 60) translate(-.4 -.4) scale(1.007)\" d=\"{path}\"/>"
        );
    }
    svg.push_str(&fronts);
}

fn rows(svg: &mut String, dice: &mut Dice) {
    // Degrees between the seats of a row: the wider the arc, the fewer, so that seats stand equally far apart.
    const STEPS: [i32; 6] = [12, 9, 7, 6, 5, 4];
    let (seats, lit) = (dice.pick(&["p1", "p2"], "p1"), dice.between(1, 4));
    let first = dice.between(-5, 3);
    shape(svg, "p3", "M156 360A84 70 0 0 1 324 360Z");
    for (row, step) in (0..).zip(STEPS) {
        let cy = 272 - 44 * row;
        for seat in -92 / step..=92 / step {
            let yours = row == lit && (first..first + 3).contains(&seat);
            let (class, size) = if yours { ("p3", 13) } else { (seats, 10) };
            let turn = seat * step;
            _ = write!(
                svg,
                "<circle class=\"{class}\" cx=\"240\" cy=\"{cy}\" r=\"{size}\" transform=\"rotate({turn} 240 390)\"/>"
            );
        }
    }
}

fn sound(svg: &mut String, dice: &mut Dice) {
    disc(svg, "p2", (dice.between(150, 330), dice.between(140, 220)), dice.between(100, 140));
    let bars = dice.between(12, 18);
    let step = WIDTH / bars;
    let mut half = dice.between(40, 90);
    for bar in 0..=bars {
        half = (half + dice.between(-46, 46)).clamp(18, 128);
        let (x, ink) = (bar * step, if bar % 5 == 2 { "p3" } else { "p1" });
        let (width, top) = (step * 5 / 9, HEIGHT / 2 - half);
        _ = write!(
            svg,
            "<rect class=\"{ink}\" x=\"{x}\" y=\"{top}\" width=\"{width}\" height=\"{}\" rx=\"{}\"/>",
            2 * half,
            width / 2
        );
    }
}

fn sun(svg: &mut String, dice: &mut Dice) {
    let (x, y, radius) = (dice.between(130, 350), dice.between(130, 200), dice.between(90, 150));
    disc(svg, "p1", (x, y), radius);
    let gap = dice.between(22, 34);
    for stripe in 0..7 {
        let (top, height) = (y - 10 + gap * stripe, 4 + 3 * stripe);
        shape(svg, "p0", &format!("M0 {top}H480v{height}H0Z"));
    }
    let (left, right) = (dice.between(230, 310), dice.between(230, 310));
    shape(svg, "p2", &format!("M0 {left}Q120 {} 240 {}T480 {right}V380H0Z", left - 60, (left + right) / 2));
    shape(svg, "p3", &format!("M0 {}Q160 {} 320 {}T480 {}V380H0Z", right + 40, left - 10, right + 34, left + 20));
}

fn beams(svg: &mut String, dice: &mut Dice) {
    for (at, ink) in [(0, "p1"), (1, "p2"), (2, "p1")] {
        let from = 90 + at * 150 + dice.between(-40, 40);
        let (to, half) = (dice.between(110, 370), dice.between(60, 105));
        _ = write!(
            svg,
            "<path class=\"{ink}\" opacity=\".72\" d=\"M{} -20h28L{} 310H{}Z\"/>",
            from - 14,
            to + half,
            to - half
        );
        _ = write!(svg, "<ellipse class=\"{ink}\" cx=\"{to}\" cy=\"310\" rx=\"{half}\" ry=\"20\"/>");
    }
    let x = dice.between(200, 280);
    shape(svg, "p3", &format!("M{} 312V240a26 26 0 0 1 52 0v72Z", x - 26));
    disc(svg, "p3", (x, 190), 20);
}

fn waves(svg: &mut String, dice: &mut Dice) {
    disc(svg, "p3", (dice.between(90, 390), dice.between(80, 120)), dice.between(40, 70));
    let (mut y, swing) = (dice.between(120, 160), dice.between(30, 64));
    for (at, ink) in ["p1", "p2", "p0", "p1", "p3"].into_iter().enumerate() {
        let side = if at % 2 == 0 { swing } else { -swing };
        let shift = dice.between(-90, 0);
        shape(svg, ink, &format!("M{shift} {y}q75 {} 150 0t150 0t150 0t150 0t150 0V380H{shift}Z", -side));
        y += 52;
    }
}

fn discs(svg: &mut String, dice: &mut Dice) {
    let (x, y) = (dice.between(110, 370), dice.between(110, 250));
    disc(svg, "p1", (x, y), dice.between(90, 170));
    let side = if x < WIDTH / 2 { 1 } else { -1 };
    let (x, y) = (x + side * dice.between(80, 160), HEIGHT - y);
    disc(svg, "p2", (x, y), dice.between(70, 130));
    let rings = dice.between(2, 7);
    let centre = dice.pick(&[(x, y), (WIDTH / 2, HEIGHT / 2), (x - side * 110, y)], (x, y));
    for ring in 0..rings {
        let ink = if ring % 2 == 0 { "p3" } else { "p0" };
        disc(svg, ink, centre, (rings - ring) * 15);
    }
}

fn pitch(svg: &mut String, dice: &mut Dice) {
    let lean = dice.between(60, 160);
    for band in 0..4 {
        let x = band * 160 - 120;
        shape(svg, if band % 2 == 0 { "p1" } else { "p2" }, &format!("M{x} 360L{} 0h84L{} 360Z", x + lean, x + 84));
    }
    let (cx, cy, radius) = (dice.between(200, 280), dice.between(150, 210), dice.between(80, 110));
    _ = write!(
        svg,
        "<g class=\"poster-line\"><circle cx=\"{cx}\" cy=\"{cy}\" r=\"{radius}\"/><path d=\"M{cx} -10V370M-10 80H60V280H-10M490 80H420V280H490\"/></g>"
    );
    disc(svg, "p3", (cx, cy), 26);
}

fn bloom(svg: &mut String, dice: &mut Dice) {
    let (cx, cy, petals) = (dice.between(190, 290), dice.between(160, 200), dice.between(7, 12));
    for (ink, length, width) in [("p1", 210, 46), ("p2", 132, 34)] {
        let start = dice.between(0, 40);
        for petal in 0..petals {
            let turn = start + petal * 360 / petals;
            let (tip, middle) = (cy - length, cy - length / 2);
            _ = write!(
                svg,
                "<path class=\"{ink}\" transform=\"rotate({turn} {cx} {cy})\" d=\"M{cx} {cy}Q{} {middle} {cx} {tip}Q{} {middle} {cx} {cy}Z\"/>",
                cx - 2 * width,
                cx + 2 * width
            );
        }
    }
    disc(svg, "p3", (cx, cy), dice.between(34, 48));
}
