//! Film.

use super::{
    EventPlan,
    Fate::Published,
    Place,
    Places::{Cinema, General},
    Sale::OpenFor,
    Sold::{AllBut, Percent},
    Starts,
    cities::{AMSTERDAM, BERLIN, LISBON, TOKYO},
};
use chrono::Weekday::{Fri, Sat, Sun, Thu};

pub(super) static EVENTS: [EventPlan; 4] = [
    EventPlan {
        name: "The Clockwork Harbour, with Live Score",
        category: "film",
        summary: "A silent film lost for ninety years, shown with seven musicians and a man who does the doors.",
        description: &[
            "Three reels of The Clockwork Harbour turned up in 2019 in a Rostock chemist's attic, between ledgers. \
             The missing two were found last year in Montevideo, with Spanish intertitles. This is the first showing \
             of all five in Berlin since 1928.",
            "It is the story of a lighthouse keeper's daughter who builds a mechanical man to do the keeping, and of \
             what the ships make of him. The model work was done in a bathtub and is still astonishing.",
            "Seven members of the Ensemble Nachtschicht play a new score by Dorothea Lim. Beside the screen, Uwe \
             Paulsen makes every footstep, hinge and wave by hand, and it is worth sitting far enough to the side to \
             watch him.",
        ],
        place: Place { venue: "Kino Meridian", address: "Torstraße 218", city: &BERLIN },
        starts: Starts { weekday: Sat, week: 2, at: (20, 0) },
        lasts_min: 115,
        doors_min: 30,
        places: Cinema([1_300, 1_900, 1_600]),
        sale: OpenFor(38),
        sold: Percent(52),
        waiting_count: 0,
        fate: Published,
        places_per_person: 6,
    },
    EventPlan {
        name: "The Wind Carried the Boat",
        category: "film",
        summary: "A free screening for the neighbours, with the director, her father, and the boat.",
        description: &[
            "Marta Quaresma filmed her father for four years while he built a sailing boat in a fifth-floor flat in \
             Graça without a plan for getting it out. The documentary is about the boat, the stairs, and the crane \
             operator from Setúbal who changed everything.",
            "We show it in the courtyard hall of the parish it was filmed in, free of charge, with the family present. \
             The boat will be outside, and you may climb in. Soup afterwards, cooked by the second floor.",
        ],
        place: Place { venue: "Salão da Graça", address: "Calçada da Graça 18", city: &LISBON },
        starts: Starts { weekday: Thu, week: 3, at: (20, 30) },
        lasts_min: 130,
        doors_min: 30,
        places: General(250, 0),
        sale: OpenFor(18),
        sold: AllBut(0),
        waiting_count: 14,
        fate: Published,
        places_per_person: 4,
    },
    EventPlan {
        name: "Ramen Noir Double Bill",
        category: "film",
        summary: "Two crime films from 1961, and a bowl of noodles in the pause between them.",
        description: &[
            "Both films were shot in the same eleven days on the same sets in Yokohama by two directors who disliked \
             each other. In the first a detective looks for a cook; in the second a cook looks for a detective. Seen \
             in one night they are clearly the same story.",
            "The pause is at a quarter past midnight and lasts exactly as long as it takes to eat a bowl of shoyu \
             ramen, which is included. The first trains run at five.",
        ],
        place: Place { venue: "Shimokita Gekijo", address: "2-19-5 Kitazawa, Setagaya-ku", city: &TOKYO },
        starts: Starts { weekday: Fri, week: 2, at: (22, 30) },
        lasts_min: 240,
        doors_min: 30,
        places: General(140, 2_400),
        sale: OpenFor(22),
        sold: Percent(45),
        waiting_count: 0,
        fate: Published,
        places_per_person: 6,
    },
    EventPlan {
        name: "Forty-Eight Hours: Films Made Since Friday",
        category: "film",
        summary: "Twenty teams were given a line, a prop and a weekend. Here is what came back.",
        description: &[
            "On Friday at eight, twenty teams each drew a genre from a bucket and were told the line and the prop that \
             had to appear. On Sunday at six the finished films arrive, some of them by bicycle, some still \
             rendering.",
            "We show all of them, none longer than six minutes, unseen by us. The audience votes with coloured paper, \
             and the winners go to the national final. Last year's line was I thought you had the key; the prop was a \
             whisk.",
            "Expect brilliance, wobble, and at least one horse.",
        ],
        place: Place { venue: "Filmhal Noord", address: "Papaverweg 34", city: &AMSTERDAM },
        starts: Starts { weekday: Sun, week: 0, at: (20, 0) },
        lasts_min: 150,
        doors_min: 45,
        places: General(210, 900),
        sale: OpenFor(24),
        sold: Percent(61),
        waiting_count: 0,
        fate: Published,
        places_per_person: 8,
    },
];
