//! Music.

use super::{
    ArenaPrices, EventPlan,
    Fate::Published,
    Place,
    Places::{Arena, Club, General, Hall},
    Sale::{OpenFor, OpensInHours},
    Sold::{AllBut, Percent},
    Starts,
    cities::{LISBON, LONDON, MANCHESTER, PARIS, STOCKHOLM, TOKYO, VIENNA, ZURICH},
};
use chrono::Weekday::{Fri, Sat, Sun, Thu, Wed};

pub(super) static EVENTS: [EventPlan; 10] = [
    EventPlan {
        name: "The Halyard Sisters in the Round",
        category: "music",
        summary: "Three voices, one slowly turning stage, and no bad side of the arena.",
        description: &[
            "For eleven years the Halyard Sisters have sung with their backs to half the room. On this tour they put \
             the stage in the middle of the floor and let it turn, one full circle every nine minutes, so that every \
             seat gets the front of the show three times and the view over a bass player's shoulder the rest of the \
             evening.",
            "The first hour is the new record, Slack Water, played in order with a string section drawn from \
             Manchester's music schools. The second is whatever the sisters feel like: they carry forty songs and \
             write the list on the drum head in chalk during the interval.",
            "Doors are early because the floor opens with Tern & Tide, a fiddle and drum machine duo from Whitby who \
             are worth the earlier bus. There is an interval of twenty-five minutes. Trams run until half past \
             midnight from the stop on the east side.",
        ],
        place: Place { venue: "Irwell Arena", address: "2 Ferryman's Quay", city: &MANCHESTER },
        starts: Starts { weekday: Sat, week: 8, at: (19, 30) },
        lasts_min: 180,
        doors_min: 90,
        places: Arena(ArenaPrices {
            floor: 9_500,
            lower_side: 7_800,
            lower_end: 6_200,
            upper_side: 4_600,
            upper_end: 3_400,
        }),
        sale: OpenFor(62),
        sold: Percent(58),
        waiting_count: 0,
        fate: Published,
        places_per_person: 8,
    },
    EventPlan {
        name: "Sorrel Quartet: Late Beethoven by Candlelight",
        category: "music",
        summary: "Opus 131 and Opus 135 in a room small enough to hear the players breathe.",
        description: &[
            "The Kleiner Spiegelsaal was built in 1884 for a family that liked to hear chamber music after dinner, and \
             it still works best that way: a hundred and fifty seats, a wooden floor, no amplification and no light \
             but two hundred candles in glass.",
            "The Sorrel Quartet plays the last two quartets Beethoven finished. Opus 131 runs for forty minutes \
             without a break, seven movements that lean into each other. After the pause comes Opus 135, with the \
             question written over its finale, must it be, and the answer, it must be.",
            "The violist, Hanna Dressler, says a few words before each piece, in German and English. The candles are \
             lit at seven and the hall is warm by the time the music starts; leave the heavy coat downstairs.",
        ],
        place: Place { venue: "Kleiner Spiegelsaal", address: "Annagasse 17", city: &VIENNA },
        starts: Starts { weekday: Thu, week: 2, at: (19, 30) },
        lasts_min: 110,
        doors_min: 30,
        places: Hall([4_200, 2_800]),
        sale: OpenFor(48),
        sold: Percent(60),
        waiting_count: 0,
        fate: Published,
        places_per_person: 6,
    },
    EventPlan {
        name: "The Ada Okonjo Trio at Le Sous-Marin",
        category: "music",
        summary: "Piano, bass and brushes in a cellar under the canal, twice a year and never recorded.",
        description: &[
            "Ada Okonjo grew up between Lagos and Lille and plays the piano as if both were listening. Twice a year \
             she brings her trio to Le Sous-Marin, a vaulted cellar that floods a little every spring and smells of \
             it, and plays two sets that have never been released because she refuses to have them recorded.",
            "The first set is hers. The second is standards, called from the floor: write a title on the card on your \
             table, and if two of the three of them know it, they play it.",
            "A hundred and twenty people fit, most of them standing. The bar closes during the ballads.",
        ],
        place: Place { venue: "Le Sous-Marin", address: "88 quai de Valmy", city: &PARIS },
        starts: Starts { weekday: Fri, week: 0, at: (21, 0) },
        lasts_min: 150,
        doors_min: 60,
        places: General(120, 2_200),
        sale: OpenFor(35),
        sold: AllBut(0),
        waiting_count: 11,
        fate: Published,
        places_per_person: 4,
    },
    EventPlan {
        name: "Harbour Lights Festival",
        category: "music",
        summary: "Sixty acts in six dockside warehouses over a long weekend, with the last ferry held for the encore.",
        description: &[
            "The old fruit warehouses on the south bank have been empty since the container port moved downriver. For \
             three days a year they are full again: six halls, sixty acts, and a covered street between them where \
             the food is, so that the weather is something that happens to other people.",
            "Friday belongs to the dancers, with Batida de Almada playing their first home show in four years. \
             Saturday is guitars and brass, up to the Lisbon debut of Cold Harbour Union. Sunday begins at noon with \
             fado in Warehouse 2, seated, and ends with the full company of Rosa dos Ventos on the big stage.",
            "One ticket is all three days. Children under ten come in free with you and get ear defenders at the gate. \
             The ferry company runs boats across the river every twenty minutes and holds the last one until the \
             encore is over.",
            "Bring a cup. There are no single-use ones on the site, and the deposit on ours is two euros.",
        ],
        place: Place { venue: "Doca Sul", address: "Rua do Ginjal 40", city: &LISBON },
        starts: Starts { weekday: Fri, week: 14, at: (17, 0) },
        lasts_min: 3_300,
        doors_min: 60,
        places: General(20_000, 8_900),
        sale: OpenFor(75),
        sold: Percent(62),
        waiting_count: 0,
        fate: Published,
        places_per_person: 8,
    },
    EventPlan {
        name: "Kissa Night: Listening with Haruka Mori",
        category: "music",
        summary: "Eighty armchairs, two enormous loudspeakers, and an evening of records played from start to finish.",
        description: &[
            "A jazz kissa is a coffee house where people go to listen to records and not to talk. Tokyo had hundreds \
             of them. Haruka Mori's father ran one in Yotsuya for thirty-one years, and when it closed she kept the \
             loudspeakers: two horns from a cinema in Nagoya, each the size of a wardrobe.",
            "Four times a year she sets them up in a former printing works in Kiyosumi and plays three albums from \
             beginning to end. She chooses them on the day. Before each side she says what to listen for, in Japanese \
             and then in English, and after that the only sound is the record.",
            "Coffee and one whisky are included. Please switch telephones off, not to silent: the amplifiers can hear \
             them.",
        ],
        place: Place { venue: "Kiyosumi Insatsujo", address: "2-11-6 Kiyosumi, Koto-ku", city: &TOKYO },
        starts: Starts { weekday: Sat, week: 1, at: (19, 0) },
        lasts_min: 180,
        doors_min: 30,
        places: General(80, 3_500),
        sale: OpenFor(28),
        sold: AllBut(6),
        waiting_count: 0,
        fate: Published,
        places_per_person: 4,
    },
    EventPlan {
        name: "Polaris Choir: Songs for the Short Days",
        category: "music",
        summary: "Ninety singers, one organ, and an hour of music written in the far north for the dark.",
        description: &[
            "North of the Arctic Circle people have always sung when the sun goes away. The Polaris Choir has spent \
             three years collecting what they sang: joik from Karasjok, hymns from the Faroe Islands, a lullaby from \
             Murmansk that exists in four languages.",
            "The programme runs for an hour and ten minutes without applause between the pieces. The singers stand \
             around the walls and move during the music, so the sound comes from somewhere else each time; nobody has \
             the best seat for long.",
            "The church is heated, but it is a church. Bring a jumper and, if you can, a candle lantern for the walk \
             down to the water afterwards.",
        ],
        place: Place { venue: "Sankt Olofs kyrka", address: "Bondegatan 63", city: &STOCKHOLM },
        starts: Starts { weekday: Sun, week: 3, at: (17, 0) },
        lasts_min: 75,
        doors_min: 45,
        places: General(900, 28_000),
        sale: OpenFor(40),
        sold: Percent(41),
        waiting_count: 0,
        fate: Published,
        places_per_person: 10,
    },
    EventPlan {
        name: "Nightferry: Ten Years Out",
        category: "music",
        summary: "The floor to dance on or the balcony to watch from, and every song since the first demo.",
        description: &[
            "Nightferry recorded their first demo in the engine room of a decommissioned ferry, and for the tenth \
             birthday of the band they have asked for a room that hums as well. The old turbine hall has the hum, and \
             since last winter also a roof.",
            "The floor is for standing, and there is a bar along its east wall. The balcony is seated, by row and \
             number, with room for four wheelchairs in its first row and a lift from the cloakroom.",
            "Two sets, no support act. The second one is chosen by the audience, who are handed a list at the door and \
             shout.",
        ],
        place: Place { venue: "Turbinhallen", address: "Norra Kajen 11", city: &STOCKHOLM },
        starts: Starts { weekday: Sat, week: 5, at: (20, 0) },
        lasts_min: 150,
        doors_min: 60,
        places: Club([49_500, 62_500]),
        sale: OpenFor(40),
        sold: Percent(55),
        waiting_count: 0,
        fate: Published,
        places_per_person: 8,
    },
    EventPlan {
        name: "Thirty Minutes of Organ",
        category: "music",
        summary: "Free music in the lunch break: come as you are, bring your sandwich, leave lighter.",
        description: &[
            "Every Wednesday at a quarter past twelve somebody sits down at the large organ of the Predigerhof and \
             plays for half an hour. This week it is Matthias Iten, who has chosen Buxtehude, a tango, and a piece of \
             his own in which the lowest pipe, ten metres tall, is used exactly once.",
            "Eating in the pews is allowed and so is leaving early. Places are free; we ask you to book one because \
             the fire brigade counts.",
        ],
        place: Place { venue: "Predigerhof", address: "Spiegelgasse 5", city: &ZURICH },
        starts: Starts { weekday: Wed, week: 1, at: (12, 15) },
        lasts_min: 30,
        doors_min: 20,
        places: General(400, 0),
        sale: OpenFor(20),
        sold: Percent(22),
        waiting_count: 0,
        fate: Published,
        places_per_person: 6,
    },
    EventPlan {
        name: "Marlo Vance: One Night, Two Pianos",
        category: "music",
        summary: "The only London show of the year, with an empty stage but for two grand pianos tuned apart.",
        description: &[
            "Marlo Vance has not played London since the night the roof of the Mercer leaked on the third song and \
             she finished the set under an umbrella. She returns with two pianos, one of them tuned a quarter-tone \
             flat, and no band.",
            "Expect the songs from Small Hours, rebuilt for twenty fingers with the help of Ines Calloway, who has the \
             other stool. Expect also the long silences: people who have seen the show in Antwerp say that you could \
             hear the lift.",
            "The Gasworks is standing downstairs and unreserved seats upstairs, first come first seated. The sale \
             opens for everyone at the same minute, and nobody can book more than four.",
        ],
        place: Place { venue: "The Gasworks", address: "41 Retort Street", city: &LONDON },
        starts: Starts { weekday: Fri, week: 11, at: (20, 0) },
        lasts_min: 140,
        doors_min: 60,
        places: General(2_300, 3_850),
        sale: OpensInHours(1),
        sold: Percent(0),
        waiting_count: 0,
        fate: Published,
        places_per_person: 4,
    },
    EventPlan {
        name: "Brass in the Tram Shed",
        category: "music",
        summary: "Four brass bands, one tram shed, and an audience on the rails between them.",
        description: &[
            "Four bands from four valleys, each in its own corner of the disused tram shed in Favoriten, and the \
             audience wherever it likes on the tracks between. They play by turns, then two at once, and for the last \
             ten minutes all four.",
            "The conductor is Birgit Wallner, who stands on the roof of a 1927 tram in the middle and is the only \
             person who can see everybody. Earplugs were at the door, and most people threw them away.",
        ],
        place: Place { venue: "Remise Süd", address: "Gudrunstraße 153", city: &VIENNA },
        starts: Starts { weekday: Sat, week: -4, at: (19, 0) },
        lasts_min: 120,
        doors_min: 60,
        places: General(1_200, 1_200),
        sale: OpenFor(90),
        sold: Percent(88),
        waiting_count: 0,
        fate: Published,
        places_per_person: 10,
    },
];
