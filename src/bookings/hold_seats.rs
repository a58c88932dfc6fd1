//! Choosing seats on the map and holding them.
#![expect(missing_docs, reason = "the macro of islands leaves the struct of the properties without one")]

use super::{
    api::HoldPlaces,
    hold_refusal::{HoldRefusal, join_names, say_lost, sign_in_first},
    model::list_seats,
    own_seats::OwnSeats,
};
use crate::{
    events::{
        left::show_left,
        sale_countdown::{Opening, OpensSoon, SaleCountdown},
    },
    id::SeatId,
    money::{Currency, Money},
    seats::{
        model,
        seat_map::{Choice, ChosenSeat, Opened, OpenedSection, SeatMap, SectionLinks, follow, follow_party, left_of},
    },
    ui::{
        ButtonKind, Glyph, Icon, SubmitButton,
        ask::{Refusal, Sending},
    },
};
use leptos::{
    ev::{MouseEvent, SubmitEvent},
    prelude::*,
    server_fn::ServerFn,
    task::spawn_local,
};
use web_sys::UrlSearchParams;

/// The form that holds seats: the map, and beside it what is chosen.
///
/// With scripts the choice is sent and not what the form holds: the checkboxes are those of the opened section only.
#[island]
pub fn HoldSeats(
    /// The event's map, on sale.
    map: model::SeatMap,
    /// The section that is open, if one is.
    section: Option<OpenedSection>,
    /// What is chosen at first.
    choice: Choice,
    /// Where the sections lead.
    links: SectionLinks,
    /// Why the form came back, or which of the seats that were asked for are gone.
    refused: Option<String>,
    /// What could be had in their place.
    nearest: Vec<ChosenSeat>,
    /// How many seats a click takes at first.
    party: i32,
    /// When the sale opens, if it isn't open yet: people can choose before it does.
    opens_soon: Option<OpensSoon>,
    /// The overview of the sections.
    children: Children,
) -> impl IntoView {
    let event_id = map.event_id;
    let (limit, currency, has_sections) = (choice.limit(), map.currency, map.sections.len() > 1);
    let elsewhere = ids_outside(&choice, section.as_ref().map(OpenedSection::name));
    let hold = Sending::new();
    let opening = Opening::new(opens_soon.as_ref());
    let left = StoredValue::new(left_of(&map));
    let show_once_open = move || {
        if opening.is_open() {
            show_left(left.get_value());
        }
    };
    Effect::watch(move || opening.is_open(), move |_, _, _| show_once_open(), false);
    let (choice, refused, nearest) = (RwSignal::new(choice), RwSignal::new(refused), RwSignal::new(nearest));
    let opened = Opened::new(&map, section);
    let own = RwSignal::new(None);
    let told = Told { choice, refused, nearest, lost: RwSignal::new(Vec::new()), own };
    told.offer_nearest(opened);
    // While a hold is on its way, what is taken may be its own.
    let is_holding = move || untrack(|| hold.is_underway());
    let on_left = move |now| {
        left.set_value(now);
        untrack(show_once_open);
    };
    follow(opened, choice, is_holding, on_left, move |gone| told.hear(opened, gone));
    Effect::watch(move || choice.with(Choice::ids), move |ids, _, _| opened.remember(ids), false);
    let count = follow_party(party);
    let on_click = move |taken: Result<(), String>| refused.set(taken.err());
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let seat_ids = choice.with_untracked(Choice::ids);
        if seat_ids.is_empty() {
            refused.set(Some("Choose at least one seat first.".to_owned()));
        } else if !untrack(|| hold.is_underway())
            && let Ok(fields) = UrlSearchParams::new()
        {
            refused.set(None);
            nearest.set(Vec::new());
            fields.append("event_id", &event_id.to_string());
            seat_ids.iter().for_each(|id| fields.append("seat_ids[]", &id.to_string()));
            hold.send(HoldPlaces::PATH, fields, move |refusal| told.refuse(opened, refusal));
        }
    };
    let (has_more, instead) = (links.clone(), links.clone());
    view! {
        <SaleCountdown soon=opens_soon opening />
        // Without autocompletion: a browser that ticks by position what was ticked before would choose other seats on the way back.
        <form class="hold-seats" method="post" action=HoldPlaces::url() autocomplete="off" on:submit=submit>
            <input type="hidden" name="event_id" value=event_id.to_string() />
            {elsewhere.into_iter().map(|id| view! { <input type="hidden" name="seat_ids[]" value=id.to_string() /> }).collect_view()}
            <SeatMap map links opened choice party=count on_click>
                {children()}
            </SeatMap>
            <aside class="chosen-seats" id="chosen-seats" tabindex="-1" aria-labelledby="chosen-seats-heading">
                <h3 id="chosen-seats-heading">"Your seats"</h3>
                <ChosenSeats choice currency limit />
                <HoldFoot choice currency refused hold opening>
                    <LeftAlone names=opened.left_alone() />
                    <ToOwnSeats own refused />
                    <Nearest links=instead choice refused nearest />
                </HoldFoot>
                {has_sections.then(|| view! { <OtherSections links=has_more /> })}
            </aside>
        </form>
    }
}

