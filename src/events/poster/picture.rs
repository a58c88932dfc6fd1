//! The picture that shows an event elsewhere: `/events/{id}/poster.png`. Its poster, and beside it its name, day and place.

use super::draw;
use crate::{
    error::Error,
    events::{model::Event, store::get_event},
    server::{
        Result,
        lettering::{Style, lines, text_at, width},
        state::AppState,
    },
    ui::PICTURE_SIZE,
};
use axum::{
    Router,
    extract::{Path, State},
    http::HeaderMap,
    response::Response,
    routing::get,
};
use std::fmt::Write;

/// The style sheets, which alone say what colours there are.
const TOKENS: &str = include_str!("../../../style/tokens.css");
const COMPONENTS: &str = include_str!("../../../style/components.css");

/// Where the words begin, how wide they may be, and where the poster begins.
const LEFT: f32 = 72.0;
const TEXT_WIDTH: f32 = 560.0;
const POSTER_LEFT: u32 = 690;
/// Between these lines the name stands in the middle.
const NAME_BETWEEN: [f32; 2] = [130.0, 470.0];
/// The sizes a name can have; the first at which it takes no more than four lines.
const NAME_SIZES: [f32; 4] = [84.0, 72.0, 60.0, 50.0];
const NAME_LINES: usize = 4;
const FACTS: Style = Style { size: 34.0, weight: 500 };
const WORDMARK: Style = Style { size: 38.0, weight: 800 };

pub(in crate::events) fn routes() -> Router<AppState> {
    Router::new().route("/events/{id}/poster.png", get(event_picture)).route("/picture.png", get(site_picture))
}

async fn event_picture(State(state): State<AppState>, Path(id): Path<String>, headers: HeaderMap) -> Result<Response> {
    let event_id = id.parse().map_err(|_| Error::NotFound)?;
    let event = get_event(&state, event_id, state.clock.now()).await?.event;
    let key = format!("{}-{}", event.id, event.version);
    state.pictures.reply(&headers, key, PICTURE_SIZE, move || draw_event(&event)).await
}

/// The picture of pages that are about no event.
async fn site_picture(State(state): State<AppState>, headers: HeaderMap) -> Result<Response> {
    let draw = || {
        draw_sheet(
            ("Evently", "theatre", ""),
            "Find something worth going out for",
            &["Pick your places on the map,", "and they are yours."],
        )
    };
    state.pictures.reply(&headers, "site".to_owned(), PICTURE_SIZE, draw).await
}

fn draw_event(event: &Event) -> String {
    let place = format!("{}, {}", event.venue, event.city);
    let seed = (event.name.as_str(), event.category.as_str(), event.when.iso.as_str());
    draw_sheet(seed, &event.name, &[&event.when.date, &place])
}

/// The sheet: words on the left, the poster of `seed` on the right; the poster alone where the name has letters that can't
/// be set.
fn draw_sheet(seed: (&str, &str, &str), name: &str, facts: &[&str]) -> String {
    let [width, height] = PICTURE_SIZE;
    let words = draw_words(name, facts);
    let poster_left = if words.is_some() { POSTER_LEFT } else { 0 };
    let (inks, poster) = draw(seed.0, seed.1, seed.2);
    let colour = |role: &str| between(TOKENS, &format!("{role}: light-dark("), ",").unwrap_or_default();
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\"><style>{}</style>\
         <path fill=\"{}\" d=\"M0 0H{width}V{height}H0Z\"/>\
         <svg x=\"{poster_left}\" width=\"{}\" height=\"{height}\" viewBox=\"0 0 480 360\" \
         preserveAspectRatio=\"xMidYMid slice\">{poster}</svg>{}</svg>",
        ink_rules(inks),
        colour("--ground"),
        width - poster_left,
        words.unwrap_or_default(),
    )
}

