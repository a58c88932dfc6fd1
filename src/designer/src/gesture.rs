//! What the pointer does, from the moment it is pressed to when it is let go.

use crate::{
    command::{Command, Tool},
    editor::{Editor, Outcome, seats},
    scene::{Mark, Taken},
};
use seat_plan::{
    Area, Background,
    edit::Spot,
    geometry::{Point, is_inside, polygon, rectangle},
};

/// How far from a seat it is hit, in pixels, where it is drawn smaller; and for fingers.
const REACH: (f64, f64) = (7.0, 16.0);
/// What is moved less than this, in pixels, isn't moved.
const STILL: f64 = 4.0;
/// From so near, in pixels, what is dragged jumps into line.
const SNAP: f64 = 5.0;

/// A press that goes on.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Gesture {
    /// Nothing is pressed.
    #[default]
    Rest,
    /// The map is moved; the last point of the canvas.
    Pan((f64, f64)),
    /// Chosen seats are dragged.
    Drag {
        /// Where it began, on the map.
        from: (f64, f64),
        /// Where the seat is that was taken hold of.
        held: Point,
        /// How far it went.
        by: Point,
    },
    /// A section where people stand is dragged.
    Carry {
        /// Which.
        section: usize,
        /// Where it began, on the map.
        from: (f64, f64),
        /// How far it went.
        by: Point,
    },
    /// A rectangle is drawn, to choose or to be an area.
    Band {
        /// A corner, on the map.
        from: (f64, f64),
        /// The opposite one.
        to: (f64, f64),
        /// What was chosen before and stays.
        before: Vec<Spot>,
    },
    /// Seats are painted.
    Brush(Vec<Spot>),
    /// The picture in the background is dragged.
    Picture {
        /// Where it began, on the map.
        from: (f64, f64),
        /// How far it went.
        by: Point,
    },
}

/// How the pointer is pressed.
#[derive(Clone, Copy, Debug, Default)]
pub struct Press {
    /// With the key that adds to what is chosen.
    pub adds: bool,
    /// With a finger.
    pub is_touch: bool,
    /// To move the map, whatever the tool.
    pub pans: bool,
    /// Without jumping into line.
    pub is_free: bool,
}

impl Editor {
    fn reach(&self, is_touch: bool) -> f64 {
        let reach = if is_touch { REACH.1 } else { REACH.0 };
        (reach / self.camera.scale).max(6.0)
    }

    fn hit(&self, at: (f64, f64), is_touch: bool) -> Option<Mark> {
        self.scene.at(at, self.reach(is_touch)).copied()
    }

    /// The pointer is pressed at this point of the canvas.
    pub fn press(&mut self, point: (f64, f64), press: Press) -> Outcome {
        let at = self.camera.to_map(point);
        self.pointer = Some(at);
        if press.pans || matches!(self.tool, Tool::Pan) {
            self.gesture = Gesture::Pan(point);
            return Outcome::default();
        }
        match &self.tool {
            Tool::Make(making) => {
                let (making, at) = (making.clone(), (at.0.round() as i32, at.1.round() as i32));
                return self.make(&making, Some(at));
            }
            Tool::Standing(_) | Tool::Stage | Tool::Outline => {
                self.gesture = Gesture::Band { from: at, to: at, before: Vec::new() };
            }
            Tool::PaintTier { .. } | Tool::PaintKind { .. } => {
                let hit = self.hit(at, press.is_touch).map(|mark| mark.spot);
                self.gesture = Gesture::Brush(hit.into_iter().collect());
                self.choose(hit.into_iter().collect());
            }
            Tool::Background => self.gesture = Gesture::Picture { from: at, by: (0, 0) },
            Tool::Select | Tool::Pan => return self.press_to_choose(at, point, press),
        }
        Outcome::default()
    }

    fn press_to_choose(&mut self, at: (f64, f64), point: (f64, f64), press: Press) -> Outcome {
        let Some(mark) = self.hit(at, press.is_touch) else {
            let place = (at.0 as i32, at.1 as i32);
            let standing = self.drawing().and_then(|drawing| {
                let stands =
                    |of: &seat_plan::Section| matches!(of.area, Area::Standing(_)) && is_inside(&of.outline, place);
                drawing.sections.iter().position(|section| stands(section))
            });
            if let Some(section) = standing {
                self.choose(Vec::new());
                self.section = Some(section);
                self.gesture = Gesture::Carry { section, from: at, by: (0, 0) };
                let name = self.drawing().map(|drawing| drawing.sections[section].name.clone()).unwrap_or_default();
                return Outcome::said(name);
            }
            self.gesture = if press.is_touch {
                Gesture::Pan(point)
            } else {
                let before = if press.adds { self.chosen().to_vec() } else { Vec::new() };
                Gesture::Band { from: at, to: at, before }
            };
            return Outcome::default();
        };
        self.cursor = Some(mark.spot);
        if press.adds {
            self.toggle(mark.spot);
        } else {
            if !mark.is_chosen {
                self.choose(vec![mark.spot]);
            }
            self.gesture = Gesture::Drag { from: at, held: (mark.x, mark.y), by: (0, 0) };
        }
        Outcome::said(self.describe(mark.spot))
    }

