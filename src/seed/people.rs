//! The names of the crowd.

/// People in the crowd.
pub(super) const CROWD: usize = 200;

/// Someone of the crowd.
pub(super) struct Person {
    pub(super) first_name: &'static str,
    pub(super) last_name: &'static str,
    pub(super) email: String,
}

const FIRST_NAMES: [&str; 40] = [
    "Adaeze", "Akira", "Amina", "Anton", "Beatriz", "Björn", "Camille", "Carlos", "Chiara", "Dalia", "Daniel",
    "Eilidh", "Elif", "Emeka", "Fatima", "Felix", "Grace", "Hana", "Hugo", "Ingrid", "Isabel", "Jakub", "Joana",
    "Kenji", "Lena", "Liam", "Mariam", "Mateo", "Mei", "Nadia", "Nils", "Olivia", "Omar", "Priya", "Rafael", "Sofia",
    "Tom", "Yara", "Yusuf", "Zoë",
];

const LAST_NAMES: [&str; 41] = [
    "Abadi", "Almeida", "Andersen", "Bauer", "Bianchi", "Brandt", "Castillo", "Chen", "Costa", "Doyle", "Dubois",
    "Eriksson", "Farouk", "Fischer", "Fraser", "García", "Haddad", "Hansen", "Hoffmann", "Ito", "Jansen", "Kapoor",
    "Keller", "Kowalski", "Laurent", "Lindgren", "Lopes", "MacLeod", "Meyer", "Mori", "Müller", "Nakamura", "Novak",
    "O'Brien", "Okoye", "Petersen", "Rossi", "Silva", "Tanaka", "Vogel", "Walker",
];

/// The crowd, always the same and in the same order.
pub(super) fn crowd() -> impl Iterator<Item = Person> {
    (0..CROWD).map(|number| {
        let first_name = FIRST_NAMES[number % FIRST_NAMES.len()];
        // A step of 7 and one more with each round: no two share both names.
        let last_name = LAST_NAMES[(number * 7 + number / FIRST_NAMES.len()) % LAST_NAMES.len()];
        Person {
            first_name,
            last_name,
            email: format!("{}.{}@guests.evently.example", plain(first_name), plain(last_name)),
        }
    })
}

/// A name as it stands in an address.
fn plain(name: &str) -> String {
    let letter = |letter: char| match letter {
        'ë' => Some('e'),
        'í' => Some('i'),
        'ö' => Some('o'),
        'ü' => Some('u'),
        letter if letter.is_ascii_alphabetic() => Some(letter.to_ascii_lowercase()),
        _ => None,
    };
    name.chars().filter_map(letter).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::users::model::Registration;
    use std::collections::HashSet;

    #[test]
    fn everyone_in_the_crowd_has_an_address_of_their_own() {
        let addresses: HashSet<String> = crowd().map(|person| person.email).collect();
        assert_eq!(addresses.len(), CROWD);
        for person in crowd() {
            let parsed = Registration::parse(&person.email, "12345678".to_owned(), person.first_name, person.last_name);
            assert_eq!(parsed.map(|parsed| parsed.email), Ok(person.email));
        }
    }

    #[test]
    fn accents_are_left_out_of_addresses() {
        assert_eq!((plain("Zoë"), plain("O'Brien"), plain("García")), ("zoe".into(), "obrien".into(), "garcia".into()));
    }
}
