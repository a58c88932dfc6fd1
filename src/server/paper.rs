//! Documents for printing and keeping, as PDF: text as text in the site's own typeface, with the tags, title, language and
//! outline that screen readers go by (PDF/UA-1).
//!
//! A sheet is a list of what stands where; what measures words to find that out is [`typeset`].

pub mod typeset;

use anyhow::{Context, anyhow};
use axum::body::Bytes;
use krilla::{
    Document, SerializeSettings,
    color::rgb,
    configure::{Accessibility, Configuration, ConfigurationBuilder},
    destination::XyzDestination,
    geom::{Path, PathBuilder, Point, Rect},
    metadata::Metadata,
    num::NormalizedF32,
    outline::{Outline, OutlineNode},
    page::PageSettings,
    paint::Fill,
    surface::Surface,
    tagging::{Artifact, ArtifactType, ContentTag, SpanTag, Tag, TagGroup, TagTree},
};
use serde::Serialize;
use std::num::NonZeroU16;
use typeset::{Style, Words};

/// One page. Units: points, 72 to the inch, from its upper left corner.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Sheet {
    /// What the outline calls it.
    pub title: String,
    /// Its width.
    pub width: f32,
    /// Its height.
    pub height: f32,
    /// What stands on it, in the order in which it is read.
    pub parts: Vec<Part>,
}

/// A part of a sheet.
#[derive(Clone, Debug, Serialize)]
pub enum Part {
    /// The heading of the sheet.
    Heading(Vec<Line>),
    /// A paragraph, or a fact and what it is called.
    Paragraph(Vec<Line>),
    /// A drawing of black boxes: left, top, width, height.
    Figure {
        /// What it is, for who can't see it.
        alt: String,
        /// The boxes.
        boxes: Vec<[f32; 4]>,
    },
    /// A box that only parts what is above from what is below, in a faint ink.
    Rule([f32; 4]),
}

/// A line of words that begins at `x` on the base line `y`.
#[derive(Clone, Debug, Serialize)]
pub struct Line {
    /// Its left end.
    pub x: f32,
    /// Its base line.
    pub y: f32,
    /// How it is set.
    pub style: Style,
    /// In which ink.
    pub ink: Ink,
    /// The words.
    pub text: String,
}

/// The colours of words. Source: `style/tokens.css`, light.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Ink {
    /// What matters.
    Plain,
    /// What it is called.
    Faint,
}

impl Ink {
    fn fill(self) -> Fill {
        let colour = match self {
            Self::Plain => rgb::Color::new(0x17, 0x18, 0x1a),
            Self::Faint => rgb::Color::new(0x5c, 0x5f, 0x66),
        };
        Fill { paint: colour.into(), opacity: NormalizedF32::ONE, ..Fill::default() }
    }
}

/// These sheets as a PDF in English. Errors: for one without sheets, and where the typeface can't be read.
pub fn print(title: &str, sheets: &[Sheet]) -> anyhow::Result<Bytes> {
    let settings = SerializeSettings { configuration: accessible()?, ..SerializeSettings::default() };
    let mut document = Document::new_with(settings);
    let (mut tags, mut outline) = (TagTree::new().with_lang(Some("en".to_owned())), Outline::new());
    for (at, sheet) in sheets.iter().enumerate() {
        tags.push(draw(&mut document, sheet)?);
        outline.push_child(OutlineNode::new(sheet.title.clone(), XyzDestination::new(at, Point::from_xy(0.0, 0.0))));
    }
    document
        .set_metadata(Metadata::new().title(title.to_owned()).language("en".to_owned()).creator("Evently".to_owned()));
    document.set_outline(outline);
    document.set_tag_tree(tags);
    document.finish().map(Bytes::from).map_err(|error| anyhow!("{error:?}").context("writing a PDF"))
}

fn accessible() -> anyhow::Result<Configuration> {
    let built = ConfigurationBuilder::new().with_accessibility_validator(Accessibility::UA1).finish();
    built.map_err(|error| anyhow!("{error:?}").context("what a PDF has to be"))
}

