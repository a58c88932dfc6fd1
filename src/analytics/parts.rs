//! What several pages of figures show.

use super::{
    chart::say,
    entries::Figure,
    entries_page::entries_path,
    model::{EventFigures, Figures, Range, Sums, Takings},
};
use crate::{
    id::EventId,
    money::Money,
    staff::frame::event_path,
    ui::{ButtonKind, Field, SubmitButton},
};
use chrono::{DateTime, Utc};
use leptos::prelude::*;

/// As of when figures are.
pub fn say_as_of(as_of: Option<DateTime<Utc>>) -> String {
    match as_of {
        Some(as_of) => format!("As of {}.", as_of.format("%-d %B %Y, %H:%M:%S UTC")),
        None => "Nothing has been added up yet.".to_owned(),
    }
}

/// `66.7 %`, or a dash.
pub fn say_rate(per_mille: Option<i64>) -> String {
    per_mille.map_or_else(|| "–".to_owned(), |rate| format!("{}.{} %", rate / 10, rate % 10))
}

/// What stays, a currency each: `€1,200 + £80`; a dash for none.
pub fn say_net(takings: &[Takings]) -> String {
    let sums: Vec<String> = takings.iter().map(|takings| say_money(takings.net())).collect();
    if sums.is_empty() { "–".to_owned() } else { sums.join(" + ") }
}

/// What codes took off, a currency each; none where they took off nothing.
fn say_discounts(takings: &[Takings]) -> Option<String> {
    let off = takings.iter().filter(|takings| takings.discount_minor != 0);
    let sums: Vec<String> =
        off.map(|takings| say_money(Money::new(takings.discount_minor, takings.currency))).collect();
    (!sums.is_empty()).then(|| sums.join(" + "))
}

/// An amount as a figure: nothing is `€0` here, not free.
pub fn say_money(money: Money) -> String {
    if money.minor == 0 { format!("{} 0", money.currency.code()) } else { money.to_string() }
}

/// A figure with its name, and how it compares.
#[component]
fn Tile(
    name: &'static str,
    #[prop(into)] value: String,
    #[prop(optional_no_strip)] before: Option<String>,
    /// Where its rows are, if they can be shown.
    #[prop(optional_no_strip)]
    rows: Option<String>,
) -> impl IntoView {
    let name = match rows {
        Some(href) => view! { <a href=href>{name}</a> }.into_any(),
        None => name.into_any(),
    };
    view! {
        <div class="tile">
            <dt>{name}</dt>
            <dd>
                <span class="tile-value">{value}</span>
                {before.map(|before| view! { <span class="tile-before">"before: " {before}</span> })}
            </dd>
        </div>
    }
}

/// What was taken, a line for each currency.
#[component]
fn MoneyTile(takings: Vec<Takings>, #[prop(optional_no_strip)] before: Option<Vec<Takings>>) -> impl IntoView {
    let line = |now: &Takings| {
        let earlier = before.as_ref().map(|all| {
            let same = all.iter().find(|other| other.currency == now.currency);
            format!("before: {}", say_money(same.map_or(Money::new(0, now.currency), Takings::net)))
        });
        view! {
            <span class="tile-line">
                <span class="tile-value">{say_money(now.net())}</span>
                {earlier.map(|earlier| view! { <span class="tile-before">{earlier}</span> })}
            </span>
        }
    };
    let none = takings.is_empty().then(|| view! { <span class="tile-value">"–"</span> });
    view! {
        <div class="tile tile-wide">
            <dt>"Taken, less what is given back"</dt>
            <dd class="tile-lines">{none} {takings.iter().map(line).collect_view()}</dd>
        </div>
    }
}

/// The figures of a range, each beside the one of the range before.
#[component]
pub fn Tiles(
    /// The range's.
    sums: Sums,
    /// Those of the range before, to compare.
    #[prop(optional_no_strip)]
    before: Option<Sums>,
    /// The event whose figures they are, from its first day on: then each leads to its rows.
    #[prop(optional)]
    rows_of: Option<EventId>,
) -> impl IntoView {
    let compare = |what: fn(&Figures) -> String| (what(&sums.figures), before.as_ref().map(|sums| what(&sums.figures)));
    let tile = |name: &'static str, figure: Option<Figure>, (value, before): (String, Option<String>)| {
        let rows = rows_of.zip(figure).map(|(event_id, figure)| entries_path(event_id, figure));
        view! { <Tile name value before rows /> }
    };
    let (booked, cancelled, ran_out) = (Some(Figure::Booked), Some(Figure::Cancelled), Some(Figure::RanOut));
    let money = sums.takings.clone().map(|takings| {
        let before = before.as_ref().and_then(|sums| sums.takings.clone());
        view! { <MoneyTile takings before /> }
    });
    let discounts = sums.takings.as_deref().and_then(say_discounts).map(|now| {
        let before = before
            .as_ref()
            .map(|sums| sums.takings.as_deref().and_then(say_discounts).unwrap_or_else(|| "–".to_owned()));
        view! { <Tile name="Taken off by codes" value=now before /> }
    });
    view! {
        <dl class="tiles">
            {money}
            {discounts}
            {tile("Places sold, less cancelled", booked, compare(|figures| say(figures.net_quantity())))}
            {tile("Bookings", booked, compare(|figures| say(figures.confirmed_count)))}
            {tile("Cancelled bookings", cancelled, compare(|figures| say(figures.cancelled_count)))}
            {tile("Holds that were booked", booked, compare(|figures| say_rate(figures.success_per_mille())))}
            {tile("Holds that ran out", ran_out, compare(|figures| say_rate(figures.expiry_per_mille())))}
            {tile("From hold to booking", booked, compare(|figures| say_time(figures.mean_confirm_time_s())))}
            {tile("Offers of waitlists taken", None, compare(|figures| say_rate(figures.conversion_per_mille())))}
        </dl>
    }
}

