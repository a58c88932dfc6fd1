//! What others read of an event without opening its page: search engines, other sites, calendars.

use super::app::{Person, TestApp};
use axum::http::StatusCode;
use axum_test::TestResponse;
use chrono::TimeDelta;
use evently::{
    events::store::cancel_event,
    money::{Currency, Money},
};
use serde_json::{Value, json};
use sqlx::PgPool;
use std::collections::HashSet;

const SITE: &str = "http://127.0.0.1:3000";
const NO_EVENT: &str = "00000000-0000-7000-8000-000000000000";

/// A page as somebody who isn't signed in sees it, if it is there.
async fn page(person: &Person, path: &str) -> String {
    let page = person.server.get(path).add_header("accept", "text/html").await;
    assert_eq!(page.status_code(), StatusCode::OK, "{path}");
    page.text()
}

/// What the page says under this name in its head.
fn meta<'a>(html: &'a str, name: &str) -> Option<&'a str> {
    let head = html.split("</head>").next()?;
    let tags = head.split("<meta ").filter(|tag| tag.contains(&format!("\"{name}\"")));
    let contents: Vec<&str> =
        tags.map(|tag| tag.split_once("content=\"").and_then(|(_, rest)| rest.split('"').next()).unwrap()).collect();
    assert!(contents.len() < 2, "{name} is said once: {contents:?}");
    contents.first().copied()
}

fn canonical(html: &str) -> Option<&str> {
    let link = html.split("<link ").find(|tag| tag.contains("rel=\"canonical\""))?;
    link.split_once("href=\"")?.1.split('"').next()
}

/// The event of the page's JSON-LD.
async fn structured_data(app: &TestApp, event_id: impl std::fmt::Display) -> Value {
    let html = page(&app.visitor(), &format!("/events/{event_id}")).await;
    let script = html.split("<script type=\"application/ld+json\">").nth(1).expect("structured data");
    serde_json::from_str(script.split("</script>").next().expect("an end")).expect("JSON")
}

#[sqlx::test]
async fn a_public_page_says_what_and_where_it_is_and_what_shows_it(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let id = app.event_with(|event| event.name = "Tom & \"Jerry\" <live>".to_owned()).await;
    for (path, title, canonical_path, picture) in [
        ("/".to_owned(), "Find something worth going out for", "/".to_owned(), "/picture.png".to_owned()),
        (
            "/events?city=K%C3%B6ln&cursor=".to_owned(),
            "Events",
            "/events?city=K%C3%B6ln".to_owned(),
            "/picture.png".to_owned(),
        ),
        (
            format!("/events/{id}?section=x&seats=y"),
            "Tom &amp; &quot;Jerry&quot; &lt;live&gt;",
            format!("/events/{id}"),
            format!("/events/{id}/poster.png?v=2"),
        ),
    ] {
        let html = page(&app.visitor(), &path).await;
        let here = format!("{SITE}{canonical_path}");
        assert_eq!(canonical(&html), Some(here.as_str()), "{path}");
        for (name, content) in [
            ("og:url", here.as_str()),
            ("og:title", title),
            ("twitter:title", title),
            ("og:site_name", "Evently"),
            ("og:type", "website"),
            ("og:image", &format!("{SITE}{picture}")),
            ("og:image:width", "1200"),
            ("og:image:height", "630"),
            ("twitter:card", "summary_large_image"),
        ] {
            assert_eq!(meta(&html, name), Some(content), "{path}: {name}");
        }
        let description = meta(&html, "description").expect("a description");
        assert!(description.len() > 10, "{path}: {description}");
        assert_eq!(meta(&html, "og:description"), Some(description), "{path}");
        assert_eq!(meta(&html, "robots"), None, "{path}");
    }
}

#[sqlx::test]
async fn a_page_about_a_person_is_kept_out_of_search_engines(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let event_id = app.event(10).await;
    let ada = app.person("ada").await;
    let booking = ada.hold(event_id, 1).await;
    for path in ["/bookings", &format!("/bookings/{booking}/checkout"), "/account"] {
        assert_eq!(meta(&page(&ada, path).await, "robots"), Some("noindex"), "{path}");
    }
    for path in ["/sign-in", "/register"] {
        assert_eq!(meta(&page(&app.visitor(), path).await, "robots"), Some("noindex"), "{path}");
    }
}

