//! A short message in the page, for example that something was saved or needs another look.

use super::icon::{Glyph, Icon};
use leptos::prelude::*;

/// What kind of message it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tone {
    /// Good to know.
    #[default]
    Info,
    /// It worked.
    Success,
    /// Something stands in the way.
    Warning,
}

impl Tone {
    fn class(self) -> &'static str {
        match self {
            Self::Info => "notice notice-info",
            Self::Success => "notice notice-success",
            Self::Warning => "notice notice-warning",
        }
    }

    fn glyph(self) -> Glyph {
        match self {
            Self::Info => Glyph::Info,
            Self::Success => Glyph::Check,
            Self::Warning => Glyph::Warning,
        }
    }

    fn role(self) -> &'static str {
        match self {
            Self::Warning => "alert",
            Self::Info | Self::Success => "status",
        }
    }
}

/// A message with its icon. A warning is read out at once, the others when there is a pause.
#[component]
pub fn Notice(
    /// What kind of message it is.
    #[prop(optional)]
    tone: Tone,
    /// The message.
    children: Children,
) -> impl IntoView {
    view! {
        <div class=tone.class() role=tone.role()>
            <Icon glyph=tone.glyph() />
            <div class="notice-text">{children()}</div>
        </div>
    }
}
