//! What a code takes off, and whether it may be given, as pure rules. Integers alone: no rounding is left to chance.

use crate::{
    error::{CodeRefusal, Error, Problem},
    id::{CodeId, EventId},
    money::{Currency, Money},
};
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

/// Characters of a code.
const CODE_MIN: usize = 3;
const CODE_MAX: usize = 32;

/// Codes that don't exist, of one person within [`TRIES_COUNTED`]: enough for typing errors.
pub const TRIES_MAX: usize = 10;
/// The same from one address: an office or a school has one for all.
pub const TRIES_OF_ADDRESS_MAX: usize = 100;
/// In which tries are counted.
pub const TRIES_COUNTED: TimeDelta = TimeDelta::minutes(10);

/// Of what a code takes something off, and in what.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(sqlx::Type), sqlx(type_name = "discount_kind", rename_all = "snake_case"))]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// So many percent of the places it is for.
    Percent,
    /// An amount off each place it is for.
    PerPlace,
    /// An amount off the places it is for, all together.
    PerBooking,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Percent, Self::PerPlace, Self::PerBooking];

    /// Its name in requests, as it is in JSON.
    pub fn key(self) -> &'static str {
        match self {
            Self::Percent => "percent",
            Self::PerPlace => "per_place",
            Self::PerBooking => "per_booking",
        }
    }

    /// The same in words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Percent => "Percent",
            Self::PerPlace => "An amount off each place",
            Self::PerBooking => "An amount off each booking",
        }
    }
}

/// A code of an event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(sqlx::FromRow))]
pub struct Code {
    /// The code's id.
    pub id: CodeId,
    /// Of which event.
    pub event_id: EventId,
    /// What people type, in capitals.
    pub code: String,
    /// Of what it takes something off.
    pub kind: Kind,
    /// Percent (1 to 100), or minor units of the event's currency.
    pub value: i64,
    /// From when it can be given, UTC; null for from the beginning.
    pub starts_at: Option<DateTime<Utc>>,
    /// Until when, UTC; null for until the sale closes.
    pub ends_at: Option<DateTime<Utc>>,
    /// Bookings that can have it at the same time; null for any number.
    pub max_uses: Option<i32>,
    /// Bookings of one person; null for any number.
    pub max_uses_per_person: Option<i32>,
    /// Sections whose seats it is for; none for all places.
    pub sections: Vec<String>,
    /// For whom it is, for those who run the event.
    pub note: String,
    /// Grows with every edit.
    pub version: i32,
    /// When staff ended it, UTC.
    pub ended_at: Option<DateTime<Utc>>,
    /// When it was made, UTC.
    pub created_at: DateTime<Utc>,
}

/// The living bookings that have a code, apart from the one that asks for it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "ssr", derive(sqlx::FromRow))]
pub struct Uses {
    /// All of them.
    pub use_count: i64,
    /// Those of the person who asks.
    pub own_count: i64,
}

/// A place of a booking that a code may take something off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Priced<'a> {
    /// Its section; none for general admission.
    pub section: Option<&'a str>,
    /// What it costs, in minor units.
    pub price_minor: i64,
}

impl Code {
    /// Whether anybody's uses have to be counted before it is given.
    pub fn is_limited(&self) -> bool {
        self.max_uses.is_some() || self.max_uses_per_person.is_some()
    }

    /// Whether it may be given at `now` to one more booking of a person. Errors: why not.
    pub fn decide_use(&self, uses: Uses, now: DateTime<Utc>) -> Result<(), CodeRefusal> {
        let is_full = |max: Option<i32>, count: i64| max.is_some_and(|max| count >= i64::from(max));
        if self.ended_at.is_some() || self.ends_at.is_some_and(|ends_at| now >= ends_at) {
            return Err(CodeRefusal::Ended);
        }
        if self.starts_at.is_some_and(|starts_at| now < starts_at) {
            return Err(CodeRefusal::NotYet);
        }
        // Before the limit of all: who has had theirs needn't wait for others to give theirs back.
        if is_full(self.max_uses_per_person, uses.own_count) {
            return Err(CodeRefusal::UsedByYou);
        }
        if is_full(self.max_uses, uses.use_count) { Err(CodeRefusal::UsedUp) } else { Ok(()) }
    }

