//! The HTTP status of the page being rendered: the one thing a view tells the server.

/// Sets the page's HTTP status while it is rendered on the server; in the browser there is nothing to set.
///
/// The only `cfg` outside a `mod` line: a failed page must answer with the status it shows.
#[cfg_attr(not(feature = "ssr"), expect(unused_variables, reason = "the browser has no status to set"))]
pub fn set_page_status(status: u16) {
    #[cfg(feature = "ssr")]
    crate::server::set_page_status(status);
}
