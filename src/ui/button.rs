//! Buttons, and links that look like them.

use leptos::prelude::*;

/// How much a button asks to be pressed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ButtonKind {
    /// The one thing to do next; one on a screen.
    #[default]
    Primary,
    /// Another thing one can do.
    Secondary,
    /// Beside the point, but there.
    Quiet,
    /// Gives something up.
    Danger,
}

impl ButtonKind {
    /// The button's classes.
    pub fn class(self) -> &'static str {
        match self {
            Self::Primary => "button button-primary",
            Self::Secondary => "button button-secondary",
            Self::Quiet => "button button-quiet",
            Self::Danger => "button button-danger",
        }
    }
}

/// The button that sends a form. While the answer is awaited it can't be pressed again.
#[component]
pub fn SubmitButton(
    /// How much it asks to be pressed.
    #[prop(optional)]
    kind: ButtonKind,
    /// Whether an answer is awaited: the action's `pending()`.
    #[prop(optional, into)]
    pending: Signal<bool>,
    /// Whether there is nothing to send just now.
    #[prop(optional, into)]
    disabled: Signal<bool>,
    /// The words on it.
    children: Children,
) -> impl IntoView {
    view! {
        <button
            type="submit"
            class=kind.class()
            disabled=move || pending.get() || disabled.get()
            aria-busy=move || pending.get().then_some("true")
        >
            {children()}
        </button>
    }
}

/// A link that looks like a button.
#[component]
pub fn LinkButton(
    /// Where it leads.
    #[prop(into)]
    href: String,
    /// How much it asks to be pressed.
    #[prop(optional)]
    kind: ButtonKind,
    /// The words on it.
    children: Children,
) -> impl IntoView {
    view! {
        <a href=href class=kind.class()>
            {children()}
        </a>
    }
}
