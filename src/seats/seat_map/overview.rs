//! The sections of a map: drawn as they lie, and listed with price and how many seats are free.

use super::{
    label::{Label, label_size},
    links::SectionLinks,
    opened::Opened,
    outline::{label_spot, points},
};
use crate::{
    events::model::Availability,
    money::{Money, group_thousands},
    seats::model::{SeatMap, Section},
};
use leptos::{html::Ul, prelude::*, wasm_bindgen::JsCast, web_sys::HtmlElement};

/// The drawing and the list of sections. Each is a link that opens its section; the drawing is for pointers, the list
/// for everybody.
#[component]
pub fn SectionOverview(
    /// The map.
    map: SeatMap,
    /// Where the sections lead.
    links: SectionLinks,
    /// What is open.
    opened: Opened,
) -> impl IntoView {
    let pointed_at = RwSignal::new(None::<usize>);
    let list = NodeRef::<Ul>::new();
    keep_in_view(list, opened);
    let sections: Vec<ShownSection> = shown_sections(&map, &links);
    let listed = sections.clone();
    let stage = label_spot(&map.stage, map.stage_label.chars().count(), map.width / 24);
    view! {
        <div class="section-overview" class:section-overview-small=move || opened.name().with(Option::is_some)>
            <svg class="section-map" viewBox=format!("0 0 {} {}", map.width, map.height) aria-hidden="true">
                <polygon class="stage" points=points(&map.stage) />
                <text class="stage-label" x=stage.x y=stage.y font-size=stage.size>{map.stage_label.clone()}</text>
                {sections
                    .into_iter()
                    .enumerate()
                    .map(|(i, section)| view! { <SectionShape section at=i pointed_at opened /> })
                    .collect_view()}
            </svg>
            <ul class="section-list" aria-label="Sections" node_ref=list>
                {listed
                    .into_iter()
                    .enumerate()
                    .map(|(i, section)| view! { <SectionLine section at=i pointed_at opened /> })
                    .collect_view()}
            </ul>
        </div>
    }
}

/// A section with everything that is said of it.
#[derive(Clone)]
struct ShownSection {
    name: String,
    href: String,
    points: String,
    label: Label,
    price: String,
    free: String,
    title: String,
    class: String,
}

#[component]
fn SectionShape(
    section: ShownSection,
    at: usize,
    pointed_at: RwSignal<Option<usize>>,
    opened: Opened,
) -> impl IntoView {
    let ShownSection { name, href, points, label, price, title, class, .. } = section;
    let target_name = name.clone();
    let own_name = name.clone();
    let is_open = move || opened.name().with(|opened| opened.as_ref() == Some(&own_name));
    view! {
        <g
            class=format!("section section-counted {class}")
            data-section=name
            class:section-pointed-at=move || pointed_at.get() == Some(at)
            class:section-open=is_open
            on:pointerenter=move |_| pointed_at.set(Some(at))
            on:pointerleave=move |_| pointed_at.set(None)
        >
            <a href=href tabindex="-1" on:click=move |click| opened.follow(&click, Some(target_name.clone()))>
                <title>{title}</title>
                <polygon class="section-shape" points=points />
                {(!label.text.is_empty())
                    .then(|| view! { <text class=label.class x=label.x y=label.y font-size=label.size>{label.text}</text> })}
                {label
                    .price_y
                    .map(|y| view! { <text class=label.price_class x=label.x y=y font-size=label.size * 4 / 5>{price}</text> })}
            </a>
        </g>
    }
}

#[component]
fn SectionLine(section: ShownSection, at: usize, pointed_at: RwSignal<Option<usize>>, opened: Opened) -> impl IntoView {
    let ShownSection { name, href, price, free, class, .. } = section;
    let (data_section, target_name, own_name) = (name.clone(), name.clone(), name.clone());
    let is_open = move || opened.name().with(|opened| opened.as_ref() == Some(&own_name));
    view! {
        <li
            class=format!("section-line section-counted {class}")
            data-section=data_section
            class:section-pointed-at=move || pointed_at.get() == Some(at)
            on:pointerenter=move |_| pointed_at.set(Some(at))
            on:pointerleave=move |_| pointed_at.set(None)
            on:focusin=move |_| pointed_at.set(Some(at))
            on:focusout=move |_| pointed_at.set(None)
        >
            <a
                href=href
                aria-current=move || is_open().then_some("true")
                on:click=move |click| opened.follow(&click, Some(target_name.clone()))
            >
                <span class="section-swatch" aria-hidden="true"></span>
                <span class="section-name">{name}</span>
                <span class="section-free">{free}</span>
                <span class="section-line-price">{price}</span>
            </a>
        </li>
    }
}

/// Scrolls the list, and only the list, to the section that is open.
fn keep_in_view(list: NodeRef<Ul>, opened: Opened) {
    Effect::new(move |_| {
        let (Some(list), Some(_)) = (list.get(), opened.name().get()) else { return };
        request_animation_frame(move || {
            let current = list.query_selector("[aria-current]").ok().flatten();
            if let Some(line) = current.and_then(|link| link.parent_element()?.dyn_into::<HtmlElement>().ok()) {
                list.set_scroll_top(line.offset_top() - list.client_height() / 2 + line.offset_height() / 2);
            }
        });
    });
}