/// The seats, each with its price and a way to give it back.
#[component]
fn ChosenSeats(choice: RwSignal<Choice>, currency: Currency, limit: i32) -> impl IntoView {
    let remove = move |id: SeatId| choice.update(|choice| _ = choice.remove(&[id]));
    let row = move |seat: ChosenSeat| {
        let id = seat.id;
        view! {
            <li class="chosen-seat">
                <span class="chosen-seat-label">{seat.label()}</span>
                <span class="chosen-seat-section">{seat.section.clone()}</span>
                <span class="chosen-seat-price">{Money::new(seat.price_minor, currency).to_string()}</span>
                <button
                    type="button"
                    class="chosen-seat-remove needs-scripts"
                    aria-label=format!("Give back {}, {}", seat.label(), seat.section)
                    on:click=move |_| remove(id)
                >
                    <Icon glyph=Glyph::Close />
                </button>
            </li>
        }
    };
    view! {
        <p class="chosen-seats-none" hidden=move || choice.with(|choice| choice.count() > 0)>
            {format!("Choose up to {limit} on the map.")}
        </p>
        <ul class="chosen-seats-list" hidden=move || choice.with(|choice| choice.count() == 0)>
            {move || choice.with(|choice| choice.seats().to_vec()).into_iter().map(row).collect_view()}
        </ul>
    }
}

/// Which seats the choice would leave alone, and what to do about it.
#[component]
fn LeftAlone(names: RwSignal<Vec<String>>) -> impl IntoView {
    move || {
        let names = names.get();
        let it = if names.len() == 1 { "it" } else { "them" };
        (!names.is_empty()).then(|| {
            let names = join_names(&names);
            view! { <p class="left-alone" role="status">{format!("This leaves {names} alone. Move one along, or take {it} too.")}</p> }
        })
    }
}

/// What could be had in place of seats that were lost: one click takes it. Without scripts it is a link to this page with
/// these seats chosen.
#[component]
fn Nearest(
    links: SectionLinks,
    choice: RwSignal<Choice>,
    refused: RwSignal<Option<String>>,
    nearest: RwSignal<Vec<ChosenSeat>>,
) -> impl IntoView {
    let take = move |click: MouseEvent| {
        click.prevent_default();
        let seats = nearest.try_update(std::mem::take).unwrap_or_default();
        choice.update(|choice| seats.into_iter().for_each(|seat| _ = choice.add(seat)));
        refused.set(None);
    };
    move || {
        let seats = nearest.get();
        let section = seats.first()?.section.clone();
        let mut ids = choice.with(Choice::ids);
        ids.extend(seats.iter().map(|seat| seat.id));
        let names: Vec<String> = seats.iter().map(ChosenSeat::label).collect();
        let href = links.with_seats(&ids).open(&section);
        let words = format!("Take {} instead", join_names(&names));
        Some(
            view! { <a class=format!("{} nearest-seats", ButtonKind::Secondary.class()) href=href on:click=take>{words}</a> },
        )
    }
}

/// Leads to what the person has already.
#[component]
fn ToOwnSeats(own: RwSignal<Option<(String, OwnSeats)>>, refused: RwSignal<Option<String>>) -> impl IntoView {
    move || {
        // As long as that is what is said.
        let (_, own) = own.get().filter(|(words, _)| refused.with(|said| said.as_ref() == Some(words)))?;
        Some(
            view! { <a class=format!("{} nearest-seats", ButtonKind::Secondary.class()) href=own.href()>{own.link_words()}</a> },
        )
    }
}

/// The sum, what went wrong, and the button. On a phone it stays at the foot of the window.
#[component]
fn HoldFoot(
    choice: RwSignal<Choice>,
    currency: Currency,
    refused: RwSignal<Option<String>>,
    hold: Sending,
    opening: Opening,
    children: Children,
) -> impl IntoView {
    let count = move || choice.with(Choice::count);
    let total = move || Money::new(choice.with(Choice::total_minor), currency).to_string();
    let is_empty = move || count() == 0;
    let hold_words =
        move || if is_empty() { "Hold seats".to_owned() } else { format!("Hold {}", name_seat_count(count())) };
    let has_nothing_to_say = move || is_empty() && refused.with(Option::is_none);
    view! {
        <div class="hold-foot" class:hold-foot-empty=has_nothing_to_say>
            <HoldRefusal words=refused />
            {children()}
            <p class="hold-total" role="status">
                <span>{move || name_seat_count(count())}</span>
                <strong>{move || if is_empty() { String::new() } else { total() }}</strong>
            </p>
            <SubmitButton
                pending=Signal::derive(move || hold.is_underway())
                disabled=Signal::derive(move || opening.is_awaited())
            >
                {move || opening.button_words().unwrap_or_else(hold_words)}
            </SubmitButton>
        </div>
    }
}

