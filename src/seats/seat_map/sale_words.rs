//! When a section is sold, in words.

use crate::{events::window::OffSale, seats::model::Section};

/// Why nothing of the section can be had now: `from Sat 5 Dec, 10:00`, or `sale closed`; none where something can.
pub fn say_sale(section: &Section) -> Option<String> {
    match (section.off_sale?, section.sales_open_at) {
        (OffSale::Later, Some(opens_at)) => Some(format!("from {}", opens_at.format("%a %-d %b, %H:%M"))),
        _ => Some("sale closed".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::{super::sections::tests::section, *};

    #[test]
    fn a_section_that_is_not_on_sale_says_when_it_is() {
        let opens_at = Some("2026-12-05T10:00:00+01:00".parse().expect("an instant"));
        let told = |off_sale| say_sale(&Section { off_sale, sales_open_at: opens_at, ..section(0, 1) });
        assert_eq!(told(Some(OffSale::Later)).as_deref(), Some("from Sat 5 Dec, 10:00"));
        assert_eq!(told(Some(OffSale::Over)).as_deref(), Some("sale closed"));
        assert_eq!(told(None), None);
    }
}
