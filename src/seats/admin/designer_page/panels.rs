//! What a tool asks for, and what can be done with what is chosen. The script shows the panel that fits.

use super::parts::{Check, Choose, Do, Number, Text};
use leptos::prelude::*;

/// All of them.
#[component]
pub fn Panels() -> impl IntoView {
    view! {
        <p class="designer-problem" id="problem" role="alert" hidden></p>
        <Making shape="rows" title="Rows of seats" />
        <Making shape="arc" title="Rows in an arc" />
        <Making shape="tables" title="Tables" />
        <StandingPanel />
        <StagePanel />
        <PricePanel />
        <KindPanel />
        <PicturePanel />
        <ChosenPanel />
        <SectionPanel />
        <NothingPanel />
    }
}

/// What makes many seats at once.
#[component]
fn Making(shape: &'static str, title: &'static str) -> impl IntoView {
    let fields = match shape {
        "rows" => view! {
            <Number label="Rows" name="rows" value=10 min=1 max=500 />
            <Number label="Seats per row" name="seats" value=20 min=1 max=500 />
            <Number label="More in each row" name="more" value=0 min=-20 max=20 />
            <Number label="Curve, %" name="bend_percent" value=0 min=0 max=100 />
            <Text label="Aisles after seats" name="aisles" example="6, 14" optional=true decimal=true />
            <Number label="Turned, °" name="turn" value=0 min=-180 max=180 />
        }
        .into_any(),
        "arc" => view! {
            <Number label="Rows" name="rows" value=8 min=1 max=500 />
            <Number label="Radius of the front" name="radius" value=240 min=20 max=5000 />
            <Number label="Angle, °" name="angle" value=100 min=5 max=350 />
            <Number label="Blocks" name="blocks" value=3 min=1 max=40 />
            <Number label="Turned, °" name="turn" value=0 min=-180 max=180 />
        }
        .into_any(),
        _ => view! {
            <Choose label="Tables" name="is_long" choices=[("false", "Round"), ("true", "Long")] />
            <Number label="Seats at each" name="seats" value=8 min=1 max=40 />
            <Number label="Tables in a row" name="columns" value=4 min=1 max=50 />
            <Number label="Rows of tables" name="rows" value=2 min=1 max=50 />
        }
        .into_any(),
    };
    let labels = if shape == "tables" {
        view! {
            <input type="hidden" name="labels" value="numbers" />
            <input type="hidden" name="prefix" value="T" />
            <Number label="First table" name="first_row" value=1 min=1 max=900 />
        }
        .into_any()
    } else {
        view! {
            <Choose label="Row labels" name="labels" choices=[("letters", "A, B, C …"), ("numbers", "1, 2, 3 …")] />
            <Number label="First row" name="first_row" value=1 min=1 max=900 />
            <Check label="Skip I and O" name="skip" />
            <Check label="Count from the back" name="from_back" />
        }
        .into_any()
    };
    view! {
        <form class="designer-panel" data-panel=shape data-make=shape hidden>
            <h2>{title}</h2>
            <div class="designer-fields">
                <Text label="Section" name="name" example="Stalls" />
                <Text label="Price" name="price" example="24.50" decimal=true />
                {fields}
            </div>
            <details>
                <summary>"Numbers and spacing"</summary>
                <div class="designer-fields">
                    {labels} <Scheme /> <Number label="First seat" name="first" value=1 min=0 max=9000 />
                    {(shape != "tables")
                        .then(|| {
                            view! {
                                <Number label="Seat to seat" name="seat_gap" value=12 min=11 max=200 />
                                <Number label="Row to row" name="row_gap" value=14 min=11 max=200 />
                                <Number label="Aisle" name="aisle_width" value=24 min=0 max=200 />
                            }
                        })}
                </div>
            </details>
            <button type="submit" class="button button-primary">
                "Place"
            </button>
            <p class="muted">"Or click where they go: the middle of the front row lies under the pointer."</p>
        </form>
    }
}

#[component]
fn Scheme() -> impl IntoView {
    let choices = [
        ("from_left", "From the left"),
        ("from_right", "From the right"),
        ("from_centre", "From the centre, odd left, even right"),
        ("odd_from_left", "Odd, from the left"),
        ("odd_from_right", "Odd, from the right"),
        ("even_from_left", "Even, from the left"),
        ("even_from_right", "Even, from the right"),
    ];
    view! { <Choose label="Seat numbers" name="scheme" choices=choices /> }
}

