//! What is drawn, what is chosen in it and what one is about to do: all of the designer but its pictures.

use crate::{
    camera::Camera,
    command::{Making, Tool},
    gesture::Gesture,
    price,
    scene::{Mark, Scene, Taken},
};
use seat_plan::{
    Plan, SeatKind,
    edit::{Clip, Drawing, History, Spot},
    geometry::Point,
};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use uuid::Uuid;

/// From what is drawn to what is placed below it, in the map's units.
const BELOW: i32 = 40;
/// How far a copy stands from what it was taken from.
const ASIDE: (i32, i32) = (24, 28);

/// What came of something: words for whoever can't see it, or why it wasn't done.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Outcome {
    /// The words; none where there is nothing to say.
    pub said: String,
    /// It wasn't done.
    pub is_refused: bool,
}

impl Outcome {
    pub(crate) fn said(words: impl Into<String>) -> Self {
        Self { said: words.into(), is_refused: false }
    }

    pub(crate) fn refused(why: impl ToString) -> Self {
        Self { said: why.to_string(), is_refused: true }
    }
}

/// A seat that somebody has, as the server tells.
#[derive(Clone, Debug, Deserialize)]
pub struct TakenSeat {
    /// The seat's id.
    pub id: Uuid,
    /// `held`, `booked` or `blocked`.
    pub status: String,
}

/// The designer's state.
#[derive(Default)]
pub struct Editor {
    pub(crate) history: Option<History>,
    pub(crate) saved: Option<Drawing>,
    pub(crate) taken: HashMap<Uuid, Taken>,
    pub(crate) clip: Clip,
    /// The section one is at, which may have no seats to choose.
    pub(crate) section: Option<usize>,
    /// The seat the keyboard is at.
    pub(crate) cursor: Option<Spot>,
    pub(crate) tool: Tool,
    pub(crate) gesture: Gesture,
    /// Corners of a polygon that is being drawn.
    pub(crate) corners: Vec<Point>,
    /// What would be made, around the corner of the map, and where the pointer is.
    pub(crate) ghost: Vec<Mark>,
    pub(crate) pointer: Option<(f64, f64)>,
    /// Lines that what is dragged is in line with: x of upright ones, y of level ones.
    pub(crate) guides: (Option<i32>, Option<i32>),
    /// Digits of the currency behind the point.
    pub(crate) exponent: u32,
    /// What is in sight.
    pub camera: Camera,
    pub(crate) scene: Scene,
}

impl Editor {
    /// Begins with a plan. `saved` says whether that is how the server has it.
    pub fn open(&mut self, plan: Plan, taken: &[TakenSeat], exponent: u32, is_saved: bool) {
        let drawing = Drawing::from(plan);
        let kind = |seat: &TakenSeat| if seat.status == "blocked" { Taken::Blocked } else { Taken::Sold };
        self.taken = taken.iter().map(|seat| (seat.id, kind(seat))).collect();
        self.exponent = exponent;
        if is_saved {
            self.saved = Some(drawing.clone());
        }
        let (section, camera) = (self.section.filter(|section| *section < drawing.sections.len()), self.camera);
        self.history = Some(History::new(drawing));
        (self.section, self.cursor, self.camera) = (section, None, camera);
        self.rest();
        self.lay_out();
    }

    /// Goes on with another plan, as one change that can be undone.
    pub fn replace(&mut self, plan: Plan) -> Outcome {
        self.change("Opening a plan", |_, _| Ok((Drawing::from(plan), Vec::new())), |_| "The plan is open.".to_owned())
    }

    /// The plan as it is.
    pub fn plan(&self) -> Plan {
        self.drawing().map(Drawing::plan).unwrap_or_default()
    }

    /// Shows all of it.
    pub fn fit(&mut self) {
        let Some(drawing) = self.drawing() else { return };
        let sheet = (0, 0, drawing.sheet.width, drawing.sheet.height);
        let map = if drawing.sections.is_empty() { sheet } else { drawing.extent().unwrap_or(sheet) };
        self.camera.fit(map);
    }

    pub(crate) fn drawing(&self) -> Option<&Drawing> {
        self.history.as_ref().map(History::drawing)
    }

    pub(crate) fn chosen(&self) -> &[Spot] {
        self.history.as_ref().map_or(&[], History::chosen)
    }

    /// Whether anything was changed since it was saved.
    pub fn is_changed(&self) -> bool {
        self.drawing() != self.saved.as_ref()
    }

    pub(crate) fn lay_out(&mut self) {
        if let Some(history) = &self.history {
            self.scene = Scene::of(history.drawing(), &self.taken, history.chosen());
            let count = history.drawing().sections.len();
            self.section = self.section.filter(|section| *section < count);
            self.cursor = self.cursor.filter(|spot| history.drawing().seat(*spot).is_some());
        }
    }

