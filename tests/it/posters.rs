//! Posters that admins upload: what is taken, what is handed on, and who may.

use super::app::{Person, TestApp};
use axum_test::{
    TestResponse,
    multipart::{MultipartForm, Part},
};
use evently::id::EventId;
use image::{DynamicImage, ImageFormat, RgbImage};
use serde_json::{Value, json};
use sqlx::PgPool;
use std::io::Cursor;

/// A picture with something in it, of this size.
fn picture(width: u32, height: u32, kind: ImageFormat) -> Vec<u8> {
    let pixels =
        RgbImage::from_fn(width, height, |x, y| image::Rgb([(x % 251) as u8, (y % 241) as u8, (x * y % 239) as u8]));
    let mut bytes = Cursor::new(Vec::new());
    DynamicImage::from(pixels).write_to(&mut bytes, kind).expect("written");
    bytes.into_inner()
}

impl Person {
    async fn upload(&self, event_id: EventId, file: Vec<u8>, accept: &str) -> TestResponse {
        // What a file is called, and what its sender says it is, counts for nothing.
        let part = Part::bytes(file).file_name("poster.gif").mime_type("text/plain");
        let form = MultipartForm::new().add_part("picture", part).add_text("alt_text", "  Two  people on a raft ");
        self.server.post(&format!("/admin/events/{event_id}/poster")).add_header("accept", accept).multipart(form).await
    }
}

const JSON: &str = "application/json";

async fn poster_of(person: &Person, event_id: EventId) -> Value {
    person.get(&format!("events/get?event_id={event_id}")).await.expect(200)["poster"].clone()
}

async fn count_files(app: &TestApp) -> i64 {
    sqlx::query_scalar("select count(*) from posters").fetch_one(app.state.db.pool()).await.expect("a count")
}

#[sqlx::test]
async fn a_poster_is_shown_wherever_the_event_is(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let event_id = app.event(10).await;
    let admin = app.admin().await;
    assert_eq!(poster_of(&admin, event_id).await, Value::Null);
    let reply = admin.upload(event_id, picture(1_800, 1_200, ImageFormat::Png), JSON).await;
    assert_eq!(reply.status_code(), 200, "{}", reply.text());
    let poster: Value = reply.json();
    assert_eq!((&poster["widths"], &poster["height"]), (&json!([480, 960, 1_600]), &json!(1_067)));
    assert_eq!(poster["alt_text"], "Two people on a raft");
    assert_eq!(poster_of(&admin, event_id).await, poster);

    let visitor = app.visitor();
    let path =
        |size: &str| format!("/events/{event_id}/poster/{}-{size}.jpg", poster["hash"].as_str().expect("a hash"));
    for (size, width) in [("480", 480), ("960", 960), ("1600", 1_600), ("share", 1_200)] {
        let file = visitor.server.get(&path(size)).await;
        assert_eq!(file.status_code(), 200, "{size}");
        assert_eq!(file.header("content-type"), "image/jpeg");
        assert_eq!(file.header("cache-control"), "public, max-age=31536000, immutable");
        assert!(file.maybe_header("set-cookie").is_none(), "no session");
        let read = image::load_from_memory_with_format(file.as_bytes(), ImageFormat::Jpeg).expect("a JPEG");
        assert_eq!(read.width(), width);
        assert!(size != "480" || file.as_bytes().len() <= 60_000, "{} bytes", file.as_bytes().len());
    }
    for nothing in [path("481"), path("share").replace(".jpg", ".png"), path("480").replace("-480", "")] {
        assert_eq!(visitor.server.get(&nothing).await.status_code(), 404, "{nothing}");
    }

    let (_, page) = visitor.page(&format!("/events/{event_id}")).await;
    let srcset = format!("{} 480w", path("480"));
    for part in [&*srcset, r#"alt="Two people on a raft""#, r#"width="1600" height="1067""#, &*path("share")] {
        assert!(page.contains(part), "{part}");
    }
    for other in ["/events".to_owned(), format!("/events/{event_id}/embed")] {
        let (status, html) = visitor.page(&other).await;
        assert!(status == 200 && html.contains(&srcset), "{other}: {status}");
    }

    let ada = app.person("ada").await;
    let booking = ada.hold(event_id, 1).await;
    for page in ["/checkout", ""] {
        let (status, html) = ada.page(&format!("/bookings/{booking}{page}")).await;
        assert!(status == 200 && html.contains(&srcset), "{page}: {status}");
        ada.change("confirm", &booking).await.expect(200);
    }

    // Another picture has another address; the one before is gone.
    let reply = admin.upload(event_id, picture(900, 900, ImageFormat::WebP), JSON).await;
    let other: Value = reply.json();
    assert_ne!(other["hash"], poster["hash"]);
    assert_eq!(visitor.server.get(&path("480")).await.status_code(), 404);
    assert_eq!(count_files(&app).await, 3, "480, 900 and share");
}

