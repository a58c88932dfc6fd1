//! A code that came along with a link to its event, `/events/{id}?code=EARLY`: kept in the session until the checkout, where it
//! stands in the field already.
//!
//! Between the two lie pages and forms that know nothing of codes, and signing in. Nobody is told here whether there is such a
//! code: a link would be a way to try them out.

use super::model::parse_code;
use crate::{
    id::EventId,
    server::{Caller, Result},
};

/// Where a session names the codes of links.
const CODES: &str = "codes";
/// Events of which the newest are remembered.
const CODES_MAX: usize = 5;

type Kept = Vec<(EventId, String)>;

/// Keeps a code that stands in the address of its event's page, and answers it in capitals; none for what can't be a code.
pub async fn keep_code(event_id: EventId, text: &str) -> Result<Option<String>> {
    let Ok(code) = parse_code(text) else { return Ok(None) };
    let caller = Caller::current().await?;
    let mut kept: Kept = caller.kept(CODES).await?.unwrap_or_default();
    if kept.last() != Some(&(event_id, code.clone())) {
        kept.retain(|(known, _)| *known != event_id);
        kept.push((event_id, code.clone()));
        caller.keep(CODES, &kept[kept.len().saturating_sub(CODES_MAX)..]).await?;
    }
    Ok(Some(code))
}

/// The code that came along with a link to this event, in the caller's session.
pub async fn find_code(event_id: EventId) -> Result<Option<String>> {
    let kept: Kept = Caller::current().await?.kept(CODES).await?.unwrap_or_default();
    Ok(kept.into_iter().find(|(known, _)| *known == event_id).map(|(_, code)| code))
}
