//! Comedy.

use super::{
    EventPlan,
    Fate::{Cancelled, Published},
    Place,
    Places::General,
    Sale::OpenFor,
    Sold::{AllBut, Percent},
    Starts,
    cities::{BERLIN, CHICAGO, MANCHESTER, NEW_YORK},
};
use chrono::Weekday::{Sat, Thu, Tue};

pub(super) static EVENTS: [EventPlan; 4] = [
    EventPlan {
        name: "Priya Raman: Mildly Inconvenienced",
        category: "comedy",
        summary: "An hour about a parking permit, by someone who once sued a vending machine and won.",
        description: &[
            "Two years ago Priya Raman moved four blocks and asked the City of Chicago to move her parking permit with \
             her. This show is what happened next, with documents. It contains nineteen phone calls, two notaries, a \
             hearing, and a man named Gary who turns out to be the hero.",
            "She was a contract lawyer until she noticed that people laughed at her footnotes. Mildly Inconvenienced \
             had a sold-out run in January, and she has added twenty minutes since, because the permit still has not \
             come.",
            "Two-drink minimum, and one of them may be tea. Recording is not allowed; the matter is technically \
             pending.",
        ],
        place: Place { venue: "The Copper Kettle", address: "1815 West Division Street", city: &CHICAGO },
        starts: Starts { weekday: Sat, week: 0, at: (20, 0) },
        lasts_min: 90,
        doors_min: 60,
        places: General(300, 2_700),
        sale: OpenFor(42),
        sold: AllBut(11),
        waiting_count: 0,
        fate: Published,
        places_per_person: 6,
    },
    EventPlan {
        name: "The Wrong Room: Improv Tuesday",
        category: "comedy",
        summary: "Six improvisers believe they have walked into a different play, and nobody will tell them which.",
        description: &[
            "The audience agrees on a play before the players come in: a courtroom drama, a nature film, a wedding in \
             a submarine. The six of them then have an hour to find out what they are in, without asking, by being \
             wrong about it as gracefully as possible.",
            "The Wrong Room has run on Tuesdays above a hardware shop in Brooklyn since 2016 and has never done the \
             same one twice, although the submarine keeps coming up.",
        ],
        place: Place { venue: "Above Feldman's", address: "356 Bond Street, Brooklyn", city: &NEW_YORK },
        starts: Starts { weekday: Tue, week: 0, at: (20, 0) },
        lasts_min: 75,
        doors_min: 30,
        places: General(95, 1_000),
        sale: OpenFor(14),
        sold: Percent(31),
        waiting_count: 0,
        fate: Published,
        places_per_person: 8,
    },
    EventPlan {
        name: "English Stand-up in a Former Bakery",
        category: "comedy",
        summary: "Five comics, three passports each, and an oven that is still warm.",
        description: &[
            "Stand-up in English, for people from everywhere, in the back room of what was a bakery until last \
             autumn. The oven has been kept because it heats the place. Each of the five comics gets twelve minutes, \
             and whoever runs over has to finish the set in German.",
            "This month: Tomáš Hrubý on the quiet carriage, Adaeze Bello on flat-sharing with a beekeeper, and three \
             names written on the blackboard on the day. Soup and bread from seven.",
        ],
        place: Place { venue: "Alte Backstube", address: "Weserstraße 191", city: &BERLIN },
        starts: Starts { weekday: Thu, week: 1, at: (20, 30) },
        lasts_min: 105,
        doors_min: 90,
        places: General(110, 800),
        sale: OpenFor(25),
        sold: Percent(55),
        waiting_count: 0,
        fate: Published,
        places_per_person: 8,
    },
    EventPlan {
        name: "Gerald Fitch: The Farewell Tour, Again",
        category: "comedy",
        summary: "He has retired four times. This was to be the fifth.",
        description: &[
            "Gerald Fitch has said goodbye to Manchester in 2009, 2013, 2017 and 2021. In the fifth farewell he was to \
             answer, in order, every heckle he has thought of a better reply to since.",
            "The evening is cancelled: Gerald has taken a part in a soap opera and says that he means it this time.",
        ],
        place: Place { venue: "Deansgate Hall", address: "60 Liverpool Road", city: &MANCHESTER },
        starts: Starts { weekday: Sat, week: 7, at: (20, 0) },
        lasts_min: 110,
        doors_min: 60,
        places: General(1_400, 3_200),
        sale: OpenFor(56),
        sold: Percent(24),
        waiting_count: 0,
        fate: Cancelled,
        places_per_person: 6,
    },
];
