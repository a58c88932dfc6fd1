//! Codes of countries and currencies that are in use.

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

/// Whether there is a country of this code.
pub(super) fn is_country(code: &str) -> bool {
    is_among(code, COUNTRIES)
}

/// Whether people pay with a currency of this code.
pub(super) fn is_currency(code: &str) -> bool {
    is_among(code, CURRENCIES)
}

fn is_among(code: &str, codes: &str) -> bool {
    codes.split_ascii_whitespace().any(|known| known == code)
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
        assert!(is_country("DE") && !is_country("XX") && !is_country("") && !is_country("de") && !is_country("D E"));
        assert!(is_currency("EUR") && !is_currency("DEM") && !is_currency("") && !is_currency("EU"));
    }
}
