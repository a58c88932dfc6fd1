//! The routes and the layers around them.
//!
//! A request passes, from the outside in: the request log, compression, the headers every reply has; then, under `/api`
//! and around the pages alike, the layer that gives refusals their shape, the guard against panics, the time limit, the
//! guard against foreign origins, the session; under `/api` also the reader of JSON and the keeper of replies. Around what
//! takes tokens stand the layers that say how often somebody has asked and whose the token is, and inside its session the one
//! that counts.
//! Pages that are the same for everybody are answered inside the session by what was drawn for somebody else a moment ago; what
//! staff change puts an end to that.
//! What open pages are told as a stream has fewer of them (`streams`).
//!
//! Layers stand together in tuples, the outermost first: each call of `Router::layer` boxes what is inside it once more, and
//! every request copied all of these boxes for each of them.

use super::{
    credential::stand_in,
    csp::set_page_policy,
    error_page::refuse_as_page,
    error_shape::shape_errors,
    headers::{IsHttps, set_headers},
    health,
    idempotency::answer_once,
    json_body::{BODY_MAX_BYTES, accept_json, accept_json_up_to},
    limits::{limit_requests, tell_limits},
    page_owner::keep_owner,
    page_turns::{PageTurns, take_turns},
    request_log::log_request,
    robots::robots,
    session_store::SessionStore,
    state::AppState,
    static_files::{Otherwise, no_such_file, set_cache_control, site_files},
};
use crate::{
    analytics, api,
    app::{
        self, App,
        sharing::{clear_after_changes, share_pages},
        shell,
    },
    bookings, discounts, events, notifications, seats,
    staff::{
        self,
        large_bodies::{LARGE_BODIES, LARGE_BODY_MAX_BYTES, LARGE_FORMS, admit_large_body},
    },
    tickets,
    users::programs::bearer::accept_bearer,
};
use axum::{
    Router,
    body::Body,
    extract::{DefaultBodyLimit, Request, State},
    http::{StatusCode, header::ALLOW},
    middleware::{Next, from_fn, from_fn_with_state},
    response::{IntoResponse, Redirect, Response},
    routing::{MethodRouter, any, get},
};
use leptos::{
    prelude::provide_context,
    server_fn::axum::{get_server_fn_service, server_fn_paths},
};
use leptos_axum::{
    ErrorHandler, LeptosRoutes, generate_route_list_with_exclusions, handle_server_fns_with_context,
    site_pkg_dir_service_route_path,
};
use std::time::Duration;
use tower::{ServiceExt, util::MapRequestLayer};
use tower_http::{
    body::Limited,
    catch_panic::{CatchPanicLayer, DefaultResponseForPanic},
    compression::CompressionLayer,
    csrf::CsrfLayer,
    limit::RequestBodyLimitLayer,
    timeout::TimeoutLayer,
};
use tower_sessions::{Expiry, SessionManagerLayer, cookie::SameSite};

/// Longest time a reply may take to begin: more than the longest statement, less than what proxies usually wait.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(20);

/// As much where somebody sends a large file: ten megabytes take half a minute on a slow line.
const UPLOAD_TIMEOUT: Duration = Duration::from_secs(120);

/// The whole site.
pub fn router(state: AppState) -> Router {
    let https = IsHttps(state.config.is_https());
    Router::new()
        .merge(api(&state))
        .merge(large_api(&state))
        .merge(pages(&state))
        .merge(documents(&state))
        .merge(uploads(&state))
        .merge(outlets(&state))
        .merge(files(&state))
        .merge(health_checks())
        .with_state(state.clone())
        .layer((from_fn(log_request), CompressionLayer::new(), from_fn_with_state(https, set_headers)))
        .merge(streams(state, https))
}

/// What open pages are told. Apart from compression, whose body would keep the room for its tables for each viewer, and from
/// sessions, where it is the same for everybody.
fn streams(state: AppState, https: IsHttps) -> Router {
    let of_a_person = notifications::live::routes().layer((
        from_fn_with_state(state.clone(), accept_bearer),
        sessions(&state),
        from_fn(stand_in),
    ));
    let of_everybody = Router::new().merge(events::live::routes()).merge(seats::live::routes());
    of_everybody.merge(of_a_person).with_state(state.clone()).layer((
        from_fn(log_request),
        from_fn_with_state(https, set_headers),
        from_fn_with_state(state.clone(), tell_limits),
        from_fn(shape_errors),
        // Outside the sessions: streams are counted by the address alone.
        from_fn_with_state(state, limit_requests),
        CatchPanicLayer::new(),
        TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, REQUEST_TIMEOUT),
    ))
}

