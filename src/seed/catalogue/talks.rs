//! Talks and lectures.

use super::{
    EventPlan,
    Fate::Published,
    Place,
    Places::General,
    Sale::OpenFor,
    Sold::{AllBut, Percent},
    Starts,
    cities::{KUWAIT_CITY, LONDON, STOCKHOLM},
};
use chrono::Weekday::{Mon, Thu, Tue, Wed};

pub(super) static EVENTS: [EventPlan; 4] = [
    EventPlan {
        name: "What the Ice Remembers",
        category: "talks",
        summary: "A glaciologist unpacks eight hundred thousand years of air, and passes some of it round.",
        description: &[
            "Snow that falls on the inland ice traps a little of the air it fell through. Dr Sigrun Aas has spent \
             twenty summers drilling for that air, three kilometres down, in a tent the size of a bus. She can tell \
             you what the sky was like when the pyramids were new, and which volcano spoiled which harvest.",
            "She brings a core with her. Towards the end of the evening a piece of it goes into a glass of water, and \
             everyone gets to hear ten-thousand-year-old bubbles come out. They crackle.",
            "In English, with time for questions. No charts after slide twelve: she has promised.",
        ],
        place: Place { venue: "Observatoriesalen", address: "Kungstensgatan 61", city: &STOCKHOLM },
        starts: Starts { weekday: Wed, week: 4, at: (18, 30) },
        lasts_min: 90,
        doors_min: 30,
        places: General(420, 15_000),
        sale: OpenFor(29),
        sold: Percent(33),
        waiting_count: 0,
        fate: Published,
        places_per_person: 6,
    },
    EventPlan {
        name: "Maps That Lied",
        category: "talks",
        summary: "Phantom islands, secret towns and a mountain range that lasted a century: a free public lecture.",
        description: &[
            "In 1798 James Rennell drew a mountain range across West Africa because he needed somewhere for the rivers \
             to begin. It stayed on the maps for ninety years and two expeditions nearly died looking for it. \
             Professor Leila Haddad collects such things: islands copied from fog, streets invented to catch thieves, \
             cities left out on purpose.",
            "The lecture is illustrated with originals from the society's own cellar, on a table, under glass, and you \
             can walk round them afterwards with a drink in your other hand.",
            "Free, but book: the reading room holds three hundred and we turn people away every year.",
        ],
        place: Place { venue: "The Meridian Society", address: "27 Charter Square", city: &LONDON },
        starts: Starts { weekday: Tue, week: 2, at: (18, 30) },
        lasts_min: 90,
        doors_min: 30,
        places: General(300, 0),
        sale: OpenFor(26),
        sold: AllBut(14),
        waiting_count: 0,
        fate: Published,
        places_per_person: 4,
    },
    EventPlan {
        name: "Building with Sand",
        category: "talks",
        summary: "An architect, a geologist and a man who makes glass on why the desert's sand is the wrong kind.",
        description: &[
            "The Gulf is surrounded by sand and imports it. The grains of the desert have been rolled smooth by the \
             wind and will not hold together; concrete needs the sharp ones, from rivers. Three people who work with \
             the stuff explain what could be built if that changed.",
            "Architect Noura Al-Failakawi shows houses printed from local sand and salt. Geologist Peter Mbeki has \
             brought forty jars from forty places and a microscope. Glass-maker Yousef Karam makes one thing during \
             the discussion, and somebody takes it home.",
            "In Arabic and English with headphones for both. Coffee and dates from half past six.",
        ],
        place: Place { venue: "Dar Al-Bahar", address: "Gulf Road 12, Sharq", city: &KUWAIT_CITY },
        starts: Starts { weekday: Mon, week: 5, at: (19, 0) },
        lasts_min: 120,
        doors_min: 30,
        places: General(260, 3_000),
        sale: OpenFor(21),
        sold: Percent(25),
        waiting_count: 0,
        fate: Published,
        places_per_person: 6,
    },
    EventPlan {
        name: "Designing for the Dark Half of the Year",
        category: "talks",
        summary: "How cities in the north light a street at three in the afternoon without losing the stars.",
        description: &[
            "Umeå paints its bus shelters with light that copies a June morning. Tromsø switches off a third of its \
             lamps and became safer. Lighting designer Annika Roth has worked for both, and for a village that asked \
             her to remove every lamp it had.",
            "The talk was held in near darkness, on purpose, with the audience's coats on. The recording is with the \
             society's library.",
        ],
        place: Place { venue: "Observatoriesalen", address: "Kungstensgatan 61", city: &STOCKHOLM },
        starts: Starts { weekday: Thu, week: -2, at: (18, 0) },
        lasts_min: 100,
        doors_min: 30,
        places: General(420, 9_000),
        sale: OpenFor(60),
        sold: Percent(95),
        waiting_count: 0,
        fate: Published,
        places_per_person: 6,
    },
];
