//! The waitlist on the page of a sold-out event: joining it, and where one stands.

use super::{
    api::{JoinWaitlist, LeaveWaitlist},
    model::Entry,
};
use crate::{
    events::model::EventDetail,
    ui::{ButtonKind, Choice, Field, FormRefusal, SelectField, SubmitButton, asked, refusal},
};
use leptos::{prelude::*, server_fn::ServerFn};

/// Where the person stands in line, or the form to join it.
#[component]
pub fn WaitlistPanel(
    /// The event, of which not everything is free.
    detail: EventDetail,
    /// The names of its sections that one can wait for, where it has some.
    sections: Vec<String>,
    /// Whether there may be too few places in all; else these sections are sold out, and others aren't.
    is_scarce: bool,
    /// The person's entry that waits, if there is one.
    #[prop(optional_no_strip)]
    entry: Option<Entry>,
) -> impl IntoView {
    match entry {
        Some(entry) => view! { <InLine entry /> }.into_any(),
        None => view! { <Join detail sections is_scarce /> }.into_any(),
    }
}

#[component]
fn InLine(entry: Entry) -> impl IntoView {
    let places = crate::bookings::model::name_quantity(entry.requested_quantity);
    let together = if entry.together && entry.requested_quantity > 1 { ", beside each other" } else { "" };
    let places = entry.section.as_ref().map_or(places.clone(), |section| format!("{places} in {section}"));
    view! {
        <div class="waitlist">
            <h3>"You are on the waitlist"</h3>
            <p class="waitlist-rank">{entry.say_rank()}</p>
            <p>{format!("You wait for {places}{together}. When it is your turn, they are kept for you and stand here.")}</p>
            <FormRefusal refusal={refusal::<LeaveWaitlist>()} />
            <form method="post" action=LeaveWaitlist::url()>
                <input type="hidden" name="entry_id" value=entry.id.to_string() />
                <SubmitButton kind=ButtonKind::Quiet>"Leave the waitlist"</SubmitButton>
            </form>
        </div>
    }
}

#[component]
fn Join(detail: EventDetail, sections: Vec<String>, is_scarce: bool) -> impl IntoView {
    let refused = refusal::<JoinWaitlist>();
    let quantity = Some(asked("quantity")).filter(|typed| !typed.is_empty()).unwrap_or_else(|| "1".to_owned());
    let more = match detail.event.available_capacity {
        _ if !is_scarce => "A section that you want is sold out? ",
        0 => "",
        1 => "You need more than the 1 place that is left? ",
        _ => "You need more places than are left? ",
    };
    let together = detail.event.has_seat_selection.then(|| {
        view! {
            <label class="check">
                <input type="checkbox" name="together" value="true" checked />
                "Only seats beside each other"
            </label>
        }
    });
    let section = (sections.len() > 1 || !is_scarce).then(|| {
        let any = is_scarce.then(|| (String::new(), "Anywhere".to_owned()));
        let choices: Vec<Choice> =
            any.into_iter().chain(sections.into_iter().map(|name| (name.clone(), name))).collect();
        view! { <SelectField label="Where" name="section" choices value=asked("wait_for") refusal=refused.clone() /> }
    });
    view! {
        <div class="waitlist">
            <h3>"Join the waitlist"</h3>
            <p>{more} "What is given back is offered here first, in the order of joining, and kept for you while you decide."</p>
            <FormRefusal refusal=refused.clone() />
            <form class="waitlist-form" method="post" action=JoinWaitlist::url()>
                <input type="hidden" name="event_id" value=detail.event.id.to_string() />
                <Field
                    label="Places"
                    name="requested_quantity"
                    kind="number"
                    value=quantity
                    hint=format!("Up to {} per person.", detail.places_per_person)
                    refusal=refused
                    required=true
                />
                {section}
                {together}
                <SubmitButton>"Join the waitlist"</SubmitButton>
            </form>
        </div>
    }
}