fn shown_sections(map: &SeatMap, links: &SectionLinks) -> Vec<ShownSection> {
    let mut prices: Vec<i64> = map.sections.iter().map(|section| section.price_minor).collect();
    prices.sort_unstable_by_key(|price| std::cmp::Reverse(*price));
    prices.dedup();
    let largest = label_size(map);
    let show = |section: &Section| {
        let price = Money::new(section.price_minor, map.currency).to_string();
        ShownSection {
            name: section.name.clone(),
            href: links.open(&section.name),
            points: points(&section.outline),
            label: Label::new(map, section, price.chars().count(), largest),
            price,
            free: say_free(section),
            title: say_title(map, section),
            class: format!("{} {}", state_of(section), tier_of(section, &prices)),
        }
    };
    map.sections.iter().map(show).collect()
}

/// Takes over how many seats of these sections are free now, and says so wherever it is shown: on the map, in the list, above
/// an opened section, and of the event as a whole.
pub(super) fn show_counts(map: &mut SeatMap, counts: &[(String, i32)]) {
    for (name, available_count) in counts {
        if let Some(section) = map.sections.iter_mut().find(|section| section.name == *name) {
            section.available_count = *available_count;
        }
    }
    let shown = document().get_elements_by_class_name("section-counted");
    for element in (0..shown.length()).filter_map(|i| shown.item(i)) {
        let name = element.get_attribute("data-section");
        let is_told = |section: &&Section| {
            name.as_deref() == Some(&section.name) && counts.iter().any(|(name, _)| *name == section.name)
        };
        if let Some(section) = map.sections.iter().find(is_told) {
            let state = state_of(section);
            STATES.iter().for_each(|class| _ = element.class_list().toggle_with_force(class, *class == state));
            for (part, words) in [(".section-free", say_free(section)), ("title", say_title(map, section))] {
                if let Ok(Some(part)) = element.query_selector(part) {
                    part.set_text_content(Some(&words));
                }
            }
        }
    }
    show_left(map);
}

/// Says how much is left of the event, where the page says it.
fn show_left(map: &SeatMap) {
    let of_all = |count: fn(&Section) -> i32| map.sections.iter().map(count).sum();
    let left = Availability::on_sale(of_all(|section| section.available_count), of_all(|section| section.total_count));
    let shown = document().query_selector(".event-facts .availability").ok().flatten();
    if let (Some(shown), Some((class, words))) = (shown, left.left_words()) {
        shown.set_class_name(&format!("availability {class}"));
        shown.set_text_content(Some(&words));
    }
}

/// How many seats are free, in words.
fn say_free(section: &Section) -> String {
    match u64::try_from(section.available_count) {
        Ok(0) | Err(_) => "Sold out".to_owned(),
        Ok(_) if is_nearly_gone(section) => format!("Only {} left", section.available_count),
        Ok(count) => format!("{} free", group_thousands(count)),
    }
}

/// At most eight seats or a twentieth of the section, whichever is more.
fn is_nearly_gone(section: &Section) -> bool {
    section.available_count <= 8.max(section.total_count / 20) && section.available_count < section.total_count
}

/// `Stalls, €48, 12 free`
fn say_title(map: &SeatMap, section: &Section) -> String {
    format!("{}, {}, {}", section.name, Money::new(section.price_minor, map.currency), say_free(section))
}

const STATES: [&str; 3] = ["section-sold-out", "section-few", "section-available"];

/// How the section is drawn by what is left of it: one of [`STATES`].
fn state_of(section: &Section) -> &'static str {
    let [sold_out, few, available] = STATES;
    match section.available_count {
        ..=0 => sold_out,
        _ if is_nearly_gone(section) => few,
        _ => available,
    }
}

/// How the section is drawn by its price, from the dearest (1) down to 4.
fn tier_of(section: &Section, prices: &[i64]) -> &'static str {
    match prices.iter().position(|price| *price == section.price_minor) {
        Some(0) => "section-tier-1",
        Some(1) => "section-tier-2",
        Some(2) => "section-tier-3",
        _ => "section-tier-4",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn section(available_count: i32, price_minor: i64) -> Section {
        Section {
            name: "Stalls".to_owned(),
            price_minor,
            outline: vec![0, 0, 9, 0, 9, 9],
            total_count: 300,
            available_count,
        }
    }

    #[test]
    fn a_section_says_how_many_seats_are_free() {
        assert_eq!(say_free(&section(300, 1)), "300 free");
        assert_eq!(say_free(&section(16, 1)), "16 free");
        assert_eq!(say_free(&section(15, 1)), "Only 15 left");
        assert_eq!(say_free(&section(0, 1)), "Sold out");
        let whole = Section { total_count: 6, ..section(6, 1) };
        assert_eq!(say_free(&whole), "6 free");
    }

    #[test]
    fn dearer_sections_are_drawn_stronger_and_sold_out_ones_recede() {
        let prices = [9_000, 6_000, 3_000, 2_000, 1_000];
        for (available_count, price_minor, state, tier) in [
            (300, 9_000, "section-available", "section-tier-1"),
            (300, 1_000, "section-available", "section-tier-4"),
            (3, 3_000, "section-few", "section-tier-3"),
            (0, 9_000, "section-sold-out", "section-tier-1"),
        ] {
            let section = section(available_count, price_minor);
            assert_eq!((state_of(&section), tier_of(&section, &prices)), (state, tier));
        }
    }
}