#[sqlx::test]
async fn search_engines_read_an_event_with_its_times_place_and_price(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let id = app
        .event_with(|event| {
            event.name = "</script><script>alert(1)</script>".to_owned();
            event.timezone = "Asia/Tokyo".to_owned();
            event.city = "Tokyo".to_owned();
            event.country = "JP".to_owned();
            event.price = Money::new(3_000, Currency::try_from("JPY".to_owned()).expect("yen"));
        })
        .await;
    let event = structured_data(&app, id).await;
    for (field, value) in [
        ("/@type", json!("Event")),
        ("/name", json!("</script><script>alert(1)</script>")),
        ("/url", json!(format!("{SITE}/events/{id}"))),
        ("/startDate", json!("2030-03-11T21:00:00+09:00")),
        ("/endDate", json!("2030-03-12T00:00:00+09:00")),
        ("/doorTime", json!("2030-03-11T20:00:00+09:00")),
        ("/eventStatus", json!("https://schema.org/EventScheduled")),
        ("/eventAttendanceMode", json!("https://schema.org/OfflineEventAttendanceMode")),
        ("/location/name", json!("The Hall")),
        ("/location/address/streetAddress", json!("1 High Street")),
        ("/location/address/addressLocality", json!("Tokyo")),
        ("/location/address/addressCountry", json!("JP")),
        ("/description", json!("One evening.")),
        ("/image/0", json!(format!("{SITE}/events/{id}/poster.png?v=2"))),
        ("/offers/price", json!("3000")),
        ("/offers/priceCurrency", json!("JPY")),
        ("/offers/validFrom", json!("2030-02-28T21:00:00+09:00")),
    ] {
        assert_eq!(event.pointer(field), Some(&value), "{field}");
    }
}

#[sqlx::test]
async fn search_engines_are_told_what_is_left_now(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let availability = async |id| {
        let event = structured_data(&app, id).await;
        let word = event["offers"]["availability"].as_str().expect("a word").to_owned();
        word.replace("https://schema.org/", "")
    };
    let id = app.event(22).await;
    let ada = app.person("ada").await;
    assert_eq!(availability(id).await, "InStock");
    ada.hold(id, 2).await;
    assert_eq!(availability(id).await, "LimitedAvailability");
    let small = app.event(1).await;
    ada.hold(small, 1).await;
    assert_eq!(availability(small).await, "SoldOut");
    let later = app.event_with(|event| event.sales_open_at += TimeDelta::days(2)).await;
    assert_eq!(availability(later).await, "PreOrder");
    cancel_event(&app.state, id, app.now()).await.expect("cancelled");
    assert_eq!(availability(id).await, "OutOfStock");
    assert_eq!(structured_data(&app, id).await["eventStatus"], "https://schema.org/EventCancelled");
}

/// What a reply says under this header, empty where it doesn't.
fn header<'a>(reply: &'a TestResponse, name: &str) -> &'a str {
    reply.maybe_header(name).map_or("", |_| reply.headers()[name].to_str().expect("text"))
}

#[sqlx::test]
async fn search_engines_find_all_that_is_to_come_and_nothing_else(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let past = app
        .event_with(|event| {
            event.doors_at = None;
            event.event_date -= TimeDelta::days(9);
            event.ends_at -= TimeDelta::days(9);
            event.sales_close_at -= TimeDelta::days(9);
        })
        .await;
    app.wait(TimeDelta::days(2));
    let draft = app.draft_with(|_| ()).await;
    let (next, off) = (app.event(10).await, app.event(10).await);
    cancel_event(&app.state, off, app.now()).await.expect("cancelled");
    let reply = app.visitor().server.get("/sitemap.xml").await;
    assert_eq!((reply.status_code(), header(&reply, "content-type")), (StatusCode::OK, "application/xml"));
    let xml = reply.text();
    let urls: Vec<&str> = xml.lines().filter(|line| line.starts_with("<url>")).collect();
    let event = format!("<url><loc>{SITE}/events/{next}</loc><lastmod>2030-03-03T12:00:00Z</lastmod></url>");
    let page = |path: &str| format!("<url><loc>{SITE}{path}</loc></url>");
    assert_eq!(urls, [page("/"), page("/events"), event], "{past} {draft} {off}");
}