    pub(crate) fn choose(&mut self, chosen: Vec<Spot>) {
        if let Some(history) = &mut self.history {
            history.choose(chosen);
            self.scene.choose(history.chosen());
            let chosen = history.chosen();
            if let Some(first) = chosen.first() {
                let is_one = chosen.last().is_some_and(|last| last.section == first.section);
                self.section = if is_one { Some(first.section as usize) } else { None };
            }
        }
    }

    /// Puts the tool down: nothing is being drawn or dragged.
    pub(crate) fn rest(&mut self) {
        self.gesture = Gesture::Rest;
        self.corners.clear();
        self.guides = (None, None);
    }

    /// Makes a change that can be undone. It gets the drawing and what is chosen, and says what is chosen then.
    pub(crate) fn change(
        &mut self,
        what: &str,
        change: impl FnOnce(&Drawing, &[Spot]) -> Result<(Drawing, Vec<Spot>), String>,
        say: impl FnOnce(&Drawing) -> String,
    ) -> Outcome {
        let Some(history) = &mut self.history else { return Outcome::refused("The map isn't here yet.") };
        match change(history.drawing(), history.chosen()) {
            Ok((drawing, chosen)) => {
                let (drawing, (right, down)) = drawing.fitted();
                // What was moved to make room stays where it is seen.
                self.camera.x -= f64::from(right) * self.camera.scale;
                self.camera.y -= f64::from(down) * self.camera.scale;
                let said = say(&drawing);
                history.push(what, drawing, chosen);
                self.lay_out();
                Outcome::said(said)
            }
            Err(why) => Outcome::refused(why),
        }
    }

    /// A change to what is chosen, which stays chosen.
    pub(crate) fn change_chosen(
        &mut self,
        what: &str,
        change: impl FnOnce(&Drawing, &[Spot]) -> Result<Drawing, String>,
    ) -> Outcome {
        let count = self.chosen().len();
        if count == 0 {
            return Outcome::refused("Choose seats first.");
        }
        let words = format!("{what}: {}.", seats(count));
        self.change(what, |drawing, chosen| Ok((change(drawing, chosen)?, chosen.to_vec())), |_| words)
    }

    /// Removes what is chosen, or the section one is at where people stand. What somebody has stays.
    pub(crate) fn delete(&mut self) -> Outcome {
        let chosen = self.chosen().to_vec();
        if chosen.is_empty() {
            let standing = self.section.filter(|at| self.drawing().is_some_and(|of| of.spots_of(*at).is_empty()));
            return match standing {
                Some(section) => self.remove_section(section),
                None => Outcome::refused("Choose seats first."),
            };
        }
        if let Some(why) = self.why_kept(&chosen) {
            return Outcome::refused(why);
        }
        let words = format!("Deleted {}.", seats(chosen.len()));
        self.change("Deleting seats", |drawing, chosen| Ok((drawing.without(chosen), Vec::new())), |_| words)
    }

    pub(crate) fn remove_section(&mut self, section: usize) -> Outcome {
        let Some(drawing) = self.drawing() else { return Outcome::default() };
        let name = drawing.sections.get(section).map(|section| section.name.clone()).unwrap_or_default();
        if let Some(why) = self.why_kept(&drawing.spots_of(section)) {
            return Outcome::refused(why);
        }
        self.section = None;
        let change = |drawing: &Drawing, _: &[Spot]| {
            Ok((drawing.without_section(section).map_err(|why| why.to_string())?, Vec::new()))
        };
        self.change("Deleting a section", change, |_| format!("Deleted {name}."))
    }

    /// Why these can't all be removed, if they can't: somebody has some.
    fn why_kept(&self, spots: &[Spot]) -> Option<String> {
        let taken: Vec<Spot> = spots
            .iter()
            .copied()
            .filter(|spot| self.scene.mark(*spot).is_some_and(|mark| mark.taken != Taken::No))
            .collect();
        let names: Vec<String> = taken.iter().take(5).map(|spot| self.short_name(*spot)).collect();
        let more = if taken.len() > 5 { format!(" and {} more", taken.len() - 5) } else { String::new() };
        let have = if taken.len() == 1 { "seat is" } else { "seats are" };
        (!taken.is_empty()).then(|| {
            format!(
                "{} {have} held, booked or kept back and can’t be deleted: {}{more}.",
                taken.len(),
                names.join(", ")
            )
        })
    }

    fn short_name(&self, spot: Spot) -> String {
        let found = self.drawing().and_then(|drawing| Some((drawing.row(spot)?, drawing.seat(spot)?)));
        found.map_or_else(String::new, |(row, seat)| format!("{}{}", row.label, seat.number))
    }

