//! Amounts of money: integer minor units of an ISO 4217 currency. Never a float.

use serde::{Deserialize, Serialize};
use std::fmt;

/// An ISO 4217 currency by its three capital letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Currency([u8; 3]);

impl Currency {
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
