//! The sections of a map: drawn as they lie, and listed with price and how many seats are free.

use super::{
    label::{Label, label_size, label_spot, points},
    links::SectionLinks,
    sale_words::say_sale,
    sections::{say_free, say_title, state_of},
    zoom::HINTS,
};
use crate::{
    money::Money,
    seats::model::{SeatMap, Section},
    ui::{Glyph, Icon},
};
use leptos::prelude::*;

/// The drawing and the list of sections. Each is a link that opens its section, or that leads to the form of one where people
/// stand; the drawing is for pointers, the list
/// for everybody. [`super::sections`] and [`super::zoom`] bring it to life.
#[component]
pub fn SectionOverview(
    /// The map.
    map: SeatMap,
    /// Where the sections lead.
    links: SectionLinks,
    /// The name of the section that is open.
    #[prop(optional_no_strip)]
    open: Option<String>,
) -> impl IntoView {
    let sections: Vec<ShownSection> = shown_sections(&map, &links, open.as_deref());
    let listed = sections.clone();
    let view_box = format!("0 0 {} {}", map.width, map.height);
    let stage = label_spot(&map.stage, map.stage_label.chars().count(), map.width / 24);
    view! {
        <div class="section-overview" class:section-overview-small=open.is_some()>
            <div class="map-view">
                <div
                    class="map-frame"
                    role="group"
                    aria-label="Map of the sections"
                >
                    // Gives the frame its height, whatever part of the map is seen.
                    <svg class="map-size" viewBox=view_box.clone() width="320" aria-hidden="true"></svg>
                    // Moved as one: an SVG that is moved itself is drawn anew each time.
                    <div class="map-layer">
                    <canvas class="map-seats" aria-hidden="true"></canvas>
                    <svg class="section-map" viewBox=view_box.clone() width="320" aria-hidden="true">
                        <polygon class="stage" fill="none" stroke="currentColor" points=points(&map.stage) />
                        <text class="stage-label" x=stage.x y=stage.y font-size=stage.size>{map.stage_label.clone()}</text>
                        {sections.into_iter().map(|section| view! { <SectionShape section /> }).collect_view()}
                    </svg>
                    </div>
                    <svg class="map-mini" viewBox=view_box width="0" height="0" aria-hidden="true">
                        <path></path>
                        <rect></rect>
                    </svg>
                </div>
                <ZoomTools />
            </div>
            <ul class="section-list" aria-label="Sections">
                {listed.into_iter().map(|section| view! { <SectionLine section /> }).collect_view()}
            </ul>
        </div>
    }
}

/// The buttons that zoom, and the seat that is pointed at.
#[component]
fn ZoomTools() -> impl IntoView {
    let button = |zoom: &'static str, words: &'static str, glyph: Glyph| {
        view! {
            <button type="button" class="map-button" data-zoom=zoom aria-label=words title=words>
                <Icon glyph />
            </button>
        }
    };
    view! {
        <div class="map-tools needs-scripts">
            <p class="map-named" aria-hidden="true">
                {HINTS[0]}
            </p>
            {button("whole", "Show the whole map", Glyph::Whole)} {button("out", "Zoom out", Glyph::Minus)}
            {button("in", "Zoom in", Glyph::Plus)}
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
    is_open: bool,
    standing: bool,
}

/// The form of the standing section that is the `nth` of its map, from 0, on the event's page.
pub fn standing_id(nth: usize) -> String {
    format!("standing-{}", nth + 1)
}

#[component]
fn SectionShape(section: ShownSection) -> impl IntoView {
    let ShownSection { name, href, points, label, price, title, class, is_open, standing, .. } = section;
    let class = format!("section section-counted {class}");
    let inside = view! {
        <title>{title}</title>
        <polygon class="section-shape" fill="none" stroke="currentColor" points=points />
        {(!label.text.is_empty())
            .then(|| view! { <text class=label.class x=label.x y=label.y font-size=label.size>{label.text}</text> })}
        {label
            .price_y
            .map(|y| view! { <text class=label.price_class x=label.x y=y font-size=label.size * 4 / 5>{price}</text> })}
    };
    // What opens sections looks for links inside of something that names one: this link names it itself, and is followed.
    if standing {
        return view! { <a href=href tabindex="-1" class=class data-section=name>{inside}</a> }.into_any();
    }
    view! {
        <g class=class class:section-open=is_open data-section=name>
            <a href=href tabindex="-1">{inside}</a>
        </g>
    }
    .into_any()
}

#[component]
fn SectionLine(section: ShownSection) -> impl IntoView {
    let ShownSection { name, href, price, free, class, is_open, standing, .. } = section;
    let own_name = name.clone();
    if standing {
        return view! {
            <li class="section-line">
                <a href=href class=format!("section-counted {class}") data-section=own_name>
                    <span class="section-swatch" aria-hidden="true"></span>
                    <span class="section-name">{name} <span class="section-kind">" standing"</span></span>
                    " "
                    <span class="section-free">{free}</span>
                    " "
                    <span class="section-line-price">{price}</span>
                </a>
            </li>
        }
        .into_any();
    }
    view! {
        <li class=format!("section-line section-counted {class}") class:section-open=is_open data-section=own_name>
            <a href=href aria-current=is_open.then_some("true")>
                <span class="section-swatch" aria-hidden="true"></span>
                <span class="section-name">{name}</span>
                " "
                <span class="section-free">{free}</span>
                " "
                <span class="section-line-price">{price}</span>
            </a>
        </li>
    }
    .into_any()
}

fn shown_sections(map: &SeatMap, links: &SectionLinks, open: Option<&str>) -> Vec<ShownSection> {
    let mut prices: Vec<i64> = map.sections.iter().map(|section| section.price_minor).collect();
    prices.sort_unstable_by_key(|price| std::cmp::Reverse(*price));
    prices.dedup();
    let largest = label_size(map);
    let show = |(nth, section): (usize, &Section)| {
        let price = Money::new(section.price_minor, map.currency).to_string();
        let sale = say_sale(section);
        ShownSection {
            name: section.name.clone(),
            href: if section.standing { format!("#{}", standing_id(nth)) } else { links.open(&section.name) },
            points: points(&section.outline),
            label: Label::new(map, section, price.chars().count(), largest),
            free: sale.clone().unwrap_or_else(|| say_free(section)),
            title: match sale {
                Some(words) => format!("{}, {price}, {words}", section.name),
                None => say_title(map, section),
            },
            class: format!("{} {}", state_of(section), tier_of(section, &prices)),
            price,
            is_open: open == Some(section.name.as_str()),
            standing: section.standing,
        }
    };
    (0..).zip(&map.sections).map(show).collect()
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
    use super::{super::sections::tests::section, *};

    #[test]
    fn dearer_sections_are_drawn_stronger() {
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
