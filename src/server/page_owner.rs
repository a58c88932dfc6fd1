//! Keeps what a page being drawn knows (who asks, the request, its head) apart from the other pages of the same thread.

use axum::{extract::Request, middleware::Next, response::Response};
use leptos::reactive::owner::{Owner, WeakOwner};
use std::{future::poll_fn, pin::pin};

/// Layer around the pages. Leptos finds a page's contexts by the owner that the thread knows, and what it draws after waiting
/// for something relies on the one that was known before it waited. In between the thread may have drawn another page, or
/// not know this one: its meta tags went to the other page's head, or nowhere.
pub(super) async fn keep_owner(request: Request, next: Next) -> Response {
    let mut drawing = pin!(next.run(request));
    let mut owner = None::<WeakOwner>;
    poll_fn(move |context| {
        match owner.as_ref().and_then(WeakOwner::upgrade) {
            Some(own) => own.set(),
            None => forget_owner(),
        }
        let drawn = drawing.as_mut().poll(context);
        owner = Owner::current().map(|own| own.downgrade());
        forget_owner();
        drawn
    })
    .await
}

fn forget_owner() {
    if let Some(owner) = Owner::current() {
        owner.unset();
    }
}
