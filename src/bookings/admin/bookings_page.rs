//! Finding bookings: of all events, or of one.

use super::{
    api::{CancelForPeople, search_bookings},
    model::{BookingQuery, FoundBooking},
};
use crate::{
    bookings::booking_page::say_status,
    error::Error,
    events::{admin::api::get_managed_event, model::Page},
    id::{BookingId, EventId},
    server::begin,
    staff::frame::{DashboardPage, EventTab, Place, SiteTab, event_path},
    ui::{
        ButtonKind, Choice, Field, FormRefusal, LinkButton, Notice, PageError, SelectField, SubmitButton, Tone, asked,
        path_with, refusal,
    },
};
use leptos::{prelude::*, server_fn::ServerFn};
use leptos_router::hooks::use_params_map;

/// The bookings that one may see, or those of the event the address names.
#[component]
pub fn SearchPage() -> impl IntoView {
    let id = use_params_map().with_untracked(|params| params.get("id"));
    let query = BookingQuery {
        event_id: id.clone().unwrap_or_default(),
        q: asked("q"),
        status: asked("status"),
        from: asked("from"),
        to: asked("to"),
        code: asked("code"),
        cursor: asked("cursor"),
        limit: String::new(),
    };
    let found = begin(load(id, query.clone()));
    view! {
        {Suspend::new(async move {
            match found.await {
                Ok((place, found)) => view! { <Shown place query found /> }.into_any(),
                Err(error) => view! { <PageError error /> }.into_any(),
            }
        })}
    }
}

/// What is found, or why the query makes no sense.
type Found = Result<Page<FoundBooking>, Error>;

async fn load(id: Option<String>, query: BookingQuery) -> Result<(Place, Found), Error> {
    let event_id: Option<EventId> = id.map(|id| id.parse().map_err(|_| Error::NotFound)).transpose()?;
    let found = match search_bookings(query).await {
        Err(error) if !matches!(error, Error::Invalid(_)) => return Err(error),
        found => found,
    };
    let place = match event_id {
        Some(event_id) => {
            let name = get_managed_event(event_id).await?.detail.event.name;
            Place::Event { tab: EventTab::Bookings, event_id, name }
        }
        None => Place::Site(SiteTab::Bookings),
    };
    Ok((place, found))
}

#[component]
fn Shown(place: Place, query: BookingQuery, found: Found) -> impl IntoView {
    let event_id = if let Place::Event { event_id, .. } = &place { Some(*event_id) } else { None };
    let path = event_id.map_or("/admin/bookings".to_owned(), |event_id| event_path(event_id, "/bookings"));
    let refused = found.as_ref().err().cloned();
    let Page { items, next_cursor } = found.unwrap_or(Page { items: Vec::new(), next_cursor: None });
    let is_first = query.cursor.is_empty();
    let fields = |cursor: &str| {
        let fields = [
            ("q", &*query.q),
            ("status", &*query.status),
            ("from", &*query.from),
            ("to", &*query.to),
            ("code", &*query.code),
            ("cursor", cursor),
        ];
        path_with(&path, fields)
    };
    let pager = view! {
        <nav class="pager" aria-label="Pages">
            {(!is_first).then(|| view! { <LinkButton href=fields("") kind=ButtonKind::Secondary>"Newest bookings"</LinkButton> })}
            {next_cursor.map(|cursor| view! { <LinkButton href=fields(&cursor) kind=ButtonKind::Secondary>"Older bookings"</LinkButton> })}
        </nav>
    };
    view! {
        <DashboardPage title="Bookings" lead="How a name, a mail or a reference begins is enough; a seat as Stalls F12." place>
            <Filter path=path.clone() query=query.clone() refused />
            {event_id.map(|event_id| view! { <EventActions event_id /> })}
            <Done />
            {if items.is_empty() {
                view! { <p class="muted">"No booking fits."</p> }.into_any()
            } else {
                view! { <Rows items event_id /> }.into_any()
            }}
            {pager}
        </DashboardPage>
    }
}

#[component]
fn Filter(path: String, query: BookingQuery, #[prop(optional_no_strip)] refused: Option<Error>) -> impl IntoView {
    let choices: Vec<Choice> =
        [("", "Any"), ("confirmed", "Booked"), ("held", "Held"), ("cancelled", "Cancelled"), ("expired", "Expired")]
            .map(|(key, words)| (key.to_owned(), words.to_owned()))
            .to_vec();
    view! {
        <FormRefusal refusal=refused.clone() />
        <form method="get" action=path class="dashboard-filter bookings-search" role="search">
            <Field
                label="Name, mail, reference or seat"
                name="q"
                kind="search"
                value=query.q
                refusal=refused.clone()
            />
            <SelectField label="State" name="status" choices value=query.status refusal=refused.clone() />
            <Field label="Event from" name="from" kind="date" value=query.from refusal=refused.clone() />
            <Field label="To" name="to" kind="date" value=query.to refusal=refused.clone() />
            <Field label="Discount code" name="code" value=query.code refusal=refused />
            <SubmitButton>"Find"</SubmitButton>
        </form>
    }
}

