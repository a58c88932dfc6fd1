//! Amounts of money: integer minor units of an ISO 4217 currency. Never a float.

use serde::{Deserialize, Serialize};
use std::fmt;

/// An ISO 4217 currency by its three capital letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Currency([u8; 3]);

impl Currency {
    /// What amounts are of that are of no money. Source: ISO 4217.
    pub const NONE: Self = Self(*b"XXX");

    /// The code, for example `EUR`.
    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("XXX")
    }

    /// Decimal places of the minor unit: 2 for most, 0 for yen, 3 for Kuwaiti dinar.
    ///
    /// Source: ISO 4217, list one; a test holds this against the `iso_currency` crate.
    pub fn decimals(&self) -> u32 {
        match self.code() {
            "BIF" | "CLP" | "DJF" | "GNF" | "ISK" | "JPY" | "KMF" | "KRW" | "PYG" | "RWF" | "UGX" | "UYI" | "VND"
            | "VUV" | "XAF" | "XOF" | "XPF" => 0,
            "BHD" | "IQD" | "JOD" | "KWD" | "LYD" | "OMR" | "TND" => 3,
            "CLF" | "UYW" => 4,
            _ => 2,
        }
    }

    /// What stands before the figure: the sign where everybody knows it, else the code and a space.
    fn prefix(&self) -> String {
        match self.code() {
            "EUR" => "€".to_owned(),
            "USD" => "$".to_owned(),
            "GBP" => "£".to_owned(),
            "JPY" => "¥".to_owned(),
            code => format!("{code}\u{a0}"),
        }
    }
}

impl TryFrom<String> for Currency {
    type Error = &'static str;

    fn try_from(code: String) -> Result<Self, Self::Error> {
        match code.as_bytes() {
            &[a, b, c] if [a, b, c].iter().all(u8::is_ascii_uppercase) => Ok(Self([a, b, c])),
            _ => Err("a currency is three capital letters"),
        }
    }
}

impl From<Currency> for String {
    fn from(currency: Currency) -> Self {
        currency.code().to_owned()
    }
}

/// An amount in minor units (cents, or whole yen) of its currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Money {
    /// Minor units.
    pub minor: i64,
    /// The currency they are of.
    pub currency: Currency,
}

impl Money {
    /// An amount of so many minor units.
    pub fn new(minor: i64, currency: Currency) -> Self {
        Self { minor, currency }
    }

    /// The amount that somebody typed in units of the currency: `24.50`, `24,5`, `3000`. None for what is no amount, for more
    /// decimals than the currency has, and for a comma that may part thousands.
    pub fn parse(text: &str, currency: Currency) -> Option<Self> {
        let (whole, part) = text.split_once(['.', ',']).unwrap_or((text, ""));
        let are_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let has_point = text.len() > whole.len();
        let may_be_thousands = part.len() == 3 && text.contains(',');
        let decimals = currency.decimals() as usize;
        if whole.is_empty() || has_point == part.is_empty() || may_be_thousands || part.len() > decimals {
            return None;
        }
        if !are_digits(whole) || !are_digits(part) {
            return None;
        }
        Some(Self::new(format!("{whole}{part:0<decimals$}").parse().ok()?, currency))
    }

    /// The amount as programs read it, without the currency: `24.50`, `3000`.
    pub fn decimal(&self) -> String {
        let decimals = self.currency.decimals() as usize;
        let digits = format!("{:0width$}", self.minor.unsigned_abs(), width = decimals + 1);
        let (whole, part) = digits.split_at(digits.len() - decimals);
        let (sign, point) = (if self.minor < 0 { "-" } else { "" }, if decimals > 0 { "." } else { "" });
        format!("{sign}{whole}{point}{part}")
    }
}

