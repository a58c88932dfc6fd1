//! Uploading a poster: `POST /admin/events/{id}/poster`, a form with a file (`multipart/form-data`). Its fields: `picture`, and
//! `alt_text`, what it shows in words.
//!
//! No server function: those read a body whole before anybody asks who sends it, and of a size that suits text.

use super::poster_page::poster_path;
use crate::{
    error::{Error, Problem},
    events::{
        model::{EventPoster, parse_alt_text},
        store::set_poster,
    },
    id::EventId,
    server::{
        Failure, Result,
        caller::find_person,
        client_address::client_address,
        photos::{FILE_MAX_BYTES, Unfit, Wanted},
        state::AppState,
    },
    staff::admit::admit_to_file,
};
use axum::{
    Router,
    body::Bytes,
    extract::{
        DefaultBodyLimit, FromRequest, Multipart, Path, Request, State,
        multipart::{Field, MultipartError},
    },
    http::{StatusCode, header::ACCEPT},
    response::{IntoResponse, Redirect, Response},
    routing::post,
};
use sha2::{Digest, Sha256};
use tower_sessions::Session;

const ROUTE: &str = "/admin/events/{id}/poster";
/// More than enough for the words.
const WORDS_MAX_BYTES: usize = 4 << 10;
/// The largest form that is read to its end: of a file that is too large nothing is kept, and whoever sent it hears why. A
/// connection that is closed in the middle tells nobody anything.
const FORM_MAX_BYTES: usize = 64 << 20;
/// A card on a phone, a card on a sharp screen, a page; and what other sites show.
const WANTED: Wanted = Wanted { widths: &[480, 960, 1_600], cover: crate::ui::PICTURE_SIZE, narrowest_max: 60_000 };

/// The route that takes posters.
pub fn routes() -> Router<AppState> {
    Router::new().route(ROUTE, post(upload)).layer(DefaultBodyLimit::max(FORM_MAX_BYTES))
}

/// Browsers are led to the page of the poster, which says why where it is refused; others get the poster, or a page of that status.
async fn upload(
    State(state): State<AppState>,
    session: Session,
    Path(id): Path<String>,
    request: Request,
) -> Result<Response> {
    let event_id: EventId = id.parse().map_err(|_| Error::NotFound)?;
    let accepts = request.headers().get(ACCEPT).and_then(|accept| accept.to_str().ok()).unwrap_or_default();
    let is_browser = accepts.contains("text/html");
    match take(&state, &session, event_id, request).await {
        Ok(_) if is_browser => Ok(Redirect::to(&poster_path(event_id, "done=poster")).into_response()),
        Ok(poster) => Ok(axum::Json(poster).into_response()),
        Err(Refused::Picture(code)) if is_browser => {
            Ok(Redirect::to(&poster_path(event_id, &format!("refused={}", code.key()))).into_response())
        }
        Err(Refused::Picture(code)) => Err(code.error().into()),
        Err(Refused::Other(failure)) => Err(failure),
    }
}

/// Why an upload is refused.
enum Refused {
    /// For what it is.
    Picture(PictureProblem),
    Other(Failure),
}

impl From<Failure> for Refused {
    fn from(failure: Failure) -> Self {
        Self::Other(failure)
    }
}

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        Self::Other(error.into())
    }
}

/// What is wrong with what was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PictureProblem {
    /// No file was chosen.
    Missing,
    /// The file is larger than 10 MB.
    Heavy,
    /// The words are too long.
    Words,
    /// The file is no picture that can be taken.
    Unfit(Unfit),
}

impl PictureProblem {
    const ALL: [Self; 7] = [
        Self::Missing,
        Self::Heavy,
        Self::Words,
        Self::Unfit(Unfit::Kind),
        Self::Unfit(Unfit::Broken),
        Self::Unfit(Unfit::TooLarge),
        Self::Unfit(Unfit::TooSmall),
    ];

