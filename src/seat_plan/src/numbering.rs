//! How rows and seats are called.

pub use crate::check::LABEL_MAX;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// How the rows of a section are called, from the front to the back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RowLabels {
    /// Letters or numbers.
    pub kind: LabelKind,
    /// What comes before: `T` for the tables T1, T2, …
    pub prefix: String,
    /// The first, counted from 1: 3 is C, or 3.
    pub first: u32,
    /// Letters that are left out: `IO`.
    pub skip: String,
    /// Whether counting begins at the back.
    pub from_back: bool,
}

/// What rows are counted in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LabelKind {
    /// A … Z, AA, AB, …
    #[default]
    Letters,
    /// 1, 2, 3, …
    Numbers,
}

impl Default for RowLabels {
    fn default() -> Self {
        Self { kind: LabelKind::Letters, prefix: String::new(), first: 1, skip: String::new(), from_back: false }
    }
}

impl RowLabels {
    /// The labels of so many rows, from the front to the back.
    pub fn labels(&self, count: usize) -> Vec<String> {
        let of = |place: usize| format!("{}{}", self.prefix, self.label(self.first as usize + place));
        let place = |row: usize| if self.from_back { count - 1 - row } else { row };
        (0..count).map(|row| of(place(row))).collect()
    }

    /// The label with this number, from 1.
    fn label(&self, number: usize) -> String {
        match self.kind {
            LabelKind::Numbers => number.to_string(),
            LabelKind::Letters => self.letters(number),
        }
    }

    fn letters(&self, mut number: usize) -> String {
        let is_skipped = |letter: &char| self.skip.to_ascii_uppercase().contains(*letter);
        let mut alphabet: Vec<char> = ('A'..='Z').filter(|letter| !is_skipped(letter)).collect();
        if alphabet.is_empty() {
            alphabet = ('A'..='Z').collect();
        }
        let mut letters = Vec::new();
        while number > 0 {
            number -= 1;
            letters.push(alphabet[number % alphabet.len()]);
            number /= alphabet.len();
        }
        letters.into_iter().rev().collect()
    }
}

/// How the seats of a row are numbered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SeatNumbers {
    /// In which order.
    pub scheme: Scheme,
    /// The lowest number.
    pub first: u32,
}

/// In which order the seats of a row are numbered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scheme {
    /// 1, 2, 3, … from the left.
    #[default]
    FromLeft,
    /// 1, 2, 3, … from the right.
    FromRight,
    /// From the centre outwards: odd numbers to the left, even ones to the right.
    FromCentre,
    /// Odd numbers alone, from the left: 1, 3, 5, …
    OddFromLeft,
    /// Odd numbers alone, from the right.
    OddFromRight,
    /// Even numbers alone, from the left: 2, 4, 6, …
    EvenFromLeft,
    /// Even numbers alone, from the right.
    EvenFromRight,
}

impl Default for SeatNumbers {
    fn default() -> Self {
        Self { scheme: Scheme::FromLeft, first: 1 }
    }
}

impl SeatNumbers {
    /// The numbers of a row of so many seats, from the left.
    pub fn numbers(&self, count: usize) -> Vec<String> {
        let first = self.first as usize;
        let (odd, even) = (first | 1, first.max(1).next_multiple_of(2));
        let from_right = |place: usize| count - 1 - place;
        let number = |place: usize| match self.scheme {
            Scheme::FromLeft => first + place,
            Scheme::FromRight => first + from_right(place),
            Scheme::OddFromLeft => odd + 2 * place,
            Scheme::OddFromRight => odd + 2 * from_right(place),
            Scheme::EvenFromLeft => even + 2 * place,
            Scheme::EvenFromRight => even + 2 * from_right(place),
            Scheme::FromCentre => {
                let middle = count.div_ceil(2);
                if place < middle { odd + 2 * (middle - 1 - place) } else { odd + 1 + 2 * (place - middle) }
            }
        };
        (0..count).map(|place| number(place).to_string()).collect()
    }
}

/// A name that is not taken yet: itself, or with a number behind it, never longer than `max` characters.
pub fn free_name(wanted: &str, taken: &BTreeSet<&str>, max: usize) -> String {
    let fits = |name: &String| !taken.contains(name.as_str());
    let cut = |ending: &str| {
        let room = max.saturating_sub(ending.chars().count());
        wanted.chars().take(room).collect::<String>().trim_end().to_owned() + ending
    };
    Some(cut("")).filter(fits).unwrap_or_else(|| {
        // Among more endings than there are names, one is free.
        let separator = if max > LABEL_MAX { " " } else { "" };
        (2..=taken.len() + 2).map(|number| cut(&format!("{separator}{number}"))).find(fits).unwrap_or_default()
    })
}