    /// What it takes off each of these places, in minor units and in their order: never more than a place costs.
    ///
    /// Percent are counted of all the places together and rounded once, up: in favour of who pays. Errors: `OtherSeats`;
    /// `NothingToPay`.
    pub fn decide_off(&self, places: &[Priced<'_>]) -> Result<Vec<i64>, CodeRefusal> {
        let is_meant = |place: &Priced<'_>| {
            let is_named = |section: &str| self.sections.iter().any(|named| named == section);
            self.sections.is_empty() || place.section.is_some_and(is_named)
        };
        if !places.iter().any(is_meant) {
            return Err(CodeRefusal::OtherSeats);
        }
        let off =
            self.take_off(&places.iter().map(|p| if is_meant(p) { p.price_minor } else { 0 }).collect::<Vec<_>>());
        if off.iter().all(|minor| *minor == 0) { Err(CodeRefusal::NothingToPay) } else { Ok(off) }
    }

    fn take_off(&self, prices: &[i64]) -> Vec<i64> {
        let sum: i128 = prices.iter().copied().map(i128::from).sum();
        match self.kind {
            Kind::PerPlace => prices.iter().map(|price| self.value.min(*price)).collect(),
            Kind::PerBooking => spread(i128::from(self.value).min(sum), prices),
            Kind::Percent => spread((sum * i128::from(self.value) + 99) / 100, prices),
        }
    }

    /// What it takes off in words: `20 %`, `€5 off each place`.
    pub fn say_value(&self, currency: Currency) -> String {
        let money = || Money::new(self.value, currency);
        match self.kind {
            Kind::Percent => format!("{} %", self.value),
            Kind::PerPlace => format!("{} off each place", money()),
            Kind::PerBooking => format!("{} off each booking", money()),
        }
    }
}

/// An amount in parts that are in proportion to these prices and add up to it: what rounding leaves over goes to the largest
/// remainders, and among equal ones to the first. No part is more than its price, as long as the amount is not more than all.
fn spread(amount: i128, prices: &[i64]) -> Vec<i64> {
    let sum: i128 = prices.iter().copied().map(i128::from).sum();
    if sum == 0 {
        return vec![0; prices.len()];
    }
    let exact = |price: &i64| amount * i128::from(*price);
    let mut parts: Vec<i128> = prices.iter().map(|price| exact(price) / sum).collect();
    let left = amount - parts.iter().sum::<i128>();
    let mut order: Vec<usize> = (0..prices.len()).collect();
    order.sort_by_key(|at| std::cmp::Reverse(exact(&prices[*at]) % sum));
    order.into_iter().take(usize::try_from(left).unwrap_or_default()).for_each(|at| parts[at] += 1);
    // A part is at most its price, which is one of these integers.
    parts.into_iter().map(|part| i64::try_from(part).unwrap_or(i64::MAX)).collect()
}

/// A code as it is typed, in capitals. Errors: `Invalid` on `code`, for what can't be one.
pub fn parse_code(text: &str) -> Result<String, Error> {
    let code = text.trim().to_ascii_uppercase();
    let is_plain = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'-';
    let problem = match code.len() {
        0 => Problem::Required,
        _ if !code.bytes().all(is_plain) => Problem::Malformed,
        1..CODE_MIN => Problem::TooShort(CODE_MIN as i32),
        CODE_MIN..=CODE_MAX => return Ok(code),
        _ => Problem::TooLong(CODE_MAX as i32),
    };
    Err(Error::invalid("code", problem))
}

