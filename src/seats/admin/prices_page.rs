//! The prices of an event's sections, and when each is sold.

use super::api::{SetPrices, list_prices};
use crate::{
    error::Error,
    events::{
        admin::{api::get_managed_event, model::ManagedEvent},
        editing::local::{list_readings, write_instant},
        model::EventDetail,
        window::SaleWindow,
    },
    id::EventId,
    money::group_thousands,
    seats::{
        model::{SectionPrice, TypedPrice, TypedWindow},
        store::TypedSale,
    },
    server::{begin, find_kept},
    staff::frame::{DashboardPage, EventTab, Place, event_path},
    ui::{ButtonKind, FormRefusal, LinkButton, Notice, PageError, SubmitButton, Tone, asked, refusal},
};
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use leptos::{prelude::*, server_fn::ServerFn};
use leptos_router::hooks::use_params_map;

/// What a seat of each section costs and when it is sold, to be changed.
#[component]
pub fn PricesPage() -> impl IntoView {
    let params = use_params_map();
    let event_id =
        params.with_untracked(|params| params.get("id").and_then(|id| id.parse().ok())).ok_or(Error::NotFound);
    let draft = asked("draft");
    let loaded = begin(async move { load(event_id?, &draft).await });
    view! {
        {Suspend::new(async move {
            match loaded.await {
                Ok((event, prices, typed)) => view! { <Prices event prices typed /> }.into_any(),
                Err(error) => view! { <PageError error /> }.into_any(),
            }
        })}
    }
}

async fn load(event_id: EventId, draft: &str) -> Result<(ManagedEvent, Vec<SectionPrice>, TypedSale), Error> {
    let event = get_managed_event(event_id).await?;
    let prices = list_prices(event_id).await?;
    Ok((event, prices, find_kept::<SetPrices, TypedSale>(draft).await.unwrap_or_default()))
}

#[component]
fn Prices(event: ManagedEvent, prices: Vec<SectionPrice>, typed: TypedSale) -> impl IntoView {
    let refusal = refusal::<SetPrices>();
    let detail = event.detail;
    let event = detail.event.clone();
    let has_seats = !prices.is_empty();
    let section_count = prices.iter().filter(|price| !price.is_tier).count();
    let timezone = event.timezone.clone();
    let rows = prices.into_iter().enumerate().map(|(nth, price)| {
        // Each of the two is counted for itself, as its fields are.
        let place = if price.is_tier { nth - section_count } else { nth };
        let is_own = |typed: &&TypedPrice| (&typed.name, typed.is_tier) == (&price.section, price.is_tier);
        let typed_price = typed.prices.iter().find(is_own).map(|typed| typed.price.clone());
        let typed_window = typed.windows.iter().find(|typed| !price.is_tier && typed.section == price.section).cloned();
        let (refusal, timezone) = (refusal.clone(), timezone.clone());
        view! { <Row place price typed_price typed_window timezone refusal /> }
    });
    let rows = rows.collect_view();
    view! {
        <DashboardPage
            title="Prices and sale times"
            lead="Who holds or has booked a seat keeps it, and pays what it cost then."
            place=Place::Event { tab: EventTab::Prices, event_id: event.id, name: event.name.clone() }
        >
            {(asked("done") == "saved").then(|| view! { <Notice tone=Tone::Success>"Saved."</Notice> })}
            <FormRefusal refusal=refusal.clone() />
            {if has_seats {
                view! {
                    <p>{say_sale(&detail)}</p>
                    <form method="post" action=SetPrices::url() class="form event-form">
                        <input type="hidden" name="event_id" value=event.id.to_string() />
                        <div class="price-fields">{rows}</div>
                        <div class="actions">
                            <SubmitButton>"Save"</SubmitButton>
                            <LinkButton href=event_path(event.id, "/seat-map") kind=ButtonKind::Secondary>
                                "Seat map"
                            </LinkButton>
                        </div>
                    </form>
                }
                    .into_any()
            } else if event.has_seat_selection {
                view! {
                    <p>"Its places are priced by section, and it has none yet: draw its map first."</p>
                    <p class="actions">
                        <LinkButton href=event_path(event.id, "/seat-map")>"Draw the seat map"</LinkButton>
                    </p>
                }
                    .into_any()
            } else {
                view! { <p>"This event has no seats: its price is among its other fields."</p> }.into_any()
            }}
        </DashboardPage>
    }
}

/// The event's own sale, within which those of its sections are.
fn say_sale(detail: &EventDetail) -> String {
    let zone: Tz = detail.event.timezone.parse().unwrap_or(Tz::UTC);
    let say = |at: DateTime<Utc>| at.with_timezone(&zone).format("%-d %B %Y at %H:%M").to_string();
    format!(
        "The event is on sale from {} to {}, by the clocks at the venue. A section can open later or close earlier; the box office \
         sells it at any time.",
        say(detail.event.sales_open_at),
        say(detail.event.sales_close_at)
    )
}