fn api(state: &AppState) -> Router<AppState> {
    Router::new()
        .route("/api", any(call_server_fn))
        .route("/api/", any(call_server_fn))
        .route("/api/{*fn_name}", any(call_server_fn))
        .layer((
            from_fn_with_state(state.clone(), clear_after_changes),
            from_fn_with_state(state.clone(), tell_limits),
            from_fn_with_state(state.clone(), accept_bearer),
            from_fn(shape_errors),
            guards(state),
            from_fn(stand_in),
            from_fn_with_state(state.clone(), limit_requests),
            RequestBodyLimitLayer::new(BODY_MAX_BYTES),
            MapRequestLayer::new(|request: Request<Limited<Body>>| request.map(Body::new)),
            from_fn(accept_json),
            from_fn_with_state(state.clone(), answer_once),
        ))
}

/// The functions that take large bodies, from those who run events. Most read their JSON as it is: as a form, a hundred thousand
/// seats would be a million fields. One takes a form, as the others do.
fn large_api(state: &AppState) -> Router<AppState> {
    LARGE_BODIES.iter().fold(Router::new(), |router, path| router.route(path, any(call_server_fn))).layer((
        from_fn_with_state(state.clone(), clear_after_changes),
        from_fn_with_state(state.clone(), tell_limits),
        from_fn_with_state(state.clone(), accept_bearer),
        from_fn(shape_errors),
        guards_within(state, UPLOAD_TIMEOUT),
        from_fn(stand_in),
        from_fn_with_state(state.clone(), limit_requests),
        from_fn_with_state(state.clone(), admit_large_body),
        // What is in memory already is not measured again.
        DefaultBodyLimit::disable(),
        from_fn(accept_large_json),
        from_fn_with_state(state.clone(), answer_once),
    ))
}

async fn accept_large_json(request: Request, next: Next) -> Response {
    if LARGE_FORMS.contains(&request.uri().path()) {
        return accept_json_up_to(LARGE_BODY_MAX_BYTES, request, next).await;
    }
    next.run(request).await
}

fn pages(state: &AppState) -> Router<AppState> {
    // Left to themselves, the Leptos routes would add the server functions, outside the layers of `/api`.
    let server_fns = server_fn_paths().map(|(path, _)| path.to_owned()).collect();
    let paths = generate_route_list_with_exclusions(App, Some(server_fns));
    let options = state.leptos_options.clone();
    let not_found = ErrorHandler::new_with_context(context(state), shell, options.clone());
    Router::new()
        .leptos_routes_with_context(state, paths, set_page_policy, move || shell(options.clone()))
        .fallback_service(
            site_files(&state.leptos_options).fallback(not_found).map_response(IntoResponse::into_response),
        )
        .layer((
            from_fn(without_trailing_slash),
            from_fn(refuse_as_page),
            guards(state),
            from_fn_with_state(state.clone(), share_pages),
            from_fn_with_state(PageTurns::default(), take_turns),
            from_fn_with_state(Otherwise::OneHour, set_cache_control),
            from_fn(keep_owner),
        ))
}

/// The files of who is signed in.
fn documents(state: &AppState) -> Router<AppState> {
    Router::new().merge(tickets::documents::routes()).merge(dashboard_files()).layer((
        from_fn_with_state(state.clone(), tell_limits),
        from_fn_with_state(state.clone(), accept_bearer),
        from_fn(refuse_as_page),
        guards(state),
        from_fn(stand_in),
        from_fn_with_state(state.clone(), limit_requests),
        from_fn_with_state(PageTurns::default(), take_turns),
    ))
}

/// The files that staff send. While one comes no page has to wait for its turn.
fn uploads(state: &AppState) -> Router<AppState> {
    events::admin::poster_upload::routes().layer((
        from_fn_with_state(state.clone(), clear_after_changes),
        from_fn_with_state(state.clone(), tell_limits),
        from_fn_with_state(state.clone(), accept_bearer),
        from_fn(refuse_as_page),
        guards_within(state, UPLOAD_TIMEOUT),
        from_fn(stand_in),
        from_fn_with_state(state.clone(), limit_requests),
    ))
}

