//! The prices of an event's sections.

use super::api::{SetPrices, list_prices};
use crate::{
    error::Error,
    events::admin::{api::get_managed_event, model::ManagedEvent},
    id::EventId,
    money::group_thousands,
    seats::model::{SectionPrice, TypedPrice},
    server::{begin, find_kept},
    staff::frame::{DashboardPage, EventTab, Place, event_path},
    ui::{ButtonKind, FormRefusal, LinkButton, Notice, PageError, SubmitButton, Tone, asked, refusal},
};
use leptos::{prelude::*, server_fn::ServerFn};
use leptos_router::hooks::use_params_map;

/// What a seat of each section costs, to be changed.
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

type Typed = Vec<TypedPrice>;

async fn load(event_id: EventId, draft: &str) -> Result<(ManagedEvent, Vec<SectionPrice>, Typed), Error> {
    let event = get_managed_event(event_id).await?;
    let prices = list_prices(event_id).await?;
    Ok((event, prices, find_kept::<SetPrices, Typed>(draft).await.unwrap_or_default()))
}

#[component]
fn Prices(event: ManagedEvent, prices: Vec<SectionPrice>, typed: Typed) -> impl IntoView {
    let refusal = refusal::<SetPrices>();
    let event = event.detail.event;
    let has_seats = !prices.is_empty();
    let section_count = prices.iter().filter(|price| !price.is_tier).count();
    let rows = prices.into_iter().enumerate().map(|(nth, price)| {
        // Each of the two is counted for itself, as its fields are.
        let place = if price.is_tier { nth - section_count } else { nth };
        let typed = typed.iter().find(|typed| (&typed.name, typed.is_tier) == (&price.section, price.is_tier));
        let typed = typed.map(|typed| typed.price.clone());
        let fields = if price.is_tier { "tier_prices" } else { "prices" };
        let problem = refusal.as_ref().and_then(|refused| refused.field(&format!("{fields}[{place}]")));
        view! { <Row place price typed problem /> }
    });
    let rows = rows.collect_view();
    view! {
        <DashboardPage
            title="Prices"
            lead="Who holds or has booked a seat pays what it cost then."
            place=Place::Event { tab: EventTab::Prices, event_id: event.id, name: event.name }
        >
            {(asked("done") == "saved").then(|| view! { <Notice tone=Tone::Success>"Saved."</Notice> })}
            <FormRefusal refusal=refusal.clone() />
            {if has_seats {
                view! {
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
            } else {
                view! { <p>"This event has no seats: its price is among its other fields."</p> }.into_any()
            }}
        </DashboardPage>
    }
}

#[component]
fn Row(place: usize, price: SectionPrice, typed: Option<String>, problem: Option<String>) -> impl IntoView {
    let [names, prices, before] =
        if price.is_tier { ["tiers", "tier_prices", "tiers_before"] } else { ["sections", "prices", "before"] };
    let (field, words) = (format!("{prices}-{place}"), format!("{prices}-{place}-words"));
    let code = price.price.currency.code().to_owned();
    let count = group_thousands(price.total_count.unsigned_abs().into());
    let is_wrong = problem.is_some();
    let of = if price.is_tier { ", wherever they are" } else { "" };
    let said = problem.unwrap_or_else(|| format!("{code} for each of {count} seats{of}."));
    view! {
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
                value=typed.unwrap_or_else(|| price.price.decimal())
                aria-invalid=is_wrong.then_some("true")
                aria-describedby=words.clone()
            />
            <p id=words class=if is_wrong { "field-problem" } else { "field-hint" }>{said}</p>
        </div>
    }
}
