//! Making one event of the catalogue, from wherever an earlier run left it.

use super::{
    accounts::People,
    calendar::in_days,
    catalogue::{EventPlan, Fate, Places, Sale, Sold},
    sales::{self, Window},
    store::Made,
};
use crate::{
    events::store::{NewEvent, create_event, publish_event},
    id::EventId,
    money::{Currency, Money, group_thousands},
    seats::store::{NewMap, draw_map},
    server::{Result, state::AppState},
};
use anyhow::anyhow;
use chrono::{DateTime, TimeDelta, Utc};

/// Makes what is missing of an event. Answers its id, and in words what was done.
pub(super) async fn make_event(
    state: &AppState,
    plan: &EventPlan,
    made: Option<&Made>,
    people: &People,
    now: DateTime<Utc>,
) -> Result<(EventId, String)> {
    let map = plan.places.map();
    let new = new_event(plan, map.as_ref(), now)?;
    let made_at = now.min(new.sales_open_at) - TimeDelta::days(10);
    let event_id = match made {
        Some(made) => made.id,
        None => create_event(state, &new, made_at).await?,
    };
    if let (Some(map), false) = (&map, made.is_some_and(Made::has_places)) {
        draw_map(state, event_id, map, made_at).await?;
    }
    if plan.fate == Fate::Draft {
        return Ok((event_id, "a draft".to_owned()));
    }
    if !made.is_some_and(Made::was_published) {
        publish_event(state, event_id, made_at).await?;
    }
    let window = Window { from: new.sales_open_at, until: now.min(new.sales_close_at) };
    let sale = sales::Sale { plan, event_id, people, window };
    let sold = match &map {
        _ if matches!(plan.sold, Sold::Percent(0)) => 0,
        Some(map) => sale.sell_seats(state, map).await?,
        None if made.is_some_and(Made::is_sold) => 0,
        None => sale.sell_places(state).await?,
    };
    Ok((event_id, say(&new, map.as_ref(), sold)))
}

/// The fields of the event, with every instant counted from `now`.
fn new_event(plan: &EventPlan, map: Option<&NewMap>, now: DateTime<Utc>) -> Result<NewEvent> {
    let city = plan.place.city;
    let currency =
        Currency::try_from(city.currency.to_owned()).map_err(|error| anyhow!("{}: {error}", city.currency))?;
    let event_date = plan.starts.instant(city.zone, now);
    let (total_capacity, price_minor) = match (plan.places, map) {
        (Places::General(count, price_minor), _) => (count, price_minor),
        (_, map) => (0, map.map(cheapest).unwrap_or(0)),
    };
    Ok(NewEvent {
        name: plan.name.to_owned(),
        summary: plan.summary.to_owned(),
        description: plan.description.join("\n\n"),
        category: plan.category.to_owned(),
        venue: plan.place.venue.to_owned(),
        address: plan.place.address.to_owned(),
        city: city.name.to_owned(),
        country: city.country.to_owned(),
        timezone: city.zone.name().to_owned(),
        event_date,
        ends_at: event_date + TimeDelta::minutes(plan.lasts_min),
        doors_at: (plan.doors_min > 0).then(|| event_date - TimeDelta::minutes(plan.doors_min)),
        price: Money::new(price_minor, currency),
        total_capacity,
        has_seat_selection: map.is_some(),
        sales_open_at: opens_at(plan, now),
        sales_close_at: event_date,
        places_per_person: plan.places_per_person,
    })
}

fn cheapest(map: &NewMap) -> i64 {
    map.sections.iter().map(|section| section.price_minor).min().unwrap_or(0)
}

fn opens_at(plan: &EventPlan, now: DateTime<Utc>) -> DateTime<Utc> {
    let at_ten = |days| in_days(days, (10, 0), plan.place.city.zone, now);
    match plan.sale {
        Sale::OpenFor(days) => at_ten(-days),
        Sale::OpensInHours(hours) => now + TimeDelta::hours(hours),
        Sale::OpensInDays(days) => at_ten(days),
    }
}

fn say(new: &NewEvent, map: Option<&NewMap>, sold: i32) -> String {
    let places = match map {
        Some(map) => {
            let count: usize = map.sections.iter().map(|section| section.seats.len()).sum();
            let kind = if map.sections.iter().any(|section| section.standing) { "places" } else { "seats" };
            format!("{} {kind} in {} sections", group_thousands(count as u64), map.sections.len())
        }
        None => format!("{} places", group_thousands(new.total_capacity.unsigned_abs().into())),
    };
    match sold {
        0 => places,
        sold => format!("{places}, {} sold", group_thousands(sold.unsigned_abs().into())),
    }
}

#[cfg(test)]
mod tests {
    use super::{super::catalogue::events, *};

    /// Instants at which dates are awkward: new year, a leap day, both nights on which clocks change, a Sunday evening.
    const NOWS: [&str; 6] = [
        "2026-12-31T23:59:59Z",
        "2028-02-29T12:00:00Z",
        "2026-03-29T00:59:00Z",
        "2026-10-25T00:30:00Z",
        "2026-11-01T05:30:00Z",
        "2026-06-07T20:00:00Z",
    ];

    #[test]
    fn every_event_fits_the_rules_of_its_table_whenever_it_is_made() {
        for now in NOWS.map(|now| now.parse::<DateTime<Utc>>().expect("an instant")) {
            for plan in events() {
                let new = new_event(plan, None, now).expect("an event");
                assert!(new.ends_at > new.event_date, "{}", new.name);
                assert!(new.doors_at.is_none_or(|doors| doors <= new.event_date), "{}", new.name);
                assert!(new.sales_open_at < new.sales_close_at, "{}", new.name);
                assert!(new.sales_close_at <= new.ends_at, "{}", new.name);
                assert!((1..=100).contains(&new.places_per_person), "{}", new.name);
                assert_eq!(new.event_date > now, plan.starts.week >= 0, "{} at {now}", new.name);
                assert!(new.event_date < now + TimeDelta::days(155), "{}", new.name);
            }
        }
    }

    #[test]
    fn a_seated_event_costs_as_much_as_its_cheapest_section() {
        let plan = events().into_iter().find(|plan| matches!(plan.places, Places::Hall(_))).expect("a hall");
        let map = plan.places.map();
        let new = new_event(plan, map.as_ref(), DateTime::UNIX_EPOCH).expect("an event");
        assert_eq!((new.price.minor, new.total_capacity, new.has_seat_selection), (2_800, 0, true));
    }
}
