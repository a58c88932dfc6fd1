//! Pages that are the same for everybody: drawn once for all who ask within a second.
//!
//! Such a page is drawn by a request that brings nothing of anybody: no cookie, no session, no header. So nothing of a person
//! can be in it. What has to differ from reply to reply is marked in the drawing, by a word that nobody can guess, and filled
//! in while it is handed out: the nonce of its scripts, the key of its form, and the parts that are about who asks.
//! Who decides something asks the functions, which read nothing of this.

use super::{credential::nobody, csp::content_security_policy, request_log::RequestId, secret::random_bytes};
use axum::{
    body::{Body, Bytes, to_bytes},
    extract::Request,
    http::{
        HeaderMap, StatusCode,
        header::{CONTENT_LENGTH, CONTENT_SECURITY_POLICY, CONTENT_TYPE, SET_COOKIE},
        request::Parts,
    },
    response::Response,
};
use leptos::prelude::use_context;
use moka::future::Cache;
use std::{
    ops::Range,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

/// Bytes of pages that are kept: some thousand.
const KEPT_MAX_BYTES: u64 = 32 << 20;
/// A page that is larger is drawn for each who asks.
const PAGE_MAX_BYTES: usize = 2 << 20;
/// How long a page is shared that counts down to something: so late at most somebody sees a sale open.
const COUNTDOWN_LIFE: Duration = Duration::from_millis(100);

/// The pages that this process has drawn for everybody. Clones share them.
#[derive(Clone)]
pub struct SharedPages(Arc<Inner>);

struct Inner {
    kept: Cache<(u64, String), Option<Arc<SharedPage>>>,
    life: Duration,
    generation: AtomicU64,
    drawn: AtomicU64,
    handed_out: AtomicU64,
}

impl SharedPages {
    /// Shares each page for so long at most. With no time at all, nothing is shared.
    pub fn new(life: Duration) -> Self {
        let weigh = |(_, path): &(u64, String), page: &Option<Arc<SharedPage>>| {
            u32::try_from(path.len() + page.as_ref().map_or(0, |page| page.text.len())).unwrap_or(u32::MAX)
        };
        // Pages know themselves how old they are; this only tidies.
        let kept = Cache::builder().max_capacity(KEPT_MAX_BYTES).weigher(weigh).time_to_live(life * 2).build();
        let zero = AtomicU64::default;
        Self(Arc::new(Inner { kept, life, generation: zero(), drawn: zero(), handed_out: zero() }))
    }

    /// Whether anything is shared.
    pub fn is_on(&self) -> bool {
        !self.0.life.is_zero()
    }

    /// What was drawn so far is not shown to whoever asks from now on, nor what is being drawn now.
    pub fn clear(&self) {
        self.0.generation.fetch_add(1, Relaxed);
    }

    /// How many pages were drawn to be shared, and how many were handed out that somebody else had drawn.
    pub fn counts(&self) -> [u64; 2] {
        [&self.0.drawn, &self.0.handed_out].map(|count| count.load(Relaxed))
    }

    /// The page at this address: one that is fresh, or that is being drawn for somebody else, or drawn now. A reply that is no
    /// page for everybody (a refusal, a redirect) is not kept: nothing is answered then, and each asks for themselves.
    pub async fn get<R>(&self, address: &str, draw: impl FnOnce(Drawing) -> R) -> Option<Arc<SharedPage>>
    where
        R: Future<Output = Response>,
    {
        let Inner { kept, life, generation, drawn, handed_out } = &*self.0;
        let arrived = Instant::now();
        let key = (generation.load(Relaxed), address.to_owned());
        let make = async {
            drawn.fetch_add(1, Relaxed);
            let began = Instant::now();
            let drawing = Drawing::new(*life)?;
            let response = draw(drawing.clone()).await;
            SharedPage::read(&drawing, began, response).await.map(Arc::new)
        };
        let is_stale = |page: &Option<Arc<SharedPage>>| page.as_ref().is_none_or(|page| !page.is_fresh(arrived));
        let entry = kept.entry(key).or_insert_with_if(make, is_stale).await;
        if !entry.is_fresh() {
            handed_out.fetch_add(1, Relaxed);
        }
        entry.into_value()
    }
}

/// A page that is being drawn to be shared: what its parts leave open goes by its mark.
#[derive(Clone, Debug)]
pub struct Drawing(Arc<Marked>);

#[derive(Debug)]
struct Marked {
    mark: String,
    life_ms: AtomicU64,
}

/// A part of a page that is about who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PersonalPart {
    /// The end of the header.
    HeaderEnd,
    /// A word for who is signed in.
    Greeting,
}