/// Whether somebody may try one more code, when those that didn't exist were tried at `tried_at` within [`TRIES_COUNTED`], the
/// oldest first, and so many are allowed. Errors: `TooMany`, with the seconds until one of them doesn't count any more.
pub fn decide_try(tried_at: &[DateTime<Utc>], max: usize, now: DateTime<Utc>) -> Result<(), Error> {
    let Some(first_in_the_way) = tried_at.len().checked_sub(max).and_then(|at| tried_at.get(at)) else {
        return Ok(());
    };
    let left = *first_in_the_way + TRIES_COUNTED - now;
    Err(Error::TooMany { retry_after_s: left.num_seconds().max(1) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use uuid::Uuid;

    fn at(minute: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::minutes(minute)
    }

    fn code(kind: Kind, value: i64) -> Code {
        Code {
            id: CodeId(Uuid::nil()),
            event_id: EventId(Uuid::nil()),
            code: "EARLY".to_owned(),
            kind,
            value,
            starts_at: None,
            ends_at: None,
            max_uses: None,
            max_uses_per_person: None,
            sections: Vec::new(),
            note: String::new(),
            version: 1,
            ended_at: None,
            created_at: at(0),
        }
    }

    fn places(prices: &[i64]) -> Vec<Priced<'static>> {
        prices.iter().map(|price_minor| Priced { section: None, price_minor: *price_minor }).collect()
    }

    #[test]
    fn percent_are_rounded_once_and_in_favour_of_who_pays() {
        assert_eq!(code(Kind::Percent, 20).decide_off(&places(&[2_500, 2_500])), Ok(vec![500, 500]));
        assert_eq!(code(Kind::Percent, 33).decide_off(&places(&[101])), Ok(vec![34]), "33.33 cents");
        assert_eq!(
            code(Kind::Percent, 10).decide_off(&places(&[5, 5, 5])),
            Ok(vec![1, 1, 0]),
            "1.5 cents, not 3 times one"
        );
        assert_eq!(code(Kind::Percent, 100).decide_off(&places(&[1, 2_499])), Ok(vec![1, 2_499]));
        assert_eq!(code(Kind::Percent, 1).decide_off(&places(&[1])), Ok(vec![1]));
    }

    #[test]
    fn an_amount_is_at_most_what_there_is_to_pay() {
        assert_eq!(code(Kind::PerPlace, 500).decide_off(&places(&[2_500, 300])), Ok(vec![500, 300]));
        assert_eq!(code(Kind::PerBooking, 500).decide_off(&places(&[3_000, 1_000])), Ok(vec![375, 125]));
        assert_eq!(code(Kind::PerBooking, 9_000).decide_off(&places(&[3_000, 1_000])), Ok(vec![3_000, 1_000]));
        assert_eq!(code(Kind::PerBooking, 100).decide_off(&places(&[1, 1, 1])), Ok(vec![1, 1, 1]));
    }

    #[test]
    fn only_the_seats_that_are_meant_cost_less() {
        let of_circle = Code { sections: vec!["Circle".to_owned()], ..code(Kind::Percent, 50) };
        let seat = |section, price_minor| Priced { section: Some(section), price_minor };
        assert_eq!(of_circle.decide_off(&[seat("Stalls", 4_000), seat("Circle", 2_000)]), Ok(vec![0, 1_000]));
        assert_eq!(of_circle.decide_off(&[seat("Stalls", 4_000)]), Err(CodeRefusal::OtherSeats));
        assert_eq!(of_circle.decide_off(&places(&[4_000])), Err(CodeRefusal::OtherSeats));
        assert_eq!(of_circle.decide_off(&[seat("Circle", 0)]), Err(CodeRefusal::NothingToPay));
    }

    #[test]
    fn a_code_is_given_within_its_window_and_no_instant_outside() {
        const MOMENT: TimeDelta = TimeDelta::microseconds(1);
        let code = Code { starts_at: Some(at(10)), ends_at: Some(at(20)), ..code(Kind::Percent, 10) };
        let decide = |now| code.decide_use(Uses::default(), now);
        assert_eq!((decide(at(10) - MOMENT), decide(at(10))), (Err(CodeRefusal::NotYet), Ok(())));
        assert_eq!((decide(at(20) - MOMENT), decide(at(20))), (Ok(()), Err(CodeRefusal::Ended)));
        let ended = Code { ended_at: Some(at(12)), ..code.clone() };
        assert_eq!(ended.decide_use(Uses::default(), at(15)), Err(CodeRefusal::Ended));
    }

    #[test]
    fn a_code_is_given_as_often_as_it_can_and_not_once_more() {
        let code = Code { max_uses: Some(2), max_uses_per_person: Some(1), ..code(Kind::Percent, 10) };
        let decide = |use_count, own_count| code.decide_use(Uses { use_count, own_count }, at(0));
        assert_eq!((decide(1, 0), decide(2, 0)), (Ok(()), Err(CodeRefusal::UsedUp)));
        assert_eq!((decide(1, 1), decide(2, 1)), (Err(CodeRefusal::UsedByYou), Err(CodeRefusal::UsedByYou)));
        assert!(code.is_limited() && !super::tests::code(Kind::Percent, 1).is_limited());
    }

    #[test]
    fn a_code_is_read_as_people_type_it() {
        assert_eq!(parse_code("  early-2026 "), Ok("EARLY-2026".to_owned()));
        for bad in ["", "ab", "früh", "a b c", "a_b", "x\0y", &"A".repeat(33), "ÅBC"] {
            assert!(parse_code(bad).expect_err("no code").field("code").is_some(), "{bad:?}");
        }
        assert!(parse_code(&"A".repeat(32)).is_ok());
    }

    #[test]
    fn ten_wrong_codes_are_typing_errors_and_the_eleventh_waits() {
        let tried = |count: i64| (0..count).map(|n| at(0) + TimeDelta::seconds(n)).collect::<Vec<_>>();
        assert_eq!(decide_try(&tried(9), TRIES_MAX, at(1)), Ok(()));
        assert_eq!(decide_try(&tried(10), TRIES_MAX, at(1)), Err(Error::TooMany { retry_after_s: 540 }));
        assert_eq!(decide_try(&tried(12), TRIES_MAX, at(1)), Err(Error::TooMany { retry_after_s: 542 }));
    }

    #[test]
    fn keys_are_those_of_json() {
        for kind in Kind::ALL {
            assert_eq!(serde_json::to_value(kind).expect("JSON"), kind.key());
        }
    }

    fn any_code() -> impl Strategy<Value = Code> {
        let kind = prop_oneof![Just(Kind::Percent), Just(Kind::PerPlace), Just(Kind::PerBooking)];
        (kind, 1..=100_i64, 1..10_000_000_i64)
            .prop_map(|(kind, percent, amount)| code(kind, if kind == Kind::Percent { percent } else { amount }))
    }

    proptest! {
        #[test]
        fn what_is_taken_off_is_never_more_than_a_place_costs_nor_less_than_nothing(
            code in any_code(), prices in proptest::collection::vec(0..1_000_000_i64, 1..100),
        ) {
            let Ok(off) = code.decide_off(&places(&prices)) else {
                prop_assert_eq!(prices.iter().sum::<i64>(), 0);
                return Ok(());
            };
            prop_assert!(off.iter().zip(&prices).all(|(off, price)| (0..=*price).contains(off)), "{:?}", off);
            let (off_sum, sum): (i64, i64) = (off.iter().sum(), prices.iter().sum());
            match code.kind {
                Kind::Percent => {
                    prop_assert!(off_sum * 100 >= sum * code.value && (off_sum - 1) * 100 < sum * code.value)
                }
                Kind::PerPlace => prop_assert!(off_sum <= code.value * prices.len() as i64),
                Kind::PerBooking => prop_assert_eq!(off_sum, code.value.min(sum)),
            }
        }

        #[test]
        fn parts_are_within_one_of_their_proportion(
            prices in proptest::collection::vec(1..1_000_000_i64, 1..100), per_mille in 0..=1_000_i64,
        ) {
            let sum: i64 = prices.iter().sum();
            let amount = sum * per_mille / 1_000;
            let parts = spread(amount.into(), &prices);
            prop_assert_eq!(parts.iter().sum::<i64>(), amount);
            for (part, price) in parts.iter().zip(&prices) {
                let exact = amount * price;
                prop_assert!((part - 1) * sum < exact && exact < (part + 1) * sum);
            }
        }

        #[test]
        fn what_is_read_as_a_code_is_read_the_same_again(text in "\\PC{0,40}") {
            if let Ok(code) = parse_code(&text) {
                prop_assert_eq!(parse_code(&code.to_lowercase()), Ok(code));
            }
        }
    }
}
