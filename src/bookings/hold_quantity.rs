//! Choosing how many places of general admission to hold.
#![expect(missing_docs, reason = "the macro of islands leaves the struct of the properties without one")]

use super::{
    api::HoldPlaces,
    hold_refusal::{HoldRefusal, sign_in_first},
    model::name_quantity,
};
use crate::{
    events::{
        left::{Left, follow_left, show_left},
        sale_countdown::{Opening, OpensSoon, SaleCountdown},
    },
    id::EventId,
    money::Money,
    ui::{
        ButtonKind, Glyph, Icon, SubmitButton,
        ask::{Refusal, Sending},
    },
};
use leptos::{ev::SubmitEvent, html::Input, prelude::*, server_fn::ServerFn};
use web_sys::UrlSearchParams;

/// The form that holds a number of places. What is left follows while the page is open.
#[island]
pub fn HoldQuantity(
    /// The event, on sale.
    event_id: EventId,
    /// What one place costs.
    price: Money,
    /// Places that one person can have.
    limit: i32,
    /// Places of the event.
    left: Left,
    /// The number that stands there at first.
    first: i32,
    /// Names this page, so that a double click is one hold.
    key: String,
    /// Why the form came back, if it did.
    refused: Option<String>,
    /// When the sale opens, if it isn't open yet.
    opens_soon: Option<OpensSoon>,
) -> impl IntoView {
    let hold = Sending::new();
    let opening = Opening::new(opens_soon.as_ref());
    let left = RwSignal::new(left);
    let most = move || limit.min(left.get().available).max(1);
    let is_gone = Memo::new(move |_| left.get().available == 0 && opening.is_open() && !hold.is_underway());
    let quantity = RwSignal::new(first);
    let refused = RwSignal::new(refused);
    let field = NodeRef::<Input>::new();
    let total = move || Money::new(price.minor * i64::from(quantity.get()), price.currency).to_string();
    let show = move |wanted: i32| {
        quantity.set(wanted);
        if let Some(field) = field.get_untracked() {
            field.set_value(&wanted.to_string());
        }
    };
    let step = move |by: i32| show((quantity.get_untracked() + by).clamp(1, untrack(most)));
    let type_in = move |text: String| quantity.set(text.trim().parse().unwrap_or(1).clamp(1, untrack(most)));
    follow_left(event_id, move |now| {
        let before = left.get_untracked();
        left.set(now);
        // While a hold is on its way, what is taken may be its own.
        if untrack(|| hold.is_underway()) || now == before {
            return;
        }
        let most = untrack(most);
        if quantity.get_untracked() > most {
            show(most);
            refused.set((now.available > 0).then(|| say_less(most)));
        } else if before.available == 0 {
            refused.set(None);
        }
    });
    Effect::new(move |_| {
        if opening.is_open() {
            show_left(left.get());
        }
    });
    // The sentence stays as it is, so that it is read out once.
    Effect::new(move |_| {
        if is_gone.get() {
            refused.set(Some(GONE.to_owned()));
        }
    });
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
    let (at_least, at_most) = (move || quantity.get() <= 1, move || quantity.get() >= most());
    view! {
        <form class="hold-quantity" method="post" action=HoldPlaces::url() autocomplete="off" on:submit=submit>
            <SaleCountdown soon=opens_soon opening />
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
            {move || is_gone.get().then(|| view! { <ToWaitlist /> })}
            <SubmitButton
                pending=Signal::derive(move || hold.is_underway())
                disabled=Signal::derive(move || opening.is_awaited() || is_gone.get())
            >
                <span class="needs-scripts">
                    {move || opening.button_words().unwrap_or_else(|| format!("Hold {}", name_quantity(quantity.get())))}
                </span>
                <span class="without-scripts">"Hold places"</span>
            </SubmitButton>
        </form>
    }
}

const GONE: &str = "The last places have just been taken. What comes free is offered to the waitlist.";

/// Why the number has changed.
fn say_less(most: i32) -> String {
    match most {
        1 => "Only 1 place is left now.".to_owned(),
        n => format!("Only {n} places are left now."),
    }
}

/// The page as it is now has the form for it.
#[component]
fn ToWaitlist() -> impl IntoView {
    let reload = |_| _ = window().location().reload();
    view! { <button type="button" class=ButtonKind::Secondary.class() on:click=reload>"Go to the waitlist"</button> }
}

/// Says why places could not be held, and answers whether another page comes. Where no more can be held, the page says so
/// itself when it is asked again.
fn refuse(event_id: EventId, quantity: i32, refused: RwSignal<Option<String>>, refusal: &Refusal) -> bool {
    match refusal.code.as_str() {
        "sign_in_required" => sign_in_first(event_id, "quantity", &quantity.to_string()),
        "sales_closed" | "event_cancelled" => _ = window().location().reload(),
        "sold_out" if refusal.number("available_count") == Some(0.0) => _ = window().location().reload(),
        _ => {
            refused.set(Some(refusal.message.clone()));
            return false;
        }
    }
    true
}