/// What the dashboard hands out as files.
fn dashboard_files() -> Router<AppState> {
    Router::new()
        .merge(analytics::export::routes())
        .merge(bookings::admin::export::routes())
        .merge(discounts::admin::export::routes())
        .merge(seats::admin::export::routes())
        .merge(staff::export::routes())
}

/// What other sites, search engines, calendars and home screens ask for. They wait their turn apart from people.
fn outlets(state: &AppState) -> Router<AppState> {
    Router::new()
        .merge(api::document::routes())
        .merge(app::routes())
        .merge(events::outlets::routes())
        .merge(notifications::mailbox::routes(state))
        .merge(notifications::unsubscribe::routes())
        .route("/robots.txt", get(robots))
        .layer((
            from_fn(refuse_as_page),
            CatchPanicLayer::new(),
            TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, REQUEST_TIMEOUT),
            from_fn_with_state(PageTurns::default(), take_turns),
        ))
}

/// `/events/` is `/events`, whoever wrote the link.
async fn without_trailing_slash(request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let short = path.trim_end_matches('/');
    // What begins with two slashes would name another host, and browsers take a backslash for a slash.
    if short.len() == path.len() || short.is_empty() || short.starts_with("//") || short.contains('\\') {
        return next.run(request).await;
    }
    let query = request.uri().query().map(|query| format!("?{query}")).unwrap_or_default();
    Redirect::permanent(&format!("{short}{query}")).into_response()
}

fn files(state: &AppState) -> Router<AppState> {
    let path = site_pkg_dir_service_route_path(&state.leptos_options);
    let missing: MethodRouter = get(no_such_file);
    Router::new()
        .route_service(&path, site_files(&state.leptos_options).fallback(missing))
        .layer(from_fn_with_state(Otherwise::Revalidate, set_cache_control))
}

fn health_checks() -> Router<AppState> {
    Router::new().route("/healthz", get(health::healthz)).route("/readyz", get(health::readyz))
}

/// The layers that pages and functions have in common: against panics, time, foreign origins; and the session.
type Guards = (CatchPanicLayer<DefaultResponseForPanic>, TimeoutLayer, CsrfLayer, SessionManagerLayer<SessionStore>);

fn guards(state: &AppState) -> Guards {
    guards_within(state, REQUEST_TIMEOUT)
}

fn guards_within(state: &AppState, longest: Duration) -> Guards {
    // The public address counts behind a proxy that changes `Host`; where it is the same, requests pass anyway.
    let same_origin = CsrfLayer::new().add_trusted_origin(&state.config.public_url).unwrap_or_default();
    let in_time = TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, longest);
    (CatchPanicLayer::new(), in_time, same_origin, sessions(state))
}

fn sessions(state: &AppState) -> SessionManagerLayer<SessionStore> {
    let https = state.config.is_https();
    SessionManagerLayer::new(state.sessions.clone())
        // A browser accepts the prefix over https only; there it keeps other hosts of the domain from setting the cookie.
        .with_name(if https { "__Host-evently" } else { "evently" })
        .with_secure(https)
        .with_http_only(true)
        // Strict would greet everyone who follows a link from a mail as a stranger.
        .with_same_site(SameSite::Lax)
        .with_path("/")
        .with_expiry(Expiry::OnInactivity(time::Duration::seconds(state.config.session_ttl_s)))
}

/// What server functions find in their context, called from the browser and from a rendering alike.
fn context(state: &AppState) -> impl Fn() + Clone + Send + Sync + 'static {
    let state = state.clone();
    move || {
        provide_context(state.clone());
        set_page_policy();
    }
}

async fn call_server_fn(State(state): State<AppState>, request: Request) -> Response {
    let path = request.uri().path();
    if get_server_fn_service(path, request.method().clone()).is_some() {
        return handle_server_fns_with_context(move || provide_context(state.clone()), request).await.into_response();
    }
    match server_fn_paths().find(|(known, _)| *known == path) {
        Some((_, method)) => (StatusCode::METHOD_NOT_ALLOWED, [(ALLOW, method.to_string())]).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}