/// Labels that go on after those a section has: after C comes D, after 7 comes 8; as many as wanted, none of them taken.
pub fn next_labels(taken: &BTreeSet<&str>, count: usize) -> Vec<String> {
    let is_number = !taken.is_empty() && taken.iter().all(|label| label.parse::<u32>().is_ok());
    let kind = if is_number { LabelKind::Numbers } else { LabelKind::Letters };
    let labels = RowLabels { kind, ..RowLabels::default() }.labels(taken.len() + count);
    labels.into_iter().filter(|label| !taken.contains(label.as_str())).take(count).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn letters(skip: &str, first: u32, count: usize) -> Vec<String> {
        RowLabels { skip: skip.to_owned(), first, ..RowLabels::default() }.labels(count)
    }

    #[test]
    fn rows_go_from_a_to_z_and_on() {
        assert_eq!(letters("", 1, 3), ["A", "B", "C"]);
        assert_eq!(letters("", 26, 3), ["Z", "AA", "AB"]);
        assert_eq!(letters("io", 8, 3), ["H", "J", "K"]);
        assert_eq!(letters("IO", 24, 2), ["Z", "AA"]);
        let back = RowLabels { from_back: true, ..RowLabels::default() };
        assert_eq!(back.labels(3), ["C", "B", "A"]);
        let tables = RowLabels { kind: LabelKind::Numbers, prefix: "T".to_owned(), first: 9, ..RowLabels::default() };
        assert_eq!(tables.labels(2), ["T9", "T10"]);
    }

    #[test]
    fn seats_are_numbered_by_their_scheme() {
        let numbers = |scheme, count| SeatNumbers { scheme, first: 1 }.numbers(count);
        assert_eq!(numbers(Scheme::FromLeft, 3), ["1", "2", "3"]);
        assert_eq!(numbers(Scheme::FromRight, 3), ["3", "2", "1"]);
        assert_eq!(numbers(Scheme::FromCentre, 5), ["5", "3", "1", "2", "4"]);
        assert_eq!(numbers(Scheme::FromCentre, 4), ["3", "1", "2", "4"]);
        assert_eq!(numbers(Scheme::OddFromLeft, 3), ["1", "3", "5"]);
        assert_eq!(numbers(Scheme::EvenFromRight, 3), ["6", "4", "2"]);
        assert_eq!(SeatNumbers { scheme: Scheme::EvenFromLeft, first: 11 }.numbers(2), ["12", "14"]);
        assert_eq!(SeatNumbers { scheme: Scheme::FromLeft, first: 0 }.numbers(2), ["0", "1"]);
    }

    #[test]
    fn names_and_labels_that_are_free() {
        let taken = BTreeSet::from(["Stalls", "Stalls 2"]);
        assert_eq!(free_name("Stalls", &taken, 40), "Stalls 3");
        assert_eq!(free_name("Circle", &taken, 40), "Circle");
        assert_eq!(free_name("ABCDEFGH", &BTreeSet::from(["ABCDEFGH"]), 8), "ABCDEFG2");
        assert_eq!(next_labels(&BTreeSet::from(["A", "B", "D"]), 3), ["C", "E", "F"]);
        assert_eq!(next_labels(&BTreeSet::from(["1", "2"]), 1), ["3"]);
    }

    proptest! {
        #[test]
        fn labels_and_numbers_are_unique(count in 0_usize..400, first in 0_u32..500, scheme in 0_usize..7, skip in "[A-Z]{0,5}", from_back: bool) {
            use Scheme::*;
            let scheme = [FromLeft, FromRight, FromCentre, OddFromLeft, OddFromRight, EvenFromLeft, EvenFromRight][scheme];
            let numbers = SeatNumbers { scheme, first }.numbers(count);
            let labels = RowLabels { skip, first: first + 1, from_back, ..RowLabels::default() }.labels(count);
            for names in [numbers, labels] {
                prop_assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), count);
                prop_assert!(names.iter().all(|name| (1..=LABEL_MAX).contains(&name.len())));
            }
        }
    }
}