/// A section's price and times, or a tier's price.
#[component]
fn Row(
    place: usize,
    price: SectionPrice,
    typed_price: Option<String>,
    typed_window: Option<TypedWindow>,
    timezone: String,
    refusal: Option<Error>,
) -> impl IntoView {
    let [names, prices, before] =
        if price.is_tier { ["tiers", "tier_prices", "tiers_before"] } else { ["sections", "prices", "before"] };
    let problem = refusal.as_ref().and_then(|refused| refused.field(&format!("{prices}[{place}]")));
    let (field, words) = (format!("{prices}-{place}"), format!("{prices}-{place}-words"));
    let code = price.price.currency.code().to_owned();
    let count = group_thousands(price.total_count.unsigned_abs().into());
    let is_wrong = problem.is_some();
    let of = if price.is_tier { ", wherever they are" } else { "" };
    let said = problem.unwrap_or_else(|| format!("{code} for each of {count} places{of}."));
    let times = (!price.is_tier).then(|| {
        let (window, section) = (price.window, price.section.clone());
        view! { <Times place section window typed=typed_window timezone refusal /> }
    });
    view! {
        <div class="price-row">
            <div class="field">
                <label for=field.clone()>{price.section.clone()}</label>
                <input type="hidden" name=format!("{names}[{place}]") value=price.section />
                <input type="hidden" name=format!("{before}[{place}]") value=price.price.decimal() />
                <input
                    id=field
                    name=format!("{prices}[{place}]")
                    inputmode="decimal"
                    autocomplete="off"
                    required
                    value=typed_price.unwrap_or_else(|| price.price.decimal())
                    aria-invalid=is_wrong.then_some("true")
                    aria-describedby=words.clone()
                />
                <p id=words class=if is_wrong { "field-problem" } else { "field-hint" }>{said}</p>
            </div>
            {times}
        </div>
    }
}

/// When a section is sold: two fields, empty for the event's own times.
#[component]
fn Times(
    place: usize,
    section: String,
    window: SaleWindow,
    #[prop(optional_no_strip)] typed: Option<TypedWindow>,
    timezone: String,
    #[prop(optional_no_strip)] refusal: Option<Error>,
) -> impl IntoView {
    let zone: Tz = timezone.parse().unwrap_or(Tz::UTC);
    let write = |at: Option<DateTime<Utc>>| at.map(|at| write_instant(at, zone)).unwrap_or_default();
    let field = |fields: &'static str, words: &'static str, before: String, typed: Option<String>| {
        let problem = refusal.as_ref().and_then(|refused| refused.field(&format!("{fields}[{place}]")));
        let text = typed.unwrap_or_else(|| before.clone());
        let section = section.clone();
        view! { <Time fields place section words text before zone problem /> }
    };
    let (opens, closes) = typed.map(|typed| (typed.opens, typed.closes)).unzip();
    view! {
        {field("opens", "Sale opens", write(window.sales_open_at), opens)}
        {field("closes", "Sale closes", write(window.sales_close_at), closes)}
    }
}

/// A time at the venue, or none. What a picker of times can't hold, a field for text does.
#[component]
fn Time(
    fields: &'static str,
    place: usize,
    section: String,
    words: &'static str,
    text: String,
    before: String,
    zone: Tz,
    #[prop(optional_no_strip)] problem: Option<String>,
) -> impl IntoView {
    let readings = list_readings(&text, zone);
    let is_plain = text.is_empty() || text.len() == "2026-12-05T19:30".len() && readings.is_empty();
    let hint = match &*readings {
        [first, second] => format!("The clocks go back then. The first time: {first}. The second: {second}."),
        _ => "With the event's, if left empty.".to_owned(),
    };
    let (field, described) = (format!("{fields}-{place}"), format!("{fields}-{place}-words"));
    let is_wrong = problem.is_some();
    view! {
        <div class="field">
            <label for=field.clone()><span class="visually-hidden">{section} " "</span>{words}</label>
            <input type="hidden" name=format!("{fields}_before[{place}]") value=before />
            <input
                id=field
                name=format!("{fields}[{place}]")
                type=if is_plain { "datetime-local" } else { "text" }
                autocomplete="off"
                value=text
                aria-invalid=is_wrong.then_some("true")
                aria-describedby=described.clone()
            />
            <p id=described class=if is_wrong { "field-problem" } else { "field-hint" }>{problem.unwrap_or(hint)}</p>
        </div>
    }
}
