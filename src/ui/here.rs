//! The address of the page being rendered.

use super::link::path_with;
use leptos::prelude::*;
use leptos_router::hooks::{use_location, use_query_map};

/// The page with this path (for example `/sign-in`) that comes back here when it is done.
pub fn next_path(path: &str) -> String {
    let location = use_location();
    let here = location.pathname.get_untracked() + &query_of_form(&location.search.get_untracked());
    path_with(path, [("next", here.as_str())])
}

/// A field of the page's query, empty if it isn't there: where to go next, what a form that came back held.
pub fn asked(field: &str) -> String {
    use_query_map().with_untracked(|query| query.get(field).unwrap_or_default())
}

/// A query without the error a refused form left in it, so that signing in doesn't come back to an old refusal.
fn query_of_form(search: &str) -> String {
    let search = search.trim_start_matches('?');
    let kept: Vec<&str> = search
        .split('&')
        .filter(|pair| !pair.is_empty() && !pair.starts_with("__err=") && !pair.starts_with("__path="))
        .collect();
    if kept.is_empty() { String::new() } else { format!("?{}", kept.join("&")) }
}

#[cfg(test)]
mod tests {
    use super::query_of_form;

    #[test]
    fn a_refusal_in_the_query_does_not_travel() {
        assert_eq!(query_of_form("?a=1&__path=x&__err=y&b=2"), "?a=1&b=2");
        assert_eq!(query_of_form("?__path=x&__err=y"), "");
        assert_eq!(query_of_form(""), "");
    }
}
