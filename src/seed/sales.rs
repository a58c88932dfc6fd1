//! What the crowd has booked: made up from the catalogue, brought in through `bookings::store::import_bookings`.

use super::{
    accounts::People,
    catalogue::{EventPlan, Places, Sold, WINTER_CARTOGRAPHER},
    chance::Chance,
    maps::{FREE_ROW, FREE_SEATS},
    sold::choose_parties,
};
use crate::{
    bookings::store::{ImportedBooking, import_bookings},
    id::{EventId, SeatId},
    seats::{
        self,
        store::{NewMap, NewSeat, NewSection},
    },
    server::{Result, state::AppState},
};
use anyhow::Context;
use chrono::{DateTime, TimeDelta, Utc};
use std::collections::HashMap;

/// When the crowd booked.
#[derive(Clone, Copy, Debug)]
pub(super) struct Window {
    /// From the opening of the sale on …
    pub(super) from: DateTime<Utc>,
    /// … until now, or until the event began.
    pub(super) until: DateTime<Utc>,
}

/// Brings in what the plan says is sold. Answers how many places that is.
pub(super) async fn sell(
    state: &AppState,
    (plan, event_id): (&EventPlan, EventId),
    map: Option<&NewMap>,
    people: &People,
    window: Window,
) -> Result<i32> {
    let mut chance = Chance::named(plan.name);
    let parties = match map {
        Some(map) => choose_seats(state, event_id, plan, map, &mut chance).await?,
        None => general_parties(plan, &mut chance).into_iter().map(|party| (party, Vec::new())).collect(),
    };
    let mut imports = Vec::with_capacity(parties.len());
    for (quantity, seat_ids) in parties {
        let user_id = *chance.pick(&people.crowd).context("there is a crowd")?;
        imports.push(ImportedBooking { user_id, quantity, seat_ids, created_at: window.instant(&mut chance) });
    }
    // Oldest first, as they would have come in: ids sort by age.
    imports.sort_by_key(|import| import.created_at);
    import_bookings(state, event_id, &imports).await?;
    Ok(imports.iter().map(|import| import.quantity).sum())
}

impl Window {
    /// Some time in it, rather early than late: most people book in the first days.
    fn instant(self, chance: &mut Chance) -> DateTime<Utc> {
        let seconds = (self.until - self.from).num_seconds().max(1) as f64;
        self.from + TimeDelta::seconds((seconds * chance.share().powf(1.7)) as i64)
    }
}

/// Parties that together take what is sold of general admission.
fn general_parties(plan: &EventPlan, chance: &mut Chance) -> Vec<i32> {
    let Places::General(total, _) = plan.places else { return Vec::new() };
    let mut left = match plan.sold {
        Sold::Percent(percent) => total / 100 * percent + total % 100 * percent / 100,
        Sold::AllBut(count) => total - count,
    };
    let mut parties = Vec::new();
    while left > 0 {
        let party = (chance.party() as i32).min(left).min(plan.places_per_person);
        parties.push(party);
        left -= party;
    }
    parties
}

async fn choose_seats(
    state: &AppState,
    event_id: EventId,
    plan: &EventPlan,
    map: &NewMap,
    chance: &mut Chance,
) -> Result<Vec<(i32, Vec<SeatId>)>> {
    let kept = |section: &NewSection, seat: &NewSeat| plan.name == WINTER_CARTOGRAPHER && is_kept(section, seat);
    let chosen = choose_parties(map, plan.sold, kept, chance);
    let mut parties = Vec::new();
    for (section, chosen) in map.sections.iter().zip(chosen) {
        let ids = ids_by_label(state, event_id, section).await?;
        for party in chosen {
            let seats = party.iter().filter_map(|seat| section.seats.get(*seat));
            let seat_ids: Vec<SeatId> =
                seats.filter_map(|seat| ids.get(&(seat.row.clone(), seat.number.clone())).copied()).collect();
            parties.push((seat_ids.len() as i32, seat_ids));
        }
    }
    Ok(parties)
}

fn is_kept(section: &NewSection, seat: &NewSeat) -> bool {
    section.name == "Stalls" && seat.row == FREE_ROW && seat.number.parse().is_ok_and(|number| FREE_SEATS.contains(&number))
}

async fn ids_by_label(
    state: &AppState,
    event_id: EventId,
    section: &NewSection,
) -> Result<HashMap<(String, String), SeatId>> {
    let drawn = seats::store::get_section(state, event_id, &section.name).await?;
    Ok(drawn.seats.into_iter().map(|seat| ((seat.row, seat.number), seat.id)).collect())
}

#[cfg(test)]
mod tests {
    use super::{super::catalogue::events, *};

    fn sold(plan: &EventPlan) -> i32 {
        general_parties(plan, &mut Chance::named(plan.name)).iter().sum()
    }

    #[test]
    fn general_admission_is_sold_to_the_place() {
        for plan in events() {
            if let (Places::General(total, _), Sold::AllBut(left)) = (plan.places, plan.sold) {
                assert_eq!(sold(plan), total - left, "{}", plan.name);
            }
        }
    }

    #[test]
    fn no_party_is_larger_than_one_person_may_book() {
        for plan in events() {
            let parties = general_parties(plan, &mut Chance::named(plan.name));
            assert!(parties.iter().all(|party| (1..=plan.places_per_person).contains(party)), "{}", plan.name);
        }
    }

    #[test]
    fn bookings_are_made_within_the_sale() {
        let from = DateTime::UNIX_EPOCH;
        let window = Window { from, until: from + TimeDelta::days(30) };
        let mut chance = Chance::named("window");
        let instants: Vec<DateTime<Utc>> = (0..1000).map(|_| window.instant(&mut chance)).collect();
        assert!(instants.iter().all(|instant| (from..window.until).contains(instant)));
        let early = instants.iter().filter(|instant| **instant < from + TimeDelta::days(15)).count();
        assert!(early > 600, "{early}");
    }
}
