//! Prices as they are typed.

/// What is said of something that is no price.
pub(crate) const WRONG: &str = "A price is a number, for example 24.50.";

/// A price in the smallest units of a currency that has so many digits behind the point; a comma is a point.
pub(crate) fn parse(text: &str, exponent: u32) -> Option<i64> {
    let text = text.trim().replace(',', ".");
    let (whole, part) = text.split_once('.').unwrap_or((&text, ""));
    let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let exponent = exponent as usize;
    if whole.is_empty() || whole.len() > 9 || part.len() > exponent || !is_digits(whole) || !is_digits(part) {
        return None;
    }
    format!("{whole}{part:0<exponent$}").parse().ok()
}

/// A price as it would be typed.
pub(crate) fn write(minor: i64, exponent: u32) -> String {
    let (unit, width) = (10_i64.pow(exponent.min(6)), exponent as usize);
    if exponent == 0 { minor.to_string() } else { format!("{}.{:0width$}", minor / unit, minor % unit) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prices_are_read_and_written() {
        for (text, exponent, minor) in
            [("24.50", 2, 2450), ("24,5", 2, 2450), ("7", 2, 700), ("1200", 0, 1200), ("0", 2, 0)]
        {
            assert_eq!(parse(text, exponent), Some(minor), "{text}");
        }
        for (text, exponent) in [("", 2), ("-3", 2), ("1.234", 2), ("1.5", 0), ("ten", 2), ("9999999999", 2)] {
            assert_eq!(parse(text, exponent), None, "{text}");
        }
        assert_eq!((write(2_450, 2), write(1_200, 0), write(5, 3)), ("24.50".into(), "1200".into(), "0.005".into()));
    }
}