    /// A seat in words.
    pub(crate) fn describe(&self, spot: Spot) -> String {
        let Some(drawing) = self.drawing() else { return String::new() };
        let (Some(row), Some(seat), Some(mark)) = (drawing.row(spot), drawing.seat(spot), self.scene.mark(spot)) else {
            return String::new();
        };
        let section = &drawing.sections[spot.section as usize];
        let kind = match seat.kind {
            SeatKind::Standard => "",
            SeatKind::Accessible => ", wheelchair place",
            SeatKind::Companion => ", companion seat",
        };
        let view = if seat.limited_view { ", limited view" } else { "" };
        let tier = seat.tier.as_ref().map(|tier| format!(", {tier}")).unwrap_or_default();
        let taken = match mark.taken {
            Taken::No => "",
            Taken::Sold => ", held or booked",
            Taken::Blocked => ", kept back",
        };
        let chosen = if mark.is_chosen { ", chosen" } else { "" };
        format!("{}, row {}, seat {}{kind}{view}{tier}{taken}{chosen}", section.name, row.label, seat.number)
    }

    /// Where a seat is on the canvas.
    pub(crate) fn find(&self, spot: Spot) -> Option<Vec<f64>> {
        let mark = self.scene.mark(spot)?;
        let (x, y) = self.camera.to_canvas((f64::from(mark.x), f64::from(mark.y)));
        Some(vec![x, y])
    }

    pub(crate) fn copy(&mut self) -> Outcome {
        let Some(history) = &self.history else { return Outcome::default() };
        if history.chosen().is_empty() {
            return Outcome::refused("Choose seats first.");
        }
        self.clip = history.drawing().clip(history.chosen());
        Outcome::said(format!("Copied {}.", seats(self.clip.count())))
    }

    pub(crate) fn paste(&mut self, aside: (i32, i32)) -> Outcome {
        if self.clip.count() == 0 {
            return Outcome::refused("Nothing is copied.");
        }
        let clip = std::mem::take(&mut self.clip);
        let words = format!("Added {}.", seats(clip.count()));
        let outcome = self.change("Pasting", |drawing, _| Ok(drawing.pasted(&clip, aside)), |_| words);
        self.clip = clip;
        outcome
    }

    /// Copies what is chosen to below it.
    pub(crate) fn duplicate(&mut self) -> Outcome {
        let kept = std::mem::take(&mut self.clip);
        let copied = self.copy();
        let edges = self.drawing().and_then(|drawing| drawing.bounds_of(self.chosen()));
        let outcome = match edges {
            Some((_, top, _, bottom)) => self.paste((0, bottom - top + ASIDE.1)),
            None => copied,
        };
        self.clip = kept;
        outcome
    }

    pub(crate) fn paste_aside(&mut self) -> Outcome {
        self.paste(ASIDE)
    }

    /// Makes a block of seats around a place of the map; without one, below all that is drawn.
    pub(crate) fn make(&mut self, making: &Making, at: Option<Point>) -> Outcome {
        let price_minor = match price::parse(&making.price, self.exponent) {
            Some(price_minor) => price_minor,
            None => return Outcome::refused(price::WRONG),
        };
        let Some(drawing) = self.drawing() else { return Outcome::default() };
        let block = match making.block() {
            Ok(block) => block,
            Err(why) => return Outcome::refused(why),
        };
        let made = match block.section(making.section_name(), price_minor, (0, 0)) {
            Ok(section) => section,
            Err(why) => return Outcome::refused(why),
        };
        let (x, y) = at.unwrap_or_else(|| free_place(drawing, &made.outline));
        let count = made.capacity();
        let section = block.section(made.name, price_minor, (x, y));
        let outcome = self.change(
            "Adding seats",
            |drawing, _| Ok(drawing.with_section(section.map_err(|why| why.to_string())?)),
            |drawing| {
                let name = drawing.sections.last().map(|section| section.name.clone()).unwrap_or_default();
                format!("Added {name}: {}.", seats(count))
            },
        );
        if !outcome.is_refused && at.is_none() {
            self.show_chosen();
        }
        outcome
    }

    /// Brings what is chosen into sight.
    pub(crate) fn show_chosen(&mut self) {
        let edges = self.drawing().and_then(|drawing| drawing.bounds_of(self.chosen()));
        if let Some((left, top, right, bottom)) = edges {
            let ((x0, y0), (x1, y1)) = (
                self.camera.to_canvas((left.into(), top.into())),
                self.camera.to_canvas((right.into(), bottom.into())),
            );
            if x0 < 0.0 || y0 < 0.0 || x1 > self.camera.width || y1 > self.camera.height {
                self.fit();
            }
        }
    }
}

/// Where something of this outline, which is drawn around the corner of the map, has room: below everything, in the middle.
fn free_place(drawing: &Drawing, outline: &[i32]) -> Point {
    let own = seat_plan::geometry::bounds(seat_plan::geometry::corners(outline));
    let top = own.map_or(0, |(_, top, _, _)| top);
    let stage = seat_plan::geometry::bounds(seat_plan::geometry::corners(&drawing.sheet.stage));
    let x = stage.map_or(drawing.sheet.width / 2, |(left, _, right, _)| (left + right) / 2);
    let bottom = drawing.extent().map_or(0, |(.., bottom)| bottom);
    (x, bottom + BELOW - top)
}

/// A count in words.
pub(crate) fn seats(count: usize) -> String {
    if count == 1 { "1 seat".to_owned() } else { format!("{count} seats") }
}
