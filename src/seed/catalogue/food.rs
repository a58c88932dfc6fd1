//! Food and drink.

use super::{
    EventPlan,
    Fate::Published,
    Place,
    Places::General,
    Sale::OpenFor,
    Sold::{AllBut, Percent},
    Starts,
    cities::{AMSTERDAM, KUWAIT_CITY, KYOTO, NEW_YORK, ZURICH},
};
use chrono::Weekday::{Fri, Sat, Thu};

pub(super) static EVENTS: [EventPlan; 5] = [
    EventPlan {
        name: "The Long Table on Pier 9",
        category: "food",
        summary: "Ninety-six people, one table sixty metres long, seven courses, and no say in who sits opposite.",
        description: &[
            "The table is made of scaffold boards and runs the whole length of the shed on Pier 9. Seats are drawn at \
             the door, so you come with friends and eat with strangers. By the third course nobody minds, and by the \
             fifth they have swapped addresses.",
            "Chef Inés Baptiste cooks seven courses over wood at the river end, and what she buys in the morning \
             decides the menu. There is always a fish as long as an arm, always something burnt on purpose, and \
             always her grandmother's rice, which is not on the menu and comes last.",
            "Wine, or a very good tea, is poured with every course and included. Tell us about allergies when you \
             book; the kitchen takes them seriously and makes no faces.",
        ],
        place: Place { venue: "Pier 9 Shed", address: "Conover Street, Red Hook", city: &NEW_YORK },
        starts: Starts { weekday: Sat, week: 6, at: (18, 30) },
        lasts_min: 240,
        doors_min: 30,
        places: General(96, 24_000),
        sale: OpenFor(44),
        sold: AllBut(8),
        waiting_count: 0,
        fate: Published,
        places_per_person: 4,
    },
    EventPlan {
        name: "Fondue After Closing",
        category: "food",
        summary: "A tram with the stops switched off, fourteen pots of fondue, and two slow laps of the city.",
        description: &[
            "At half past seven the number 15 stops being a tram and becomes a restaurant. The seats have been turned, \
             the tables bolted down, and each pot of moitié-moitié sits in a cradle that a watchmaker in Biel \
             designed so that it stays level in the curves.",
            "The route is two laps: along the lake, up past the university, over the river and back. Whoever loses \
             their bread in the pot has to ring the bell at the next crossing, and the city has learned to wave.",
        ],
        place: Place { venue: "Tramdepot Burgwies", address: "Forchstrasse 260", city: &ZURICH },
        starts: Starts { weekday: Fri, week: 3, at: (19, 30) },
        lasts_min: 165,
        doors_min: 20,
        places: General(84, 8_900),
        sale: OpenFor(34),
        sold: Percent(64),
        waiting_count: 0,
        fate: Published,
        places_per_person: 6,
    },
    EventPlan {
        name: "The Sake Brewers of Fushimi",
        category: "food",
        summary: "Six family breweries, eighteen cups, and the spring water all of them quarrel about.",
        description: &[
            "Fushimi has soft water and long memories. Six of its breweries, the oldest from 1637, open one table each \
             in the courtyard of a former rice warehouse and pour three sakes apiece: one they sell everywhere, one \
             they sell only here, and one they would rather keep.",
            "The brewers stand at the tables themselves. At three a master brewer shows how rice is polished down to \
             the size of a sesame seed and why that takes three days. Pickles, grilled tofu and plenty of that famous \
             water between the cups.",
            "Adults only. The Keihan line is four minutes on foot, which is part of the plan.",
        ],
        place: Place { venue: "Fushimi Kome-gura", address: "247 Minamihama-cho, Fushimi-ku", city: &KYOTO },
        starts: Starts { weekday: Sat, week: 2, at: (14, 0) },
        lasts_min: 180,
        doors_min: 15,
        places: General(150, 6_000),
        sale: OpenFor(36),
        sold: Percent(42),
        waiting_count: 0,
        fate: Published,
        places_per_person: 6,
    },
    EventPlan {
        name: "Diwaniya Kitchen: A Gulf Supper",
        category: "food",
        summary: "Eat on the carpet, from the middle of the dish, and hear how each recipe arrived by ship.",
        description: &[
            "Cardamom came from Kerala, dried limes from Basra, the rice from Punjab, and the pearl divers' families \
             made a cuisine of it. Maryam Al-Qattan cooks nine dishes from her great-aunt's notebook and tells, \
             between them, which dhow brought what and who was seasick.",
            "Supper is served the old way, on the floor, six people round each tray. There are low chairs along the \
             wall for those who prefer them, and nobody is counted as less of a guest for taking one.",
            "The evening ends with saffron tea on the roof and a pot of daqoos to take home.",
        ],
        place: Place { venue: "Bayt Al-Nakhla", address: "Block 3, Street 31, Qibla", city: &KUWAIT_CITY },
        starts: Starts { weekday: Thu, week: 1, at: (20, 0) },
        lasts_min: 180,
        doors_min: 15,
        places: General(90, 18_500),
        sale: OpenFor(23),
        sold: Percent(67),
        waiting_count: 0,
        fate: Published,
        places_per_person: 6,
    },
    EventPlan {
        name: "Shipyard Street Kitchen Weekender",
        category: "food",
        summary: "Seventy stoves in one shipyard hall, nothing over nine euros, and dancing from ten.",
        description: &[
            "The largest of the old shipbuilding halls, seventy cooks, and a rule: nobody charges more than nine euros \
             for anything. There is Surinamese roti beside Frisian rye, a family from Urk who smoke eel in a \
             telephone box, and a queue for the bao that counts as an attraction of its own.",
            "The admission pays for the roof, the washing-up and the bands; you keep your plate all day and hand it in \
             when you go. At ten the stoves go off, the middle of the hall is cleared, and the Orquesta Pontveer plays \
             until the ferry company asks them to stop.",
        ],
        place: Place { venue: "Scheepsbouwloods", address: "Kraanspoorkade 15", city: &AMSTERDAM },
        starts: Starts { weekday: Sat, week: 0, at: (12, 0) },
        lasts_min: 780,
        doors_min: 0,
        places: General(8_000, 500),
        sale: OpenFor(41),
        sold: Percent(21),
        waiting_count: 0,
        fate: Published,
        places_per_person: 10,
    },
];
