//! Standing sections on the event's page: each is a plain form that asks for a number of places, and costs the browser no code.
//! How many are left follows with the map, which says so wherever it is shown.

use crate::{
    bookings::{api::HoldPlaces, hold_refusal::say},
    error::Error,
    id::EventId,
    money::{Currency, Money},
    seats::{
        model::{SeatMap, Section},
        seat_map::{say_free, say_sale, standing_id, state_of},
    },
    ui::{ButtonKind, Notice, SubmitButton, Tone, asked},
};
use leptos::{prelude::*, server_fn::ServerFn};

/// The standing sections of a map, each with the way to hold places of it; nothing where there are none.
#[component]
pub fn StandingSections(
    /// The map.
    map: SeatMap,
    /// Places that one person can have.
    limit: i32,
    /// Names this page, so that a double click is one hold.
    key: String,
    /// Why the form of a standing section came back, if one did.
    #[prop(optional_no_strip)]
    refused: Option<Error>,
) -> impl IntoView {
    let standing: Vec<(usize, Section)> = (0..).zip(map.sections).filter(|(_, section)| section.standing).collect();
    (!standing.is_empty()).then(|| {
        let form = |(nth, section): (usize, Section)| {
            let refused = refused.clone().filter(|_| asked("standing") == section.name);
            let key = format!("{key}-{nth}");
            view! { <StandingForm event_id=map.event_id currency=map.currency section nth limit key refused /> }
        };
        view! {
            <section class="standing-sections" aria-labelledby="standing-heading">
                <h3 id="standing-heading">"Standing"</h3>
                {standing.into_iter().map(form).collect_view()}
            </section>
        }
    })
}

#[component]
fn StandingForm(
    event_id: EventId,
    currency: Currency,
    section: Section,
    nth: usize,
    limit: i32,
    key: String,
    #[prop(optional_no_strip)] refused: Option<Error>,
) -> impl IntoView {
    let id = standing_id(nth);
    let field = format!("{id}-quantity");
    let most = limit.min(section.available_count).max(1);
    let typed = if asked("standing") == section.name { asked("quantity") } else { String::new() };
    let first = typed.parse().unwrap_or(1).clamp(1, most);
    let price = Money::new(section.price_minor, currency).to_string();
    let words = refused.and_then(|error| say(&error, &[]));
    let class = format!("standing-form section-counted {}", state_of(&section));
    view! {
        <form id=id tabindex="-1" class=class data-section=section.name.clone() method="post" action=HoldPlaces::url() autocomplete="off">
            <input type="hidden" name="event_id" value=event_id.to_string() />
            <input type="hidden" name="section" value=section.name.clone() />
            <input type="hidden" name="key" value=key />
            <div class="standing-head">
                <h4>{section.name.clone()}</h4>
                <p>{price} ", " <span class="section-free">{say_sale(&section).unwrap_or_else(|| say_free(&section))}</span></p>
            </div>
            <div class="standing-controls">
                <label for=field.clone()>"Places"</label>
                <input id=field type="number" name="quantity" inputmode="numeric" min="1" max=most value=first autocomplete="off" required />
                <SubmitButton kind=ButtonKind::Secondary>{format!("Hold places in {}", section.name)}</SubmitButton>
            </div>
            {words.map(|words| view! { <Notice tone=Tone::Warning>{words}</Notice> })}
        </form>
    }
}
