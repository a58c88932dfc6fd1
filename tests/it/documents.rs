//! Files that open: what other programs read in them is what was written.

use super::{
    app::{Person, TestApp},
    tickets::{book, id, keys, tickets, token},
};
use axum_test::TestResponse;
use calcard::icalendar::{ICalendar, ICalendarProperty};
use chrono::TimeDelta;
use evently::{
    server::lettering::use_files,
    tickets::{
        documents::{ics_of_booking, pdf_of_booking},
        token::Stamp,
    },
};
use mail_parser::{MessageParser, MimeHeaders};
use resvg::{tiny_skia::Pixmap, usvg::Tree};
use serde_json::{Value, json};
use sqlx::PgPool;
use std::{
    fs,
    path::PathBuf,
    process::Command,
    time::{Duration, Instant},
};

/// A folder of a test's own, which goes when the test does.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("evently-{name}-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("a folder");
        Self(folder)
    }

    fn file(&self, name: &str, bytes: &[u8]) -> String {
        fs::write(self.0.join(name), bytes).expect("written");
        self.path(name)
    }

    fn path(&self, name: &str) -> String {
        self.0.join(name).display().to_string()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        _ = fs::remove_dir_all(&self.0);
    }
}

/// What a program says, which has to end well. `scripts/setup test` installs them.
#[track_caller]
fn run(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output().unwrap_or_else(|error| panic!("{program}: {error}"));
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{program} {arguments:?}: {said}{}", String::from_utf8_lossy(&output.stderr));
    said
}

/// The codes on a picture.
#[track_caller]
fn scan(picture: &str) -> Vec<String> {
    run("zbarimg", &["--raw", "-q", picture]).lines().map(str::to_owned).collect()
}

fn header<'a>(reply: &'a TestResponse, name: &str) -> &'a str {
    reply.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

/// Books seats of an event of this name.
async fn book_seats(app: &TestApp, person: &Person, name: &str) -> String {
    let event_id = app.seated_event(2).await;
    sqlx::query("update events set name = $2 where id = $1")
        .bind(event_id)
        .bind(name)
        .execute(app.state.db.pool())
        .await
        .expect("named");
    let seats = app.seats(event_id).await;
    let booking = person.hold_seats(event_id, &seats[..3]).await;
    person.change("confirm", &booking).await.expect(200);
    booking
}

#[sqlx::test]
async fn a_pdf_opens_with_its_words_its_tags_and_its_codes(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let ada = app.person("ada").await;
    let booking = book_seats(&app, &ada, "Nightjar & Friends").await;
    let (tickets, scratch) = (tickets(&ada, &booking).await, Scratch::new("pdf"));
    for (width, size) in [("a4", "595.28 x 841.89 pts (A4)"), ("phone", "360 x ")] {
        let reply = ada.server.get(&format!("/bookings/{booking}/tickets.pdf?width={width}")).await;
        assert_eq!((reply.status_code().as_u16(), header(&reply, "content-type")), (200, "application/pdf"));
        assert_eq!(header(&reply, "cache-control"), "no-store");
        let reference = tickets[0]["reference"].as_str().expect("a reference").to_lowercase();
        let name = format!("attachment; filename=\"nightjar-friends-{reference}-tickets.pdf\"");
        assert_eq!(header(&reply, "content-disposition"), name);
        let file = scratch.file("tickets.pdf", reply.as_bytes());
        run("qpdf", &["--check", &file]);
        let about = run("pdfinfo", &[&file]);
        for fact in ["Tickets · Nightjar & Friends", "Pages:           3", size] {
            assert!(about.contains(fact), "{fact}: {about}");
        }
        assert!(about.lines().any(|line| line.starts_with("Tagged:") && line.ends_with("yes")), "{about}");
        let words = run("pdftotext", &[&file, "-"]);
        for word in
            ["Nightjar & Friends", "Monday 11 March 2030", "13:00 CET", "The Hall", "Stalls, row A, seat 2", "ada Test"]
        {
            assert!(words.contains(word), "{word}: {words}");
        }
        run("pdftoppm", &["-r", "110", "-png", &file, &scratch.path("page")]);
        for (at, ticket) in tickets.iter().enumerate() {
            let codes = scan(&scratch.path(&format!("page-{}.png", at + 1)));
            assert_eq!(codes, [token(ticket)]);
            assert!(Stamp::verify(&codes[0], &keys(&app).await).is_ok());
        }
    }
}