#[component]
fn EventActions(event_id: EventId) -> impl IntoView {
    view! {
        <p class="actions">
            <LinkButton href=event_path(event_id, "/book") kind=ButtonKind::Secondary>"Book for somebody"</LinkButton>
            <LinkButton href=event_path(event_id, "/bookings.csv") kind=ButtonKind::Quiet>"Download as CSV"</LinkButton>
        </p>
    }
}

/// What cancelling several came to.
#[component]
fn Done() -> impl IntoView {
    let count: Option<i64> = asked("cancelled").parse().ok();
    let refused: Vec<BookingId> = asked("refused").split(',').filter_map(|id| id.parse().ok()).collect();
    count.map(|count| {
        let done =
            if count == 1 { "1 booking is cancelled.".to_owned() } else { format!("{count} bookings are cancelled.") };
        let links = refused.into_iter().map(|id| {
            view! { " " <a href=format!("/admin/bookings/{id}")>{id.to_string()}</a> }
        });
        let links = links.collect_view();
        let (tone, rest) = if links.is_empty() {
            (Tone::Success, None)
        } else {
            (Tone::Warning, Some(view! { <p>"These could not be cancelled:" {links}</p> }))
        };
        view! { <Notice tone=tone><p>{done}</p>{rest}</Notice> }
    })
}

/// The rows, and what can be done with those that are chosen.
#[component]
fn Rows(items: Vec<FoundBooking>, #[prop(optional_no_strip)] event_id: Option<EventId>) -> impl IntoView {
    let refused = refusal::<CancelForPeople>();
    let is_open = refused.is_some();
    let nobody = refused.as_ref().is_some_and(|error| error.field("booking_ids").is_some());
    let chosen: Vec<BookingId> = asked("chosen").split(',').filter_map(|id| id.parse().ok()).collect();
    let has_event = event_id.is_none();
    let rows = items.into_iter().map(|found| {
        let is_chosen = chosen.contains(&found.booking.id);
        view! { <Row found is_chosen has_event /> }
    });
    let rows = rows.collect_view();
    view! {
        <form method="post" action=CancelForPeople::url() class="dashboard-part">
            {event_id.map(|id| view! { <input type="hidden" name="event_id" value=id.to_string() /> })}
            <table class="rows">
                <thead>
                    <tr>
                        <th scope="col"><span class="visually-hidden">"Choose"</span></th>
                        <th scope="col">"Reference"</th>
                        <th scope="col">"Name"</th>
                        {has_event.then(|| view! { <th scope="col">"Event"</th> })}
                        <th scope="col">"Places"</th>
                        <th scope="col" class="rows-number">"Amount"</th>
                        <th scope="col">"State"</th>
                        <th scope="col">"Made"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
            <FormRefusal refusal=refused.clone() />
            {nobody.then(|| view! { <p class="field-problem">"Choose the bookings, 200 at most."</p> })}
            <details open=is_open>
                <summary>"Cancel the chosen bookings"</summary>
                <div class="form">
                    <Field
                        label="Reason"
                        name="reason"
                        value=asked("reason")
                        hint="Each person reads it in a mail. Cancelling can't be undone."
                        refusal=refused
                        required=true
                    />
                    <SubmitButton kind=ButtonKind::Danger>"Cancel them"</SubmitButton>
                </div>
            </details>
        </form>
    }
}

#[component]
fn Row(found: FoundBooking, is_chosen: bool, has_event: bool) -> impl IntoView {
    let FoundBooking { attendee, booking } = found;
    let (href, places, total) =
        (format!("/admin/bookings/{}", booking.id), booking.places(), booking.total().to_string());
    let label = format!("Choose {}", booking.reference);
    let made = booking.created_at.format("%-d %b %Y, %H:%M UTC").to_string();
    view! {
        <tr>
            <td class="rows-choice">
                <input type="checkbox" name="booking_ids[]" value=booking.id.to_string() checked=is_chosen aria-label=label />
            </td>
            <th scope="row"><a href=href class="bookings-reference">{booking.reference}</a></th>
            <td data-label="Name">
                <span>{attendee.say_name().to_owned()} <br /> <span class="muted">{attendee.email}</span></span>
            </td>
            {has_event
                .then(|| {
                    view! {
                        <td data-label="Event">
                            <a href=event_path(booking.event_id, "/bookings")>{booking.event.name}</a>
                            " "
                            <span class="muted">{booking.event.when.date_short}</span>
                        </td>
                    }
                })}
            <td data-label="Places">{places}</td>
            <td data-label="Amount" class="rows-number">{total}</td>
            <td data-label="State">{say_status(booking.status)}</td>
            <td data-label="Made">{made}</td>
        </tr>
    }
}
