//! Who has which role, for an event or for the whole site: invite, change, remove.

use super::{
    api::{Invite, RemoveStaff, SetRole, WithdrawInvitation, list_staff},
    frame::{DashboardPage, EventTab, Place, SiteTab},
    model::{Colleague, Invitation, Permission, Role, StaffList},
};
use crate::{
    error::Error,
    id::EventId,
    server::begin,
    ui::{ButtonKind, Choice, Field, FormRefusal, Notice, PageError, SelectField, SubmitButton, Tone, asked, refusal},
};
use leptos::{prelude::*, server_fn::ServerFn};
use leptos_router::hooks::use_params_map;

/// The people of the whole site, or of the event the address names.
#[component]
pub fn PeoplePage() -> impl IntoView {
    let id = use_params_map().with_untracked(|params| params.get("id"));
    let event_id = id.map(|id| id.parse::<EventId>().map_err(|_| Error::NotFound)).transpose();
    let found = begin(async move {
        let event_id = event_id?;
        Ok((event_id, list_staff(event_id).await?))
    });
    view! {
        {Suspend::new(async move {
            match found.await {
                Ok((event_id, list)) => view! { <Shown event_id list /> }.into_any(),
                Err(error) => view! { <PageError error /> }.into_any(),
            }
        })}
    }
}

#[component]
fn Shown(#[prop(optional_no_strip)] event_id: Option<EventId>, list: StaffList) -> impl IntoView {
    let (place, lead) = match event_id.zip(list.event_name) {
        Some((event_id, name)) => (
            Place::Event { tab: EventTab::People, event_id, name },
            "Whoever has a role for the whole site has it here too.",
        ),
        None => (Place::Site(SiteTab::People), "A role here holds for every event, those to come too."),
    };
    view! {
        <DashboardPage title="People" lead=lead place>
            {say_saved().map(|words| view! { <Notice tone=Tone::Success>{words}</Notice> })}
            <FormRefusal refusal={refusal::<SetRole>()} />
            <FormRefusal refusal={refusal::<RemoveStaff>()} />
            <Colleagues event_id colleagues=list.colleagues />
            <Invitations invitations=list.invitations />
            <InviteForm event_id />
            <RolesTable />
        </DashboardPage>
    }
}

fn say_saved() -> Option<&'static str> {
    match asked("saved").as_str() {
        "invited" => Some("The invitation is on its way."),
        "withdrawn" => Some("The invitation was taken back."),
        "role" => Some("The role was changed."),
        "removed" => Some("They can't use the dashboard here any more."),
        _ => None,
    }
}

#[component]
fn Colleagues(#[prop(optional_no_strip)] event_id: Option<EventId>, colleagues: Vec<Colleague>) -> impl IntoView {
    if colleagues.is_empty() {
        return view! { <p class="muted">"Nobody has a role for this event alone."</p> }.into_any();
    }
    view! {
        <table class="rows">
            <thead>
                <tr>
                    <th scope="col">"Name"</th>
                    <th scope="col">"E-mail"</th>
                    <th scope="col">"Role"</th>
                    <th scope="col" class="rows-end">
                        <span class="visually-hidden">"Change"</span>
                    </th>
                </tr>
            </thead>
            <tbody>
                {colleagues.into_iter().map(|colleague| view! { <ColleagueRow event_id colleague /> }).collect_view()}
            </tbody>
        </table>
    }
    .into_any()
}

#[component]
fn ColleagueRow(#[prop(optional_no_strip)] event_id: Option<EventId>, colleague: Colleague) -> impl IntoView {
    let Colleague { user_id, name, email, role, since } = colleague;
    let label = format!("Role of {name}");
    let of_event = move || event_id.map(|id| view! { <input type="hidden" name="event_id" value=id.to_string() /> });
    let change = since.map(|_| {
        view! {
            <form method="post" action=SetRole::url() class="dashboard-inline">
                <input type="hidden" name="user_id" value=user_id.to_string() />
                {of_event()}
                <select name="role" aria-label=label>
                    {Role::ALL
                        .into_iter()
                        .map(|other| {
                            view! { <option value=other.key() selected=other == role>{other.words()}</option> }
                        })
                        .collect_view()}
                </select>
                <SubmitButton kind=ButtonKind::Secondary>"Change"</SubmitButton>
            </form>
            <form method="post" action=RemoveStaff::url() class="dashboard-inline">
                <input type="hidden" name="user_id" value=user_id.to_string() />
                {of_event()}
                <SubmitButton kind=ButtonKind::Danger>"Remove"</SubmitButton>
            </form>
        }
    });
    view! {
        <tr>
            <th scope="row">{name}</th>
            <td data-label="E-mail">{email}</td>
            <td data-label="Role">{role.words()} {since.is_none().then_some(", from the command line")}</td>
            <td class="rows-end">{change}</td>
        </tr>
    }
}