    /// The pointer moves to this point of the canvas.
    pub fn drag(&mut self, point: (f64, f64), press: Press) {
        let at = self.camera.to_map(point);
        self.pointer = Some(at);
        let mut gesture = std::mem::take(&mut self.gesture);
        let way = |from: (f64, f64)| ((at.0 - from.0).round() as i32, (at.1 - from.1).round() as i32);
        match &mut gesture {
            Gesture::Rest => {}
            Gesture::Pan(from) => {
                (self.camera.x, self.camera.y) = (self.camera.x + point.0 - from.0, self.camera.y + point.1 - from.1);
                *from = point;
            }
            Gesture::Drag { from, held, by } => {
                let far = (at.0 - from.0).hypot(at.1 - from.1) * self.camera.scale;
                *by = if far < STILL && *by == (0, 0) { (0, 0) } else { way(*from) };
                self.guides = (None, None);
                if *by != (0, 0) && !press.is_free {
                    *by = self.in_line(*held, *by);
                }
            }
            Gesture::Carry { from, by, .. } | Gesture::Picture { from, by } => *by = way(*from),
            Gesture::Band { to, .. } => *to = at,
            Gesture::Brush(spots) => {
                if let Some(mark) = self.hit(at, press.is_touch)
                    && !spots.contains(&mark.spot)
                {
                    spots.push(mark.spot);
                    let chosen = spots.clone();
                    self.choose(chosen);
                }
            }
        }
        self.gesture = gesture;
    }

    /// How far to go so that the seat that is held comes into line with one that isn't dragged along.
    fn in_line(&mut self, held: Point, by: Point) -> Point {
        let near = (SNAP / self.camera.scale).clamp(1.0, 6.0);
        let (x, y) = (held.0 + by.0, held.1 + by.1);
        let others = |left: f64, top: f64, right: f64, bottom: f64| {
            let (x, y) = (f64::from(x), f64::from(y));
            self.scene.within((x - left, y - top, x + right, y + bottom)).filter(|mark| !mark.is_chosen)
        };
        // Only what is about as near as the eye compares.
        let far = 240.0;
        let column = others(near, far, near, far).map(|mark| mark.x).min_by_key(|other| (other - x).abs());
        let line = others(far, near, far, near).map(|mark| mark.y).min_by_key(|other| (other - y).abs());
        self.guides = (column, line);
        (column.map_or(by.0, |column| column - held.0), line.map_or(by.1, |line| line - held.1))
    }

    /// The pointer is let go.
    pub fn release(&mut self) -> Outcome {
        self.guides = (None, None);
        match std::mem::take(&mut self.gesture) {
            Gesture::Rest | Gesture::Pan(_) => Outcome::default(),
            Gesture::Drag { by: (0, 0), .. } | Gesture::Carry { by: (0, 0), .. } => Outcome::default(),
            Gesture::Drag { by, .. } | Gesture::Carry { by, .. } => self.nudge(by),
            Gesture::Band { from, to, before } => self.end_band(from, to, before),
            Gesture::Brush(spots) if spots.is_empty() => Outcome::default(),
            Gesture::Brush(spots) => {
                let count = spots.len();
                self.choose(spots);
                let outcome = match self.tool.clone() {
                    Tool::PaintTier { tier } => self.run(Command::Tier { tier }),
                    Tool::PaintKind { kind } => self.paint_kind(&kind),
                    _ => Outcome::default(),
                };
                self.choose(Vec::new());
                if outcome.is_refused { outcome } else { Outcome::said(format!("Painted {}.", seats(count))) }
            }
            Gesture::Picture { by, .. } => match self.drawing().and_then(|drawing| drawing.sheet.background.clone()) {
                Some(Background { x, y, width, opacity_percent, .. }) => {
                    self.run(Command::Background { opacity_percent, width, x: x + by.0, y: y + by.1 })
                }
                None => Outcome::refused("There is no picture."),
            },
        }
    }

