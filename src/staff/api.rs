//! The door to staff: `/api/v1/admin/…`.

use super::model::{Invitation, LogEntry, LogQuery, OfferedPost, StaffList, StaffMember};
use crate::{
    error::Error,
    events::model::Page,
    id::{EventId, InvitationId, UserId},
};
use leptos::{
    prelude::*,
    server_fn::codec::{GetUrl, Json, PostUrl},
};

/// What the caller may do in the dashboard.
///
/// Errors: `SignInRequired`; `Forbidden` for who has no post.
#[server(name = GetMember, prefix = "/api", endpoint = "v1/admin/me", input = GetUrl, output = Json)]
pub async fn get_member() -> Result<StaffMember, Error> {
    use super::admit::posts_of;
    use crate::server::{Caller, answer};
    answer(async {
        let caller = Caller::current().await?;
        let user_id = caller.signed_in()?;
        let posts = posts_of(&caller).await?;
        if posts.0.is_empty() { Err(Error::Forbidden.into()) } else { Ok(StaffMember { user_id, posts }) }
    })
    .await
}

/// Who has a post for an event, or, without one, for the whole site, and who is invited.
///
/// Errors: `SignInRequired`; `Forbidden`; `NotFound` for an unknown event.
#[server(name = ListStaff, prefix = "/api", endpoint = "v1/admin/staff", input = GetUrl, output = Json)]
pub async fn list_staff(
    /// The event's id.
    #[server(default)]
    event_id: Option<EventId>,
) -> Result<StaffList, Error> {
    use super::{admit::admit_at, names::event_name, store};
    use crate::server::{Caller, answer};
    answer(async {
        let caller = Caller::current().await?;
        admit_at::<ListStaff>(&caller, event_id).await?;
        Ok(StaffList {
            event_name: event_name(&caller.state, event_id).await?,
            colleagues: store::list_colleagues(&caller.state, event_id).await?,
            invitations: store::list_invitations(&caller.state, event_id).await?,
        })
    })
    .await
}

/// Offers a post by mail; the link in it stands for a week. An invitation of the same address to the same place before is
/// withdrawn.
///
/// Errors: `SignInRequired`; `Forbidden`; `Invalid` on `email` or `role`; `NotFound` for an unknown event.
#[server(name = Invite, prefix = "/api", endpoint = "v1/admin/invite", input = PostUrl, output = Json)]
pub async fn invite(
    /// To this address.
    email: String,
    /// As this: `owner`, `manager`, `box_office`, `check_in`, `finance`, `read_only`.
    role: String,
    /// For this event; for the whole site if left out.
    #[server(default)]
    event_id: Option<EventId>,
) -> Result<Invitation, Error> {
    use super::{
        admit::admit_at,
        model::{Role, people_path},
        store::{self, Offer},
    };
    use crate::{
        server::{Caller, answer, redirect_to, send_back},
        users::model::parse_email,
    };
    let page = people_path(event_id);
    let invited = answer(async {
        let caller = Caller::current().await?;
        let actor = admit_at::<Invite>(&caller, event_id).await?;
        let offer = Offer { email: parse_email(&email)?, role: Role::parse(&role)?, event_id };
        let invitation = store::invite(&caller.state, &actor, offer).await?;
        redirect_to(&format!("{page}?saved=invited"));
        Ok(invitation)
    })
    .await;
    invited.inspect_err(|refused| send_back::<Invite>(&page, &[("email", &email), ("role", &role)], refused))
}

/// Takes an invitation back. Doing it twice is fine.
///
/// Errors: `SignInRequired`; `Forbidden`; `NotFound`.
#[server(name = WithdrawInvitation, prefix = "/api", endpoint = "v1/admin/withdraw_invitation", input = PostUrl, output = Json)]
pub async fn withdraw_invitation(
    /// The invitation's id.
    invitation_id: InvitationId,
) -> Result<(), Error> {
    use super::{
        admit::{admit_anywhere, admit_at},
        model::people_path,
        store,
    };
    use crate::server::{Caller, answer, redirect_to, send_back};
    let withdrawn = answer(async {
        let caller = Caller::current().await?;
        admit_anywhere::<WithdrawInvitation>(&caller).await?;
        let invitation = store::find_invitation(&caller.state, invitation_id).await?.ok_or(Error::NotFound)?;
        let actor = admit_at::<WithdrawInvitation>(&caller, invitation.event_id).await?;
        store::withdraw_invitation(&caller.state, &actor, &invitation).await?;
        redirect_to(&format!("{}?saved=withdrawn", people_path(invitation.event_id)));
        Ok(())
    })
    .await;
    withdrawn.inspect_err(|refused| send_back::<WithdrawInvitation>(&people_path(None), &[], refused))
}

/// What the link with this token offers; this doesn't use it.
///
/// Errors: `LinkOver`.
#[server(name = FindInvitation, prefix = "/api", endpoint = "v1/admin/invitation", input = GetUrl, output = Json)]
pub async fn find_invitation(
    /// What stands in the link.
    token: String,
) -> Result<OfferedPost, Error> {
    use super::{names::name_offer, store};
    use crate::server::{Caller, answer};
    answer(async {
        let caller = Caller::current().await?;
        let invitation = store::check_invitation(&caller.state, &token).await?;
        name_offer(&caller.state, &invitation).await
    })
    .await
}