impl PersonalPart {
    const ALL: [Self; 2] = [Self::HeaderEnd, Self::Greeting];

    fn letter(self) -> char {
        match self {
            Self::HeaderEnd => 'h',
            Self::Greeting => 'g',
        }
    }
}

/// What follows a mark: the form's key, or the end of a personal part; other letters begin one.
const KEY: char = 'k';
const END: char = 'e';

impl Drawing {
    /// The one that the page being drawn now belongs to, if it is drawn to be shared.
    pub fn current() -> Option<Self> {
        use_context::<Parts>()?.extensions.get().cloned()
    }

    fn new(life: Duration) -> Option<Self> {
        let mark = hex::encode(random_bytes().ok()?);
        let life_ms = AtomicU64::new(u64::try_from(life.as_millis()).ok()?);
        Some(Self(Arc::new(Marked { mark, life_ms })))
    }

    /// The request, which is for this drawing.
    pub fn of(self, mut request: Request) -> Request {
        request.extensions_mut().insert(self);
        request
    }

    /// What stands in the page before this part, and after it.
    pub fn around(&self, part: PersonalPart) -> [String; 2] {
        [part.letter(), END].map(|letter| format!("{}{letter}", self.0.mark))
    }
}

/// A request for the same page that brings nothing of anybody, to draw it for everybody.
pub fn of_nobody(request: &Request) -> Request {
    let mut bare = Request::new(Body::empty());
    *bare.uri_mut() = request.uri().clone();
    bare.extensions_mut().insert(nobody());
    // What goes wrong is found in the log by the id of who came first.
    if let Some(id) = request.extensions().get::<RequestId>() {
        bare.extensions_mut().insert(id.clone());
    }
    bare
}

/// What names the page being drawn, so that its form is one request however often it is sent: another one for each reply.
pub fn page_key(own: impl FnOnce() -> String) -> String {
    Drawing::current().map_or_else(own, |drawing| format!("{}{KEY}", drawing.0.mark))
}

/// Says that the page being drawn counts down to something, from when it is drawn.
pub fn counts_down() {
    if let Some(drawing) = Drawing::current() {
        drawing.0.life_ms.fetch_min(COUNTDOWN_LIFE.as_millis() as u64, Relaxed);
    }
}

/// Writes a personal part for the page whose scripts have this nonce.
pub type WritePart<'a> = &'a dyn Fn(PersonalPart, &str) -> String;

/// A page that everybody gets, with what each reply fills in.
pub struct SharedPage {
    headers: HeaderMap,
    text: Bytes,
    pieces: Vec<Piece>,
    began: Instant,
    life: Duration,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    /// The same for everybody: this part of the text.
    Words(Range<usize>),
    /// The nonce of the reply.
    Nonce,
    /// The key of its form.
    Key,
    /// What follows, up to the end, is for who isn't signed in.
    Part(PersonalPart),
    /// The end of such a part.
    End,
}

impl SharedPage {
    /// Takes a reply apart, if it is a page for everybody.
    async fn read(drawing: &Drawing, began: Instant, response: Response) -> Option<Self> {
        let (parts, body) = response.into_parts();
        let mut headers = parts.headers;
        let is_page = headers.get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
        if parts.status != StatusCode::OK || !is_page || headers.contains_key(SET_COOKIE) {
            return None;
        }
        let policy = headers.remove(CONTENT_SECURITY_POLICY)?;
        let (_, nonce) = policy.to_str().ok()?.split_once("'nonce-")?;
        let (nonce, _) = nonce.split_once('\'')?;
        headers.remove(CONTENT_LENGTH);
        let text = to_bytes(body, PAGE_MAX_BYTES).await.ok()?;
        let pieces = cut(std::str::from_utf8(&text).ok()?, &drawing.0.mark, nonce)?;
        let life = Duration::from_millis(drawing.0.life_ms.load(Relaxed));
        Some(Self { headers, text, pieces, began, life })
    }

