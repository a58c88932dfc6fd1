//! Theatre and dance.

use super::{
    EventPlan,
    Fate::{Draft, Published},
    Place,
    Places::{General, Theatre},
    Sale::OpenFor,
    Sold::{AllBut, Percent},
    Starts, WINTER_CARTOGRAPHER,
    cities::{BERLIN, CHICAGO, EDINBURGH, KYOTO, LONDON},
};
use chrono::Weekday::{Fri, Sat, Sun, Thu};

pub(super) static EVENTS: [EventPlan; 5] = [
    EventPlan {
        name: WINTER_CARTOGRAPHER,
        category: "theatre",
        summary: "A map-maker is paid to draw a country that does not exist, and then a letter arrives from it.",
        description: &[
            "Prague, 1741. Matěj Rohan, who has never left the city, is hired by a bankrupt duke to draw the map of a \
             kingdom the duke intends to sell. He invents its rivers first, then its roads, then, because the days \
             are short and he is lonely, its people. In the second act somebody from one of the villages knocks.",
            "Tamsin Oyelaran's play won the Aldwater's new writing prize two years ago as a reading with five music \
             stands. Director Ruth Kessler has given it snow, a staircase that folds into a ship, and Daniel Amadi in \
             the part of a man who begins to be homesick for a place he made up.",
            "The evening lasts two hours and forty minutes with one interval. There is haze, one gunshot in the last \
             quarter of an hour, and real snow that melts before it reaches row C. Captions run on both side walls at \
             every performance.",
        ],
        place: Place { venue: "Aldwater Theatre", address: "9 Aldwater Lane", city: &LONDON },
        starts: Starts { weekday: Sat, week: 1, at: (19, 30) },
        lasts_min: 160,
        doors_min: 45,
        places: Theatre([5_800, 4_200, 2_600]),
        sale: OpenFor(70),
        sold: Percent(35),
        waiting_count: 0,
        fate: Published,
        places_per_person: 10,
    },
    EventPlan {
        name: "Paper Birds",
        category: "theatre",
        summary: "A ballet for fourteen dancers and one sheet of paper the size of the stage.",
        description: &[
            "Before each performance the stage of the Kranichufer is covered with a single sheet of white paper, \
             eighteen metres by twelve. By the end of it the paper has been a lake, a bed, a letter, a cliff and a \
             flock. Nothing is cut; everything is folded, by the dancers, while they dance.",
            "Choreographer Yuki Sandoval worked for a year with a folding engineer and with the composer Olof Brandt, \
             whose score is played by six percussionists on paper of other kinds. It sounds like rain, then like \
             applause, then like neither.",
            "Seventy-five minutes, no interval. Latecomers are let into the balcony after the first fold.",
        ],
        place: Place { venue: "Theater am Kranichufer", address: "Kranichufer 3", city: &BERLIN },
        starts: Starts { weekday: Sun, week: 6, at: (18, 0) },
        lasts_min: 75,
        doors_min: 40,
        places: Theatre([7_400, 5_200, 3_100]),
        sale: OpenFor(84),
        sold: Percent(90),
        waiting_count: 0,
        fate: Published,
        places_per_person: 6,
    },
    EventPlan {
        name: "Noh and Kyogen for Beginners",
        category: "theatre",
        summary: "A comedy, a ghost and an hour of answers, on a cypress stage with English surtitles.",
        description: &[
            "Noh is six hundred years old and famously slow. It is also, once somebody has told you where to look, as \
             tense as a thriller. This afternoon is for people who have never seen any.",
            "It begins with a kyogen farce about two servants, a jar of sugar and a lie. Then the stage is explained: \
             the bridge, the pine tree, the pillar by which the masked actor finds his way, the jars under the floor \
             that make a stamp sound like thunder. After tea comes the second half of Aoi no Ue, with the drums three \
             metres away from you.",
            "Surtitles in English and modern Japanese. Seating is on benches and, in front, on cushions; take a bench \
             if your knees have opinions.",
        ],
        place: Place { venue: "Kamogawa Nohgakudo", address: "44 Shimogamo-cho, Sakyo-ku", city: &KYOTO },
        starts: Starts { weekday: Sun, week: 5, at: (14, 0) },
        lasts_min: 150,
        doors_min: 30,
        places: General(180, 4_800),
        sale: OpenFor(33),
        sold: Percent(36),
        waiting_count: 0,
        fate: Published,
        places_per_person: 6,
    },
    EventPlan {
        name: "One Chair, Nine Ghosts",
        category: "theatre",
        summary: "A storyteller, a kitchen chair, and whichever of her nine ghosts you choose.",
        description: &[
            "Effie Rankine knows nine ghost stories, all of them from within a mile of this cellar, and has time for \
             four. The audience draws the cards. Some nights are funny and some are not; the regulars come back to \
             hear the combinations.",
            "There is no set, no music and one lamp. The building above was a lawyer's office for two hundred years, \
             which, Effie says, accounts for at least three of them.",
            "Eighty places, on benches. Not for children under twelve, and the stairs are steep.",
        ],
        place: Place { venue: "The Writers' Cellar", address: "12 Advocate's Close", city: &EDINBURGH },
        starts: Starts { weekday: Fri, week: 1, at: (21, 30) },
        lasts_min: 80,
        doors_min: 15,
        places: General(80, 900),
        sale: OpenFor(30),
        sold: AllBut(3),
        waiting_count: 0,
        fate: Published,
        places_per_person: 6,
    },
    EventPlan {
        name: "The Understudies",
        category: "theatre",
        summary: "Everyone in the cast is somebody else's replacement, and tonight all of them go on.",
        description: &[
            "A flight is delayed in Denver and seven actors who have never played their parts have four hours to learn \
             them. Gwen Castellano's backstage comedy is about the people who know every line and are never asked.",
            "Dates and prices are still being settled with the theatre.",
        ],
        place: Place { venue: "Lakeshore Playhouse", address: "710 North Kingsbury Street", city: &CHICAGO },
        starts: Starts { weekday: Thu, week: 19, at: (19, 0) },
        lasts_min: 135,
        doors_min: 30,
        places: General(420, 4_800),
        sale: OpenFor(1),
        sold: Percent(0),
        waiting_count: 0,
        fate: Draft,
        places_per_person: 8,
    },
];
