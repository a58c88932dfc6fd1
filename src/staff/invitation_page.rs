//! An invitation: where the link in its mail leads.

use super::{
    api::{AcceptInvitation, find_invitation},
    model::OfferedPost,
};
use crate::{
    error::Error,
    server::begin,
    ui::{FormRefusal, LinkButton, PageError, PageHead, SubmitButton, asked, next_path, refusal},
    users::api::find_session_user,
};
use leptos::{prelude::*, server_fn::ServerFn};
use leptos_meta::Title;

/// One button: opening the page accepts nothing, because programs that look for bad mail open links too.
#[component]
pub fn InvitationPage() -> impl IntoView {
    let token = asked("token");
    let found = begin(load(token.clone()));
    view! {
        <Title text="An invitation" />
        {Suspend::new(async move {
            match found.await {
                Ok((offered, is_signed_in)) => view! { <Shown offered is_signed_in token /> }.into_any(),
                Err(error) => view! { <PageError error /> }.into_any(),
            }
        })}
    }
}

async fn load(token: String) -> Result<(OfferedPost, bool), Error> {
    Ok((find_invitation(token).await?, find_session_user().await?.is_some_and(|user| !user.is_guest)))
}

#[component]
fn Shown(offered: OfferedPost, is_signed_in: bool, token: String) -> impl IntoView {
    let OfferedPost { role, event_name, invited_by } = offered;
    let place = event_name.unwrap_or_else(|| "all events".to_owned());
    view! {
        <section class="page account-page">
            <PageHead
                title=format!("Help with {place}")
                lead=format!("{invited_by} offers you the role {} for {place}.", role.words())
            />
            <FormRefusal refusal={refusal::<AcceptInvitation>()} />
            {if is_signed_in {
                view! {
                    <form method="post" action=AcceptInvitation::url() class="form">
                        <input type="hidden" name="token" value=token />
                        <SubmitButton>"Accept"</SubmitButton>
                    </form>
                }
                    .into_any()
            } else {
                view! {
                    <p class="muted">"It goes to the account you sign in with."</p>
                    <p class="actions">
                        <LinkButton href=next_path("/sign-in")>"Sign in"</LinkButton>
                        <LinkButton href=next_path("/register") kind=crate::ui::ButtonKind::Secondary>"Make an account"</LinkButton>
                    </p>
                }
                    .into_any()
            }}
        </section>
    }
}
