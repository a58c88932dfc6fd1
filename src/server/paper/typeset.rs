//! Words set in type: which font has which letter, in which direction they run, how wide they are, where lines break.
//!
//! No letter is left out silently: one that no font has is a box, whose text is the letter all the same.

use crate::server::lettering::FONTS;
use anyhow::Context;
use harfrust::{Direction, FontRef, ShapeOptions, ShaperData, ShaperInstance, UnicodeBuffer};
use krilla::{
    geom::Point,
    surface::Surface,
    text::{Font, GlyphId, KrillaGlyph, Tag},
};
use serde::Serialize;
use skrifa::MetadataProvider;
use std::{
    collections::HashSet,
    ops::Range,
    sync::{Arc, LazyLock},
};
use unicode_bidi::{BidiClass, BidiInfo, bidi_class};

/// What stands for a letter that no font has.
const BOX: char = '\u{25a1}';
/// The weights of plain and of bold words, on the font's axis.
const WEIGHTS: [f32; 2] = [430.0, 700.0];
/// The optical size all words are cut for: between small print and headings.
const OPTICAL_SIZE: f32 = 18.0;

/// How words look.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Style {
    /// The size in points.
    pub size: f32,
    /// Whether they are bold.
    pub is_bold: bool,
}

/// A font, in its two weights.
struct Face {
    bytes: Arc<Vec<u8>>,
    /// The letters it has.
    letters: HashSet<u32>,
    shaping: ShaperData,
    cuts: [Cut; 2],
}

/// A font at one weight.
struct Cut {
    font: Font,
    instance: ShaperInstance,
}

static FACES: LazyLock<Vec<Face>> = LazyLock::new(|| FONTS.iter().filter_map(Face::read).collect());

impl Face {
    fn read(bytes: &Arc<Vec<u8>>) -> Option<Self> {
        // A collection's first font stands for it.
        let font = FontRef::from_index(bytes, 0).ok()?;
        let cut = |weight: f32| {
            let axes = [("wght", weight), ("opsz", OPTICAL_SIZE)];
            let tags = [(Tag::new(b"wght"), weight), (Tag::new(b"opsz"), OPTICAL_SIZE)];
            let instance = ShaperInstance::from_variations(&font, axes);
            Some(Cut { font: Font::new_variable(Arc::clone(bytes).into(), 0, &tags)?, instance })
        };
        Some(Self {
            letters: font.charmap().mappings().map(|(letter, _)| letter).collect(),
            shaping: ShaperData::new(&font),
            cuts: [cut(WEIGHTS[0])?, cut(WEIGHTS[1])?],
            bytes: Arc::clone(bytes),
        })
    }

    fn font(&self) -> anyhow::Result<FontRef<'_>> {
        FontRef::from_index(&self.bytes, 0).context("a font that was read before")
    }

    fn has(&self, letter: char) -> bool {
        self.letters.contains(&u32::from(letter))
    }
}

/// A stretch of a text in one direction that one font has; without a font, one that none has.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Stretch {
    range: Range<usize>,
    face: Option<usize>,
    is_rtl: bool,
}

/// Glyphs of one font.
struct Run {
    face: usize,
    glyphs: Vec<KrillaGlyph>,
}

/// A line of words, ready to be drawn.
pub struct Words {
    text: String,
    runs: Vec<Run>,
    style: Style,
}

impl Words {
    /// Sets these words. Errors: where the fonts can't be read.
    pub fn set(text: &str, style: Style) -> anyhow::Result<Self> {
        let text: String = text.chars().filter_map(shown).collect();
        let runs = stretches(&text).into_iter().map(|stretch| stretch.shape(&text, style)).collect::<Result<_, _>>()?;
        Ok(Self { text, runs, style })
    }

    /// How wide they are.
    pub fn width(&self) -> f32 {
        let advances = self.runs.iter().flat_map(|run| &run.glyphs).map(|glyph| glyph.x_advance);
        advances.sum::<f32>() * self.style.size
    }