#[sqlx::test]
async fn a_poster_is_described_taken_away_and_comes_along_to_a_duplicate(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let event_id = app.event(10).await;
    let admin = app.admin().await;
    let words = |text: &str| json!({"event_id": event_id, "description": text});
    admin.post("events/describe_poster", words("Nothing")).await.refused(404, "not_found");
    let reply = admin.upload(event_id, picture(500, 400, ImageFormat::Jpeg), "text/html,*/*").await;
    assert_eq!(
        (reply.status_code().as_u16(), reply.header("location")),
        (303, format!("/admin/events/{event_id}/poster?done=poster").parse().expect("a header"))
    );
    let (status, page) = admin.page(&format!("/admin/events/{event_id}/poster?done=poster")).await;
    assert!(status == 200 && page.contains("The poster is set.") && page.contains("Take the picture away"), "{status}");
    admin.post("events/describe_poster", words("A raft")).await.expect(200);
    assert_eq!(poster_of(&admin, event_id).await["alt_text"], "A raft");
    let long = admin.post("events/describe_poster", words(&"x".repeat(201))).await.refused(422, "invalid");
    assert_eq!(long["details"][0]["field"], "description");

    let copy = admin.post("events/duplicate", json!({"event_id": event_id, "date": "2031-05-06"})).await.expect(200);
    assert_eq!(count_files(&app).await, 6, "two sizes and share, twice: {copy}");
    for _ in 0..2 {
        admin.post("events/remove_poster", json!({"event_id": event_id})).await.expect(200);
    }
    assert_eq!(poster_of(&admin, event_id).await, Value::Null);
    assert_eq!(count_files(&app).await, 3);
    let (_, page) = app.visitor().page(&format!("/events/{event_id}")).await;
    assert!(page.contains("poster-inks-") && page.contains("poster.png"), "drawn again");

    let log = admin.get(&format!("admin/log?event_id={event_id}")).await.expect(200).to_string();
    for action in ["poster_set", "poster_described", "poster_removed"] {
        assert_eq!(log.matches(action).count(), 1, "{action}: {log}");
    }
}

#[sqlx::test]
async fn what_is_no_picture_is_refused_and_leaves_nothing(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let event_id = app.event(10).await;
    let admin = app.admin().await;
    let png = picture(400, 300, ImageFormat::Png);
    let svg =
        b"<svg xmlns='http://www.w3.org/2000/svg' width='400' height='300'><script>alert(1)</script></svg>".to_vec();
    for (file, status, key) in [
        (Vec::new(), 422, "missing"),
        (svg, 422, "kind"),
        (b"GIF89a\x90\x01\x2c\x01\0\0\0;".to_vec(), 422, "kind"),
        (png[..png.len() / 2].to_vec(), 422, "broken"),
        (picture(199, 300, ImageFormat::Png), 422, "small"),
        (vec![0xFF; 10 * 1024 * 1024 + 1], 413, "heavy"),
        (vec![0xFF; 20 * 1024 * 1024], 413, "heavy"),
    ] {
        let reply = admin.upload(event_id, file.clone(), JSON).await;
        assert_eq!(reply.status_code().as_u16(), status, "{key}");
        let reply = admin.upload(event_id, file, "text/html").await;
        let location = reply.header("location");
        assert_eq!(location.to_str().ok(), Some(&*format!("/admin/events/{event_id}/poster?refused={key}")));
        let (status, page) = admin.page(location.to_str().expect("a path")).await;
        assert!(status == 200 && page.contains("notice"), "{key}: {status}");
    }
    let path = format!("/admin/events/{event_id}/poster");
    let plain = admin.server.post(&path).add_header("accept", JSON).json(&json!({"picture": "x"})).await;
    assert_eq!(plain.status_code(), 415);
    let odd = admin.server.post(&path).add_header("accept", JSON).text("--x\r\nnonsense");
    assert_eq!(odd.content_type("multipart/form-data; boundary=x").await.status_code(), 400);
    assert_eq!((count_files(&app).await, poster_of(&admin, event_id).await), (0, Value::Null));
}

#[sqlx::test]
async fn only_who_edits_the_event_uploads_and_from_its_own_pages(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let event_id = app.event(10).await;
    let png = picture(400, 300, ImageFormat::Png);
    assert_eq!(app.visitor().upload(event_id, png.clone(), JSON).await.status_code(), 401);
    assert_eq!(app.person("eve").await.upload(event_id, png.clone(), JSON).await.status_code(), 403);
    let admin = app.admin().await;
    let nowhere = EventId(uuid::Uuid::nil());
    assert_eq!(admin.upload(nowhere, png.clone(), JSON).await.status_code(), 404);
    let form = MultipartForm::new().add_part("picture", Part::bytes(png).file_name("x").mime_type("image/png"));
    let foreign =
        admin.server.post(&format!("/admin/events/{event_id}/poster")).add_header("sec-fetch-site", "cross-site");
    assert_eq!(foreign.multipart(form).await.status_code(), 403);
    assert_eq!(count_files(&app).await, 0);
}
