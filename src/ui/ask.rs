//! Asking the server from an island, as the page's own links and forms would.
//!
//! Not through the clients that Leptos makes for server functions: they bring the types of every answer and refusal, with
//! what reads them, and an island looks at little of it. Measured on the bundle; ARCHITECTURE.md has the figure.

use leptos::{
    prelude::*,
    task::spawn_local,
    wasm_bindgen::{JsCast, JsValue},
    web_sys::js_sys::{Array, JSON, Reflect},
};
use wasm_bindgen_futures::JsFuture;
use web_sys::{RequestInit, Response, UrlSearchParams};

/// The header that tells a script where the page goes on: a reply to `fetch` can't redirect the page itself.
const REDIRECT_HEADER: &str = leptos::server_fn::redirect::REDIRECT_HEADER;

/// Why the server said no.
#[derive(Clone, Debug)]
pub struct Refusal {
    /// Its code; empty when there was no answer at all.
    pub code: String,
    /// The sentence for a person.
    pub message: String,
    details: JsValue,
}

impl Refusal {
    fn read(text: &str) -> Self {
        let body = JSON::parse(text).unwrap_or_default();
        let words = |name| part(&body, name).as_string().unwrap_or_default();
        let message = match words("message") {
            none if none.is_empty() => NO_ANSWER.to_owned(),
            message => message,
        };
        Self { code: words("code"), message, details: part(&body, "details") }
    }

    /// A list of words in the details.
    pub fn list(&self, name: &str) -> Vec<String> {
        list(&self.details, name).collect()
    }

    /// A number in the details.
    pub fn number(&self, name: &str) -> Option<f64> {
        part(&self.details, name).as_f64()
    }
}

const NO_ANSWER: &str = "The server can't be reached just now. Check your connection and try again.";

/// A part of a value that the browser has read: what it reads with is there anyway.
pub fn part(value: &JsValue, name: &str) -> JsValue {
    Reflect::get(value, &name.into()).unwrap_or_default()
}

/// A list that is part of a value; empty where there is none.
pub fn items(value: &JsValue, name: &str) -> Array {
    part(value, name).dyn_into().unwrap_or_default()
}

/// The words of a list that is part of a value.
pub fn list(value: &JsValue, name: &str) -> impl Iterator<Item = String> + use<> {
    items(value, name).into_iter().filter_map(|word| word.as_string())
}

/// What the server answers to a reading function.
pub async fn get(path: &str, fields: &UrlSearchParams) -> Result<String, Refusal> {
    let url = format!("{path}?{}", fields.to_string().as_string().unwrap_or_default());
    fetch(&url, &RequestInit::new()).await.map(|(_, text)| text)
}

/// The same as the browser reads it; nothing where it can't be had.
pub async fn read(path: &str, given: &[(&str, &str)]) -> Option<JsValue> {
    let fields = UrlSearchParams::new().ok()?;
    given.iter().for_each(|(name, value)| fields.append(name, value));
    JSON::parse(&get(path, &fields).await.ok()?).ok()
}

/// A form that an island sends to a changing function, one at a time. Copies share it.
#[derive(Clone, Copy, Debug)]
pub struct Sending(RwSignal<bool>);

impl Sending {
    /// Nothing is on its way.
    #[expect(clippy::new_without_default, reason = "it makes a signal")]
    pub fn new() -> Self {
        Self(RwSignal::new(false))
    }

    /// Whether a form is on its way, or has been answered and the page is about to change: sending again would be in vain.
    pub fn is_underway(self) -> bool {
        self.0.get()
    }

    /// Sends these fields and goes where the answer leads. `on_refused` hears why they were refused, and says whether it
    /// leads to another page itself.
    pub fn send(
        self,
        path: &'static str,
        fields: UrlSearchParams,
        on_refused: impl FnOnce(&Refusal) -> bool + 'static,
    ) {
        self.0.set(true);
        spawn_local(async move {
            let form = RequestInit::new();
            form.set_method("POST");
            form.set_body(&fields);
            let stays = match fetch(path, &form).await {
                Ok((Some(path), _)) => {
                    _ = window().location().assign(&path);
                    false
                }
                Ok((None, _)) => true,
                Err(refusal) => !on_refused(&refusal),
            };
            if stays {
                self.0.set(false);
            }
        });
    }
}

/// Where the page goes on, if it does, and the body.
async fn fetch(url: &str, request: &RequestInit) -> Result<(Option<String>, String), Refusal> {
    let headers = web_sys::Headers::new().map_err(|_| Refusal::read(""))?;
    _ = headers.set("Accept", "application/json");
    request.set_headers(&headers);
    let answered = async {
        let response: Response = JsFuture::from(window().fetch_with_str_and_init(url, request)).await?.unchecked_into();
        let text = JsFuture::from(response.text()?).await?.as_string().unwrap_or_default();
        Ok::<_, JsValue>((response, text))
    };
    let (response, text) = answered.await.map_err(|_| Refusal::read(""))?;
    if !response.ok() {
        return Err(Refusal::read(&text));
    }
    let header = |name| response.headers().get(name).ok().flatten();
    Ok((header(REDIRECT_HEADER).and_then(|_| header("Location")), text))
}
