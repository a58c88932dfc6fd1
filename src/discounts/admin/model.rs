//! Codes as staff see them.

use crate::{
    discounts::{form::CodeForm, model::Code},
    events::model::When,
    money::{Currency, Money},
};
use serde::{Deserialize, Serialize};

/// A code and what it has done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodeLine {
    /// The code.
    #[serde(flatten)]
    pub code: Code,
    /// ISO 4217, of all its amounts.
    pub currency: Currency,
    /// When it starts, at the venue.
    pub starts: Option<When>,
    /// When it ends, at the venue.
    pub ends: Option<When>,
    /// How it stands.
    pub state: CodeState,
    /// Holds that have it now.
    pub held_count: i64,
    /// Bookings that have it.
    pub confirmed_count: i64,
    /// What those bookings bring in, in minor units.
    pub taken_minor: i64,
    /// What it took off them, in minor units.
    pub discount_minor: i64,
}

impl CodeLine {
    /// Uses, and the limit: `12 of 50`.
    pub fn say_uses(&self) -> String {
        let uses = self.held_count + self.confirmed_count;
        match self.code.max_uses {
            Some(max) => format!("{uses} of {max}"),
            None => uses.to_string(),
        }
    }

    /// What the bookings that have it bring in.
    pub fn taken(&self) -> Money {
        Money::new(self.taken_minor, self.currency)
    }

    /// What it took off them.
    pub fn discount(&self) -> Money {
        Money::new(self.discount_minor, self.currency)
    }
}

/// Whether a code can be given now, to somebody who hasn't used it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CodeState {
    /// It can.
    Open,
    /// It starts later.
    NotYet,
    /// As many bookings have it as can.
    UsedUp,
    /// Its time is over, or staff ended it.
    Ended,
}

impl CodeState {
    /// The same in words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Open => "Can be used",
            Self::NotYet => "Not yet",
            Self::UsedUp => "Used up",
            Self::Ended => "Ended",
        }
    }
}

/// A code to be changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EditedCode {
    /// As it is, and what it has done.
    pub line: CodeLine,
    /// As it would be typed.
    pub form: CodeForm,
}

/// What was typed into a form for codes that was refused.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TypedCode {
    /// The fields.
    pub form: CodeForm,
    /// The sections that were chosen.
    pub sections: Vec<String>,
    /// What codes that are made begin with.
    pub prefix: String,
    /// How many.
    pub count: String,
}