    fn end_band(&mut self, from: (f64, f64), to: (f64, f64), before: Vec<Spot>) -> Outcome {
        let far = (to.0 - from.0).abs().max((to.1 - from.1).abs()) * self.camera.scale;
        let (left, right) = (from.0.min(to.0), from.0.max(to.0));
        let (top, bottom) = (from.1.min(to.1), from.1.max(to.1));
        let whole = |value: f64| value.round() as i32;
        let drawn = rectangle((whole(left), whole(top)), (whole(right), whole(bottom)));
        let is_drawn = far > 2.0 * STILL;
        match self.tool {
            Tool::Standing(_) | Tool::Stage | Tool::Outline if is_drawn && self.corners.is_empty() => {
                self.draw_area(drawn)
            }
            Tool::Standing(_) | Tool::Stage | Tool::Outline => self.add_corner((whole(to.0), whole(to.1))),
            _ if !is_drawn && !before.is_empty() => Outcome::default(),
            _ => {
                let inside = if is_drawn {
                    self.scene.within((left, top, right, bottom)).map(|mark| mark.spot).collect()
                } else {
                    Vec::new()
                };
                let spots: Vec<Spot> = before.into_iter().chain(inside).collect();
                self.chosen_now(spots)
            }
        }
    }

    fn add_corner(&mut self, corner: Point) -> Outcome {
        let near = 10.0 / self.camera.scale;
        let closes = self.corners.first().is_some_and(|first| {
            self.corners.len() >= 3 && f64::from(first.0 - corner.0).hypot(f64::from(first.1 - corner.1)) <= near
        });
        if closes {
            return self.finish_polygon();
        }
        self.corners.push(corner);
        Outcome::said(format!("Corner {}. Enter ends it.", self.corners.len()))
    }

    /// Ends the polygon that is being drawn.
    pub(crate) fn finish_polygon(&mut self) -> Outcome {
        let mut corners = std::mem::take(&mut self.corners);
        corners.dedup();
        if corners.len() < 3 {
            return Outcome::refused("An outline has three corners at least.");
        }
        self.draw_area(polygon(corners))
    }

    fn draw_area(&mut self, outline: Vec<i32>) -> Outcome {
        match self.tool.clone() {
            Tool::Standing(standing) => self.add_standing(&standing, outline),
            Tool::Stage => {
                let change = |drawing: &seat_plan::edit::Drawing, chosen: &[Spot]| {
                    let label = drawing.sheet.stage_label.clone();
                    let label = if label.is_empty() { "Stage".to_owned() } else { label };
                    Ok((drawing.staged(outline, &label).map_err(|why| why.to_string())?, chosen.to_vec()))
                };
                self.change("Stage", change, |_| "The stage is drawn.".to_owned())
            }
            _ => {
                let Some(section) = self.section else { return Outcome::refused("Choose a section first.") };
                let change = |drawing: &seat_plan::edit::Drawing, chosen: &[Spot]| {
                    let drawing = drawing.outlined(section, Some(outline)).map_err(|why| why.to_string())?;
                    Ok((drawing, chosen.to_vec()))
                };
                let outcome = self.change("Outline", change, |_| "The outline is drawn.".to_owned());
                self.section = Some(section);
                outcome
            }
        }
    }

    /// Lets go of what is being done: what is drawn, then what is chosen.
    pub(crate) fn cancel(&mut self) -> Outcome {
        let was_drawing = self.gesture != Gesture::Rest || !self.corners.is_empty();
        self.rest();
        if was_drawing || !matches!(self.tool, Tool::Select) {
            self.tool = Tool::Select;
            self.ghost.clear();
            return Outcome::said("Select.");
        }
        self.cursor = None;
        self.chosen_now(Vec::new())
    }

    /// The seat at this point of the canvas, in words.
    pub fn name_at(&self, point: (f64, f64)) -> String {
        self.hit(self.camera.to_map(point), false).map(|mark| self.describe(mark.spot)).unwrap_or_default()
    }

    /// Chooses the row of the seat at this point of the canvas; again, its section.
    pub fn widen(&mut self, point: (f64, f64)) -> Outcome {
        if !self.corners.is_empty() {
            return self.finish_polygon();
        }
        let Some(mark) = self.hit(self.camera.to_map(point), false) else { return Outcome::default() };
        self.gesture = Gesture::Rest;
        let (section, row) = (mark.spot.section as usize, mark.spot.row as usize);
        self.run(Command::ChooseRow { section, row, add: false })
    }

    /// How far a mark is dragged at the moment.
    pub(crate) fn dragged(&self, mark: &Mark) -> (f64, f64) {
        match &self.gesture {
            Gesture::Drag { by, .. } if mark.is_chosen => (f64::from(by.0), f64::from(by.1)),
            _ => (0.0, 0.0),
        }
    }

    /// Whether somebody has what is chosen: how many.
    pub(crate) fn taken_count(&self) -> usize {
        self.scene.marks.iter().filter(|mark| mark.is_chosen && mark.taken != Taken::No).count()
    }
}
