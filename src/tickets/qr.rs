//! A ticket's QR code as a drawing: dark on light whatever the page's colours are, with the quiet zone that scanners need.

use anyhow::anyhow;
use fast_qr::{ECL, Mode, QRBuilder};
use leptos::prelude::*;
use std::fmt::Write;

/// Light modules around the code. Source: ISO/IEC 18004, 9.1: four on each side.
pub const QUIET_ZONE: usize = 4;

/// The letters that a QR code packs tightest. Source: RFC 9285, table 1.
const BASE_45: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";

/// The modules of a code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Modules {
    /// Modules a side, the quiet zone left out.
    pub size: usize,
    dark: Vec<bool>,
}

/// A stretch of dark modules beside each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run {
    /// Its first module, counted in its row.
    pub x: usize,
    /// Its row.
    pub y: usize,
    /// How many modules.
    pub length: usize,
}

impl Modules {
    /// The code that carries this text, tightest in base 45. A seventh of it may be scratched or dirty. Errors: for text that no code
    /// carries.
    pub fn of(text: &str) -> anyhow::Result<Self> {
        let is_base_45 = text.bytes().all(|byte| BASE_45.contains(&byte));
        let mode = if is_base_45 { Mode::Alphanumeric } else { Mode::Byte };
        let code = QRBuilder::new(text).mode(mode).ecl(ECL::M).build();
        let code = code.map_err(|_| anyhow!("{} letters make no QR code", text.len()))?;
        let dark = code.data.iter().take(code.size * code.size).map(|module| module.value()).collect();
        Ok(Self { size: code.size, dark })
    }

    /// Its dark modules, row by row.
    pub fn runs(&self) -> Vec<Run> {
        let mut runs: Vec<Run> = Vec::new();
        for (at, _) in self.dark.iter().enumerate().filter(|(_, dark)| **dark) {
            let (x, y) = (at % self.size, at / self.size);
            match runs.last_mut() {
                Some(run) if run.y == y && run.x + run.length == x => run.length += 1,
                _ => runs.push(Run { x, y, length: 1 }),
            }
        }
        runs
    }

    /// The same as the path of an SVG, a module being 1 wide, the quiet zone left out.
    fn path(&self) -> String {
        let mut path = String::new();
        for Run { x, y, length } in self.runs() {
            // Writing into a String can't fail.
            _ = write!(path, "M{x} {y}h{length}v1h-{length}z");
        }
        path
    }
}

/// The code that carries this text; nothing where there is none for it, which the log says.
#[component]
pub fn QrCode(
    /// What it carries.
    token: String,
    /// What it is, for who can't see it.
    #[prop(into)]
    label: String,
) -> impl IntoView {
    let modules = Modules::of(&token).inspect_err(|error| tracing::error!(%error, "a ticket has no QR code")).ok()?;
    let all = modules.size + 2 * QUIET_ZONE;
    // `fill` on the elements: no style sheet has a say in what a scanner sees.
    Some(view! {
        <svg
            class="qr"
            role="img"
            aria-label=label
            width=all * 4
            height=all * 4
            viewBox=format!("-{QUIET_ZONE} -{QUIET_ZONE} {all} {all}")
            shape-rendering="crispEdges"
        >
            <rect x=format!("-{QUIET_ZONE}") y=format!("-{QUIET_ZONE}") width=all height=all fill="#fff"></rect>
            <path fill="#000" d=modules.path()></path>
        </svg>
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_has_its_three_corners_and_no_run_touches_the_next() {
        let modules = Modules::of("TICKET").expect("a code");
        assert_eq!(modules.size, 21);
        let corner = |x: usize, y: usize| modules.runs().contains(&Run { x, y, length: 7 });
        assert!(corner(0, 0) && corner(14, 0) && corner(0, 14) && !corner(14, 14));
        assert!(modules.path().starts_with("M0 0h7v1h-7z"), "{}", modules.path());
    }

    #[test]
    fn what_no_code_carries_is_said() {
        assert!(Modules::of(&"A".repeat(5000)).is_err());
    }
}
