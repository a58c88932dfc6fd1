//! Doing what a command says.

use crate::{
    command::{Command, Standing, Tool},
    editor::{Editor, Outcome, seats},
    price,
};
use seat_plan::{
    Area, Background, Plan, SeatKind, Section,
    check::{LABEL_MAX, NAME_MAX},
    edit::{Drawing, History, Spot},
    geometry::{bounds, corners, rectangle},
};

/// How wide and high an area is that is placed without a pointer, in the map's units.
const STANDING_SIZE: (i32, i32) = (240, 120);

fn plain<T, E: ToString>(result: Result<T, E>) -> Result<T, String> {
    result.map_err(|why| why.to_string())
}

fn checked_label(text: &str) -> Result<String, String> {
    let text = text.trim();
    let fits = (1..=LABEL_MAX).contains(&text.chars().count());
    if fits { Ok(text.to_owned()) } else { Err(format!("A label has 1 to {LABEL_MAX} characters.")) }
}

impl Editor {
    /// Does what is asked for.
    pub fn run(&mut self, command: Command) -> Outcome {
        match command {
            Command::Undo => self.step("Undone", History::undo, "Nothing to undo."),
            Command::Redo => self.step("Done again", History::redo, "Nothing to do again."),
            Command::ChooseAll => {
                let all =
                    self.drawing().map(|drawing| drawing.seats().map(|(spot, _)| spot).collect()).unwrap_or_default();
                self.chosen_now(all)
            }
            Command::ChooseNone => self.chosen_now(Vec::new()),
            Command::ChooseSection { section, add } => {
                let spots = self.drawing().map(|drawing| drawing.spots_of(section)).unwrap_or_default();
                let outcome = self.choose_more(spots, add);
                self.section = self.drawing().filter(|drawing| section < drawing.sections.len()).map(|_| section);
                self.show_chosen();
                outcome
            }
            Command::ChooseRow { section, row, add } => {
                let mut spots = self.drawing().map(|drawing| drawing.spots_of(section)).unwrap_or_default();
                spots.retain(|spot| spot.row as usize == row);
                let outcome = self.choose_more(spots, add);
                self.show_chosen();
                outcome
            }
            Command::ChooseSeat { section, row, seat } => {
                let spot = Spot::new(section, row, seat);
                self.choose(vec![spot]);
                self.put_cursor(spot)
            }
            Command::ChooseRows => {
                let rows: std::collections::BTreeSet<(u32, u32)> =
                    self.chosen().iter().map(|spot| (spot.section, spot.row)).collect();
                let all = self.drawing().into_iter().flat_map(|drawing| drawing.seats()).map(|(spot, _)| spot);
                let spots = all.filter(|spot| rows.contains(&(spot.section, spot.row))).collect();
                self.chosen_now(spots)
            }
            Command::Cursor { x, y, extend } => self.move_cursor((x.signum(), y.signum()), extend),
            Command::CursorToggle => self.toggle_cursor(),
            Command::Nudge { x, y } => self.nudge((x, y)),
            Command::Turn { degrees } => {
                self.change_chosen("Turning", |drawing, chosen| Ok(drawing.turned(chosen, degrees)))
            }
            Command::Align { edge } => {
                self.change_chosen("Lining up", |drawing, chosen| Ok(drawing.aligned(chosen, edge)))
            }
            Command::Spread => self.change_chosen("Spreading", |drawing, chosen| Ok(drawing.spread(chosen))),
            Command::Delete => self.delete(),
            Command::Copy => self.copy(),
            Command::Cut => {
                let copied = self.copy();
                if copied.is_refused { copied } else { self.delete() }
            }
            Command::Paste => self.paste_aside(),
            Command::Duplicate => self.duplicate(),
            Command::Renumber(numbers) => {
                self.change_chosen("Renumbering", |drawing, chosen| Ok(drawing.renumbered(chosen, numbers)))
            }
            Command::Relabel(labels) => {
                self.change_chosen("Renaming rows", |drawing, chosen| Ok(drawing.relabelled(chosen, &labels)))
            }
            Command::Kind { kind } => self.change_chosen("Kind", |drawing, chosen| Ok(drawing.of_kind(chosen, kind))),
            Command::View { limited_view } => {
                self.change_chosen("View", |drawing, chosen| Ok(drawing.with_view(chosen, limited_view)))
            }
            Command::Tier { tier } => {
                let tier = (!tier.is_empty()).then_some(tier);
                self.change_chosen("Price", |drawing, chosen| plain(drawing.with_tier(chosen, tier.as_deref())))
            }
            Command::Gather { name } => {
                let said = format!("Moved to {}.", name.trim());
                self.change("Moving to a section", |drawing, chosen| plain(drawing.gathered(chosen, &name)), |_| said)
            }
            Command::Number { number } => self.change_chosen("Number", |drawing, chosen| {
                let number = checked_label(&number)?;
                Ok(drawing.with_number(chosen, &number))
            }),
            Command::RowLabel { label } => self.change_chosen("Row", |drawing, chosen| {
                let label = checked_label(&label)?;
                Ok(chosen.first().map_or_else(|| drawing.clone(), |spot| drawing.with_label(*spot, &label)))
            }),
            Command::Section { section, name, price, count } => self.set_section(section, &name, &price, count),
            Command::OutlineByRows { section } => {
                self.keeping("Outline", "The outline follows the seats.", |drawing| {
                    plain(drawing.outlined(section, None))
                })
            }
            Command::RemoveSection { section } => self.remove_section(section),
            Command::Reorder { section, to } => {
                let outcome = self.change(
                    "Order of sections",
                    |drawing, _| Ok((plain(drawing.reordered(section, to))?, Vec::new())),
                    |_| "Moved in the list.".to_owned(),
                );
                if !outcome.is_refused {
                    self.section = Some(to);
                }
                outcome
            }
            Command::TierPrice { name, price } => match price::parse(&price, self.exponent) {
                Some(minor) => {
                    self.keeping("Price", "The price is set.", |drawing| plain(drawing.with_tier_priced(&name, minor)))
                }
                None => Outcome::refused(price::WRONG),
            },
            Command::RemoveTier { name } => {
                self.keeping("Removing a price", "The price is gone.", |drawing| Ok(drawing.without_tier(&name)))
            }
            Command::Stage { label, width, height } => self.set_stage(&label, (width, height)),
            Command::Singles { leaves_no_single } => {
                self.keeping("Single seats", "", |drawing| Ok(drawing.minding_singles(leaves_no_single)))
            }
            Command::Background { opacity_percent, width, x, y } => self.keeping("Background", "", |drawing| {
                let picture = drawing.sheet.background.clone().ok_or("There is no picture.")?;
                let (opacity_percent, width) = (opacity_percent.min(100), width.clamp(10, 100_000));
                Ok(drawing.over(Some(Background { opacity_percent, width, x, y, ..picture })))
            }),
            Command::RemoveBackground => {
                self.keeping("Background", "The picture is gone.", |drawing| Ok(drawing.over(None)))
            }
            Command::Tool(tool) => self.take_up(tool),
            Command::Place => self.place(),
            Command::Finish => self.finish_polygon(),
            Command::Cancel => self.cancel(),
            Command::CancelPress => {
                self.rest();
                Outcome::default()
            }
            Command::Fit => {
                self.fit();
                Outcome::default()
            }
            Command::Zoom { factor } => {
                let middle = (self.camera.width / 2.0, self.camera.height / 2.0);
                self.camera.zoom(factor, middle);
                Outcome::default()
            }
            Command::Pan { x, y } => {
                (self.camera.x, self.camera.y) = (self.camera.x + x, self.camera.y + y);
                Outcome::default()
            }
        }
    }