fn draw_words(name: &str, facts: &[&str]) -> Option<String> {
    let colour = |role: &str| between(TOKENS, &format!("{role}: light-dark("), ",");
    let (ink, faint, accent) = (colour("--ink")?, colour("--ink-2")?, colour("--accent")?);
    let mut svg = text_at(LEFT, 108.0, WORDMARK, ink, "Evently");
    let dot = LEFT + width("Evently", WORDMARK)? + 0.16 * WORDMARK.size;
    // Writing into a String can't fail; so below.
    _ = write!(svg, "<circle cx=\"{dot}\" cy=\"103\" r=\"5.5\" fill=\"{accent}\"/>");

    let (style, lines) = set_name(name)?;
    let leading = 1.06 * style.size;
    let [top, bottom] = NAME_BETWEEN;
    let first = (top + bottom - leading * lines.len() as f32) / 2.0 + 0.82 * style.size;
    for (at, line) in lines.iter().enumerate() {
        svg.push_str(&text_at(LEFT, first + leading * at as f32, style, ink, line));
    }
    // A fact that can't be set is left out.
    let facts = facts.iter().filter_map(|fact| self::lines(fact, FACTS, TEXT_WIDTH, 1)?.pop());
    for (at, fact) in facts.enumerate() {
        let ink = if at == 0 { ink } else { faint };
        svg.push_str(&text_at(LEFT, 526.0 + 46.0 * at as f32, FACTS, ink, &fact));
    }
    Some(svg)
}

/// The name in the largest size in which all of it fits, or cut in the smallest.
fn set_name(name: &str) -> Option<(Style, Vec<String>)> {
    let mut set = None;
    for size in NAME_SIZES {
        let style = Style { size, weight: 700 };
        let lines = lines(name, style, TEXT_WIDTH, NAME_LINES)?;
        let is_whole = is_whole(&lines);
        set = Some((style, lines));
        if is_whole {
            break;
        }
    }
    set.map(|(style, lines)| (style, balance(name, style, lines)))
}

fn is_whole(lines: &[String]) -> bool {
    !lines.iter().any(|line| line.ends_with('…'))
}

/// The name in as many lines, as narrow as they can be: no word stands alone on the last.
fn balance(name: &str, style: Style, mut lines: Vec<String>) -> Vec<String> {
    let mut width = TEXT_WIDTH;
    while is_whole(&lines) && width > TEXT_WIDTH / 2.0 {
        width -= TEXT_WIDTH / 20.0;
        match self::lines(name, style, width, lines.len()) {
            Some(narrower) if is_whole(&narrower) => lines = narrower,
            _ => break,
        }
    }
    lines
}

/// The mixture of this number as rules for the classes of a poster, with the names of colours replaced by the colours.
fn ink_rules(mixture: u8) -> String {
    let colour = |ink: u8| {
        let (_, rule) = COMPONENTS.split_once(&format!(".poster-inks-{mixture} {{"))?;
        let name = between(rule, &format!("--p{ink}: var("), ")")?;
        between(TOKENS, &format!("{name}: "), ";")
    };
    let mut rules = String::new();
    for (ink, colour) in (0..4).filter_map(|ink| Some((ink, colour(ink)?))) {
        _ = write!(rules, ".p{ink}{{fill:{colour}}}");
    }
    _ = write!(rules, ".poster-line{{fill:none;stroke:{};stroke-width:7}}", colour(3).unwrap_or_default());
    rules
}

fn between<'a>(text: &'a str, start: &str, end: &str) -> Option<&'a str> {
    Some(text.split_once(start)?.1.split_once(end)?.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mixture_has_its_colours_from_the_style_sheets() {
        for mixture in 1..=9 {
            let rules = ink_rules(mixture);
            assert_eq!(rules.matches(":#").count(), 5, "{mixture}: {rules}");
        }
        assert_eq!(
            ink_rules(1),
            ".p0{fill:#14213d}.p1{fill:#f5b82e}.p2{fill:#c8401f}.p3{fill:#f4ead5}\
             .poster-line{fill:none;stroke:#f4ead5;stroke-width:7}"
        );
    }

    #[test]
    fn a_name_that_is_long_is_smaller_and_a_name_in_other_letters_leaves_the_poster_alone() {
        let size = |name: &str| set_name(name).map(|(style, _)| style.size);
        assert_eq!(size("Nightjar"), Some(84.0));
        assert_eq!(size(&"Nightjar Quartet ".repeat(12)), Some(50.0));
        let lines = set_name("Find something worth going out for").map(|(_, lines)| lines).expect("lines");
        assert_eq!(lines, ["Find something", "worth going", "out for"]);
        assert!(!draw_sheet(("夜", "music", ""), "夜", &[]).contains("<text"));
        assert!(draw_sheet(("x", "music", ""), "Tom & <Jerry>", &["夜", "here"]).contains("Tom &amp; &lt;Jerry&gt;"));
    }
}