#[sqlx::test]
async fn more_events_than_a_sitemap_may_name_are_in_several(pool: PgPool) {
    let app = TestApp::new(pool).await;
    app.event(10).await;
    let sql = "insert into events (id, name, summary, description, category, venue, address, city, country, timezone,
                   event_date, ends_at, currency, price_minor, total_capacity, available_capacity, has_seat_selection,
                   status, sales_open_at, sales_close_at, created_at, updated_at)
               select gen_random_uuid(), 'x', '', '', '', '', '', '', country, timezone, event_date, ends_at, currency,
                   price_minor, 1, 1, false, status, sales_open_at, sales_close_at, created_at, updated_at
               from events, generate_series(1, 49998)";
    sqlx::query(sql).execute(app.state.db.pool()).await.expect("many events");
    let server = app.visitor().server;
    let index = server.get("/sitemap.xml").await.text();
    let mut addresses = HashSet::new();
    for number in [1, 2] {
        let path = format!("/sitemaps/{number}.xml");
        assert!(index.contains(&format!("<sitemap><loc>{SITE}{path}</loc></sitemap>")), "{index}");
        let part = server.get(&path).await.text();
        let urls = part.lines().filter(|line| line.starts_with("<url>"));
        let before = addresses.len();
        addresses.extend(urls.map(str::to_owned));
        assert!((1..=50_000).contains(&(addresses.len() - before)), "{path}");
    }
    assert_eq!(addresses.len(), 49_999 + 2);
    assert!(!index.contains("3.xml"));
    for path in ["/sitemaps/0.xml", "/sitemaps/3.xml", "/sitemaps/-1.xml", "/sitemaps/1", "/sitemaps/99999.xml"] {
        assert_eq!(server.get(path).await.status_code(), StatusCode::NOT_FOUND, "{path}");
    }
}

#[sqlx::test]
async fn search_engines_are_told_where_to_look_and_where_not(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let reply = app.visitor().server.get("/robots.txt").await;
    assert!(header(&reply, "content-type").starts_with("text/plain"));
    let text = reply.text();
    for line in ["User-agent: *", "Disallow: /bookings", "Disallow: /account", "Disallow: /sign-in", "Disallow: /api/"]
    {
        assert!(text.lines().any(|other| other == line), "{line}: {text}");
    }
    assert!(text.ends_with(&format!("\nSitemap: {SITE}/sitemap.xml\n")), "{text}");
}

#[sqlx::test]
async fn an_event_goes_into_a_calendar(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let id = app.event_with(|event| event.name = "One, two; three\nEND:VEVENT".to_owned()).await;
    let server = app.visitor().server;
    let path = format!("/events/{id}/calendar.ics");
    let page = page(&app.visitor(), &format!("/events/{id}")).await;
    assert!(page.contains(&format!("href=\"{path}\"")));
    let reply = server.get(&path).await;
    assert_eq!((reply.status_code(), header(&reply, "content-type")), (StatusCode::OK, "text/calendar; charset=utf-8"));
    assert_eq!(header(&reply, "content-disposition"), "attachment; filename=\"one-two-three-end-vevent.ics\"");
    assert_eq!(header(&reply, "set-cookie"), "");
    let text = reply.text();
    assert!(text.lines().all(|line| line.len() <= 75), "{text}");
    let text = text.replace("\r\n ", "");
    for line in [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        &format!("UID:{id}"),
        "SEQUENCE:2",
        "DTSTAMP:20300301T120000Z",
        "DTSTART:20300311T120000Z",
        "DTEND:20300311T150000Z",
        "SUMMARY:One\\, two\\; three\\nEND:VEVENT",
        "LOCATION:The Hall\\, 1 High Street\\, Berlin",
        &format!("URL:{SITE}/events/{id}"),
        "STATUS:CONFIRMED",
    ] {
        assert!(text.split("\r\n").any(|other| other == line), "{line}: {text}");
    }
    cancel_event(&app.state, id, app.now()).await.expect("cancelled");
    let text = server.get(&path).await.text();
    assert!(text.contains("\r\nSTATUS:CANCELLED\r\n") && text.contains("\r\nSEQUENCE:3\r\n"), "{text}");
}

#[sqlx::test]
async fn nothing_is_told_of_an_event_that_is_a_draft_or_none(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let draft = app.draft_with(|_| ()).await.to_string();
    let server = app.visitor().server;
    for outlet in ["calendar.ics", "embed", "poster.png"] {
        for id in [draft.as_str(), NO_EVENT, "x", "%00"] {
            let reply = server.get(&format!("/events/{id}/{outlet}")).await;
            assert_eq!(reply.status_code(), StatusCode::NOT_FOUND, "{id}/{outlet}");
            assert!(!reply.text().contains("An evening"), "{id}/{outlet}");
        }
    }
}

