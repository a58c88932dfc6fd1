//! What becomes of mails with a mail server that works, is away, refuses, hangs or dies.

use super::app::{Person, TestApp};
use chrono::TimeDelta;
use evently::{
    id::EventId,
    job::Lane,
    server::{breaker::BreakerState, config::MailTo, jobs::run_due},
};
use mail_parser::MessageParser;
use sqlx::PgPool;
use std::{
    collections::VecDeque,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
};

/// What a mail server does with one mail.
#[derive(Clone, Copy)]
enum Does {
    Take,
    /// Answers this to whom it is for.
    Say(&'static str),
    /// Hangs up in the middle of the mail.
    HangUp,
    /// Never answers.
    Hang,
}

/// A mail server that does what the test says, mail by mail, and then takes all.
#[derive(Clone, Default)]
struct Server {
    script: Arc<Mutex<VecDeque<Does>>>,
    taken: Arc<Mutex<Vec<String>>>,
}

impl Server {
    async fn start(script: impl IntoIterator<Item = Does>) -> (Self, u16) {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let server = Self { script: Arc::new(Mutex::new(script.into_iter().collect())), ..Self::default() };
        tokio::spawn(server.clone().serve(listener));
        (server, port)
    }

    async fn serve(self, listener: TcpListener) {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(self.clone().talk(stream));
        }
    }

    async fn talk(self, stream: TcpStream) -> Option<()> {
        let (read, mut write) = stream.into_split();
        let mut lines = BufReader::new(read).lines();
        write.write_all(b"220 test\r\n").await.ok()?;
        let mut does = Does::Take;
        while let Some(line) = lines.next_line().await.ok()? {
            let verb = line.split([' ', ':']).next().unwrap_or_default().to_uppercase();
            if verb == "MAIL" {
                does = self.script.lock().expect("a lock").pop_front().unwrap_or(Does::Take);
            }
            let answer = match (verb.as_str(), does) {
                ("EHLO", _) => "250 test",
                ("MAIL", Does::Hang) => std::future::pending().await,
                ("RCPT", Does::Say(words)) => words,
                ("DATA", Does::HangUp) => {
                    write.write_all(b"354 go on\r\n").await.ok()?;
                    lines.next_line().await.ok()?;
                    return None;
                }
                ("DATA", _) => {
                    write.write_all(b"354 go on\r\n").await.ok()?;
                    let mut mail = String::new();
                    while let Some(line) = lines.next_line().await.ok()?.filter(|line| line != ".") {
                        mail += &line;
                        mail += "\r\n";
                    }
                    self.taken.lock().expect("a lock").push(mail);
                    "250 taken"
                }
                ("QUIT", _) => "221 bye",
                _ => "250 fine",
            };
            write.write_all(format!("{answer}\r\n").as_bytes()).await.ok()?;
        }
        None
    }

    fn taken(&self) -> Vec<String> {
        self.taken.lock().expect("a lock").clone()
    }
}

fn smtp(port: u16) -> MailTo {
    MailTo::Server(format!("smtp://127.0.0.1:{port}"))
}

impl TestApp {
    /// Ada books a place of an event, and the mail about it is due.
    async fn book(&self) -> (EventId, Person) {
        let event_id = self.event(100).await;
        let ada = self.person("ada").await;
        ada.book(event_id, 1).await;
        self.tell_history().await;
        (event_id, ada)
    }

    /// Does what is due in the lane of mails now.
    async fn send(&self) -> usize {
        run_due(&self.state, Lane::Mail, 10).await.expect("done")
    }

    /// The status of each mail and the error of each job that waits.
    async fn outcome(&self) -> (Vec<Option<String>>, Vec<Option<String>>) {
        let pool = self.state.db.pool();
        let mails = sqlx::query_scalar("select status::text from mails order by id").fetch_all(pool);
        let jobs = sqlx::query_scalar("select last_error from jobs order by id").fetch_all(pool);
        (mails.await.expect("mails"), jobs.await.expect("jobs"))
    }
}

fn message_id(mail: &str) -> String {
    MessageParser::default().parse(mail).expect("a mail").message_id().expect("an id").to_owned()
}

/// Debian's aiosmtpd, a mail server of its own, with a folder for what it takes.
struct RealServer {
    process: Child,
    folder: PathBuf,
}

impl RealServer {
    fn start(port: u16) -> Self {
        let folder = std::env::temp_dir().join(format!("evently-maildir-{port}"));
        let process = Command::new("/usr/bin/python3")
            .args(["-m", "aiosmtpd", "--nosetuid", "--listen", &format!("127.0.0.1:{port}")])
            .args(["--class", "aiosmtpd.handlers.Mailbox"])
            .arg(&folder)
            .stderr(Stdio::null())
            .spawn()
            .expect("python3-aiosmtpd is installed by scripts/setup");
        let began = Instant::now();
        while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(began.elapsed() < Duration::from_secs(20), "the mail server doesn't start");
            std::thread::sleep(Duration::from_millis(50));
        }
        Self { process, folder }
    }

    fn mails(&self) -> Vec<String> {
        let new = std::fs::read_dir(self.folder.join("new")).expect("a folder");
        new.map(|file| std::fs::read_to_string(file.expect("a file").path()).expect("a mail")).collect()
    }
}

