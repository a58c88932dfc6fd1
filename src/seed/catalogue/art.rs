//! Art, to look at and to make.

use super::{
    EventPlan,
    Fate::Published,
    Place,
    Places::General,
    Sale::OpenFor,
    Sold::Percent,
    Starts,
    cities::{AMSTERDAM, LISBON, TOKYO, VIENNA},
};
use chrono::Weekday::{Fri, Sat, Sun, Wed};

pub(super) static EVENTS: [EventPlan; 4] = [
    EventPlan {
        name: "Drawing the Night Museum",
        category: "art",
        summary: "After closing time, with a board, a pencil and a head torch, in front of anything you like.",
        description: &[
            "The guards stay on, the visitors go, and three hundred and fifty people with drawing boards have the \
             museum until eleven. You may sit on the floor. You may take an hour over one hand.",
            "Models pose in the sculpture court, twenty minutes at a time, dressed as the paintings next door. \
             Teachers walk about and say something only if asked. Paper, charcoal and boards are included; oil paint \
             is not allowed, for reasons the conservators will explain at length.",
            "No experience is needed. The best drawing last time was of a fire extinguisher.",
        ],
        place: Place { venue: "Stadsmuseum aan de Amstel", address: "Amstel 51", city: &AMSTERDAM },
        starts: Starts { weekday: Fri, week: 4, at: (19, 30) },
        lasts_min: 210,
        doors_min: 30,
        places: General(350, 2_000),
        sale: OpenFor(19),
        sold: Percent(30),
        waiting_count: 0,
        fate: Published,
        places_per_person: 6,
    },
    EventPlan {
        name: "Colour Without Pigment",
        category: "art",
        summary: "Eleven rooms in which nothing is painted and everything is blue, then gold, then gone.",
        description: &[
            "A morpho butterfly has no blue in it. The colour is made by the shape of the scales, and disappears when \
             they get wet. The studio Ametsuchi has spent five years learning to do the same with film, soap, steel \
             and rain, and has filled an old bathhouse in Asakusa with the results.",
            "You go through alone or in pairs, in felt slippers, in about fifty minutes. In the fourth room your \
             shadow is in colour. In the ninth there is a wall that is only visible to people who are walking.",
            "The ticket is for the day; come whenever you like between eleven and eight. The last room is dark and can \
             be skipped.",
        ],
        place: Place { venue: "Asakusa Hikari-yu", address: "3-27-14 Asakusa, Taito-ku", city: &TOKYO },
        starts: Starts { weekday: Sun, week: 2, at: (11, 0) },
        lasts_min: 540,
        doors_min: 0,
        places: General(600, 2_800),
        sale: OpenFor(39),
        sold: Percent(26),
        waiting_count: 0,
        fate: Published,
        places_per_person: 8,
    },
    EventPlan {
        name: "Open Studios at the Old Tannery",
        category: "art",
        summary: "Forty-four doors stand open, the kilns are hot, and it costs nothing to be nosy.",
        description: &[
            "Once a season the painters, potters, bookbinders and one violin maker of the Old Tannery tidy up a little \
             and leave their doors open. You can watch, ask what things cost, and be talked into a lump of clay.",
            "The bronze foundry on the ground floor pours at four, behind a rope. The roof terrace has coffee, oranges \
             and a view down to the river. Free for everyone; a booked place lets us know how many oranges.",
        ],
        place: Place { venue: "Antiga Fábrica de Curtumes", address: "Rua do Açúcar 76", city: &LISBON },
        starts: Starts { weekday: Sat, week: 5, at: (14, 0) },
        lasts_min: 360,
        doors_min: 0,
        places: General(1_500, 0),
        sale: OpenFor(16),
        sold: Percent(15),
        waiting_count: 0,
        fate: Published,
        places_per_person: 10,
    },
    EventPlan {
        name: "The Restorers at Work",
        category: "art",
        summary: "An evening in the laboratory where a ruined altarpiece is getting its faces back.",
        description: &[
            "In 1945 the high altar of Sankt Leopold burned for six hours. What was left went into forty crates and \
             stayed there. Since last spring five restorers have been putting it together in a former riding school, \
             and for one evening they let eighty people look over their shoulders.",
            "In groups of ten you go from table to table: the one with the microscope, the one with the gold leaf, the \
             one where a single angel has been under the same lamp for seven months. Everybody fills one scratch the \
             size of an eyelash, on a test panel, and finds out how long that takes.",
            "The price goes to the restoration. There is Sekt at the end, well away from the angel.",
        ],
        place: Place { venue: "Werkstatt Reitschule", address: "Ungargasse 60", city: &VIENNA },
        starts: Starts { weekday: Wed, week: 17, at: (17, 0) },
        lasts_min: 180,
        doors_min: 15,
        places: General(80, 12_000),
        sale: OpenFor(17),
        sold: Percent(30),
        waiting_count: 0,
        fate: Published,
        places_per_person: 4,
    },
];