fn say_time(seconds: Option<i64>) -> String {
    match seconds {
        None => "–".to_owned(),
        Some(seconds @ ..60) => format!("{seconds} s"),
        Some(seconds) => format!("{} min {} s", seconds / 60, seconds % 60),
    }
}

/// A share as a bar with its words.
#[component]
pub fn ShareBar(
    /// How many.
    part: i64,
    /// Of how many.
    whole: i64,
) -> impl IntoView {
    view! {
        <span class="share">
            <svg class="share-bar" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">
                <rect class="share-whole" width="100" height="6" />
                <rect class="share-part" width=(part * 100 / whole.max(1)).clamp(0, 100) height="6" />
            </svg>
            <span>{format!("{} of {}", say(part), say(whole))}</span>
        </span>
    }
}

/// Events with what they sold, each a link to its figures.
#[component]
pub fn EventsTable(
    /// The events.
    events: Vec<EventFigures>,
) -> impl IntoView {
    let has_money = events.iter().any(|event| event.sums.takings.is_some());
    let row = |event: EventFigures| {
        let taken = i64::from(event.total_capacity - event.available_capacity);
        view! {
            <tr>
                <th scope="row">
                    <a href=event_path(event.event_id, "/figures")>{event.name}</a>
                </th>
                <td data-label="Begins">{event.event_date.format("%-d %b %Y").to_string()}</td>
                <td data-label="Not free now">
                    <ShareBar part=taken whole=event.total_capacity.into() />
                </td>
                <td data-label="Places sold" class="rows-number">{say(event.sums.figures.net_quantity())}</td>
                {event.sums.takings.map(|takings| view! { <td data-label="Taken" class="rows-number">{say_net(&takings)}</td> })}
            </tr>
        }
    };
    view! {
        <table class="rows">
            <thead>
                <tr>
                    <th scope="col">"Event"</th>
                    <th scope="col">"Begins"</th>
                    <th scope="col">"Not free now"</th>
                    <th scope="col" class="rows-number">"Places sold"</th>
                    {has_money.then(|| view! { <th scope="col" class="rows-number">"Taken"</th> })}
                </tr>
            </thead>
            <tbody>{events.into_iter().map(row).collect_view()}</tbody>
        </table>
    }
}

/// The days to show.
#[component]
pub fn RangeForm(
    /// The page.
    action: String,
    /// What it shows now.
    range: Range,
    /// Why it shows something else than was asked for.
    #[prop(optional_no_strip)]
    refusal: Option<crate::error::Error>,
) -> impl IntoView {
    view! {
        <form method="get" action=action class="dashboard-filter">
            <Field label="From" name="from" kind="date" value=range.from.to_string() refusal=refusal.clone() />
            <Field label="To" name="to" kind="date" value=range.to.to_string() refusal />
            <SubmitButton kind=ButtonKind::Secondary>"Show"</SubmitButton>
        </form>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::Currency;

    #[test]
    fn amounts_of_two_currencies_stay_apart() {
        let takings = |code: &str, confirmed_minor| Takings {
            currency: Currency::try_from(code.to_owned()).expect("a currency"),
            confirmed_minor,
            cancelled_minor: 100,
            discount_minor: 0,
        };
        assert_eq!(say_net(&[takings("EUR", 120_100), takings("GBP", 100)]), "€1,200 + GBP 0");
        assert_eq!(say_net(&[]), "–");
    }

    #[test]
    fn rates_have_one_decimal() {
        assert_eq!(
            (say_rate(Some(667)), say_rate(Some(5)), say_rate(None)),
            ("66.7 %".into(), "0.5 %".into(), "–".into())
        );
        assert_eq!((say_time(Some(59)), say_time(Some(61))), ("59 s".into(), "1 min 1 s".into()));
    }
}
