//! Windows of sale: parts of an event that are sold for a shorter time than all of it.

use super::model::Availability;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// When a part of an event is sold, within the event's own sale; for as long as that where a bound is missing.
///
/// It is open from `sales_open_at` (included) to `sales_close_at` (excluded), as the event's sale is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(sqlx::FromRow))]
pub struct SaleWindow {
    /// When it opens, UTC.
    pub sales_open_at: Option<DateTime<Utc>>,
    /// When it closes, UTC.
    pub sales_close_at: Option<DateTime<Utc>>,
}

/// Why nothing of a part of an event can be had, whatever is free of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OffSale {
    /// Its sale opens later.
    Later,
    /// Its sale has closed.
    Over,
}

impl SaleWindow {
    /// Why nothing can be had at `now`; none where it is open.
    pub fn off_sale(&self, now: DateTime<Utc>) -> Option<OffSale> {
        if self.sales_close_at.is_some_and(|closes_at| now >= closes_at) {
            return Some(OffSale::Over);
        }
        self.sales_open_at.is_some_and(|opens_at| now < opens_at).then_some(OffSale::Later)
    }
}

/// A part of an event that has a window, with what is free of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub struct WindowedPart {
    /// When it is sold.
    #[serde(flatten)]
    pub window: SaleWindow,
    /// Its free places, for sale or not.
    pub available_count: i32,
}

/// What is free of an event and can't be had at `now` because its part isn't on sale.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Withheld {
    /// Places.
    pub count: i32,
    /// When the first of them can be had; none where all of them are over.
    pub opens_at: Option<DateTime<Utc>>,
}

impl Withheld {
    /// What is withheld of these parts at `now`, in a sale that closes at `closes_at`.
    pub fn of(parts: &[WindowedPart], closes_at: DateTime<Utc>, now: DateTime<Utc>) -> Self {
        let withheld = || parts.iter().filter(|part| part.available_count > 0 && part.window.off_sale(now).is_some());
        let later = withheld().filter(|part| part.window.off_sale(now) == Some(OffSale::Later));
        let opens = later.filter_map(|part| part.window.sales_open_at).filter(|opens_at| *opens_at < closes_at);
        Self { count: withheld().map(|part| part.available_count).sum(), opens_at: opens.min() }
    }

    /// The word for an event whose sale is open: "sold out" becomes "opens later" where something can still be had later.
    pub fn word(&self, word: Availability) -> Availability {
        match (word, self.opens_at) {
            (Availability::SoldOut, Some(opens_at)) => Availability::OpensLater { opens_at },
            (word, _) => word,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeDelta;
    use proptest::prelude::*;

    fn at(minute: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::minutes(minute)
    }

    fn window(opens: Option<i64>, closes: Option<i64>) -> SaleWindow {
        SaleWindow { sales_open_at: opens.map(at), sales_close_at: closes.map(at) }
    }

    fn part(opens: Option<i64>, closes: Option<i64>, available_count: i32) -> WindowedPart {
        WindowedPart { window: window(opens, closes), available_count }
    }

    #[test]
    fn a_window_is_open_from_its_beginning_until_just_before_its_end() {
        let of = window(Some(10), Some(20));
        let states = [9, 10, 19, 20].map(|minute| of.off_sale(at(minute)));
        assert_eq!(states, [Some(OffSale::Later), None, None, Some(OffSale::Over)]);
        assert_eq!(SaleWindow::default().off_sale(at(5)), None, "without bounds it is as long as the event's sale");
        assert_eq!(window(None, Some(20)).off_sale(at(0)), None);
        assert_eq!(window(Some(10), None).off_sale(at(1_000)), None);
    }

    #[test]
    fn what_is_withheld_can_be_had_when_the_first_part_opens() {
        let parts = [part(Some(10), None, 4), part(Some(8), None, 3), part(Some(5), None, 0), part(None, Some(2), 7)];
        assert_eq!(Withheld::of(&parts, at(100), at(3)), Withheld { count: 14, opens_at: Some(at(8)) });
        assert_eq!(Withheld::of(&parts, at(100), at(9)), Withheld { count: 11, opens_at: Some(at(10)) });
        assert_eq!(Withheld::of(&parts, at(100), at(10)), Withheld { count: 7, opens_at: None });
        assert_eq!(Withheld::of(&parts, at(8), at(3)).opens_at, None, "the event's sale has closed by then");
    }

    #[test]
    fn nothing_to_buy_now_is_sold_out_only_where_nothing_comes() {
        let later = Withheld { count: 3, opens_at: Some(at(8)) };
        assert_eq!(later.word(Availability::SoldOut), Availability::OpensLater { opens_at: at(8) });
        assert_eq!(later.word(Availability::Available), Availability::Available);
        assert_eq!(Withheld { count: 3, opens_at: None }.word(Availability::SoldOut), Availability::SoldOut);
    }

    proptest! {
        #[test]
        fn a_part_is_withheld_at_every_moment_at_which_it_is_not_open(
            opens in proptest::option::of(0..50_i64), length in 1..50_i64, closes in any::<bool>(), now in 0..120_i64,
        ) {
            let end = closes.then(|| opens.unwrap_or_default() + length);
            let is_open = opens.is_none_or(|opens| opens <= now) && end.is_none_or(|end| now < end);
            let of = part(opens, end, 5);
            prop_assert_eq!(of.window.off_sale(at(now)).is_none(), is_open);
            prop_assert_eq!(Withheld::of(&[of], at(200), at(now)).count, if is_open { 0 } else { 5 });
        }
    }
}
