//! How long requests took, by route: what the distribution of each is can be read from `/metrics`.
//!
//! A route is named as the router knows it (`/events/{id}`), never by its address, so that there are as many as there are
//! routes. Finding one that was seen before costs a look into a table and no memory.

use super::metrics::{REQUEST_SECONDS, REQUESTS_FAILED_TOTAL, is_counting};
use axum::extract::MatchedPath;
use leptos::server_fn::axum::server_fn_paths;
use metrics::{Counter, Histogram};
use std::{
    collections::{HashMap, HashSet},
    sync::{LazyLock, PoisonError, RwLock},
    time::Duration,
};

/// What functions are called by in the router; each is a route of its own here.
const FUNCTIONS: &str = "/api/{*fn_name}";
/// What no route is named by: files of the site, and addresses that lead nowhere.
const OTHER: &str = "other";

static SEEN: LazyLock<RwLock<HashMap<String, Route>>> = LazyLock::new(RwLock::default);
static FUNCTION_PATHS: LazyLock<HashSet<&'static str>> =
    LazyLock::new(|| server_fn_paths().map(|(path, _)| path).collect());

#[derive(Clone)]
struct Route {
    seconds: Histogram,
    failed: Counter,
}

impl Route {
    fn named(name: &str) -> Self {
        let name = name.to_owned();
        Self {
            seconds: metrics::histogram!(REQUEST_SECONDS, "route" => name.clone()),
            failed: metrics::counter!(REQUESTS_FAILED_TOTAL, "route" => name),
        }
    }

    fn count(&self, status: u16, took: Duration) {
        self.seconds.record(took.as_secs_f64());
        if status >= 500 {
            self.failed.increment(1);
        }
    }
}

/// Counts a request that was answered, if anything is counted.
pub(super) fn count_time(matched: Option<&MatchedPath>, path: &str, status: u16, took: Duration) {
    if !is_counting() {
        return;
    }
    let name = name_route(matched.map(MatchedPath::as_str), path);
    if let Some(route) = SEEN.read().unwrap_or_else(PoisonError::into_inner).get(name) {
        return route.count(status, took);
    }
    let mut seen = SEEN.write().unwrap_or_else(PoisonError::into_inner);
    seen.entry(name.to_owned()).or_insert_with(|| Route::named(name)).count(status, took);
}

fn name_route<'a>(matched: Option<&'a str>, path: &str) -> &'a str {
    match matched {
        Some(FUNCTIONS) => FUNCTION_PATHS.get(path).copied().unwrap_or(OTHER),
        Some(route) => route,
        None => OTHER,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_route_is_never_named_by_an_address() {
        assert_eq!(name_route(Some("/events/{id}"), "/events/1"), "/events/{id}");
        assert_eq!(name_route(Some(FUNCTIONS), "/api/v1/events/list"), "/api/v1/events/list");
        assert_eq!(name_route(Some(FUNCTIONS), "/api/v1/events/list/1"), OTHER);
        assert_eq!(name_route(None, "/wp-login.php"), OTHER);
    }
}