    /// Draws them from this point of the base line on.
    pub fn draw(&self, surface: &mut Surface, mut x: f32, y: f32) {
        for run in &self.runs {
            let font = FACES[run.face].cuts[usize::from(self.style.is_bold)].font.clone();
            surface.draw_glyphs(Point::from_xy(x, y), &run.glyphs, font, &self.text, self.style.size, false);
            x += run.glyphs.iter().map(|glyph| glyph.x_advance).sum::<f32>() * self.style.size;
        }
    }
}

/// How wide these words are. Errors: where the fonts can't be read.
pub fn width(text: &str, style: Style) -> anyhow::Result<f32> {
    Ok(Words::set(text, style)?.width())
}

/// The words in as few lines as this width takes; a word that is wider alone is broken. Errors: where the fonts can't be read.
pub fn lines(text: &str, style: Style, width_max: f32) -> anyhow::Result<Vec<String>> {
    let space = width(" ", style)?;
    let mut lines: Vec<(String, f32)> = Vec::new();
    for word in text.split_whitespace() {
        let wide = width(word, style)?;
        match lines.last_mut() {
            Some((line, so_far)) if *so_far + space + wide <= width_max => {
                line.push(' ');
                line.push_str(word);
                *so_far += space + wide;
            }
            _ if wide <= width_max => lines.push((word.to_owned(), wide)),
            _ => {
                for piece in pieces(word, style, width_max)? {
                    let wide = width(&piece, style)?;
                    lines.push((piece, wide));
                }
            }
        }
    }
    Ok(lines.into_iter().map(|(line, _)| line).collect())
}

/// The word in pieces that are no wider than this, or one letter each.
fn pieces(word: &str, style: Style, width_max: f32) -> anyhow::Result<Vec<String>> {
    let mut pieces = vec![String::new()];
    for letter in word.chars() {
        let at = pieces.len() - 1;
        let longer = format!("{}{letter}", pieces[at]);
        if pieces[at].is_empty() || width(&longer, style)? <= width_max {
            pieces[at] = longer;
        } else {
            pieces.push(letter.to_string());
        }
    }
    Ok(pieces)
}

/// The letter as it can be shown: a break is a space, and what shows nothing is left out, which a PDF must not have.
fn shown(letter: char) -> Option<char> {
    match letter {
        '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' => None,
        '\u{feff}' | '\u{fffe}' | '\u{ffff}' => None,
        letter if letter.is_control() => Some(' '),
        letter => Some(letter),
    }
}

/// The text in the order in which it is drawn, from left to right.
fn stretches(text: &str) -> Vec<Stretch> {
    // Nothing in it runs from right to left.
    if text.is_ascii() {
        return by_face(text, 0..text.len(), false);
    }
    let bidi = BidiInfo::new(text, None);
    let mut all = Vec::new();
    for paragraph in &bidi.paragraphs {
        let (levels, ranges) = bidi.visual_runs(paragraph, paragraph.range.clone());
        for range in ranges {
            let is_rtl = levels[range.start].is_rtl();
            let mut own = by_face(text, range, is_rtl);
            if is_rtl {
                own.reverse();
            }
            all.extend(own);
        }
    }
    all
}

/// A range in one direction, part by part of the same font.
fn by_face(text: &str, range: Range<usize>, is_rtl: bool) -> Vec<Stretch> {
    let mut all: Vec<Stretch> = Vec::new();
    for (at, letter) in text[range.clone()].char_indices().map(|(at, letter)| (range.start + at, letter)) {
        let end = at + letter.len_utf8();
        let last = all.last_mut().filter(|last| last.face.is_some());
        // Marks and spaces stay with what they follow.
        let stays = letter.is_whitespace() || bidi_class(letter) == BidiClass::NSM;
        let has = |face: usize| FACES.get(face).is_some_and(|face| face.has(letter));
        let face = match last.as_ref().and_then(|last| last.face) {
            Some(face) if stays && has(face) => Some(face),
            _ => (0..FACES.len()).find(|face| has(*face)),
        };
        match last {
            Some(last) if face == last.face => last.range.end = end,
            _ => all.push(Stretch { range: at..end, face, is_rtl }),
        }
    }
    all
}

impl Stretch {
    fn shape(self, text: &str, style: Style) -> anyhow::Result<Run> {
        let Some(face) = self.face else { return self.shape_box(style) };
        Ok(Run { face, glyphs: shape(face, &text[self.range.clone()], self.range, (style, self.is_rtl))? })
    }