    /// Whether it may be shown to who came at this instant.
    fn is_fresh(&self, arrived: Instant) -> bool {
        arrived.saturating_duration_since(self.began) < self.life
    }

    /// The reply: with its own nonce and key, and where `write` is given, with the personal parts that it writes for this nonce.
    /// Nothing where the system has no randomness.
    pub fn reply(&self, write: Option<WritePart>) -> Option<Response> {
        let random = random_bytes().ok()?;
        let (nonce, key) = (hex::encode(&random[..16]), hex::encode(&random[16..24]));
        let mut body = Vec::with_capacity(self.text.len() + 2048);
        let mut is_replaced = false;
        for piece in &self.pieces {
            match (piece, write) {
                (Piece::Part(part), Some(write)) => {
                    body.extend_from_slice(write(*part, &nonce).as_bytes());
                    is_replaced = true;
                }
                (Piece::End, _) => is_replaced = false,
                (Piece::Part(_), None) => {}
                _ if is_replaced => {}
                (Piece::Words(range), _) => body.extend_from_slice(&self.text[range.clone()]),
                (Piece::Nonce, _) => body.extend_from_slice(nonce.as_bytes()),
                (Piece::Key, _) => body.extend_from_slice(key.as_bytes()),
            }
        }
        let mut response = Response::new(Body::from(body));
        *response.headers_mut() = self.headers.clone();
        response.headers_mut().insert(CONTENT_SECURITY_POLICY, content_security_policy(&nonce).parse().ok()?);
        Some(response)
    }
}

/// Where the text has to be filled in. Nothing if the marks don't belong together, as they would if a part weren't closed.
fn cut(text: &str, mark: &str, nonce: &str) -> Option<Vec<Piece>> {
    let mut pieces = Vec::new();
    let (mut at, mut is_open) = (0, false);
    while let Some((from, is_mark)) = next_of(&text[at..], mark, nonce) {
        pieces.push(Piece::Words(at..at + from));
        at += from;
        if !is_mark {
            pieces.push(Piece::Nonce);
            at += nonce.len();
            continue;
        }
        let letter = text[at + mark.len()..].chars().next()?;
        at += mark.len() + letter.len_utf8();
        match letter {
            KEY => pieces.push(Piece::Key),
            END if is_open => {
                pieces.push(Piece::End);
                is_open = false;
            }
            _ if is_open => return None,
            letter => {
                pieces.push(Piece::Part(PersonalPart::ALL.into_iter().find(|part| part.letter() == letter)?));
                is_open = true;
            }
        }
    }
    pieces.push(Piece::Words(at..text.len()));
    (!is_open).then_some(pieces)
}