#[component]
fn StandingPanel() -> impl IntoView {
    view! {
        <form class="designer-panel" data-panel="standing" data-make="standing" hidden>
            <h2>"Standing area"</h2>
            <div class="designer-fields">
                <Text label="Section" name="name" value="Floor" />
                <Text label="Price" name="price" example="24.50" decimal=true />
                <Number label="People" name="count" value=200 min=1 max=100_000 />
            </div>
            <button type="submit" class="button button-primary">
                "Place"
            </button>
            <p class="muted">"Or drag a rectangle on the map, or click corner after corner; Enter closes it."</p>
        </form>
    }
}

#[component]
fn StagePanel() -> impl IntoView {
    view! {
        <form class="designer-panel" data-panel="stage" data-run="stage" hidden>
            <h2>"Stage"</h2>
            <div class="designer-fields">
                <Text label="Called" name="label" value="Stage" />
                <Number label="Width" name="width" value=300 min=10 max=20_000 />
                <Number label="Depth" name="height" value=40 min=10 max=20_000 />
            </div>
            <button type="submit" class="button button-secondary">
                "Change"
            </button>
            <p class="muted">"Or drag a rectangle on the map, or click corner after corner."</p>
        </form>
    }
}

/// Prices that single seats can have instead of their section's.
#[component]
fn PricePanel() -> impl IntoView {
    view! {
        <div class="designer-panel" data-panel="price" hidden>
            <h2>"Prices"</h2>
            <p class="muted">"Take a price and paint seats with it, or choose seats and press Apply."</p>
            <ul id="tiers" class="designer-list" role="list"></ul>
            <template id="tier-item">
                <li class="designer-item">
                    <button type="button" data-paint-tier aria-pressed="false">
                        <span class="designer-ink" data-ink></span>
                        <span data-name></span>
                        <span class="muted" data-count></span>
                    </button>
                    <button type="button" class="designer-icon" data-remove-tier aria-label="Remove this price">
                        <span aria-hidden="true">"×"</span>
                    </button>
                </li>
            </template>
            <button type="button" class="designer-button" data-command="place" data-keep>
                "Apply to what is chosen"
            </button>
            <form class="designer-fields" data-run="tier_price">
                <Text label="Name" name="name" example="Front rows" />
                <Text label="Price" name="price" example="39.00" decimal=true />
                <button type="submit" class="designer-button">
                    "Add, or set"
                </button>
            </form>
        </div>
    }
}

#[component]
fn KindPanel() -> impl IntoView {
    let kinds = [
        ("accessible", "Wheelchair place"),
        ("companion", "Companion seat"),
        ("limited", "Limited view"),
        ("clear", "Clear view"),
        ("standard", "Plain seat"),
    ];
    let kind = |(kind, words): (&'static str, &'static str)| {
        view! {
            <li class="designer-item">
                <button type="button" data-paint-kind=kind aria-pressed="false">
                    {words}
                </button>
            </li>
        }
    };
    view! {
        <div class="designer-panel" data-panel="kind" hidden>
            <h2>"Kinds of seats"</h2>
            <p class="muted">"Take a kind and paint seats with it, or choose seats and press Apply."</p>
            <ul class="designer-list" role="list">{kinds.into_iter().map(kind).collect_view()}</ul>
            <button type="button" class="designer-button" data-command="place" data-keep>
                "Apply to what is chosen"
            </button>
        </div>
    }
}

#[component]
fn PicturePanel() -> impl IntoView {
    view! {
        <div class="designer-panel" data-panel="background" hidden>
            <h2>"Picture to draw over"</h2>
            <p class="muted">"A floor plan or a photograph, PNG, JPEG or WebP up to 2 MB. Attendees never see it. Drag it on the map."</p>
            <label class="designer-field">
                <span>"Picture"</span>
                <input type="file" id="picture-file" accept="image/png,image/jpeg,image/webp" />
            </label>
            <form class="designer-fields" data-run="background" id="picture-form" hidden>
                <Number label="Strength, %" name="opacity_percent" value=50 min=0 max=100 />
                <Number label="Width" name="width" value=600 min=10 max=100_000 />
                <Number label="Left" name="x" value=0 min=-100_000 max=100_000 />
                <Number label="Top" name="y" value=0 min=-100_000 max=100_000 />
                <button type="submit" class="designer-button">
                    "Change"
                </button>
                <Do command="remove_background" words="Remove" />
            </form>
        </div>
    }
}