    /// A box that stands for this text.
    fn shape_box(self, style: Style) -> anyhow::Result<Run> {
        let face = FACES.iter().position(|face| face.has(BOX)).context("no font has a box")?;
        let mut letter = [0; 4];
        let mut glyphs = shape(face, BOX.encode_utf8(&mut letter), 0..3, (style, false))?;
        for glyph in &mut glyphs {
            glyph.text_range = self.range.clone();
        }
        Ok(Run { face, glyphs })
    }
}

/// The glyphs of `part`, which is this range of a text, in ems.
fn shape(
    face: usize,
    part: &str,
    range: Range<usize>,
    (style, is_rtl): (Style, bool),
) -> anyhow::Result<Vec<KrillaGlyph>> {
    let face = &FACES[face];
    let font = face.font()?;
    let shaper = face.shaping.shaper(&font).instance(Some(&face.cuts[usize::from(style.is_bold)].instance)).build();
    let mut buffer = UnicodeBuffer::new();
    buffer.push_str(part);
    buffer.guess_segment_properties();
    buffer.set_direction(if is_rtl { Direction::RightToLeft } else { Direction::LeftToRight });
    let shaped = shaper.shape(buffer, ShapeOptions::new());
    let mut starts: Vec<usize> = shaped.glyph_infos().iter().map(|info| info.cluster as usize).collect();
    starts.sort_unstable();
    starts.dedup();
    let em = shaper.units_per_em() as f32;
    let glyphs = shaped.glyph_infos().iter().zip(shaped.glyph_positions()).map(|(info, at)| {
        let start = info.cluster as usize;
        let end = starts.iter().find(|next| **next > start).copied().unwrap_or(part.len());
        let text_range = range.start + start..range.start + end;
        let ems = |units: i32| units as f32 / em;
        KrillaGlyph::new(
            GlyphId::new(info.glyph_id),
            ems(at.x_advance),
            ems(at.x_offset),
            ems(at.y_offset),
            ems(at.y_advance),
            text_range,
            None,
        )
    });
    Ok(glyphs.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    const STYLE: Style = Style { size: 20.0, is_bold: false };

    #[test]
    fn words_have_a_width_and_bold_ones_a_larger() {
        let plain = width("Evently", STYLE).expect("a width");
        assert!((50.0..100.0).contains(&plain), "{plain}");
        assert!(width("Evently", Style { is_bold: true, ..STYLE }).expect("a width") > plain);
        assert_eq!(width("", STYLE).expect("a width"), 0.0);
    }

    #[test]
    fn each_letter_is_of_the_first_font_that_has_it() {
        let faces = |text: &str| stretches(text).iter().map(|stretch| stretch.face).collect::<Vec<_>>();
        assert_eq!(faces("Evently"), [Some(0)]);
        assert_eq!(faces("Dvo\u{159}ák"), [Some(0), Some(1), Some(0)]);
        assert_eq!(faces("Чайковский live"), [Some(2), Some(0)]);
        assert_eq!(faces("夜"), [None]);
    }

    #[test]
    fn a_letter_that_no_font_has_is_a_box_with_its_text() {
        let words = Words::set("a夜", STYLE).expect("words");
        let last = words.runs.last().and_then(|run| run.glyphs.last()).expect("a glyph");
        assert!(last.glyph_id.to_u32() != 0);
        assert_eq!(&words.text[last.text_range.clone()], "夜");
    }

    #[test]
    fn what_runs_from_right_to_left_is_drawn_from_its_end() {
        let drawn = stretches("גד 12");
        assert_eq!(&"גד 12"[drawn[0].range.clone()], "12");
        assert!(drawn.last().is_some_and(|last| last.is_rtl && last.range.start == 0), "{drawn:?}");
    }

    #[test]
    fn lines_fit_and_keep_every_letter() {
        let text = "The long night of the short film andthentherewasoneverylongwordthatnolinecouldtake";
        let lines = lines(text, STYLE, 150.0).expect("lines");
        assert!(lines.iter().all(|line| width(line, STYLE).expect("a width") <= 150.0), "{lines:?}");
        assert_eq!(lines.concat().replace(' ', ""), text.replace(' ', ""));
    }
}