/// The amount as a person reads it: `€24.50`, `¥3,000`, `KWD 12.500`; without the decimals where they are all zero and
/// there are at most two (`€24`); `Free` for nothing.
impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.minor == 0 {
            return f.write_str("Free");
        }
        let decimals = self.currency.decimals();
        let unit = 10_u64.pow(decimals);
        let (whole, part) = (self.minor.unsigned_abs() / unit, self.minor.unsigned_abs() % unit);
        let sign = if self.minor < 0 { "−" } else { "" };
        write!(f, "{sign}{}{}", self.currency.prefix(), group_thousands(whole))?;
        if part > 0 || decimals > 2 {
            write!(f, ".{part:0width$}", width = decimals as usize)?;
        }
        Ok(())
    }
}

/// A whole number with commas between its thousands: `12,000`.
pub fn group_thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn money(minor: i64, code: &str) -> String {
        Money::new(minor, Currency::try_from(code.to_owned()).expect("a currency")).to_string()
    }

    #[test]
    fn amounts_read_as_people_write_them() {
        assert_eq!(money(2450, "EUR"), "€24.50");
        assert_eq!(money(2400, "EUR"), "€24");
        assert_eq!(money(12_000_000, "USD"), "$120,000");
        assert_eq!(money(3000, "JPY"), "¥3,000");
        assert_eq!(money(12_500, "KWD"), "KWD\u{a0}12.500");
        assert_eq!(money(12_000, "KWD"), "KWD\u{a0}12.000");
        assert_eq!(money(0, "EUR"), "Free");
        assert_eq!(money(-5, "GBP"), "−£0.05");
        assert_eq!(money(i64::MIN, "JPY"), "−¥9,223,372,036,854,775,808");
    }

    #[test]
    fn programs_read_all_the_decimals_and_nothing_else() {
        let decimal =
            |minor, code: &str| Money::new(minor, Currency::try_from(code.to_owned()).expect("a currency")).decimal();
        assert_eq!(decimal(2450, "EUR"), "24.50");
        assert_eq!(decimal(5, "EUR"), "0.05");
        assert_eq!(decimal(0, "EUR"), "0.00");
        assert_eq!(decimal(1_234_567, "JPY"), "1234567");
        assert_eq!(decimal(12_500, "KWD"), "12.500");
        assert_eq!(decimal(-150, "GBP"), "-1.50");
    }

    #[test]
    fn what_people_type_is_read_to_the_last_decimal_or_not_at_all() {
        let parse = |text: &str, code: &str| {
            Money::parse(text, Currency::try_from(code.to_owned()).expect("a currency")).map(|money| money.minor)
        };
        assert_eq!(
            (parse("24.50", "EUR"), parse("24,5", "EUR"), parse("24", "EUR")),
            (Some(2450), Some(2450), Some(2400))
        );
        assert_eq!(
            (parse("3000", "JPY"), parse("12.345", "KWD"), parse("0", "EUR")),
            (Some(3000), Some(12_345), Some(0))
        );
        for (bad, code) in [
            ("", "EUR"),
            (".5", "EUR"),
            ("5.", "EUR"),
            ("1.234", "EUR"),
            ("1,234", "EUR"),
            ("1,234", "KWD"),
            ("1.2.3", "EUR"),
            ("1.0", "JPY"),
            ("-1", "EUR"),
            ("+1", "EUR"),
            ("1e3", "EUR"),
            ("€5", "EUR"),
            ("٣", "EUR"),
            ("1 000", "EUR"),
            ("99999999999999999999", "EUR"),
        ] {
            assert_eq!(parse(bad, code), None, "{bad} {code}");
        }
    }

    #[test]
    fn decimals_agree_with_the_standard() {
        use iso_currency::IntoEnumIterator;
        for iso in iso_currency::Currency::iter() {
            let ours = Currency::try_from(iso.code().to_owned()).expect("three letters");
            if let Some(decimals) = iso.exponent() {
                assert_eq!(ours.decimals(), u32::from(decimals), "{}", iso.code());
            }
        }
    }

    #[test]
    fn a_currency_is_three_capitals() {
        for bad in ["", "EU", "EURO", "eur", "E€", "12A"] {
            assert!(Currency::try_from(bad.to_owned()).is_err(), "{bad}");
        }
    }
}
