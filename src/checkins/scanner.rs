//! Where the browser finds what scans: a file of JavaScript and one of WebAssembly, built from the crate `scanner`.

use leptos::config::LeptosOptions;
use std::{fs, path::Path, sync::OnceLock};

/// The folder of the site where `scripts/scanner` puts them.
const FOLDER: &str = "scanner";

/// The addresses of both files, which change with their content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Scanner {
    pub(super) script: String,
    pub(super) wasm: String,
}

impl Scanner {
    /// What the site has; none where it was built without. Looked for once: they don't change while the program runs.
    pub(super) fn find(options: &LeptosOptions) -> Option<&'static Self> {
        static FOUND: OnceLock<Option<Scanner>> = OnceLock::new();
        FOUND.get_or_init(|| Self::look(&Path::new(&*options.site_root).join(FOLDER))).as_ref()
    }

    fn look(folder: &Path) -> Option<Self> {
        let entries = fs::read_dir(folder).ok()?;
        let names: Vec<String> = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok()).collect();
        let address = |ending: &str| {
            let name = names.iter().find(|name| name.ends_with(ending))?;
            Some(format!("/{FOLDER}/{name}"))
        };
        Some(Self { script: address(".js")?, wasm: address(".wasm")? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_site_without_a_scanner_has_none() {
        assert_eq!(Scanner::look(Path::new("/nowhere")), None);
    }
}
