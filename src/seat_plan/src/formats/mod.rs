//! Plans as files: for other programs, for spreadsheets, and for who moves here.

pub mod csv;
mod frame;
pub mod pretix;

use crate::Plan;
use serde::{Deserialize, Serialize};

/// As many faults of a file as are told at once.
pub const FAULTS_MAX: usize = 50;

/// How a plan is written as a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// A line for each seat.
    Csv,
    /// The plan itself: nothing is lost.
    Json,
    /// The seating plans of pretix, which know no prices, kinds of seats or limited views.
    Pretix,
}

impl Format {
    /// The end of a file's name.
    pub fn ending(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Json => "json",
            Self::Pretix => "pretix.json",
        }
    }
}

/// Why a file can't be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineFault {
    /// In which line, from 1; 0 where it is about the file as a whole.
    pub line: usize,
    /// What is wrong, as a sentence.
    pub words: String,
}

impl LineFault {
    fn new(line: usize, words: impl Into<String>) -> Self {
        Self { line, words: words.into() }
    }
}

/// The plan as a file. Prices have so many decimal places, those of its currency.
pub fn write(plan: &Plan, format: Format, decimals: u32) -> String {
    match format {
        Format::Csv => csv::write(plan, decimals),
        // A plan has no map whose keys aren't text.
        Format::Json => serde_json::to_string(plan).unwrap_or_default(),
        Format::Pretix => pretix::write(plan),
    }
}

/// The plan of a file. What a format doesn't say is taken from `base`, by names of sections and ids of seats: the plan that the
/// file is to replace. It may still have flaws.
///
/// Errors: what can't be read, line by line; the first [`FAULTS_MAX`] of it.
pub fn read(text: &str, format: Format, decimals: u32, base: Option<&Plan>) -> Result<Plan, Vec<LineFault>> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    match format {
        Format::Csv => csv::read(text, decimals, base),
        Format::Json => serde_json::from_str(text)
            .map_err(|error| vec![LineFault::new(error.line(), format!("This is no seat map of Evently: {error}."))]),
        Format::Pretix => pretix::read(text, base),
    }
}
