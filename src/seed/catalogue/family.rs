//! For families.

use super::{
    EventPlan,
    Fate::Published,
    Place,
    Places::General,
    Sale::OpenFor,
    Sold::{AllBut, Percent},
    Starts,
    cities::{CHICAGO, LONDON, PARIS, VIENNA},
};
use chrono::Weekday::{Fri, Sat, Sun};

pub(super) static EVENTS: [EventPlan; 4] = [
    EventPlan {
        name: "A Night Under the Whale",
        category: "family",
        summary: "Bring a sleeping bag: one night on the floor of the museum, under twenty-five metres of skeleton.",
        description: &[
            "When the last visitors have gone, a hundred and twenty people between seven and seventy move in. There is \
             a torchlight hunt through the mineral gallery, a talk by the man who dusts the whale, and a quiz in \
             which the grown-ups start ten points behind.",
            "Lights go out at half past eleven. You sleep in the great hall, in rows, under the bones, and hear the \
             building settle. Breakfast is at seven in the café, and at eight the dinosaurs are yours for an hour \
             before anyone else gets in.",
            "Children need an adult with them, one for every four. Mats are provided, sleeping bags are not. The whale \
             does not move; we are asked every year.",
        ],
        place: Place { venue: "Museum of the Deep", address: "1 Tidewater Row", city: &LONDON },
        starts: Starts { weekday: Fri, week: 5, at: (18, 30) },
        lasts_min: 870,
        doors_min: 30,
        places: General(120, 5_500),
        sale: OpenFor(45),
        sold: AllBut(0),
        waiting_count: 9,
        fate: Published,
        places_per_person: 5,
    },
    EventPlan {
        name: "The Moon Forgot Her Hat",
        category: "family",
        summary: "A shadow play for small people, told with lamps, colanders and very few words.",
        description: &[
            "The moon goes for a walk and comes home without her hat. Who has it: the baker, the fox, or the wind? \
             The company Trois Passoires tells the story with kitchen things held up to a lamp, in forty minutes, in \
             a French so simple that it hardly matters which language you speak.",
            "Afterwards the screen is turned round and everyone can make shadows of their own. From three years up; \
             smaller brothers and sisters come along on laps for nothing.",
        ],
        place: Place { venue: "Petit Théâtre du Lavoir", address: "5 rue de la Fontaine-au-Roi", city: &PARIS },
        starts: Starts { weekday: Sun, week: 1, at: (11, 0) },
        lasts_min: 60,
        doors_min: 20,
        places: General(140, 900),
        sale: OpenFor(31),
        sold: Percent(52),
        waiting_count: 0,
        fate: Published,
        places_per_person: 8,
    },
    EventPlan {
        name: "Kite Day on the Lakefront",
        category: "family",
        summary: "Four thousand kites, one steady wind, and a table where you can build yours out of newspaper.",
        description: &[
            "The wind comes off the lake at twelve miles an hour, give or take, from every direction but the one with \
             the trees. Bring a kite, or build one from newspaper, string and two sticks at the long table; it takes \
             half an hour, and it will fly.",
            "At noon everybody lets out their line at once. At two the fighting kites come over from Pilsen, and it \
             is best to reel in. The largest kite of the day, an octopus forty yards long, is walked up by thirty \
             volunteers, and you can be one of them.",
            "Free for everyone. Booking a place gets you a spot on the field and a bag of sticks, and tells us how \
             much string to buy.",
        ],
        place: Place { venue: "Cricket Hill", address: "Montrose Harbor Drive", city: &CHICAGO },
        starts: Starts { weekday: Sun, week: 13, at: (10, 0) },
        lasts_min: 360,
        doors_min: 0,
        places: General(4_000, 0),
        sale: OpenFor(15),
        sold: Percent(12),
        waiting_count: 0,
        fate: Published,
        places_per_person: 10,
    },
    EventPlan {
        name: "The Orchestra Zoo",
        category: "family",
        summary: "Forty musicians are forty animals for a morning; visitors may feed the bassoon.",
        description: &[
            "The orchestra is not on the stage but all over the building: flutes in the trees of the winter garden, \
             double basses in the cellar with the lights low, trumpets on the roof if it is dry. Children get a map \
             and a ticket to punch at every enclosure.",
            "At each one somebody shows how the animal breathes, what it eats, and the sound it makes when it is \
             cross. At noon all of them come down to the big hall and play ten minutes of Saint-Saëns, and by then \
             you know who everybody is.",
            "For children from four to ten and whoever brings them. Prams can stay with the timpani.",
        ],
        place: Place { venue: "Haus der Töne", address: "Seilerstätte 12", city: &VIENNA },
        starts: Starts { weekday: Sat, week: 3, at: (10, 30) },
        lasts_min: 105,
        doors_min: 30,
        places: General(800, 600),
        sale: OpenFor(37),
        sold: Percent(44),
        waiting_count: 0,
        fate: Published,
        places_per_person: 8,
    },
];