#[sqlx::test]
async fn a_picture_shows_an_event_where_it_is_passed_on(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let server = app.visitor().server;
    let id = app.event_with(|event| event.name = "Tom & <Jerry>".to_owned()).await;
    let japanese = app.event_with(|event| event.name = "夜のコンサート".to_owned()).await;
    let paths =
        [format!("/events/{id}/poster.png"), format!("/events/{japanese}/poster.png"), "/picture.png".to_owned()];
    for path in paths {
        let reply = server.get(&path).await;
        assert_eq!((reply.status_code(), header(&reply, "content-type")), (StatusCode::OK, "image/png"), "{path}");
        assert_eq!(header(&reply, "cache-control"), "public, max-age=86400");
        assert_eq!(header(&reply, "set-cookie"), "");
        let png = reply.as_bytes();
        assert_eq!(size_of_png(png), [1200, 630], "{path}");
        assert!((10_000..400_000).contains(&png.len()), "{path}: {} bytes", png.len());
        let tag = header(&reply, "etag").to_owned();
        assert!(tag.starts_with('"'), "{tag}");
        let again = server.get(&path).add_header("if-none-match", format!("\"x\", W/{tag}")).await;
        assert_eq!((again.status_code(), again.as_bytes().len()), (StatusCode::NOT_MODIFIED, 0), "{path}");
        assert_eq!(header(&again, "etag"), tag);
    }
    let tag = async || header(&server.get(&format!("/events/{id}/poster.png")).await, "etag").to_owned();
    let before = tag().await;
    cancel_event(&app.state, id, app.now()).await.expect("cancelled");
    assert_ne!(before, tag().await, "a version of the event has a picture of its own");
}

/// Width and height, from the first chunk of a PNG.
fn size_of_png(png: &[u8]) -> [u32; 2] {
    assert_eq!(png[..8], *b"\x89PNG\r\n\x1a\n");
    [16, 20].map(|at| u32::from_be_bytes(png[at..at + 4].try_into().expect("four bytes")))
}

#[sqlx::test]
async fn any_site_may_frame_an_event_and_nothing_else(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let id = app.event_with(|event| event.name = "Tom & <Jerry>".to_owned()).await;
    let ada = app.person("ada").await;
    let path = format!("/events/{id}/embed");
    let reply = ada.server.get(&path).await;
    let policy = header(&reply, "content-security-policy");
    assert!(policy.contains("frame-ancestors *") && policy.contains("default-src 'none'"), "{policy}");
    assert!(!policy.contains("script") && policy.contains("form-action 'none'"), "{policy}");
    assert_eq!(header(&reply, "x-frame-options"), "");
    assert_eq!(header(&reply, "set-cookie"), "");
    assert_eq!(header(&reply, "cache-control"), "public, max-age=30");
    let html = reply.text();
    for words in ["Tom &amp; &lt;Jerry&gt;", "Mon 11 Mar", "13:00", "The Hall", "Berlin", "€25", "Available", "<svg"]
    {
        assert!(html.contains(words), "{words}: {html}");
    }
    let link = html.split("<a ").nth(1).and_then(|rest| rest.split("</a>").next()).expect("a link");
    for part in [&format!("href=\"/events/{id}\""), "target=\"_blank\"", "rel=\"noopener\"", "Get tickets"] {
        assert!(link.contains(part), "{part}: {link}");
    }
    assert_eq!(html.matches("<a ").count(), 1, "one way out");
    for absent in ["<script", "<form", "<button", " style=", ">ada", "ada@"] {
        assert!(!html.contains(absent), "{absent}: {html}");
    }
    let gone = ada.server.get(&format!("/events/{NO_EVENT}/embed")).await;
    assert_eq!(gone.status_code(), StatusCode::NOT_FOUND);
    assert!(header(&gone, "content-security-policy").contains("frame-ancestors *"));
    assert!(gone.text().contains("isn't here any more"));
    for path in
        ["/", "/events", &format!("/events/{id}"), "/offline", "/nothing", "/picture.png", "/sw.js", "/robots.txt"]
    {
        let reply = app.visitor().server.get(path).add_header("accept", "text/html").await;
        assert!(header(&reply, "content-security-policy").ends_with("frame-ancestors 'none'"), "{path}");
    }
}

#[sqlx::test]
async fn an_embed_says_when_nothing_can_be_had(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let id = app.event(1).await;
    app.person("ada").await.hold(id, 1).await;
    let html = app.visitor().server.get(&format!("/events/{id}/embed")).await.text();
    assert!(html.contains("Sold out") && html.contains("See the event") && !html.contains("Get tickets"), "{html}");
}

