//! Putting together what the dashboard shows of codes, and its door for functions that name one.

use super::model::{CodeLine, CodeState, EditedCode};
use crate::{
    discounts::{
        form::CodeForm,
        model::Uses,
        store::{LineRow, find_event_of, get_line, list_lines},
    },
    error::{CodeRefusal, Error},
    events::{
        model::Page,
        store::{EventRow, find_sale},
        when::at_venue,
    },
    id::{CodeId, EventId},
    server::{Caller, Result, state::AppState},
    staff::admit::{Actor, admit, admit_anywhere},
};
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use leptos::server_fn::ServerFn;

/// A page of the codes of an event that begin like this. Errors: `NotFound`.
pub(super) async fn tell_codes(
    state: &AppState,
    (event_id, beginning): (EventId, &str),
    (before, limit): (Option<CodeId>, i64),
) -> Result<Page<CodeLine>> {
    let mut conn = state.db.pool().acquire().await?;
    let event = find_sale(&mut conn, event_id).await?;
    let now = state.clock.now_in(&mut conn).await?;
    let rows = list_lines(&mut conn, (event_id, beginning), (before, limit), now).await?;
    let Page { items, next_cursor } = Page::cut(rows, limit, |row| row.code.id.to_string());
    Ok(Page { items: items.into_iter().map(|row| tell(row, &event, now)).collect(), next_cursor })
}

/// One code. Errors: `NotFound`.
pub(super) async fn tell_code(state: &AppState, code_id: CodeId) -> Result<EditedCode> {
    let mut conn = state.db.pool().acquire().await?;
    let now = state.clock.now_in(&mut conn).await?;
    let row = get_line(&mut conn, code_id, now).await?;
    let event = find_sale(&mut conn, row.code.event_id).await?;
    let zone = event.timezone.parse().unwrap_or(Tz::UTC);
    Ok(EditedCode { form: CodeForm::of(&row.code, event.currency, zone), line: tell(row, &event, now) })
}

fn tell(LineRow { code, sums }: LineRow, event: &EventRow, now: DateTime<Utc>) -> CodeLine {
    let uses = Uses { use_count: sums.held_count + sums.confirmed_count, own_count: 0 };
    let state = match code.decide_use(uses, now) {
        Ok(()) => CodeState::Open,
        Err(CodeRefusal::NotYet) => CodeState::NotYet,
        Err(CodeRefusal::UsedUp) => CodeState::UsedUp,
        Err(_) => CodeState::Ended,
    };
    let tell = |at: Option<DateTime<Utc>>| at.map(|at| at_venue(at, &event.timezone, now));
    CodeLine {
        currency: event.currency,
        starts: tell(code.starts_at),
        ends: tell(code.ended_at.or(code.ends_at)),
        state,
        held_count: sums.held_count,
        confirmed_count: sums.confirmed_count,
        taken_minor: sums.taken_minor,
        discount_minor: sums.discount_minor,
        code,
    }
}

/// Lets the caller of this function in, if they may do what it does to the event of this code; answers which that is.
///
/// Errors: `SignInRequired`; `Forbidden`; `NotFound`, for those alone who may do it to some event.
pub(super) async fn admit_to_code<F: ServerFn>(caller: &Caller, code_id: CodeId) -> Result<(Actor, EventId)> {
    match find_event_of(&caller.state, code_id).await? {
        Some(event_id) => Ok((admit::<F>(caller, event_id).await?, event_id)),
        None => {
            admit_anywhere::<F>(caller).await?;
            Err(Error::NotFound.into())
        }
    }
}