    /// Puts a picture into the background.
    pub fn set_picture(&mut self, picture: String) -> Outcome {
        self.keeping("Background", "The picture lies behind the map.", |drawing| {
            let (x, y, width, opacity_percent) = (0, 0, drawing.sheet.width, 50);
            Ok(drawing.over(Some(Background { picture, x, y, width, opacity_percent })))
        })
    }

    /// A change that leaves chosen what is chosen.
    fn keeping(&mut self, what: &str, said: &str, change: impl FnOnce(&Drawing) -> Result<Drawing, String>) -> Outcome {
        let section = self.section;
        let outcome = self.change(what, |drawing, chosen| Ok((change(drawing)?, chosen.to_vec())), |_| said.to_owned());
        self.section = section;
        outcome
    }

    fn step(&mut self, done: &str, step: fn(&mut History) -> Option<String>, nothing: &str) -> Outcome {
        let what = self.history.as_mut().and_then(step);
        self.rest();
        self.lay_out();
        what.map_or_else(|| Outcome::refused(nothing), |what| Outcome::said(format!("{done}: {what}.")))
    }

    fn choose_more(&mut self, mut spots: Vec<Spot>, add: bool) -> Outcome {
        if add {
            spots.extend_from_slice(self.chosen());
        }
        self.chosen_now(spots)
    }

