//! Where the browser finds what single pages load besides: a file of JavaScript and one of WebAssembly for each crate that
//! `scripts/browser-modules` builds.

use leptos::config::LeptosOptions;
use std::{fs, path::Path, sync::OnceLock};

/// What a page loads besides; each lies in a folder of the site that is called like it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BrowserModule {
    /// What the door scans tickets with.
    Scanner,
    /// What seat maps are drawn with.
    Designer,
}

/// The addresses of both files of a module, which change with their content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModuleFiles {
    /// The JavaScript.
    pub script: String,
    /// The WebAssembly.
    pub wasm: String,
}

impl BrowserModule {
    /// What the site has of it; nothing where it was built without. Looked for once: it doesn't change while the program runs.
    pub fn find(self, options: &LeptosOptions) -> Option<&'static ModuleFiles> {
        static SCANNER: OnceLock<Option<ModuleFiles>> = OnceLock::new();
        static DESIGNER: OnceLock<Option<ModuleFiles>> = OnceLock::new();
        let (found, folder) = match self {
            Self::Scanner => (&SCANNER, "scanner"),
            Self::Designer => (&DESIGNER, "designer"),
        };
        found.get_or_init(|| look(Path::new(&*options.site_root), folder)).as_ref()
    }
}

fn look(site: &Path, folder: &str) -> Option<ModuleFiles> {
    let entries = fs::read_dir(site.join(folder)).ok()?;
    let names: Vec<String> = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok()).collect();
    let address = |ending: &str| {
        let name = names.iter().find(|name| name.ends_with(ending))?;
        Some(format!("/{folder}/{name}"))
    };
    Some(ModuleFiles { script: address(".js")?, wasm: address(".wasm")? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_site_without_a_module_has_none() {
        assert_eq!(look(Path::new("/nowhere"), "scanner"), None);
    }
}