#[sqlx::test]
async fn words_in_letters_of_other_typefaces_are_all_in_a_pdf(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let ada = app.person("ada").await;
    let name = "Dvořák, Чайковский, Ωδείο, 夜の公演, a 🎭 and averyveryverylongwordthatnolinecaneverholdinanysize";
    let (booking, scratch) = (book_seats(&app, &ada, name).await, Scratch::new("letters"));
    // As the settings name it; Debian's fonts-droid-fallback, which `scripts/setup test` installs.
    use_files(&["/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf".into(), "/nowhere.ttf".into()]);
    for width in ["a4", "phone"] {
        let reply = ada.server.get(&format!("/bookings/{booking}/tickets.pdf?width={width}")).await;
        let file = scratch.file("tickets.pdf", reply.as_bytes());
        run("qpdf", &["--check", &file]);
        let words: String = run("pdftotext", &["-raw", &file, "-"]).split_whitespace().collect();
        let wanted: String = name.split_whitespace().collect();
        assert!(words.contains(&wanted), "{width}: {wanted} in {words}");
        let fonts = run("pdffonts", &[&file]);
        assert!(fonts.contains("DroidSansFallback"), "{width}: the letters are drawn and no boxes: {fonts}");
    }
}

#[sqlx::test]
async fn the_code_on_the_page_can_be_scanned(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let ada = app.person("ada").await;
    let booking = book(&app, &ada, 2).await;
    let html = ada.server.get(&format!("/bookings/{booking}/tickets")).add_header("accept", "text/html").await.text();
    let scratch = Scratch::new("page");
    let drawings: Vec<&str> = html.split("<svg ").filter(|drawing| drawing.contains("class=\"qr\"")).collect();
    for (drawing, ticket) in drawings.iter().zip(tickets(&ada, &booking).await) {
        // Where a text ends, Leptos says so in a way that is HTML alone.
        let drawing = drawing.split("</svg>").next().expect("its end").replace("<!>", "");
        let svg = format!("<svg xmlns=\"http://www.w3.org/2000/svg\" {drawing}</svg>");
        let tree = Tree::from_str(&svg, &Default::default()).expect("a drawing");
        let size = tree.size().to_int_size();
        let mut pixels = Pixmap::new(size.width(), size.height()).expect("pixels");
        resvg::render(&tree, Default::default(), &mut pixels.as_mut());
        assert_eq!(scan(&scratch.file("code.png", &pixels.encode_png().expect("a picture"))), [token(&ticket)]);
    }
    assert_eq!(drawings.len(), 2);
}

#[sqlx::test]
async fn a_hundred_tickets_take_less_than_five_seconds(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let ada = app.person("ada").await;
    let event_id = app.event_with(|event| event.places_per_person = 100).await;
    let booking = ada.hold(event_id, 100).await;
    ada.change("confirm", &booking).await.expect(200);
    let path = format!("/bookings/{booking}/tickets.pdf");
    let began = Instant::now();
    let reply = ada.server.get(&path).await;
    let took = began.elapsed();
    assert!(took < Duration::from_secs(5), "{took:?}");
    let file = Scratch::new("hundred");
    let file = (file.file("tickets.pdf", reply.as_bytes()), file);
    run("qpdf", &["--check", &file.0]);
    assert!(run("pdfinfo", &[&file.0]).contains("Pages:           100"));
    let began = Instant::now();
    assert_eq!(ada.server.get(&path).await.as_bytes(), reply.as_bytes());
    assert!(began.elapsed() < took, "what is kept is not made again");
    println!("a hundred tickets: {took:?}, {} kB", reply.as_bytes().len() / 1000);
}

#[sqlx::test]
async fn a_ticket_has_a_pdf_of_its_own_and_the_booking_s_has_only_those_that_are_held(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (ada, bob) = (app.person("ada").await, app.person("bob").await);
    let booking = book(&app, &ada, 2).await;
    let all = tickets(&ada, &booking).await;
    sqlx::query(
        "update tickets set holder_id = (select id from users where email = 'bob@example.org') where place = 1",
    )
    .execute(app.state.db.pool())
    .await
    .expect("passed on");
    let scratch = Scratch::new("held");
    let pages = |pdf: &[u8]| run("pdftotext", &[&scratch.file("tickets.pdf", pdf), "-"]);
    let mailed = pdf_of_booking(&app.state, booking.parse().expect("an id")).await.expect("a document");
    let hers = pages(&mailed);
    assert!(hers.contains("Place 2 of 2") && !hers.contains("Place 1 of 2"), "{hers}");
    assert_eq!(ada.server.get(&format!("/bookings/{booking}/tickets.pdf")).await.as_bytes(), &mailed);
    let one = format!("/tickets/{}/ticket.pdf", id(&all[0]));
    let his = pages(bob.server.get(&one).await.as_bytes());
    assert!(his.contains("Place 1 of 2") && his.contains("bob Test"), "{his}");
    assert_eq!(ada.server.get(&one).await.status_code().as_u16(), 404);
}