#[component]
fn Invitations(invitations: Vec<Invitation>) -> impl IntoView {
    (!invitations.is_empty()).then(|| {
        let row = |invitation: Invitation| {
            view! {
                <tr>
                    <th scope="row">{invitation.email}</th>
                    <td data-label="Role">{invitation.role.words()}</td>
                    <td data-label="Until">{invitation.expires_at.format("%-d %b, %H:%M UTC").to_string()}</td>
                    <td class="rows-end">
                        <form method="post" action=WithdrawInvitation::url()>
                            <input type="hidden" name="invitation_id" value=invitation.id.to_string() />
                            <SubmitButton kind=ButtonKind::Quiet>"Take back"</SubmitButton>
                        </form>
                    </td>
                </tr>
            }
        };
        view! {
            <section class="dashboard-part">
                <h2>"Invited"</h2>
                <FormRefusal refusal={refusal::<WithdrawInvitation>()} />
                <table class="rows">
                    <thead>
                        <tr>
                            <th scope="col">"E-mail"</th>
                            <th scope="col">"Role"</th>
                            <th scope="col">"Until"</th>
                            <th scope="col" class="rows-end">
                                <span class="visually-hidden">"Change"</span>
                            </th>
                        </tr>
                    </thead>
                    <tbody>{invitations.into_iter().map(row).collect_view()}</tbody>
                </table>
            </section>
        }
    })
}

#[component]
fn InviteForm(#[prop(optional_no_strip)] event_id: Option<EventId>) -> impl IntoView {
    let refusal = refusal::<Invite>();
    let roles: Vec<Choice> = Role::ALL.map(|role| (role.key().to_owned(), role.words().to_owned())).to_vec();
    let chosen = Some(asked("role")).filter(|role| !role.is_empty()).unwrap_or_else(|| "box_office".to_owned());
    view! {
        <section class="panel dashboard-part">
            <h2>"Invite somebody"</h2>
            <FormRefusal refusal=refusal.clone() />
            <form method="post" action=Invite::url() class="form">
                {event_id.map(|id| view! { <input type="hidden" name="event_id" value=id.to_string() /> })}
                <div class="field-row">
                    <Field label="E-mail" name="email" kind="email" value=asked("email") required=true refusal=refusal.clone() />
                    <SelectField label="Role" name="role" choices=roles value=chosen refusal />
                </div>
                <SubmitButton>"Send the invitation"</SubmitButton>
            </form>
        </section>
    }
}

/// What each role may do, for who chooses one.
#[component]
fn RolesTable() -> impl IntoView {
    let row = |permission: Permission| {
        let cell = |role: Role| {
            let (mark, words) = if role.may(permission) { ("✓", "yes") } else { ("–", "no") };
            view! {
                <td data-label=role.words()>
                    <span aria-hidden="true">{mark}</span>
                    <span class="visually-hidden">{words}</span>
                </td>
            }
        };
        view! {
            <tr>
                <th scope="row">{permission.words()}</th>
                {Role::ALL.map(cell).collect_view()}
            </tr>
        }
    };
    view! {
        <details class="dashboard-part">
            <summary>"What each role may do"</summary>
            <table class="rows roles">
                <thead>
                    <tr>
                        <td></td>
                        {Role::ALL.map(|role| view! { <th scope="col">{role.words()}</th> }).collect_view()}
                    </tr>
                </thead>
                <tbody>{Permission::ALL.map(row).collect_view()}</tbody>
            </table>
        </details>
    }
}
