//! The door to drawing the seat map of an event.

use super::model::{DrawingChange, EventDrawing, ReadPlan};
use crate::{error::Error, id::EventId, money::Currency};
use leptos::{
    prelude::*,
    server_fn::codec::{GetUrl, Json, PostUrl},
};
use seat_plan::{Format, Plan};

/// The seat map of an event as it is drawn, with what of it isn't free. An event without a map answers an empty one with a stage.
///
/// Errors: `SignInRequired`, `Forbidden`, `NotFound`.
#[server(name = GetDrawing, prefix = "/api", endpoint = "v1/seats/drawing", input = GetUrl, output = Json)]
pub async fn get_drawing(
    /// The event's id.
    event_id: EventId,
) -> Result<EventDrawing, Error> {
    use crate::{
        bookings::store,
        server::{Caller, answer},
        staff::admit::admit,
    };
    answer(async {
        let caller = Caller::current().await?;
        admit::<GetDrawing>(&caller, event_id).await?;
        store::get_drawing(&caller.state, event_id).await
    })
    .await
}

/// Draws the seat map of an event anew, all of it or nothing, or says what that would change. Seats keep their ids; those that
/// somebody has can be moved and renamed, never removed. Free places that are added go to who waits first. Nothing changed is
/// nothing done.
///
/// What stands in the way is told in the answer, whose `is_saved` says whether it was saved.
///
/// Errors: `SignInRequired`, `Forbidden`, `NotFound`; `TooLarge` over 16 MB; `VersionConflict` when a newer version was saved, or
/// prices were set; `EventCancelled`; `WrongEventState` for a published event without seats, or one that people wait for;
/// `PlacesTaken` for one of general admission that somebody has places of.
#[server(name = DrawMap, prefix = "/api", endpoint = "v1/seats/draw", input = Json, output = Json)]
pub async fn draw_map(
    /// The event's id.
    event_id: EventId,
    /// The map's version as it was read.
    version: i64,
    /// The map as it is to be.
    plan: Plan,
    /// Whether to save it; otherwise nothing is changed.
    #[server(default)]
    confirmed: bool,
) -> Result<DrawingChange, Error> {
    use crate::{
        bookings::store::{self, Drawing},
        server::{Caller, answer},
        staff::admit::admit,
    };
    answer(async {
        let caller = Caller::current().await?;
        let actor = admit::<DrawMap>(&caller, event_id).await?;
        store::draw_map(&caller.state, actor, Drawing { event_id, version, plan, confirmed }).await
    })
    .await
}

/// Reads a file as a plan. Changes nothing.
///
/// With an event, what the file doesn't say is that of its map: its stage, the outlines of sections of the same name, the kinds of
/// seats of the same id.
///
/// Errors: `SignInRequired`, `Forbidden`; `NotFound` for an event that isn't there; `TooLarge` over 16 MB.
#[server(name = ReadPlanFile, prefix = "/api", endpoint = "v1/seats/read_plan", input = Json, output = Json)]
pub async fn read_plan(
    /// The event that it is for; none for a template.
    #[server(default)]
    event_id: Option<EventId>,
    /// `csv`, `json` or `pretix`.
    format: Format,
    /// The file.
    text: String,
    /// The currency of its prices, where it is for no event.
    #[server(default)]
    currency: Option<Currency>,
) -> Result<ReadPlan, Error> {
    use crate::{
        seats::store,
        server::{Caller, answer},
        staff::admit::{admit, admit_anywhere},
    };
    answer(async {
        let caller = Caller::current().await?;
        match event_id {
            Some(event_id) => _ = admit::<ReadPlanFile>(&caller, event_id).await?,
            None => _ = admit_anywhere::<ReadPlanFile>(&caller).await?,
        }
        store::read_plan(&caller.state, event_id, format, (text, currency)).await
    })
    .await
}

/// Draws the seat map of an event as a file says, for pages without scripts: what [`read_plan`] and then [`draw_map`] do.
///
/// Errors: `SignInRequired`, `Forbidden`, `NotFound`; `TooLarge` over 16 MB; `VersionConflict`, `EventCancelled`, `WrongEventState`,
/// `PlacesTaken` as for drawing it; `Invalid` on `text` for what can't be read, has flaws, or would remove places that somebody
/// has.
#[server(name = ImportMap, prefix = "/api", endpoint = "v1/seats/import", input = PostUrl, output = Json)]
pub async fn import_map(
    /// The event's id.
    event_id: EventId,
    /// The map's version as it was read.
    version: i64,
    /// `csv`, `json` or `pretix`.
    format: Format,
    /// The file.
    text: String,
) -> Result<DrawingChange, Error> {
    use crate::{
        bookings::store::{self, Drawing},
        error::Problem,
        seats::store::read_plan,
        server::{Caller, answer, redirect_to, send_back_kept},
        staff::{admit::admit, frame::event_path},
    };
    let mut told = Vec::new();
    let imported = answer(async {
        let caller = Caller::current().await?;
        let actor = admit::<ImportMap>(&caller, event_id).await?;
        let refused = || Error::invalid("text", Problem::Malformed);
        let read = read_plan(&caller.state, Some(event_id), format, (text, None)).await?;
        told.extend(read.faults.iter().map(|fault| format!("Line {}: {}", fault.line, fault.words)));
        let plan = read.plan.ok_or_else(refused)?;
        let drawing = Drawing { event_id, version, plan, confirmed: true };
        let change = store::draw_map(&caller.state, actor, drawing).await?;
        told.extend(change.flaws.iter().map(|flaw| flaw.words.clone()));
        told.extend(change.in_use.names.iter().map(|name| format!("{name} can't be removed: somebody has it.")));
        told.extend(change.in_use.standing.iter().map(|taken| {
            format!("{} has to have room for {} at least: so many places are taken.", taken.section, taken.taken_count)
        }));
        if !told.is_empty() {
            return Err(refused().into());
        }
        redirect_to(&event_path(event_id, "/seat-map?done=saved"));
        Ok(change)
    })
    .await;
    if let Err(refused) = &imported {
        send_back_kept::<ImportMap>(&event_path(event_id, "/seat-map"), &told, refused).await;
    }
    imported
}