/// Leads to the other sections and takes along what is ticked, without scripts: it sends the form to this page.
#[component]
fn OtherSections(links: SectionLinks) -> impl IntoView {
    view! {
        <button type="submit" class=format!("{} without-scripts", ButtonKind::Quiet.class()) formmethod="get" formaction=links.path().to_owned()>
            "Add seats from another section"
        </button>
    }
}

/// The chosen seats whose checkbox isn't on the page.
fn ids_outside(choice: &Choice, opened: Option<&str>) -> Vec<SeatId> {
    choice.seats().iter().filter(|seat| Some(seat.section.as_str()) != opened).map(|seat| seat.id).collect()
}

fn name_seat_count(count: i32) -> String {
    match count {
        0 => "No seats yet".to_owned(),
        1 => "1 seat".to_owned(),
        n => format!("{n} seats"),
    }
}

/// What the person is told of their choice.
#[derive(Clone, Copy)]
struct Told {
    choice: RwSignal<Choice>,
    refused: RwSignal<Option<String>>,
    nearest: RwSignal<Vec<ChosenSeat>>,
    /// The seats that were lost last.
    lost: RwSignal<Vec<SeatId>>,
    /// What was said of seats that the person has already, and where they are.
    own: RwSignal<Option<(String, OwnSeats)>>,
}

impl Told {
    /// Says why the seats can't be had. Those that were lost to someone else, be it at the button or while one still chose, go,
    /// the rest of the choice stays, and the section is drawn anew. Answers whether another page comes: who is not signed in
    /// does that first.
    fn refuse(self, opened: Opened, refusal: &Refusal) -> bool {
        if refusal.code == "sign_in_required" {
            sign_in_first(opened.event_id(), "seats", &list_seats(&self.choice.with_untracked(Choice::ids)));
            return true;
        }
        if refusal.code == "seats_taken" {
            self.lose(opened, refusal.list("seat_ids").iter().filter_map(|id| id.parse().ok()).collect());
        } else {
            self.refused.set(Some(refusal.message.clone()));
        }
        false
    }

    /// Says where seats went that are taken while one still chooses: to someone else, or to the same person in another tab. They
    /// leave the choice at once.
    fn hear(self, opened: Opened, gone: Vec<SeatId>) {
        let seats = self.take_out(&gone);
        if seats.is_empty() {
            return;
        }
        spawn_local(async move {
            match OwnSeats::find(opened.event_id(), &gone).await {
                Some(own) => {
                    self.nearest.set(Vec::new());
                    let words = own.say(&join_names(&seats));
                    self.refused.set(Some(words.clone()));
                    self.own.set(Some((words, own)));
                }
                None => self.say_gone(opened, gone, &seats),
            }
        });
    }

    fn lose(self, opened: Opened, lost: Vec<SeatId>) {
        let names = self.take_out(&lost);
        self.say_gone(opened, lost, &names);
    }

    /// Takes these seats out of the choice, and answers the names of those that were in it.
    fn take_out(self, gone: &[SeatId]) -> Vec<String> {
        let seats = self.choice.try_update(|choice| choice.remove(gone)).unwrap_or_default();
        seats.iter().map(ChosenSeat::label).collect()
    }

    fn say_gone(self, opened: Opened, lost: Vec<SeatId>, names: &[String]) {
        self.refused.set(Some(say_lost(names)));
        self.lost.set(lost);
        opened.refetch();
    }

    /// Offers what is free next to the choice in place of what was lost, once the section is there as it is now.
    fn offer_nearest(self, opened: Opened) {
        Effect::watch(
            move || self.lost.with(|lost| opened.nearest(&self.choice.with_untracked(Choice::ids), lost)),
            move |found, _, _| {
                let is_refused = self.refused.with_untracked(Option::is_some);
                let offered = if is_refused { found.clone() } else { Vec::new() };
                // The same again would only put another link under a finger that is just on it.
                if self.nearest.with_untracked(|nearest| *nearest != offered) {
                    self.nearest.set(offered);
                }
            },
            false,
        );
    }
}
