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
        model::{SeatStatus, Standing},
        store::{NewMap, NewSeat, NewSection},
    },
    server::{Failure, Result, state::AppState},
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

/// Bookings brought in by one transaction: few enough for each statement to take less than a second.
const BATCH: usize = 2_000;

/// An event to sell.
pub(super) struct Sale<'a> {
    /// What to sell of it.
    pub(super) plan: &'a EventPlan,
    /// Which event it is.
    pub(super) event_id: EventId,
    /// Who books.
    pub(super) people: &'a People,
    /// When they booked.
    pub(super) window: Window,
}

/// A party and its seats; general admission has none.
type Party = (i32, Vec<SeatId>);

impl Sale<'_> {
    /// Sells places of general admission, in one transaction. Answers how many.
    pub(super) async fn sell_places(&self, state: &AppState) -> Result<i32> {
        let mut chance = Chance::named(self.plan.name);
        let parties = general_parties(self.plan, &mut chance).into_iter().map(|party| (party, Vec::new())).collect();
        self.import(state, parties, &mut chance).await
    }

    /// Sells seats, some sections in each transaction; sections in which any seat is taken were sold by an earlier run.
    /// Answers how many.
    pub(super) async fn sell_seats(&self, state: &AppState, map: &NewMap) -> Result<i32> {
        let mut chance = Chance::named(self.plan.name);
        let kept =
            |section: &NewSection, seat: &NewSeat| self.plan.name == WINTER_CARTOGRAPHER && is_kept(section, seat);
        let chosen = choose_parties(map, self.plan.sold, kept, &mut chance);
        let mut sold = 0;
        let mut batch = Vec::new();
        for (section, parties) in map.sections.iter().zip(chosen) {
            batch.extend(self.name_seats(state, section, parties).await?);
            if batch.len() >= BATCH {
                sold += self.import(state, std::mem::take(&mut batch), &mut chance).await?;
            }
        }
        Ok(sold + self.import(state, batch, &mut chance).await?)
    }

    async fn import(&self, state: &AppState, parties: Vec<Party>, chance: &mut Chance) -> Result<i32> {
        let mut imports = Vec::with_capacity(parties.len());
        for (quantity, seat_ids) in parties {
            let user_id = *chance.pick(&self.people.crowd).context("there is a crowd")?;
            imports.push(ImportedBooking { user_id, quantity, seat_ids, created_at: self.window.instant(chance) });
        }
        // Oldest first, as they would have come in: ids sort by age.
        imports.sort_by_key(|import| import.created_at);
        if !imports.is_empty() {
            import_bookings(state, self.event_id, &imports).await?;
        }
        Ok(imports.iter().map(|import| import.quantity).sum())
    }

    /// The ids of the parties' seats; no parties where the section was sold before.
    async fn name_seats(&self, state: &AppState, section: &NewSection, parties: Vec<Vec<usize>>) -> Result<Vec<Party>> {
        if section.standing {
            return self.name_standing(state, section, parties).await;
        }
        let drawn = seats::store::get_section(state, self.event_id, &section.name).await?.seats;
        if drawn.iter().any(|seat| seat.status != SeatStatus::Available) {
            return Ok(Vec::new());
        }
        let ids: HashMap<(&str, &str), SeatId> =
            drawn.iter().map(|seat| ((seat.row.as_str(), seat.number.as_str()), seat.id)).collect();
        let id = |seat: &NewSeat| ids.get(&(seat.row.as_str(), seat.number.as_str())).copied();
        let name = |party: Vec<usize>| {
            let seat_ids: Vec<SeatId> =
                party.into_iter().filter_map(|seat| section.seats.get(seat)).filter_map(id).collect();
            (seat_ids.len() as i32, seat_ids)
        };
        Ok(parties.into_iter().map(name).collect())
    }
}

impl Sale<'_> {
    /// The same for a standing section, whose places are as good as each other.
    async fn name_standing(
        &self,
        state: &AppState,
        section: &NewSection,
        parties: Vec<Vec<usize>>,
    ) -> Result<Vec<Party>> {
        let mut conn = state.db.pool().acquire().await?;
        let all = Standing { section: section.name.clone(), quantity: section.seats.len() as i32 };
        let free = seats::store::pick_standing(&mut conn, self.event_id, &all, state.clock.now()).await;
        let places = match free {
            Err(Failure::Refused(_)) => return Ok(Vec::new()),
            places => places?,
        };
        let name = |party: Vec<usize>| {
            let seat_ids: Vec<SeatId> = party.into_iter().filter_map(|place| places.get(place)).copied().collect();
            (seat_ids.len() as i32, seat_ids)
        };
        Ok(parties.into_iter().map(name).collect())
    }
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

fn is_kept(section: &NewSection, seat: &NewSeat) -> bool {
    section.name == "Stalls"
        && seat.row == FREE_ROW
        && seat.number.parse().is_ok_and(|number| FREE_SEATS.contains(&number))
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