#[sqlx::test]
async fn the_site_can_be_installed(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let server = app.visitor().server;
    let home = page(&app.visitor(), "/").await;
    assert!(home.contains("<link rel=\"manifest\" href=\"/manifest.webmanifest\""), "{home}");
    assert!(home.contains("<link rel=\"apple-touch-icon\" href=\"/apple-touch-icon.png\""), "{home}");
    let reply = server.get("/manifest.webmanifest").await;
    assert_eq!(header(&reply, "content-type"), "application/manifest+json");
    let manifest: Value = reply.json();
    for (field, value) in
        [("name", "Evently"), ("short_name", "Evently"), ("display", "standalone"), ("start_url", "/")]
    {
        assert_eq!(manifest[field], value, "{field}");
    }
    let icons = manifest["icons"].as_array().expect("icons");
    assert!(icons.iter().any(|icon| icon["purpose"] == "maskable"));
    let apple = json!({"src": "/apple-touch-icon.png", "sizes": "180x180", "type": "image/png"});
    for icon in icons.iter().chain([&apple]).filter(|icon| icon["type"] == "image/png") {
        let reply = server.get(icon["src"].as_str().expect("a path")).await;
        assert_eq!((reply.status_code(), header(&reply, "content-type")), (StatusCode::OK, "image/png"), "{icon}");
        let [width, height] = size_of_png(reply.as_bytes());
        assert_eq!(icon["sizes"], format!("{width}x{height}"));
    }
}

#[sqlx::test]
async fn a_browser_keeps_a_page_for_when_there_is_no_connection(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let ada = app.person("ada").await;
    let reply = ada.server.get("/offline").await;
    assert_eq!((reply.status_code(), header(&reply, "set-cookie")), (StatusCode::OK, ""));
    let policy = header(&reply, "content-security-policy").to_owned();
    assert!(policy.starts_with("default-src 'none'") && !policy.contains("script"), "{policy}");
    let html = reply.text();
    for words in ["No connection", "Try again", "their clock runs on", "noindex"] {
        assert!(html.contains(words), "{words}: {html}");
    }
    assert!(!html.contains(">ada") && !html.contains("ada@") && !html.contains("<script"), "{html}");
    let reply = ada.server.get("/sw.js").await;
    assert!(header(&reply, "content-type").starts_with("text/javascript"));
    assert_eq!(header(&reply, "cache-control"), "no-cache");
    assert!(header(&reply, "content-security-policy").contains("default-src 'self'"));
    let script = reply.text();
    assert!(!script.contains("$VERSION") && script.contains("\"offline-"), "{script}");
    let home = ada.server.get("/").add_header("accept", "text/html").await;
    assert!(header(&home, "content-security-policy").contains("worker-src 'self'"));
    assert!(home.text().contains("navigator.serviceWorker?.register('/sw.js').catch(() => {})"));
}

#[sqlx::test]
async fn a_page_that_does_not_exist_has_a_way_on(pool: PgPool) {
    let app = TestApp::new(pool).await;
    for path in ["/nothing", &format!("/events/{NO_EVENT}")] {
        let reply = app.visitor().server.get(path).add_header("accept", "text/html").await;
        assert_eq!(reply.status_code(), StatusCode::NOT_FOUND, "{path}");
        let html = reply.text();
        for part in ["role=\"search\"", "action=\"/events\"", "name=\"q\"", "href=\"/events\"", "href=\"/\""] {
            assert!(html.contains(part), "{path}: {part}");
        }
    }
}

#[sqlx::test]
async fn pages_that_are_drawn_at_the_same_time_keep_their_heads_apart(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let mut ids = Vec::new();
    for number in 0..8 {
        ids.push(app.event_with(|event| event.summary = format!("The {number}th evening.")).await);
    }
    let visitor = app.visitor();
    for _ in 0..3 {
        let drawn = ids.iter().map(|id| {
            let visitor = &visitor;
            async move { page(visitor, &format!("/events/{id}")).await }
        });
        for (number, html) in futures::future::join_all(drawn).await.into_iter().enumerate() {
            assert_eq!(canonical(&html), Some(format!("{SITE}/events/{}", ids[number]).as_str()));
            assert_eq!(meta(&html, "description"), Some(format!("The {number}th evening.").as_str()));
        }
    }
}