/// Draws a sheet as the document's next page, and answers its tags.
fn draw(document: &mut Document, sheet: &Sheet) -> anyhow::Result<TagGroup> {
    let size = PageSettings::from_wh(sheet.width, sheet.height).context("a sheet without an area")?;
    let mut page = document.start_page_with(size);
    let mut surface = page.surface();
    let mut section = TagGroup::new(Tag::Section);
    for part in &sheet.parts {
        match part {
            Part::Heading(lines) => {
                let heading = Tag::Hn(NonZeroU16::MIN, Some(sheet.title.clone()));
                section.push(write(&mut surface, TagGroup::new(heading), lines)?);
            }
            Part::Paragraph(lines) => section.push(write(&mut surface, TagGroup::new(Tag::P), lines)?),
            Part::Figure { alt, boxes } => {
                let mut figure = TagGroup::new(Tag::Figure(Some(alt.clone())));
                figure.push(surface.start_tagged(ContentTag::Other));
                fill(&mut surface, boxes, Ink::Plain);
                surface.end_tagged();
                section.push(figure);
            }
            Part::Rule(rule) => {
                surface.start_tagged(ContentTag::Artifact(Artifact::with_kind(ArtifactType::Layout)));
                fill(&mut surface, &[*rule], Ink::Faint);
                surface.end_tagged();
            }
        }
    }
    surface.finish();
    page.finish();
    Ok(section)
}

/// Writes lines, each a piece of the group they belong to.
fn write(surface: &mut Surface, mut group: TagGroup, lines: &[Line]) -> anyhow::Result<TagGroup> {
    for (at, line) in lines.iter().enumerate() {
        // Where one line ends, the next word begins: also for who hears it.
        let text = if at + 1 < lines.len() { format!("{} ", line.text) } else { line.text.clone() };
        group.push(surface.start_tagged(ContentTag::Span(SpanTag::empty())));
        surface.set_fill(Some(line.ink.fill()));
        Words::set(&text, line.style)?.draw(surface, line.x, line.y);
        surface.end_tagged();
    }
    Ok(group)
}

fn fill(surface: &mut Surface, boxes: &[[f32; 4]], ink: Ink) {
    surface.set_fill(Some(ink.fill()));
    if let Some(path) = outline(boxes) {
        surface.draw_path(&path);
    }
}

fn outline(boxes: &[[f32; 4]]) -> Option<Path> {
    let mut path = PathBuilder::new();
    for [x, y, width, height] in boxes {
        path.push_rect(Rect::from_xywh(*x, *y, *width, *height)?);
    }
    path.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sheet(text: &str) -> Sheet {
        let style = Style { size: 12.0, is_bold: false };
        let line = Line { x: 20.0, y: 40.0, style, ink: Ink::Plain, text: text.to_owned() };
        let parts = vec![
            Part::Heading(vec![line.clone()]),
            Part::Rule([20.0, 50.0, 60.0, 0.5]),
            Part::Figure { alt: "A box".to_owned(), boxes: vec![[20.0, 60.0, 20.0, 20.0]] },
            Part::Paragraph(vec![line]),
        ];
        Sheet { title: "A sheet".to_owned(), width: 200.0, height: 100.0, parts }
    }

    #[test]
    fn a_sheet_becomes_a_document_that_says_it_is_accessible() {
        let pdf = print("A document", &[sheet("Plain words")]).expect("a document");
        assert!(pdf.starts_with(b"%PDF-1.7"));
        let text = String::from_utf8_lossy(&pdf);
        assert!(text.contains("<pdfuaid:part>1</pdfuaid:part>") && text.contains("/Lang"), "{text}");
    }

    #[test]
    fn words_in_any_letters_can_be_written() {
        for text in
            ["Dvořák", "Чайковский", "Ωδείο", "גדי", "حفلة موسيقية 12", "夜の公演", "🎭 a mask", "\u{1}\u{feff}\t", ""]
        {
            print("A document", &[sheet(text)]).unwrap_or_else(|error| panic!("{text}: {error:#}"));
        }
    }

    #[test]
    fn the_same_sheets_are_the_same_document() {
        let once = || print("A document", &[sheet("Plain words")]).expect("a document");
        assert_eq!(once(), once());
    }
}
