//! Waiting for a sale to open, on a page that opens with it.

use crate::ui::time_left::{say_wait, use_seconds_left};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// A sale that opens while a page may be open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpensSoon {
    /// Milliseconds until then when the page was drawn, by the server's clock.
    pub in_ms: i64,
    /// When that is, as a sentence.
    pub words: String,
}

/// Whether the sale is open by now. Copies share it.
#[derive(Clone, Copy, Debug)]
pub struct Opening {
    left_s: Option<ReadSignal<i64>>,
    is_awaited: RwSignal<bool>,
}

impl Opening {
    /// Counts down to this opening; without one, the sale is open.
    pub fn new(soon: Option<&OpensSoon>) -> Self {
        let left_s = soon.map(|soon| use_seconds_left(soon.in_ms));
        let is_awaited = RwSignal::new(false);
        if let Some(left_s) = left_s {
            // Effects run in the browser only: without scripts nobody could open what is closed here.
            Effect::new(move |_| is_awaited.set(left_s.get() > 0));
        }
        Self { left_s, is_awaited }
    }

    /// Whether the time has come.
    pub fn is_open(self) -> bool {
        self.left_s.is_none_or(|left_s| left_s.get() == 0)
    }

    /// Whether scripts keep the button closed until then.
    pub fn is_awaited(self) -> bool {
        self.is_awaited.get()
    }

    /// What stands on the button in the meantime: `Opens in 9:58`.
    pub fn button_words(self) -> Option<String> {
        self.is_awaited().then(|| self.say_wait())
    }

    fn say_wait(self) -> String {
        format!("Opens in {}", say_wait(self.left_s.map_or(0, |left_s| left_s.get())))
    }
}

/// When the sale opens and how long that is; in their place, and read out, that it is open. Nothing below moves when it opens:
/// everybody is about to press.
#[component]
pub fn SaleCountdown(
    /// When it opens; nothing is shown of a sale that was open already.
    soon: Option<OpensSoon>,
    /// Whether it is open by now.
    opening: Opening,
) -> impl IntoView {
    soon.map(|OpensSoon { words, .. }| {
        view! {
            <div class="sale-opening" class:sale-opening-over=move || opening.is_open()>
                <p class="sale-opens">{words}</p>
                <p class="sale-open" role="status">{move || opening.is_open().then_some("The sale is open.")}</p>
                <p class="sale-countdown needs-scripts">{move || opening.say_wait()}</p>
            </div>
        }
    })
}