impl Drop for RealServer {
    fn drop(&mut self) {
        self.process.kill().ok();
        self.process.wait().ok();
        std::fs::remove_dir_all::<&Path>(&self.folder).ok();
    }
}

/// A port that is free at this moment.
fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("an address").port()
}

#[sqlx::test]
async fn a_mail_server_takes_the_mail(pool: PgPool) {
    let port = free_port();
    let server = RealServer::start(port);
    let app = TestApp::with_mail(pool, smtp(port));
    app.book().await;
    assert_eq!(app.send().await, 1);
    let mails = server.mails();
    let [mail] = mails.as_slice() else { panic!("one mail: {mails:?}") };
    let mail = MessageParser::default().parse(mail).expect("a mail");
    assert_eq!(mail.subject(), Some("You're going: An evening, Mon 11 Mar"));
    assert_eq!(mail.header_raw("X-RcptTo").map(str::trim), Some("ada@example.org"));
    assert_eq!(app.outcome().await, (vec![Some("sent".to_owned())], Vec::new()));
}

#[sqlx::test]
async fn without_a_mail_server_everything_sells_and_the_mails_come_later(pool: PgPool) {
    let port = free_port();
    let app = TestApp::with_mail(pool, smtp(port));
    let (event_id, ada) = app.book().await;
    for _ in 0..6 {
        app.wait(TimeDelta::minutes(10));
        assert_eq!(app.send().await, 1);
    }
    assert_eq!(app.state.mailer.breaker_state(), BreakerState::Open);
    ada.book(event_id, 1).await;
    let (mails, jobs) = app.outcome().await;
    assert_eq!((mails, jobs), (vec![None], vec![Some("it does not answer".to_owned())]));

    let server = RealServer::start(port);
    app.tell_history().await;
    // The breaker leaves the server alone for ten seconds of real time.
    let began = Instant::now();
    while server.mails().len() < 2 {
        assert!(began.elapsed() < Duration::from_secs(40), "the mails don't leave");
        app.wait(TimeDelta::minutes(11));
        app.send().await;
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    app.wait(TimeDelta::minutes(11));
    app.send().await;
    assert_eq!(app.outcome().await, (vec![Some("sent".to_owned()); 2], Vec::new()));
    assert_eq!(server.mails().len(), 2, "each once");
}

#[sqlx::test]
async fn a_refused_mail_is_not_sent_again_and_no_outage(pool: PgPool) {
    let (server, port) = Server::start([Does::Say("550 5.1.1 no such person here")]).await;
    let app = TestApp::with_mail(pool, smtp(port));
    app.book().await;
    assert_eq!(app.send().await, 1);
    assert_eq!(app.outcome().await, (vec![Some("refused".to_owned())], Vec::new()));
    let (error, address): (String, String) =
        sqlx::query_as("select error, address from mails").fetch_one(app.state.db.pool()).await.expect("a mail");
    assert!(error.contains("no such person here") && address == "ada@example.org", "{error}");
    assert_eq!(app.state.mailer.breaker_state(), BreakerState::Closed);
    assert!(server.taken().is_empty());
}

#[sqlx::test]
async fn a_mail_put_off_is_sent_later(pool: PgPool) {
    let (server, port) = Server::start([Does::Say("451 4.7.1 greylisted, come back"), Does::Say("421 too busy")]).await;
    let app = TestApp::with_mail(pool, smtp(port));
    app.book().await;
    assert_eq!(app.send().await, 1);
    assert_eq!(app.send().await, 0, "not at once");
    for _ in 0..2 {
        app.wait(TimeDelta::minutes(1));
        assert_eq!(app.send().await, 1);
    }
    assert_eq!(app.outcome().await, (vec![Some("sent".to_owned())], Vec::new()));
    assert_eq!(server.taken().len(), 1);
}

#[sqlx::test]
async fn a_mail_broken_off_is_sent_again_under_the_same_id(pool: PgPool) {
    let (server, port) = Server::start([Does::HangUp, Does::Take]).await;
    let app = TestApp::with_mail(pool, smtp(port));
    app.book().await;
    app.send().await;
    let id: uuid::Uuid =
        sqlx::query_scalar("select id from mails").fetch_one(app.state.db.pool()).await.expect("a mail");
    app.wait(TimeDelta::minutes(1));
    app.send().await;
    let taken = server.taken();
    let [mail] = taken.as_slice() else { panic!("one mail: {taken:?}") };
    assert_eq!(message_id(mail), format!("{id}@127.0.0.1"));
}

#[sqlx::test]
async fn a_mail_server_that_hangs_keeps_nobody_waiting(pool: PgPool) {
    let (server, port) = Server::start([Does::Hang]).await;
    let app = TestApp::with_mail(pool, smtp(port));
    let (event_id, ada) = app.book().await;
    let (_, took) = tokio::join!(app.send(), async {
        let began = Instant::now();
        ada.book(event_id, 1).await;
        began.elapsed()
    });
    assert!(took < Duration::from_secs(5), "{took:?}");
    app.wait(TimeDelta::minutes(1));
    app.tell_history().await;
    assert_eq!(app.send().await, 2);
    assert_eq!(server.taken().len(), 2);
}