/// Where the mark or the nonce comes next, and whether it is the mark.
fn next_of(text: &str, mark: &str, nonce: &str) -> Option<(usize, bool)> {
    match (text.find(mark), text.find(nonce)) {
        (Some(mark), Some(nonce)) if nonce < mark => Some((nonce, false)),
        (Some(mark), _) => Some((mark, true)),
        (None, nonce) => Some((nonce?, false)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::future::join_all;
    use proptest::prelude::*;

    const LIFE: Duration = Duration::from_secs(60);

    fn page(drawing: &Drawing, words: &str) -> Response {
        let [open, close] = drawing.around(PersonalPart::HeaderEnd);
        let text = format!(
            "<script nonce=\"n0nce\">{words}</script>{open}Sign in{close}<input value=\"{}k\">",
            drawing.0.mark
        );
        let mut response = Response::new(Body::from(text));
        response.headers_mut().insert(CONTENT_TYPE, "text/html; charset=utf-8".parse().expect("a header"));
        let policy = content_security_policy("n0nce").parse().expect("a header");
        response.headers_mut().insert(CONTENT_SECURITY_POLICY, policy);
        response
    }

    async fn words(response: Option<Response>) -> String {
        let bytes = to_bytes(response.expect("a reply").into_body(), PAGE_MAX_BYTES).await.expect("a body");
        String::from_utf8(bytes.to_vec()).expect("text")
    }

    #[tokio::test]
    async fn two_hundred_who_come_at_once_to_a_cold_page_get_one_drawing() {
        let pages = SharedPages::new(LIFE);
        let ask = || {
            pages.get("/events/1", |drawing| async move {
                tokio::time::sleep(Duration::from_millis(20)).await;
                page(&drawing, "one")
            })
        };
        let got = join_all((0..200).map(|_| ask())).await;
        assert!(got.iter().all(Option::is_some));
        assert_eq!(pages.counts(), [1, 199]);
    }

    #[tokio::test]
    async fn a_page_that_failed_is_not_kept_and_an_old_one_is_drawn_anew() {
        let pages = SharedPages::new(LIFE);
        let refused =
            pages.get("/", |_| async { Response::builder().status(503).body(Body::empty()).expect("a reply") });
        assert!(refused.await.is_none());
        for _ in 0..2 {
            assert!(pages.get("/", |drawing| async move { page(&drawing, "well") }).await.is_some());
        }
        assert_eq!(pages.counts(), [2, 1]);
        pages.clear();
        pages.get("/", |drawing| async move { page(&drawing, "well") }).await.expect("a page");
        assert_eq!(pages.counts(), [3, 1]);
        let short = SharedPages::new(Duration::from_millis(1));
        for _ in 0..2 {
            short.get("/", |drawing| async move { page(&drawing, "well") }).await.expect("a page");
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        assert_eq!(short.counts(), [2, 0]);
    }

    #[tokio::test]
    async fn a_page_drawn_before_a_change_is_not_shown_to_who_comes_after_it() {
        let pages = SharedPages::new(LIFE);
        let changed = pages.clone();
        let drawing = pages.get("/", |drawing| async move {
            changed.clear();
            page(&drawing, "old")
        });
        drawing.await.expect("a page");
        let page = pages.get("/", |drawing| async move { page(&drawing, "new") }).await.expect("a page");
        assert!(words(page.reply(None)).await.contains("new"));
    }

    #[tokio::test]
    async fn each_reply_has_its_own_nonce_and_key_and_its_own_person() {
        let pages = SharedPages::new(LIFE);
        let page = pages.get("/", |drawing| async move { page(&drawing, "x") }).await.expect("a page");
        let ida = |part: PersonalPart, nonce: &str| format!("Ida {} {nonce}", part.letter());
        let (first, second) = (words(page.reply(None)).await, words(page.reply(Some(&ida))).await);
        assert!(first.contains("Sign in") && !first.contains("Ida"), "{first}");
        assert!(second.contains("Ida h") && !second.contains("Sign in"), "{second}");
        let values = |text: &str| text.split('"').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>();
        let (first, second) = (values(&first), values(&second));
        assert_eq!((first.len(), first[0].len(), first[1].len()), (2, 32, 16));
        assert!(first[0] != second[0] && first[1] != second[1]);
        let policy = page.reply(None).expect("a reply").headers()[CONTENT_SECURITY_POLICY].clone();
        assert!(!policy.to_str().expect("text").contains("n0nce"));
    }

    #[test]
    fn marks_that_do_not_belong_together_are_refused() {
        for text in ["Mh", "Me", "Mhg", "MhMhMeMe", "Mx", "M"] {
            assert_eq!(cut(text, "M", "N"), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_cut_is_the_text_without_marks_and_nonce(words in prop::collection::vec("[a-z<é]{0,9}", 1..9), kinds in prop::collection::vec(0..3_usize, 9)) {
            let (mark, nonce) = ("\u{1}mark", "\u{2}nonce");
            let mut text = String::new();
            for (word, kind) in words.iter().zip(&kinds) {
                text += word;
                text += &[format!("{mark}k"), nonce.to_owned(), format!("{mark}hin{mark}e")][*kind];
            }
            let pieces = cut(&text, mark, nonce).expect("pieces");
            let left: String = pieces.iter().filter_map(|piece| match piece {
                Piece::Words(range) => Some(&text[range.clone()]),
                _ => None,
            }).collect();
            prop_assert!(!left.contains(mark) && !left.contains(nonce));
            let parts = kinds[..words.len()].iter().filter(|kind| **kind == 2).count();
            prop_assert_eq!(left.len(), words.iter().map(String::len).sum::<usize>() + parts * 2);
        }
    }
}