/// Takes the post that the link with this token offers, in place of the one the caller has there.
///
/// Errors: `SignInRequired`; `Forbidden` for guests; `LinkOver`, also once it was used.
#[server(name = AcceptInvitation, prefix = "/api", endpoint = "v1/admin/accept_invitation", input = PostUrl, output = Json)]
pub async fn accept_invitation(
    /// What stands in the link.
    token: String,
) -> Result<Invitation, Error> {
    use super::{admit::Actor, model::INVITATION_PAGE, store};
    use crate::{
        server::{Caller, answer, redirect_to, send_back},
        users::store::require_account,
    };
    let accepted = answer(async {
        let caller = Caller::current().await?;
        let actor = Actor { user_id: caller.signed_in()?, address: caller.address };
        require_account(&caller.state, actor.user_id).await?;
        let invitation = store::accept_invitation(&caller.state, &actor, &token).await?;
        redirect_to("/admin");
        Ok(invitation)
    })
    .await;
    accepted.inspect_err(|refused| send_back::<AcceptInvitation>(INVITATION_PAGE, &[("token", &token)], refused))
}

/// Gives somebody who has a post another role in the same place.
///
/// Errors: `SignInRequired`; `Forbidden`; `Invalid` on `role`; `NotFound` for who has no post there, and for admins of the site,
/// who are owners by the command line.
#[server(name = SetRole, prefix = "/api", endpoint = "v1/admin/set_role", input = PostUrl, output = Json)]
pub async fn set_role(
    /// Who.
    user_id: UserId,
    /// As what from now on.
    role: String,
    /// For which event; for the whole site if left out.
    #[server(default)]
    event_id: Option<EventId>,
) -> Result<(), Error> {
    use super::{
        admit::admit_at,
        model::{Role, people_path},
        store::{self, PostKey},
    };
    use crate::server::{Caller, answer, redirect_to, send_back};
    let page = people_path(event_id);
    let set = answer(async {
        let caller = Caller::current().await?;
        let actor = admit_at::<SetRole>(&caller, event_id).await?;
        let role = Role::parse(&role)?;
        store::set_role(&caller.state, &actor, PostKey { user_id, event_id }, role).await?;
        redirect_to(&format!("{page}?saved=role"));
        Ok(())
    })
    .await;
    set.inspect_err(|refused| send_back::<SetRole>(&page, &[], refused))
}

/// Takes somebody's post away.
///
/// Errors: `SignInRequired`; `Forbidden`; `NotFound` for who has no post there.
#[server(name = RemoveStaff, prefix = "/api", endpoint = "v1/admin/remove_staff", input = PostUrl, output = Json)]
pub async fn remove_staff(
    /// Who.
    user_id: UserId,
    /// For which event; for the whole site if left out.
    #[server(default)]
    event_id: Option<EventId>,
) -> Result<(), Error> {
    use super::{
        admit::admit_at,
        model::people_path,
        store::{self, PostKey},
    };
    use crate::server::{Caller, answer, redirect_to, send_back};
    let page = people_path(event_id);
    let removed = answer(async {
        let caller = Caller::current().await?;
        let actor = admit_at::<RemoveStaff>(&caller, event_id).await?;
        store::remove_staff(&caller.state, &actor, PostKey { user_id, event_id }).await?;
        // Whoever removes themselves has no business on the page any more.
        redirect_to(&if user_id == actor.user_id { "/admin".to_owned() } else { format!("{page}?saved=removed") });
        Ok(())
    })
    .await;
    removed.inspect_err(|refused| send_back::<RemoveStaff>(&page, &[], refused))
}

/// What was done through the dashboard, the newest first, among the events whose log the caller may read.
///
/// Errors: `SignInRequired`; `Forbidden`; `Invalid` on the field that makes no sense.
#[server(name = ListActions, prefix = "/api", endpoint = "v1/admin/log", input = GetUrl, output = Json)]
pub async fn list_actions(
    /// What is asked for.
    #[server(flatten)]
    query: LogQuery,
) -> Result<Page<LogEntry>, Error> {
    use super::{
        admit::{admit, admit_anywhere},
        names::name_entries,
        store,
    };
    use crate::server::{Caller, answer};
    answer(async {
        let caller = Caller::current().await?;
        let (_, reach) = admit_anywhere::<ListActions>(&caller).await?;
        let filter = query.parse()?;
        if let Some(event_id) = filter.event_id {
            admit::<ListActions>(&caller, event_id).await?;
        }
        let rows = store::list_actions(&caller.state, &reach, &filter).await?;
        let page = Page::cut(rows, filter.limit, |row| row.number.to_string());
        let items = name_entries(&caller.state, page.items).await?;
        Ok(Page { items, next_cursor: page.next_cursor })
    })
    .await
}