    fn key(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Heavy => "heavy",
            Self::Words => "words",
            Self::Unfit(Unfit::Kind) => "kind",
            Self::Unfit(Unfit::Broken) => "broken",
            Self::Unfit(Unfit::TooLarge) => "large",
            Self::Unfit(Unfit::TooSmall) => "small",
        }
    }

    /// The problem of this key.
    pub(super) fn parse(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|problem| problem.key() == key)
    }

    /// The sentence for a person.
    pub(super) fn say(self) -> &'static str {
        match self {
            Self::Missing => "Choose a picture first.",
            Self::Heavy => "The file is larger than 10 MB. Save it smaller and try again.",
            Self::Words => "Describe the picture in 200 characters at most.",
            Self::Unfit(Unfit::Kind) => "This file is no JPEG, PNG or WebP picture, whatever it is called.",
            Self::Unfit(Unfit::Broken) => "The picture can't be read: the file may have been cut off on its way.",
            Self::Unfit(Unfit::TooLarge) => "The picture has more than 40 megapixels. Save it smaller and try again.",
            Self::Unfit(Unfit::TooSmall) => "The picture is too small: both of its sides need 200 pixels.",
        }
    }

    fn error(self) -> Error {
        match self {
            Self::Missing => Error::invalid("picture", Problem::Required),
            Self::Words => Error::invalid("alt_text", Problem::TooLong(200)),
            Self::Heavy | Self::Unfit(Unfit::TooLarge) => Error::TooLarge,
            Self::Unfit(_) => Error::invalid("picture", Problem::Malformed),
        }
    }
}

async fn take(
    state: &AppState,
    session: &Session,
    event_id: EventId,
    request: Request,
) -> std::result::Result<EventPoster, Refused> {
    let (parts, body) = request.into_parts();
    let visitor = (find_person(session).await?, client_address(&parts, &state.config));
    let actor = admit_to_file(state, visitor, event_id, ROUTE).await?;
    // Now that it is known who sends it.
    let request = Request::from_parts(parts, body);
    let form = Multipart::from_request(request, state).await.map_err(|_| Error::UnsupportedMediaType)?;
    let (file, alt_text) = read(form).await?;
    let alt_text = parse_alt_text(&alt_text).map_err(|_| Refused::Picture(PictureProblem::Words))?;
    if file.is_empty() {
        return Err(Refused::Picture(PictureProblem::Missing));
    }
    let hash = hex::encode(&Sha256::digest(&file)[..16]);
    let photos = state.dark_room.develop(file, WANTED).await?;
    let photos = photos.map_err(|unfit| Refused::Picture(PictureProblem::Unfit(unfit)))?;
    let height = photos.whole.last().map(|photo| photo.height).unwrap_or_default();
    let widths = photos.whole.iter().map(|photo| photo.width).collect();
    let poster = EventPoster { hash, widths, height, alt_text };
    set_poster(state, &actor, event_id, (&poster, &photos)).await?;
    Ok(poster)
}

/// The file and the words of the form; other fields are passed over.
async fn read(mut form: Multipart) -> std::result::Result<(Bytes, String), Refused> {
    let (mut file, mut words) = (Some(Vec::new()), Some(Vec::new()));
    while let Some(field) = form.next_field().await.map_err(unreadable)? {
        match field.name() {
            Some("picture") => file = keep(field, FILE_MAX_BYTES).await?,
            Some("alt_text") => words = keep(field, WORDS_MAX_BYTES).await?,
            _ => {}
        }
    }
    let file = file.ok_or(Refused::Picture(PictureProblem::Heavy))?;
    let words = words.and_then(|words| String::from_utf8(words).ok()).ok_or(Refused::Picture(PictureProblem::Words))?;
    Ok((file.into(), words))
}

/// The field, read to its end; none of it where it is longer.
async fn keep(mut field: Field<'_>, max_bytes: usize) -> std::result::Result<Option<Vec<u8>>, Refused> {
    let mut kept = Some(Vec::new());
    while let Some(chunk) = field.chunk().await.map_err(unreadable)? {
        kept = kept.filter(|kept: &Vec<u8>| kept.len() + chunk.len() <= max_bytes);
        if let Some(kept) = &mut kept {
            kept.extend_from_slice(&chunk);
        }
    }
    Ok(kept)
}

fn unreadable(error: MultipartError) -> Refused {
    if error.status() == StatusCode::PAYLOAD_TOO_LARGE {
        return Refused::Picture(PictureProblem::Heavy);
    }
    Refused::Other(Error::Malformed.into())
}