    pub(crate) fn chosen_now(&mut self, spots: Vec<Spot>) -> Outcome {
        if spots.is_empty() {
            self.section = None;
        }
        self.choose(spots);
        let count = self.chosen().len();
        Outcome::said(if count == 0 { "Nothing chosen.".to_owned() } else { format!("{} chosen.", seats(count)) })
    }

    fn put_cursor(&mut self, spot: Spot) -> Outcome {
        self.cursor = Some(spot);
        if let Some(mark) = self.scene.mark(spot) {
            let place = (f64::from(mark.x), f64::from(mark.y));
            self.camera.show(place);
        }
        Outcome::said(self.describe(spot))
    }

    fn move_cursor(&mut self, direction: (i32, i32), extend: bool) -> Outcome {
        let begin = || self.chosen().first().copied().or_else(|| self.scene.marks.first().map(|mark| mark.spot));
        let Some(from) = self.cursor else {
            return match begin() {
                Some(spot) => self.put_cursor(spot),
                None => Outcome::refused("There is no seat yet."),
            };
        };
        let Some(at) = self.scene.mark(from).map(|mark| (mark.x, mark.y)) else { return Outcome::default() };
        let Some(to) = self.scene.beside(at, direction).map(|mark| mark.spot) else {
            return Outcome::said("No seat that way.");
        };
        if extend {
            let mut chosen = self.chosen().to_vec();
            chosen.extend([from, to]);
            self.choose(chosen);
        }
        self.put_cursor(to)
    }

    fn toggle_cursor(&mut self) -> Outcome {
        let Some(spot) = self.cursor else { return self.move_cursor((1, 0), false) };
        self.toggle(spot);
        Outcome::said(self.describe(spot))
    }

    pub(crate) fn toggle(&mut self, spot: Spot) {
        let mut chosen = self.chosen().to_vec();
        match chosen.binary_search(&spot) {
            Ok(place) => drop(chosen.remove(place)),
            Err(place) => chosen.insert(place, spot),
        }
        self.choose(chosen);
    }

    pub(crate) fn nudge(&mut self, by: (i32, i32)) -> Outcome {
        match (self.chosen().is_empty(), self.section) {
            (true, Some(section)) => {
                self.keeping("Moving", "Moved.", |drawing| plain(drawing.with_section_moved(section, by)))
            }
            _ => self.change_chosen("Moving", |drawing, chosen| Ok(drawing.moved(chosen, by))),
        }
    }

    fn set_section(&mut self, section: usize, name: &str, price: &str, count: Option<u32>) -> Outcome {
        let Some(price_minor) = price::parse(price, self.exponent) else { return Outcome::refused(price::WRONG) };
        self.keeping("Section", "The section is changed.", |drawing| {
            let drawing = plain(plain(drawing.renamed(section, name))?.repriced(section, price_minor))?;
            match (count, drawing.sections.get(section).map(|section| &section.area)) {
                (Some(count), Some(Area::Standing(_))) => plain(drawing.with_standing(section, count)),
                _ => Ok(drawing),
            }
        })
    }

