//! Choosing how many places of general admission to hold.

use super::{
    api::HoldPlaces,
    hold_refusal::{HoldRefusal, say, sign_in_when_asked},
    model::name_quantity,
};
use crate::{
    error::{Conflict, Error},
    events::model::EventDetail,
    money::Money,
    ui::{Glyph, Icon, SubmitButton, refusal},
};
use leptos::{html::Input, prelude::*};

/// The form that holds a number of places.
#[component]
pub fn HoldQuantity(
    /// The event, on sale.
    detail: EventDetail,
    /// The number the URL asks for, if it does.
    asked: Option<i32>,
    /// The action that holds.
    hold: ServerAction<HoldPlaces>,
    /// Told when the number of places that are left has changed.
    #[prop(into)]
    on_changed: Callback<()>,
) -> impl IntoView {
    let event = detail.event;
    let most = detail.places_per_person.min(event.available_capacity).max(1);
    let first = asked.unwrap_or(1).clamp(1, most);
    let quantity = RwSignal::new(first);
    let field = NodeRef::<Input>::new();
    let refused = refusal(hold);
    let words = Signal::derive(move || refused.with(|error| say(error.as_ref()?, &[])));
    let price = event.price();
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
    Effect::watch(
        move || refused.get(),
        move |error, _, _| {
            if matches!(
                error,
                Some(Error::Conflict(Conflict::SoldOut { .. } | Conflict::SalesClosed | Conflict::EventCancelled))
            ) {
                on_changed.run(());
            }
        },
        false,
    );
    sign_in_when_asked(hold);
    let (at_least, at_most) = (move || quantity.get() <= 1, move || quantity.get() >= most);
    let pending = hold.pending();
    view! {
        <ActionForm action=hold attr:class="hold-quantity">
            <input type="hidden" name="event_id" value=event.id.to_string() />
            <input type="hidden" name="key" value=format!("{}-{}", event.id, detail.server_now.timestamp_micros()) />
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
            <HoldRefusal words />
            <SubmitButton pending=Signal::derive(move || is_underway(pending.get(), &hold.value().get()))>
                <span class="needs-scripts">{move || format!("Hold {}", name_quantity(quantity.get()))}</span>
                <span class="without-scripts">"Hold places"</span>
            </SubmitButton>
        </ActionForm>
    }
}

/// Whether the hold is being made, or is made and the page is about to change: pressing again would be in vain.
pub(super) fn is_underway<T>(pending: bool, answer: &Option<Result<T, Error>>) -> bool {
    pending || matches!(answer, Some(Ok(_)))
}
