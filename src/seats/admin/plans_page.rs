//! The seat maps that are kept to begin others from.

use super::{
    model::PlanLine,
    plans_api::{DeletePlan, list_plans},
};
use crate::{
    error::Error,
    events::model::Page,
    money::group_thousands,
    server::begin,
    staff::{
        api::get_member,
        frame::{DashboardPage, Place, SiteTab},
        model::Permission,
    },
    ui::{ButtonKind, FormRefusal, LinkButton, Notice, PageError, SubmitButton, Tone, asked, path_with, refusal},
};
use leptos::{prelude::*, server_fn::ServerFn};

const PATH: &str = "/admin/seat-maps";

/// The list of them.
#[component]
pub fn PlansPage() -> impl IntoView {
    let cursor = asked("cursor");
    let is_first = cursor.is_empty();
    let loaded = begin(async move { load(cursor).await });
    Suspend::new(async move {
        match loaded.await {
            Ok((page, may_keep)) => view! { <Shown page may_keep is_first /> }.into_any(),
            Err(error) => view! { <PageError error /> }.into_any(),
        }
    })
}

async fn load(cursor: String) -> Result<(Page<PlanLine>, bool), Error> {
    let page = list_plans(None, cursor).await?;
    Ok((page, get_member().await?.posts.may_everywhere(Permission::EditEvents)))
}

#[component]
fn Shown(page: Page<PlanLine>, may_keep: bool, is_first: bool) -> impl IntoView {
    let next = page.next_cursor.clone().map(|cursor| path_with(PATH, [("cursor", cursor.as_str())]));
    let rows = page.items.into_iter().map(|plan| view! { <Line plan may_keep /> }).collect_view();
    let is_empty = rows.is_empty();
    let list = if is_empty {
        view! {
            <div class="empty">
                <p class="empty-head">"No seat maps are kept yet"</p>
                <p>"Draw one for an event, then keep it as a template below the map."</p>
                <LinkButton href="/admin/events" kind=ButtonKind::Secondary>
                    "Events"
                </LinkButton>
            </div>
        }
        .into_any()
    } else {
        view! {
            <table class="rows">
                <thead>
                    <tr>
                        <th scope="col">"Seat map"</th>
                        <th scope="col" class="rows-number">
                            "Places"
                        </th>
                        <th scope="col">"Currency"</th>
                        <th scope="col" class="rows-end">
                            <span class="visually-hidden">"What to do"</span>
                        </th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
            <nav class="pager" aria-label="Pages">
                {(!is_first).then(|| view! { <LinkButton href=PATH kind=ButtonKind::Secondary>"First page"</LinkButton> })}
                {next.map(|next| view! { <LinkButton href=next kind=ButtonKind::Secondary>"More"</LinkButton> })}
            </nav>
        }
        .into_any()
    };
    view! {
        <DashboardPage
            title="Seat maps"
            lead="Kept to begin the maps of events from. What becomes of one changes no event."
            place=Place::Site(SiteTab::SeatMaps)
        >
            {(asked("done") == "deleted").then(|| view! { <Notice tone=Tone::Success>"The seat map is gone."</Notice> })}
            <FormRefusal refusal={refusal::<DeletePlan>()} />
            {list}
        </DashboardPage>
    }
}

#[component]
fn Line(plan: PlanLine, may_keep: bool) -> impl IntoView {
    let href = format!("{PATH}/{}", plan.id);
    let places = group_thousands(plan.place_count.unsigned_abs().into());
    let delete = may_keep.then(|| {
        view! {
            <details class="plan-delete">
                <summary>"Delete"</summary>
                <form method="post" action=DeletePlan::url()>
                    <input type="hidden" name="plan_id" value=plan.id.to_string() />
                    <SubmitButton kind=ButtonKind::Danger>"Delete for good"</SubmitButton>
                </form>
            </details>
        }
    });
    view! {
        <tr>
            <th scope="row" class="rows-name">
                <a href=href>{plan.name}</a>
            </th>
            <td data-label="Places" class="rows-number">{places}</td>
            <td data-label="Currency">{plan.currency.code().to_owned()}</td>
            <td class="rows-end">{delete}</td>
        </tr>
    }
}
