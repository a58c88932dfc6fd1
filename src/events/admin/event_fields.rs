//! The fields of an event's form.

use crate::{
    error::Error,
    events::{
        editing::{form::EventForm, local::list_readings},
        model::CATEGORIES,
    },
    ui::{AreaField, Choice, Field, SelectField},
};
use chrono_tz::{TZ_VARIANTS, Tz};
use leptos::prelude::*;

/// What is usual, to choose from.
const CURRENCIES: [&str; 10] = ["EUR", "USD", "GBP", "CHF", "SEK", "DKK", "PLN", "CZK", "JPY", "KWD"];

/// Everything an admin can set of an event, in groups.
#[component]
pub fn EventFields(
    /// What they hold at first.
    form: EventForm,
    /// Why the form came back, if it did.
    refusal: Option<Error>,
    /// Whether its places are seats, whose sections have the prices.
    #[prop(optional)]
    has_seats: bool,
) -> impl IntoView {
    let categories: Vec<Choice> =
        CATEGORIES.iter().map(|(key, words)| ((*key).to_owned(), (*words).to_owned())).collect();
    view! {
        <fieldset class="event-group">
            <legend>"What"</legend>
            <Field label="Name" name="name" value=form.name.clone() required=true refusal=refusal.clone() />
            <Field
                label="Summary"
                name="summary"
                value=form.summary.clone()
                hint="One sentence, for lists and for links that people share."
                refusal=refusal.clone()
            />
            <AreaField
                label="Description"
                name="description"
                value=form.description.clone()
                rows=8
                hint="Paragraphs are parted by an empty line."
                refusal=refusal.clone()
            />
            <SelectField label="Kind" name="category" choices=categories value=form.category.clone() refusal=refusal.clone() />
        </fieldset>
        <fieldset class="event-group">
            <legend>"Where"</legend>
            <Field label="Venue" name="venue" value=form.venue.clone() required=true refusal=refusal.clone() />
            <Field label="Street and number" name="address" value=form.address.clone() refusal=refusal.clone() />
            <div class="field-row">
                <Field label="City" name="city" value=form.city.clone() required=true refusal=refusal.clone() />
                <Field
                    label="Country"
                    name="country"
                    value=form.country.clone()
                    required=true
                    hint="Two capital letters, such as DE."
                    refusal=refusal.clone()
                />
            </div>
        </fieldset>
        <TimeFields form=form.clone() refusal=refusal.clone() />
        <PlaceFields form refusal has_seats />
    }
}

#[component]
fn TimeFields(form: EventForm, refusal: Option<Error>) -> impl IntoView {
    let zones = TZ_VARIANTS.iter().map(|zone| zone.name().to_owned()).collect::<Vec<_>>();
    let time = |label: &'static str, name: &'static str, hint: Option<&'static str>| {
        let text = form.get(name).to_owned();
        view! { <TimeField label name text timezone=form.timezone.clone() hint refusal=refusal.clone() /> }
    };
    view! {
        <fieldset class="event-group">
            <legend>"When"</legend>
            <p class="muted">"All times are those of the clocks at the venue."</p>
            <Field
                label="Time zone"
                name="timezone"
                value=form.timezone.clone()
                required=true
                suggestions=zones
                hint="Such as Europe/Berlin."
                refusal=refusal.clone()
            />
            <div class="field-row">
                {time("Doors open", "doors_at", Some("May be left empty."))}
                {time("Begins", "event_date", None)}
                {time("Ends", "ends_at", Some("At most 31 days later."))}
            </div>
            <div class="field-row">
                {time("Sale opens", "sales_open_at", None)}
                {time("Sale closes", "sales_close_at", Some("By the end of the event."))}
            </div>
        </fieldset>
    }
}

#[component]
fn PlaceFields(form: EventForm, refusal: Option<Error>, has_seats: bool) -> impl IntoView {
    let currencies = CURRENCIES.map(str::to_owned).to_vec();
    let of_places = (!has_seats).then(|| {
        view! {
            <div class="field-row">
                <Field
                    label="Price of a place"
                    name="price"
                    value=form.price.clone()
                    hint="Such as 24.50; 0 if it is free."
                    refusal=refusal.clone()
                />
                <Field
                    label="Currency"
                    name="currency"
                    value=form.currency.clone()
                    suggestions=currencies
                    hint="Three capital letters, such as EUR."
                    refusal=refusal.clone()
                />
                <Field
                    label="Places"
                    name="total_capacity"
                    kind="number"
                    value=form.total_capacity.clone()
                    hint="More can be added at any time; they go to the waitlist first."
                    refusal=refusal.clone()
                />
            </div>
        }
    });
    view! {
        <fieldset class="event-group">
            <legend>{if has_seats { "Places" } else { "Price and places" }}</legend>
            {of_places}
            <div class="field-row">
                <Field
                    label="Places for one person"
                    name="places_per_person"
                    kind="number"
                    value=form.places_per_person.clone()
                    refusal=refusal.clone()
                />
                <Field
                    label="Minutes a hold lasts"
                    name="hold_length_min"
                    kind="number"
                    value=form.hold_length_min.clone()
                    hint="The time to complete a booking, 1 to 30."
                    refusal=refusal.clone()
                />
            </div>
        </fieldset>
    }
}

/// A time at the venue. Where the clocks there show it twice, what it can mean is offered to choose from.
#[component]
pub fn TimeField(
    /// What it asks for.
    label: &'static str,
    /// Its name in the request.
    name: &'static str,
    /// What it holds at first.
    text: String,
    /// The venue's zone.
    timezone: String,
    /// A hint below the field.
    #[prop(optional_no_strip)]
    hint: Option<&'static str>,
    /// Why the form came back, if it did.
    refusal: Option<Error>,
) -> impl IntoView {
    let zone = timezone.parse().unwrap_or(Tz::UTC);
    let readings = list_readings(&text, zone);
    // What a picker of times can't hold, a field for text does.
    let is_plain = text.is_empty() || text.len() == "2026-12-05T19:30".len() && readings.is_empty();
    let hint = match &*readings {
        [first, second] => Some(format!("The clocks go back then. The first time: {first}. The second: {second}.")),
        _ => hint.map(str::to_owned),
    };
    let kind = if is_plain { "datetime-local" } else { "text" };
    match hint {
        Some(hint) => view! { <Field label name kind value=text suggestions=readings hint refusal /> }.into_any(),
        None => view! { <Field label name kind value=text suggestions=readings refusal /> }.into_any(),
    }
}
