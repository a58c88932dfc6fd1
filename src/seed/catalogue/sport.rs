//! Sport, to watch and to take part in.

use super::{
    EventPlan,
    Fate::Published,
    Place,
    Places::{General, Stadium},
    Sale::{OpenFor, OpensInDays},
    Sold::Percent,
    StadiumPrices, Starts,
    cities::{KUWAIT_CITY, LONDON, NEW_YORK, STOCKHOLM, ZURICH},
};
use chrono::Weekday::{Fri, Sat, Sun};

pub(super) static EVENTS: [EventPlan; 5] = [
    EventPlan {
        name: "Northmoor City v Harrow Vale: Cup Semi-Final",
        category: "sport",
        summary: "Fifty thousand seats, ninety minutes, and two towns that have not spoken since 1974.",
        description: &[
            "The last time these two met in a semi-final the match was stopped twice, once for fog and once for a \
             goat. Northmoor won on the away goal. Harrow Vale has a song about it.",
            "Northmoor come in with eleven wins out of twelve and Kofi Lindgren back from a broken toe. Harrow Vale, \
             a division below, have knocked out three bigger clubs by the same scoreline and with the same corner, \
             which nobody has yet worked out how to defend.",
            "Northmoor supporters are in the North and East stands, Harrow Vale in the South and West. The upper tier \
             behind the goals is the family section: no standing, no swearing, half-price pies. Gates open two hours \
             before kick-off; bags larger than a sheet of paper stay outside.",
            "If the scores are level after ninety minutes there is extra time and then penalties at the east end.",
        ],
        place: Place { venue: "Eastfield Stadium", address: "Eastfield Way", city: &LONDON },
        starts: Starts { weekday: Sat, week: 9, at: (15, 0) },
        lasts_min: 150,
        doors_min: 120,
        places: Stadium(StadiumPrices { along: [7_200, 9_500, 4_800], behind: [4_500, 5_800, 2_500] }),
        sale: OpenFor(50),
        sold: Percent(46),
        waiting_count: 0,
        fate: Published,
        places_per_person: 6,
    },
    EventPlan {
        name: "The Cold Mile",
        category: "sport",
        summary: "One mile across the lake, in whatever temperature the lake has decided on.",
        description: &[
            "The Cold Mile is swum once a season, all year round, from the bathing house at \
             Enge to the Chinese garden. In summer it is a pleasant morning. In winter it is something you tell \
             people about.",
            "Swimmers start in waves of sixty, with a kayak for every ten. Below twelve degrees wetsuits are \
             compulsory; below six the course is cut to four hundred metres and the soup is free. The slowest \
             finisher gets the same medal as the fastest, and a longer cheer.",
            "Your place includes the cap, the timing chip, a hot drink and the boat back. Bring a towel you trust.",
        ],
        place: Place { venue: "Seebad Enge", address: "Mythenquai 9", city: &ZURICH },
        starts: Starts { weekday: Sun, week: 12, at: (8, 30) },
        lasts_min: 240,
        doors_min: 90,
        places: General(1_200, 4_500),
        sale: OpenFor(30),
        sold: Percent(37),
        waiting_count: 0,
        fate: Published,
        places_per_person: 4,
    },
    EventPlan {
        name: "Gulf Padel Masters: Finals Night",
        category: "sport",
        summary: "Two finals on one glass court under the palms, and the sea behind the baseline.",
        description: &[
            "The court is made of glass on all four sides and stands on the corniche, forty metres from the water. \
             When the wind is from the east the players can smell the sea, and the lob becomes a matter of faith.",
            "The women's final is at six, with last year's winners Al-Sabti and Moreno against two seventeen-year-olds \
             from Salmiya nobody had heard of on Monday. The men's final follows at eight. Between them, anyone with \
             a ticket can hit ten balls on the show court against a former world number four.",
            "Seats are unreserved in four stands. The food court opens at four and stays open until the last table \
             has gone home.",
        ],
        place: Place { venue: "Corniche Court", address: "Arabian Gulf Street", city: &KUWAIT_CITY },
        starts: Starts { weekday: Fri, week: 2, at: (18, 0) },
        lasts_min: 240,
        doors_min: 120,
        places: General(2_400, 6_500),
        sale: OpenFor(32),
        sold: Percent(48),
        waiting_count: 0,
        fate: Published,
        places_per_person: 8,
    },
    EventPlan {
        name: "Four Bridges Night 10K",
        category: "sport",
        summary: "Ten kilometres, four bridges, one headlamp, and the skyline doing most of the work.",
        description: &[
            "The course crosses the East River four times between dusk and midnight. Two of the bridges are closed to \
             cars for the occasion, the other two lend us their footways, and the last kilometre is along the water \
             in Brooklyn with the whole of Manhattan switched on to your right.",
            "There are five start waves, from under forty minutes to walking with a friend. Each wave has a bell, and \
             the bell goes with the last person of the wave to the finish.",
            "Entry includes a headlamp, a bib, bag transport and a slice of something at the end. Entries open at ten \
             in the morning and have been gone by lunch three years running.",
        ],
        place: Place { venue: "Empire Ferry Lawn", address: "Water Street, Brooklyn", city: &NEW_YORK },
        starts: Starts { weekday: Sat, week: 16, at: (20, 0) },
        lasts_min: 240,
        doors_min: 120,
        places: General(5_000, 3_500),
        sale: OpensInDays(7),
        sold: Percent(0),
        waiting_count: 0,
        fate: Published,
        places_per_person: 4,
    },
    EventPlan {
        name: "Söder Rollers: Derby Double-Header",
        category: "sport",
        summary: "Two bouts, eight wheels per person, and a rulebook explained before each by the referees.",
        description: &[
            "At three the Söder Rollers' second team meets Uppsala in a match both sides describe as friendly. At five \
             the first team plays Malmö for a place in the national final, and nobody is calling that friendly.",
            "If you have never seen roller derby, come at half past two: the referees skate through the rules in slow \
             motion, with volunteers. Children are welcome, sit on the side with the mats, and can try on a helmet.",
        ],
        place: Place { venue: "Eriksdal Sporthall", address: "Hammarby Slussväg 20", city: &STOCKHOLM },
        starts: Starts { weekday: Sat, week: 4, at: (15, 0) },
        lasts_min: 210,
        doors_min: 45,
        places: General(1_500, 12_000),
        sale: OpenFor(27),
        sold: Percent(28),
        waiting_count: 0,
        fate: Published,
        places_per_person: 10,
    },
];