/// What can be done with chosen seats.
#[component]
fn ChosenPanel() -> impl IntoView {
    view! {
        <div class="designer-panel" id="chosen" hidden>
            <h2 id="chosen-head">"Chosen"</h2>
            <p class="muted" id="chosen-words"></p>
            <div class="designer-buttons">
                <Do command="choose_rows" words="Whole rows" />
                <Do command="duplicate" words="Duplicate" />
                <Do command="delete" words="Delete" />
            </div>
            <form class="designer-line" data-run="number" id="number-form" hidden>
                <Text label="Number" name="number" />
                <button type="submit" class="designer-button">
                    "Set"
                </button>
            </form>
            <form class="designer-line" data-run="row_label" id="row-form" hidden>
                <Text label="Row" name="label" />
                <button type="submit" class="designer-button">
                    "Set"
                </button>
            </form>
            <form class="designer-line" data-run="tier">
                <label class="designer-field">
                    <span>"Price"</span>
                    <select name="tier" id="chosen-tier"></select>
                </label>
                <button type="submit" class="designer-button">
                    "Set"
                </button>
            </form>
            <form class="designer-line" data-run="kind">
                <Choose
                    label="Kind"
                    name="kind"
                    choices=[("standard", "Plain seat"), ("accessible", "Wheelchair place"), ("companion", "Companion seat")]
                />
                <button type="submit" class="designer-button">
                    "Set"
                </button>
            </form>
            <div class="designer-buttons">
                <Do command="view" fields="{\"limited_view\":true}" words="Limited view" />
                <Do command="view" fields="{\"limited_view\":false}" words="Clear view" />
            </div>
            <form class="designer-line" data-run="gather">
                <Text label="Move to section" name="name" />
                <button type="submit" class="designer-button">
                    "Move"
                </button>
            </form>
            <details>
                <summary>"Number anew"</summary>
                <form class="designer-fields" data-run="renumber">
                    <Scheme />
                    <Number label="First seat" name="first" value=1 min=0 max=9000 />
                    <button type="submit" class="designer-button">
                        "Number the seats"
                    </button>
                </form>
                <form class="designer-fields" data-run="relabel">
                    <Choose label="Row labels" name="kind" choices=[("letters", "A, B, C …"), ("numbers", "1, 2, 3 …")] />
                    <Number label="First row" name="first" value=1 min=1 max=900 />
                    <Text label="Letters to skip" name="skip" example="IO" optional=true />
                    <Text label="Before each" name="prefix" optional=true />
                    <Check label="Count from the back" name="from_back" />
                    <button type="submit" class="designer-button">
                        "Label the rows"
                    </button>
                </form>
            </details>
            <details>
                <summary>"Place"</summary>
                <form class="designer-fields" data-run="nudge">
                    <Number label="To the right" name="x" value=0 min=-10_000 max=10_000 />
                    <Number label="Down" name="y" value=0 min=-10_000 max=10_000 />
                    <button type="submit" class="designer-button">
                        "Move"
                    </button>
                </form>
                <form class="designer-line" data-run="turn">
                    <Number label="Turn, °" name="degrees" value=15 min=-180 max=180 />
                    <button type="submit" class="designer-button">
                        "Turn"
                    </button>
                </form>
                <div class="designer-buttons">
                    <Do command="align" fields="{\"edge\":\"left\"}" words="Align left" />
                    <Do command="align" fields="{\"edge\":\"right\"}" words="Right" />
                    <Do command="align" fields="{\"edge\":\"top\"}" words="Top" />
                    <Do command="align" fields="{\"edge\":\"bottom\"}" words="Bottom" />
                    <Do command="spread" words="Spread evenly" />
                </div>
            </details>
        </div>
    }
}

/// The section one is at.
#[component]
fn SectionPanel() -> impl IntoView {
    view! {
        <div class="designer-panel" id="section" hidden>
            <h2>"Section"</h2>
            <form class="designer-fields" data-run="section" data-with-section>
                <Text label="Name" name="name" />
                <Text label="Price" name="price" decimal=true />
                <label class="designer-field" id="section-count">
                    <span>"People"</span>
                    <input type="number" name="count" min="1" max="100000" step="1" />
                </label>
                <button type="submit" class="designer-button">
                    "Change"
                </button>
            </form>
            <div class="designer-buttons">
                <button type="button" class="designer-button" data-reorder="-1">
                    "Earlier in lists"
                </button>
                <button type="button" class="designer-button" data-reorder="1">
                    "Later"
                </button>
                <button type="button" class="designer-button" data-tool="outline" aria-pressed="false">
                    "Draw its outline"
                </button>
                <button type="button" class="designer-button" id="outline-by-rows">
                    "Outline by its seats"
                </button>
                <button type="button" class="designer-button" id="remove-section">
                    "Delete the section"
                </button>
            </div>
        </div>
    }
}

#[component]
fn NothingPanel() -> impl IntoView {
    view! {
        <div class="designer-panel" id="nothing">
            <h2>"Map"</h2>
            <p class="muted">
                "Click a seat, drag a frame around some, or double-click for a row. Shift adds to what is chosen."
            </p>
            <label class="designer-check">
                <input type="checkbox" id="singles" />
                <span>"Refuse bookings that leave a single seat alone, where that can be avoided"</span>
            </label>
        </div>
    }
}
