//! Requests, and what became of each.

use crate::{
    ledger::{Ledger, Told, Verb},
    sale::{HOLD_LENGTH_S, Sale},
};
use reqwest::{
    Client, StatusCode,
    header::{COOKIE, RETRY_AFTER},
};
use serde_json::{Value, json};
use std::{
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::time::sleep;
use uuid::Uuid;

/// The server's own limit is 20 s; who waits longer than this, hangs.
pub(crate) const HANGS_AFTER: Duration = Duration::from_secs(21);
/// How long a client repeats a request whose outcome it doesn't know.
const REPEATS_FOR: Duration = Duration::from_secs(40);
/// Of wrong answers, so many are told in full.
const TELL_MAX: usize = 5;

/// How a request ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// Done.
    Done,
    /// Refused by the rules: 409.
    Refused,
    /// 503 or 429 with `Retry-After`: it may have been done or not.
    Unavailable,
    /// The connection broke before an answer: it may have been done or not.
    Broken,
    /// An answer that must not be: 500, a session that is gone, a 503 that doesn't say when to come back, none at all.
    Wrong,
}

/// One request as its client saw it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Seen {
    pub(crate) began: Instant,
    pub(crate) took: Duration,
    /// Which of the sites.
    pub(crate) site: usize,
    /// Whether it was for the hot event.
    pub(crate) hot: bool,
    pub(crate) end: End,
}

/// What a client knows after asking, as often as it took.
pub(crate) enum Known {
    Done(Told),
    Refused,
    /// It gave up.
    Nothing,
}

/// A person who buys, and which site they turn to first.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Person<'a> {
    pub(crate) cookie: &'a str,
    pub(crate) site: usize,
}

/// A rush: the sites, what is on sale, what the clients were told and what they saw.
pub(crate) struct Rush {
    pub(crate) sites: Vec<String>,
    pub(crate) sale: Sale,
    pub(crate) closing: AtomicBool,
    client: Client,
    ledger: Mutex<Ledger>,
    seen: Mutex<Vec<Seen>>,
    wrong: AtomicUsize,
}

/// An answer, read.
enum Answer {
    Done(Told),
    Refused(String),
    Unavailable,
    Broken,
    Wrong(String),
}

impl Rush {
    pub(crate) fn new(client: Client, sites: Vec<String>, sale: Sale) -> Self {
        Self {
            sites,
            sale,
            closing: AtomicBool::new(false),
            client,
            ledger: Mutex::default(),
            seen: Mutex::default(),
            wrong: AtomicUsize::new(0),
        }
    }

    /// Asks for places under a key of its own until the outcome is known.
    pub(crate) async fn hold(&self, person: Person<'_>, event: Uuid, places: Value) -> Known {
        let mut body = json!({ "event_id": event, "key": Uuid::now_v7() });
        if let (Some(body), Value::Object(places)) = (body.as_object_mut(), places) {
            body.extend(places);
        }
        self.until_known(person, Verb::Hold, None, &body).await
    }

    /// Asks for something of a booking until the outcome is known.
    pub(crate) async fn change(&self, person: Person<'_>, verb: Verb, booking: &Told) -> Known {
        self.until_known(person, verb, Some(booking), &json!({ "booking_id": booking.id })).await
    }

    async fn until_known(&self, person: Person<'_>, verb: Verb, booking: Option<&Told>, body: &Value) -> Known {
        let began = Instant::now();
        let event = booking.map(|told| told.event_id.to_string());
        let hot = event.as_deref().or(body["event_id"].as_str()) == Some(&self.sale.hot.to_string());
        let mut site = person.site;
        while began.elapsed() < REPEATS_FOR {
            if let Some(told) = booking {
                self.ledger().asks(told.id, verb);
            }
            match self.ask(site, person.cookie, (verb, hot), body).await {
                Answer::Done(told) => {
                    self.heard(verb, &told);
                    return Known::Done(told);
                }
                Answer::Refused(code) => {
                    if let Some(told) = booking {
                        self.ledger().refused(told.id, verb, &code);
                    }
                    return Known::Refused;
                }
                Answer::Unavailable => {}
                // As whatever stands in front of several processes would do.
                Answer::Broken => site += 1,
                Answer::Wrong(what) => self.tell(&format!("{verb:?}: {what}")),
            }
            sleep(Duration::from_millis(fastrand::u64(50..250))).await;
        }
        self.ledger().is_wrong(format!("{verb:?} was repeated for {} s without an outcome", REPEATS_FOR.as_secs()));
        Known::Nothing
    }

    fn heard(&self, verb: Verb, told: &Told) {
        let mut ledger = self.ledger();
        if verb == Verb::Hold {
            ledger.lasts(told, HOLD_LENGTH_S);
        }
        ledger.hears(verb, told.clone());
    }

    /// One request, looked at and written down.
    async fn ask(&self, site: usize, cookie: &str, (verb, hot): (Verb, bool), body: &Value) -> Answer {
        let site = site % self.sites.len();
        let url = format!("{}/api/v1/{}", self.sites[site], verb.path());
        let began = Instant::now();
        let reply = self.client.post(url).header(COOKIE, cookie).timeout(HANGS_AFTER).json(body).send().await;
        let answer = match reply {
            Ok(reply) => read(reply).await,
            Err(error) => broken(&error),
        };
        let end = match answer {
            Answer::Done(_) => End::Done,
            Answer::Refused(_) => End::Refused,
            Answer::Unavailable => End::Unavailable,
            Answer::Broken => End::Broken,
            Answer::Wrong(_) => End::Wrong,
        };
        let seen = Seen { began, took: began.elapsed(), site, hot, end };
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).push(seen);
        answer
    }

    fn tell(&self, what: &str) {
        if self.wrong.fetch_add(1, Ordering::Relaxed) < TELL_MAX {
            self.ledger().is_wrong(what.to_owned());
        }
    }

    /// What the clients were told. A panic while it was written is a fault of the driver, told by its task.
    pub(crate) fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What was seen so far.
    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

async fn read(reply: reqwest::Response) -> Answer {
    let (status, says_when) = (reply.status(), reply.headers().contains_key(RETRY_AFTER));
    let text = match reply.text().await {
        Ok(text) => text,
        Err(error) => return broken(&error),
    };
    match status {
        StatusCode::OK => match serde_json::from_str(&text) {
            Ok(told) => Answer::Done(told),
            Err(error) => Answer::Wrong(format!("200 that is no booking: {error}: {text}")),
        },
        StatusCode::CONFLICT => {
            let code =
                serde_json::from_str::<Value>(&text).ok().and_then(|body| Some(body["code"].as_str()?.to_owned()));
            code.map_or_else(|| Answer::Wrong(format!("409 without a code: {text}")), Answer::Refused)
        }
        StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS if says_when => Answer::Unavailable,
        _ => Answer::Wrong(format!("{status} {text}")),
    }
}

fn broken(error: &reqwest::Error) -> Answer {
    if error.is_timeout() {
        Answer::Wrong(format!("no answer within {} s", HANGS_AFTER.as_secs()))
    } else {
        Answer::Broken
    }
}