#[sqlx::test]
async fn files_are_for_who_is_signed_in_and_for_tickets_that_are_valid(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (ada, bob) = (app.person("ada").await, app.person("bob").await);
    let booking = book(&app, &ada, 1).await;
    let ticket = id(&tickets(&ada, &booking).await[0]);
    let paths = [
        format!("/bookings/{booking}/tickets.pdf"),
        format!("/bookings/{booking}/ticket.ics"),
        format!("/tickets/{ticket}/ticket.pdf"),
    ];
    for path in &paths {
        assert_eq!(ada.server.get(path).await.status_code().as_u16(), 200, "{path}");
        assert_eq!(bob.server.get(path).await.status_code().as_u16(), 404, "{path}");
        assert_eq!(app.visitor().server.get(path).await.status_code().as_u16(), 401, "{path}");
    }
    assert_eq!(ada.server.get("/bookings/x/tickets.pdf").await.status_code().as_u16(), 404);
    assert_eq!(ada.server.get(&format!("{}?width=a5", paths[0])).await.status_code().as_u16(), 400);
    ada.change("cancel", &booking).await.expect(200);
    for path in [&paths[0], &paths[2]] {
        let reply = ada.server.get(path).await;
        assert_eq!(reply.status_code().as_u16(), 409, "{path}");
        assert!(reply.text().contains("not valid any more"), "{}", reply.text());
    }
}

/// A field of the only entry of a calendar, as another library reads it.
fn field(calendar: &str, name: &ICalendarProperty) -> Value {
    let calendar = ICalendar::parse(calendar).unwrap_or_else(|entry| panic!("{entry:?}"));
    let entry = calendar.components.iter().find(|component| component.uid().is_some()).expect("an entry");
    let value = entry.property(name).and_then(|property| property.values.first()).expect("a value");
    value.as_text().map(Value::from).or_else(|| value.as_integer().map(Value::from)).unwrap_or_default()
}

#[sqlx::test]
async fn a_booking_is_an_entry_that_another_calendar_reads(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let ada = app.person("ada").await;
    let booking = book_seats(&app, &ada, "Nightjar, live; \\ 夜").await;
    let reply = ada.server.get(&format!("/bookings/{booking}/ticket.ics")).await;
    assert_eq!(header(&reply, "content-type"), "text/calendar; charset=utf-8");
    let before = reply.text();
    assert_eq!(field(&before, &ICalendarProperty::Uid), booking);
    assert_eq!(field(&before, &ICalendarProperty::Summary), "Nightjar, live; \\ 夜");
    assert_eq!(field(&before, &ICalendarProperty::Status), "CONFIRMED");
    assert_eq!(field(&before, &ICalendarProperty::Location), "The Hall, 1 High Street, Berlin");
    let words = field(&before, &ICalendarProperty::Description);
    let words = words.as_str().expect("words");
    assert!(words.starts_with("Stalls A1, A2, A3\nReference ") && words.ends_with(&booking), "{words}");
    assert!(before.contains("DTSTART:20300311T120000Z"), "{before}");
    assert_eq!(ics_of_booking(&app.state, booking.parse().expect("an id")).await.expect("an entry"), before);
    app.wait(TimeDelta::hours(1));
    ada.change("cancel", &booking).await.expect(200);
    let after = ada.server.get(&format!("/bookings/{booking}/ticket.ics")).await.text();
    assert_eq!(field(&after, &ICalendarProperty::Uid), booking);
    assert_eq!(field(&after, &ICalendarProperty::Status), "CANCELLED");
    let sequence = |calendar: &str| field(calendar, &ICalendarProperty::Sequence).as_i64();
    assert!(sequence(&after) > sequence(&before), "{after}");
    assert_eq!(json!(before.matches("BEGIN:VEVENT").count()), 1);
}

#[sqlx::test]
async fn the_mail_of_a_booking_brings_its_tickets_and_its_entry(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let ada = app.person("ada").await;
    let booking = book(&app, &ada, 2).await;
    app.work().await;
    let mails = app.mails().await;
    let mail = MessageParser::default().parse(&mails[0]).expect("a mail");
    let files: Vec<_> = mail.attachments().map(|file| (file.attachment_name(), file.contents())).collect();
    let [(Some("an-evening.ics"), entry), (Some("an-evening-tickets.pdf"), pdf)] = files.as_slice() else {
        panic!("{:?}", files.iter().map(|(name, _)| name).collect::<Vec<_>>())
    };
    assert_eq!(field(&String::from_utf8_lossy(entry), &ICalendarProperty::Uid), booking);
    let scratch = Scratch::new("mail");
    let file = scratch.file("tickets.pdf", pdf);
    run("qpdf", &["--check", &file]);
    assert!(run("pdftotext", &[&file, "-"]).contains("Place 2 of 2"));
}
