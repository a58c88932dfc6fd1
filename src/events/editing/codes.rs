//! Codes of countries and currencies that are in use, and names of time zones.

use chrono_tz::{TZ_VARIANTS, Tz};

/// Source: ISO 3166-1, alpha-2.
const COUNTRIES: &str = "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT \
    BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM \
    FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO \
    JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT \
    MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA \
    SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US \
    UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW";

/// Money that people pay with. Source: ISO 4217, list one, without funds, metals and codes for testing.
const CURRENCIES: &str = "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD \
    CDF CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG \
    HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK \
    MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD \
    SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VES VND VUV \
    WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG";

/// The country of this code, in whatever case it is typed.
pub(super) fn find_country(code: &str) -> Option<&'static str> {
    find_among(code, COUNTRIES)
}

/// The currency of this code that people pay with, in whatever case it is typed.
pub(super) fn find_currency(code: &str) -> Option<&'static str> {
    find_among(code, CURRENCIES)
}

/// The zone of this name, in whatever case it is typed.
pub(super) fn find_zone(name: &str) -> Option<Tz> {
    TZ_VARIANTS.iter().find(|zone| zone.name().eq_ignore_ascii_case(name)).copied()
}

fn find_among(code: &str, codes: &'static str) -> Option<&'static str> {
    codes.split_ascii_whitespace().find(|known| known.eq_ignore_ascii_case(code))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_in_order_and_of_their_length() {
        for (codes, length, count) in [(COUNTRIES, 2, 249), (CURRENCIES, 3, 154)] {
            let codes: Vec<&str> = codes.split_ascii_whitespace().collect();
            assert!(codes.windows(2).all(|pair| pair[0] < pair[1]));
            assert!(codes.iter().all(|code| code.len() == length));
            assert_eq!(codes.len(), count);
        }
    }

    #[test]
    fn currencies_are_those_of_the_standard() {
        use iso_currency::IntoEnumIterator;
        let known: Vec<&str> = iso_currency::Currency::iter().map(|currency| currency.code()).collect();
        let strange: Vec<&str> = CURRENCIES.split_ascii_whitespace().filter(|code| !known.contains(code)).collect();
        assert_eq!(strange, Vec::<&str>::new());
    }

    #[test]
    fn what_is_no_code_is_none() {
        let countries = ["DE", "de", "XX", "", "D E"].map(find_country);
        assert_eq!(countries, [Some("DE"), Some("DE"), None, None, None]);
        let currencies = ["EUR", "gbp", "DEM", "", "EU"].map(find_currency);
        assert_eq!(currencies, [Some("EUR"), Some("GBP"), None, None, None]);
        let zones = ["europe/london", "UTC", "Mars/Olympus", ""].map(find_zone);
        assert_eq!(zones, [Some(Tz::Europe__London), Some(Tz::UTC), None, None]);
    }
}
