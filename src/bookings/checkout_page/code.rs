//! The discount code of a hold: giving one, and taking it back.

use crate::{
    bookings::{
        api::{ApplyCode, RemoveCode},
        model::Booking,
    },
    error::{Conflict, Error},
    ui::{ButtonKind, Field, FormRefusal, SubmitButton, refusal},
};
use leptos::{prelude::*, server_fn::ServerFn};

/// The form for a code, or the code that the hold has. Nothing where nothing is to pay.
#[component]
pub fn CodePart(
    /// The hold.
    held: Booking,
    /// What stands in the field at first.
    code: String,
) -> impl IntoView {
    let booking_id = held.id.to_string();
    if let Some((own, _)) = held.discount() {
        return view! {
            <form method="post" action=RemoveCode::url() class="checkout-code checkout-code-has">
                <FormRefusal refusal={refusal::<RemoveCode>()} />
                <input type="hidden" name="booking_id" value=booking_id />
                <p>"Your code " <span class="code">{own.to_owned()}</span> " is taken off."</p>
                <SubmitButton kind=ButtonKind::Quiet>"Remove the code"</SubmitButton>
            </form>
        }
        .into_any();
    }
    if held.subtotal().minor == 0 {
        return ().into_any();
    }
    let refused = refusal::<ApplyCode>();
    let problem = refused.as_ref().and_then(say_beside);
    // What concerns the field stands beside it, everything else above.
    let above = refused.filter(|_| problem.is_none());
    let is_open = !code.is_empty() || problem.is_some() || above.is_some();
    view! {
        <details class="checkout-code" open=is_open>
            <summary>"Have a code?"</summary>
            <FormRefusal refusal=above />
            <form method="post" action=ApplyCode::url()>
                <input type="hidden" name="booking_id" value=booking_id />
                <Field label="Discount code" name="code" value=code problem=problem required=true />
                <SubmitButton kind=ButtonKind::Secondary>"Use the code"</SubmitButton>
            </form>
        </details>
    }
    .into_any()
}

/// What is wrong with the code.
fn say_beside(refused: &Error) -> Option<String> {
    match refused {
        Error::Conflict(Conflict::CodeRefused { reason }) => Some(reason.say().to_owned()),
        refused => refused.field("code"),
    }
}
