//! Words in drawings, set in the site's own typeface: what has to be known to break them into lines.
//!
//! For letters it lacks, DejaVu Sans stands in: other alphabets of Europe and its neighbours. For those of Chinese, Japanese,
//! Korean and others, files of the machine do, whose size has no place in a program ([`use_files`]).

use resvg::usvg::{
    Node, Options, Text, Tree,
    fontdb::{Database, Source},
};
use std::{
    fs,
    path::PathBuf,
    sync::{Arc, LazyLock, OnceLock},
};

const FILES: [&[u8]; 3] = [
    include_bytes!("../../public/fonts/bricolage-grotesque-latin.woff2"),
    include_bytes!("../../public/fonts/bricolage-grotesque-latin-ext.woff2"),
    include_bytes!("lettering/dejavu-sans.woff2"),
];

/// Files of the machine that stand in after ours.
static STAND_INS: OnceLock<Vec<PathBuf>> = OnceLock::new();

/// The files that pages load and what stands in for them, unpacked once, in the order in which they are asked for a letter.
pub(super) static FONTS: LazyLock<Vec<Arc<Vec<u8>>>> = LazyLock::new(|| {
    let unpack = |file: &[u8]| {
        let unpacked = wuff::decompress_woff2(file);
        unpacked.inspect_err(|error| tracing::error!(%error, "a font can't be unpacked")).ok().map(Arc::new)
    };
    let read = |path: &PathBuf| {
        let read = fs::read(path);
        read.inspect_err(|error| tracing::error!(path = %path.display(), %error, "a font can't be read"))
            .ok()
            .map(Arc::new)
    };
    let own = FILES.into_iter().filter_map(unpack);
    own.chain(STAND_INS.get().into_iter().flatten().filter_map(read)).collect()
});

/// Says which fonts of the machine stand in for letters that ours lack, TrueType, OpenType or collections of them: those of these
/// that are there. To be said before the first word is set; later it changes nothing.
pub fn use_files(paths: &[PathBuf]) {
    let found = paths.iter().filter(|path| path.is_file()).cloned().collect();
    _ = STAND_INS.set(found);
}

/// The fonts as drawings look them up.
static TYPEFACE: LazyLock<Arc<Database>> = LazyLock::new(|| {
    let mut typeface = Database::new();
    for font in FONTS.iter() {
        let font: Arc<Vec<u8>> = Arc::clone(font);
        typeface.load_font_source(Source::Binary(font));
    }
    // The name in the files is that of one of its weights, and none that SVG would take unquoted.
    let name = typeface.faces().find_map(|face| face.families.first().map(|(name, _)| name.clone()));
    typeface.set_sans_serif_family(name.unwrap_or_default());
    Arc::new(typeface)
});

/// How words look.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    /// The size in pixels.
    pub size: f32,
    /// From 200 to 800.
    pub weight: u16,
}

/// What a drawing with words is read with.
pub(super) fn options() -> Options<'static> {
    Options { fontdb: Arc::clone(&TYPEFACE), ..Options::default() }
}

/// A `text` element whose first letter stands on this point.
pub fn text_at(x: f32, y: f32, style: Style, ink: &str, text: &str) -> String {
    let Style { size, weight } = style;
    // What is large is set a little tighter, as on the pages.
    let spacing = size * -0.025;
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    format!(
        "<text x=\"{x}\" y=\"{y}\" fill=\"{ink}\" font-family=\"sans-serif\" font-size=\"{size}\" \
         font-weight=\"{weight}\" letter-spacing=\"{spacing}\">{text}</text>"
    )
}

/// How wide the words are; nothing where the typeface lacks one of their letters.
pub fn width(text: &str, style: Style) -> Option<f32> {
    let element = text_at(0.0, 0.0, style, "#000", text);
    let svg = format!("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"1\" height=\"1\">{element}</svg>");
    let tree = Tree::from_str(&svg, &options()).ok()?;
    let [Node::Text(text)] = tree.root().children() else { return None };
    is_complete(text).then(|| text.bounding_box().width())
}

/// The words in as few lines as this width takes, at most so many; a line that had to be cut ends with `…`. Nothing where
/// the typeface lacks one of their letters.
pub fn lines(text: &str, style: Style, width_max: f32, count_max: usize) -> Option<Vec<String>> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        let longer = lines.last().map(|line| format!("{line} {word}"));
        match longer {
            Some(longer) if width(&longer, style)? <= width_max => _ = lines.pop().map(|_| lines.push(longer)),
            _ => {
                width(word, style)?;
                lines.push(word.to_owned());
            }
        }
    }
    let is_cut = lines.len() > count_max;
    lines.truncate(count_max);
    let last = lines.len().saturating_sub(1);
    for (at, line) in lines.iter_mut().enumerate() {
        if is_cut && at == last || width(line, style)? > width_max {
            *line = cut(line, style, width_max)?;
        }
    }
    Some(lines)
}

/// As many of the line's letters as leave room for the `…` that stands for the rest.
fn cut(line: &str, style: Style, width_max: f32) -> Option<String> {
    let mut kept = line.to_owned();
    loop {
        let cut = format!("{}…", kept.trim_end());
        if width(&cut, style)? <= width_max || kept.pop().is_none() {
            return Some(cut);
        }
    }
}

/// Whether every letter has a shape: the number of what stands for a missing one is 0.
fn is_complete(text: &Text) -> bool {
    text.layouted().iter().flat_map(|span| &span.positioned_glyphs).all(|glyph| glyph.id.0 != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const STYLE: Style = Style { size: 60.0, weight: 700 };

    #[test]
    fn the_typeface_of_the_pages_can_be_read() {
        let one = width("Evently", STYLE).expect("a width");
        assert!((150.0..300.0).contains(&one), "{one}");
        assert!(width("Evently", Style { weight: 300, ..STYLE }).expect("a width") < one, "bold is wider");
        assert!(width("Dvořák & <Šárka>", STYLE).is_some(), "letters of both files");
        assert!(width("Чайковский Ωδείο", STYLE).is_some(), "letters of what stands in");
        assert!(width("夜", STYLE).is_none() && width("\u{1}", STYLE).is_none());
    }

    #[test]
    fn words_are_broken_into_lines_that_fit() {
        let lines = lines("The long night of the short film", STYLE, 500.0, 4).expect("lines");
        assert!(lines.len() > 1 && lines.iter().all(|line| width(line, STYLE).is_some_and(|width| width <= 500.0)));
        assert_eq!(lines.join(" "), "The long night of the short film");
    }

    #[test]
    fn what_is_too_long_ends_with_an_ellipsis() {
        let cut = lines("one two three four five six seven", STYLE, 200.0, 2).expect("lines");
        assert!(cut.len() == 2 && cut[1].ends_with('…'), "{cut:?}");
        let cut = lines(&"long".repeat(50), STYLE, 200.0, 2).expect("a line");
        assert!(cut.len() == 1 && cut[0].starts_with("long") && cut[0].ends_with('…'), "{cut:?}");
        assert!(width(&cut[0], STYLE).expect("a width") <= 200.0);
    }
}
