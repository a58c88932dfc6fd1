//! The cities of the demonstration.

use chrono_tz::{America, Asia, Europe, Tz};

/// A city, with its clock and its money.
pub(in super::super) struct City {
    /// Its name.
    pub(in super::super) name: &'static str,
    /// ISO 3166-1 alpha-2.
    pub(in super::super) country: &'static str,
    /// Its zone.
    pub(in super::super) zone: Tz,
    /// ISO 4217.
    pub(in super::super) currency: &'static str,
}

const fn city(name: &'static str, country: &'static str, zone: Tz, currency: &'static str) -> City {
    City { name, country, zone, currency }
}

pub(super) static AMSTERDAM: City = city("Amsterdam", "NL", Europe::Amsterdam, "EUR");
pub(super) static BERLIN: City = city("Berlin", "DE", Europe::Berlin, "EUR");
pub(super) static CHICAGO: City = city("Chicago", "US", America::Chicago, "USD");
pub(super) static EDINBURGH: City = city("Edinburgh", "GB", Europe::London, "GBP");
pub(super) static KUWAIT_CITY: City = city("Kuwait City", "KW", Asia::Kuwait, "KWD");
pub(super) static KYOTO: City = city("Kyoto", "JP", Asia::Tokyo, "JPY");
pub(super) static LISBON: City = city("Lisbon", "PT", Europe::Lisbon, "EUR");
pub(super) static LONDON: City = city("London", "GB", Europe::London, "GBP");
pub(super) static MANCHESTER: City = city("Manchester", "GB", Europe::London, "GBP");
pub(super) static NEW_YORK: City = city("New York", "US", America::New_York, "USD");
pub(super) static PARIS: City = city("Paris", "FR", Europe::Paris, "EUR");
pub(super) static STOCKHOLM: City = city("Stockholm", "SE", Europe::Stockholm, "SEK");
pub(super) static TOKYO: City = city("Tokyo", "JP", Asia::Tokyo, "JPY");
pub(super) static VIENNA: City = city("Vienna", "AT", Europe::Vienna, "EUR");
pub(super) static ZURICH: City = city("Zurich", "CH", Europe::Zurich, "CHF");