    fn set_stage(&mut self, label: &str, (width, height): (i32, i32)) -> Outcome {
        self.keeping("Stage", "The stage is changed.", |drawing| {
            let edges = bounds(corners(&drawing.sheet.stage)).unwrap_or((0, 0, 1, 1));
            let (width, height) = (width.clamp(10, 20_000), height.clamp(10, 20_000));
            let is_same = (edges.2 - edges.0, edges.3 - edges.1) == (width, height);
            let left = (edges.0 + edges.2 - width) / 2;
            // A stage of another shape keeps it for as long as only its name changes.
            let stage = if is_same {
                drawing.sheet.stage.clone()
            } else {
                rectangle((left, edges.1), (left + width, edges.1 + height))
            };
            plain(drawing.staged(stage, label))
        })
    }

    fn take_up(&mut self, tool: Tool) -> Outcome {
        self.rest();
        let made = match &tool {
            Tool::Make(making) => making.block().and_then(|block| plain(block.make((0, 0)))),
            _ => Ok(Vec::new()),
        };
        let refused = made.as_ref().err().cloned();
        let section = |rows| Section {
            was: None,
            name: String::new(),
            price_minor: 0,
            outline: Vec::new(),
            area: Area::Rows(rows),
        };
        let ghost = Drawing::from(Plan { sections: vec![section(made.unwrap_or_default())], ..Plan::default() });
        self.ghost = crate::scene::Scene::of(&ghost, &Default::default(), &[]).marks;
        self.tool = tool;
        let count = self.ghost.len();
        match refused {
            Some(why) => Outcome::refused(why),
            None if count > 0 => Outcome::said(format!("{}.", seats(count))),
            None => Outcome::default(),
        }
    }

    fn place(&mut self) -> Outcome {
        match self.tool.clone() {
            Tool::Make(making) => self.make(&making, None),
            Tool::Standing(standing) => {
                let (wide, high) = STANDING_SIZE;
                let Some(drawing) = self.drawing() else { return Outcome::default() };
                let stage = bounds(corners(&drawing.sheet.stage)).unwrap_or((0, 0, drawing.sheet.width, 0));
                let (left, top) =
                    ((stage.0 + stage.2 - wide) / 2, drawing.extent().map_or(0, |(.., bottom)| bottom) + 30);
                let outcome = self.add_standing(&standing, rectangle((left, top), (left + wide, top + high)));
                if !outcome.is_refused {
                    self.fit();
                }
                outcome
            }
            Tool::PaintTier { tier } => self.run(Command::Tier { tier }),
            Tool::PaintKind { kind } => self.paint_kind(&kind),
            _ => Outcome::default(),
        }
    }

    pub(crate) fn add_standing(&mut self, standing: &Standing, outline: Vec<i32>) -> Outcome {
        let Some(price_minor) = price::parse(&standing.price, self.exponent) else {
            return Outcome::refused(price::WRONG);
        };
        if standing.count == 0 {
            return Outcome::refused("At least one person stands in it.");
        }
        let name = standing.name.split_whitespace().collect::<Vec<_>>().join(" ");
        let name = if name.is_empty() { "Standing".to_owned() } else { name.chars().take(NAME_MAX).collect() };
        let section = Section { was: None, name, price_minor, outline, area: Area::Standing(standing.count) };
        let outcome = self.change(
            "Adding a standing area",
            |drawing, _| Ok((drawing.with_section(section).0, Vec::new())),
            |drawing| {
                let name = drawing.sections.last().map(|section| section.name.clone()).unwrap_or_default();
                format!("Added {name}.")
            },
        );
        self.section = self.drawing().map(|drawing| drawing.sections.len() - 1);
        outcome
    }

    pub(crate) fn paint_kind(&mut self, kind: &str) -> Outcome {
        let command = match kind {
            "accessible" => Command::Kind { kind: SeatKind::Accessible },
            "companion" => Command::Kind { kind: SeatKind::Companion },
            "limited" => Command::View { limited_view: true },
            "clear" => Command::View { limited_view: false },
            _ => Command::Kind { kind: SeatKind::Standard },
        };
        self.run(command)
    }
}
