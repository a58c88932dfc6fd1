//! Choosing how many places of general admission to hold.
#![expect(missing_docs, reason = "the macro of islands leaves the struct of the properties without one")]

use super::{
    api::HoldPlaces,
    hold_refusal::{HoldRefusal, sign_in_first},
    model::{Wanted, name_quantity},
};
use crate::{
    id::EventId,
    money::Money,
    ui::{
        Glyph, Icon, SubmitButton,
        ask::{Refusal, Sending},
    },
};
use leptos::{ev::SubmitEvent, html::Input, prelude::*, server_fn::ServerFn};
use web_sys::UrlSearchParams;

/// The form that holds a number of places.
#[island]
pub fn HoldQuantity(
    /// The event, on sale.
    event_id: EventId,
    /// What one place costs.
    price: Money,
    /// Places that one person can have, at least one.
    most: i32,
    /// The number that stands there at first.
    first: i32,
    /// Names this page, so that a double click is one hold.
    key: String,
    /// Why the form came back, if it did.
    refused: Option<String>,
) -> impl IntoView {
    let hold = Sending::new();
    let quantity = RwSignal::new(first);
    let refused = RwSignal::new(refused);
    let field = NodeRef::<Input>::new();
    let total = move || Money::new(price.minor * i64::from(quantity.get()), price.currency).to_string();
    let step = move |by: i32| {
        quantity.update(|quantity| *quantity = (*quantity + by).clamp(1, most));
        if let Some(field) = field.get_untracked() {
            field.set_value(&quantity.get_untracked().to_string());
        }
    };
    let type_in = move |text: String| quantity.set(text.trim().parse().unwrap_or(1).clamp(1, most));
    // What was typed before the scripts arrived.
    Effect::new(move |_| field.with(|field| field.as_ref().map(|field| type_in(field.value()))));
    let sent_key = key.clone();
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        if !untrack(|| hold.is_underway())
            && let Ok(fields) = UrlSearchParams::new()
        {
            refused.set(None);
            let quantity = quantity.get_untracked();
            fields.append("event_id", &event_id.to_string());
            fields.append("quantity", &quantity.to_string());
            fields.append("key", &sent_key);
            hold.send(HoldPlaces::PATH, fields, move |refusal| refuse(event_id, quantity, refused, refusal));
        }
    };
    let (at_least, at_most) = (move || quantity.get() <= 1, move || quantity.get() >= most);
    view! {
        <form class="hold-quantity" method="post" action=HoldPlaces::url() autocomplete="off" on:submit=submit>
            <input type="hidden" name="event_id" value=event_id.to_string() />
            <input type="hidden" name="key" value=key />
            <div class="hold-quantity-row">
                <label for="hold-quantity">"Places"</label>
                <div class="stepper">
                    <button type="button" class="stepper-button needs-scripts" aria-label="One place fewer" disabled=at_least on:click=move |_| step(-1)>
                        <Icon glyph=Glyph::Minus />
                    </button>
                    <input
                        id="hold-quantity"
                        node_ref=field
                        type="number"
                        name="quantity"
                        inputmode="numeric"
                        min="1"
                        max=most
                        value=first
                        autocomplete="off"
                        required
                        on:input:target=move |event| type_in(event.target().value())
                    />
                    <button type="button" class="stepper-button needs-scripts" aria-label="One place more" disabled=at_most on:click=move |_| step(1)>
                        <Icon glyph=Glyph::Plus />
                    </button>
                </div>
            </div>
            <p class="hold-total needs-scripts" role="status">
                <span>{move || name_quantity(quantity.get())}</span>
                <strong>{total}</strong>
            </p>
            <HoldRefusal words=refused />
            <SubmitButton pending=Signal::derive(move || hold.is_underway())>
                <span class="needs-scripts">{move || format!("Hold {}", name_quantity(quantity.get()))}</span>
                <span class="without-scripts">"Hold places"</span>
            </SubmitButton>
        </form>
    }
}

/// Says why places could not be held, and answers whether another page comes. Where no more can be held, the page says so
/// itself when it is asked again.
fn refuse(event_id: EventId, quantity: i32, refused: RwSignal<Option<String>>, refusal: &Refusal) -> bool {
    match refusal.code.as_str() {
        "sign_in_required" => sign_in_first(event_id, &Wanted::Quantity(quantity)),
        "sales_closed" | "event_cancelled" => _ = window().location().reload(),
        "sold_out" if refusal.number("available_count") == Some(0.0) => _ = window().location().reload(),
        _ => {
            refused.set(Some(refusal.message.clone()));
            return false;
        }
    }
    true
}
