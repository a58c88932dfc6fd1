//! Discount codes to try: one for the event of which the attendee holds seats, one off each place of a festival.

use super::catalogue::EventPlan;
use crate::{
    discounts::{form::CodeForm, model::Kind, store::import_code},
    id::EventId,
    server::{Result, state::AppState},
};

/// Of which event, what it reads, what it takes off, how often in all, and for whom.
const CODES: [(&str, &str, Kind, &str, &str, &str); 3] = [
    ("Sorrel Quartet: Late Beethoven by Candlelight", "CANDLE", Kind::Percent, "20", "", "On the posters"),
    ("Harbour Lights Festival", "LIGHTS", Kind::PerPlace, "5", "100", "The first hundred"),
    ("Harbour Lights Festival", "PRESS", Kind::Percent, "100", "20", "For the press"),
];

/// Makes those that aren't there.
pub(super) async fn make_codes(state: &AppState, events: &[(&EventPlan, EventId)]) -> Result<()> {
    for (event, code, kind, value, max_uses, note) in CODES {
        let known = events.iter().find(|(plan, _)| plan.name == event);
        let (_, event_id) = known.ok_or_else(|| anyhow::anyhow!("the catalogue has no {event}"))?;
        let form = CodeForm {
            code: code.to_owned(),
            kind: kind.key().to_owned(),
            value: value.to_owned(),
            max_uses: max_uses.to_owned(),
            note: note.to_owned(),
            ..CodeForm::default()
        };
        import_code(state, *event_id, &form).await?;
    }
    Ok(())
}
