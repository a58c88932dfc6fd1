//! What is done with sections, tiers and the stage.

use super::{Changed, Drawing, NAME_MAX, Refused, Spot, by_section, shift};
use crate::{
    geometry::outline_of,
    model::{Area, Background, Row, Section, Tier},
    numbering::free_name,
};
use std::rc::Rc;

impl Drawing {
    /// Adds a section, under a name that is free. With where its seats are.
    pub fn with_section(&self, section: Section) -> (Self, Vec<Spot>) {
        let mut drawing = self.clone();
        let name = free_name(section.name.trim(), &self.names(), NAME_MAX);
        drawing.sections.push(Rc::new(Section { name, ..section }));
        let spots = drawing.spots_of(drawing.sections.len() - 1);
        (drawing, spots)
    }

    /// Adds rows to a section, under labels that are free. With where the new seats are.
    ///
    /// Errors: `Unknown`, also for a section where people stand.
    pub fn with_rows(&self, section: usize, rows: Vec<Row>) -> Result<(Self, Vec<Spot>), Refused> {
        let mut drawing = self.clone();
        match self.sections.get(section).map(|section| &section.area) {
            Some(Area::Rows(_)) => {
                let spots = drawing.add_rows(section, rows);
                Ok((drawing, spots))
            }
            _ => Err(Refused::Unknown),
        }
    }

    /// Calls a section otherwise; it keeps the name under which the event has it.
    ///
    /// Errors: `NoName`, `NameTaken`, `Unknown`.
    pub fn renamed(&self, section: usize, name: &str) -> Changed {
        let name = checked(name)?;
        let is_taken = self.sections.iter().enumerate().any(|(at, of)| at != section && of.name == name);
        if is_taken {
            return Err(Refused::NameTaken(name));
        }
        self.with(section, |section| section.name = name)
    }

    /// What each of its places without a tier costs.
    ///
    /// Errors: `Unknown`.
    pub fn repriced(&self, section: usize, price_minor: i64) -> Changed {
        self.with(section, |section| section.price_minor = price_minor)
    }

    /// How many people stand in it.
    ///
    /// Errors: `Unknown`, also for a section of seats.
    pub fn with_standing(&self, section: usize, count: u32) -> Changed {
        match self.sections.get(section).map(|section| &section.area) {
            Some(Area::Standing(_)) => self.with(section, |section| section.area = Area::Standing(count)),
            _ => Err(Refused::Unknown),
        }
    }

    /// Its outline by hand; without one, by its seats.
    ///
    /// Errors: `NoOutline`, `Unknown`.
    pub fn outlined(&self, section: usize, outline: Option<Vec<i32>>) -> Changed {
        let of_seats = || self.sections.get(section).map(|section| outline_of(section.rows()));
        let outline = outline.or_else(of_seats).filter(|outline| outline.len() >= 6).ok_or(Refused::NoOutline)?;
        self.with(section, |section| section.outline = outline)
    }

    /// Moves a section where people stand.
    ///
    /// Errors: `Unknown`.
    pub fn with_section_moved(&self, section: usize, (right, down): (i32, i32)) -> Changed {
        let spots = self.spots_of(section);
        if spots.is_empty() {
            self.with(section, |of| shift(&mut of.outline, right, down))
        } else {
            Ok(self.moved(&spots, (right, down)))
        }
    }

    /// Another place in the order of lists.
    ///
    /// Errors: `Unknown`.
    pub fn reordered(&self, section: usize, to: usize) -> Changed {
        let mut drawing = self.clone();
        if section.max(to) >= self.sections.len() {
            return Err(Refused::Unknown);
        }
        let moved = drawing.sections.remove(section);
        drawing.sections.insert(to, moved);
        Ok(drawing)
    }

    /// Without a section.
    ///
    /// Errors: `Unknown`.
    pub fn without_section(&self, section: usize) -> Changed {
        let mut drawing = self.clone();
        if section >= self.sections.len() {
            return Err(Refused::Unknown);
        }
        drawing.sections.remove(section);
        Ok(drawing)
    }

    /// Moves chosen seats into the section of this name, which is made where there is none: at the price of the first one's.
    /// A section that has no seats any more goes. With where they are then.
    ///
    /// Errors: `NothingChosen`, `NoName`, `Unknown` where people stand in it.
    pub fn gathered(&self, chosen: &[Spot], name: &str) -> Result<(Self, Vec<Spot>), Refused> {
        let name = checked(name)?;
        let first =
            chosen.first().and_then(|spot| self.sections.get(spot.section as usize)).ok_or(Refused::NothingChosen)?;
        let target = self.sections.iter().position(|section| section.name == name);
        if target.is_some_and(|target| matches!(self.sections[target].area, Area::Standing(_))) {
            return Err(Refused::Unknown);
        }
        // Those that are there already stay as they are.
        let moving: Vec<Spot> = chosen.iter().copied().filter(|spot| Some(spot.section as usize) != target).collect();
        let staying: Vec<Spot> = chosen.iter().copied().filter(|spot| Some(spot.section as usize) == target).collect();
        let mut rows: Vec<Row> = Vec::new();
        for (_, part) in by_section(&moving) {
            for spots in part.chunk_by(|a, b| a.row == b.row) {
                let label = self.row(spots[0]).map(|row| row.label.clone()).unwrap_or_default();
                let seats = spots.iter().filter_map(|spot| self.seat(*spot)).cloned().collect();
                rows.push(Row { label, seats });
            }
        }
        if rows.is_empty() {
            return Ok((self.clone(), staying));
        }
        let price_minor = first.price_minor;
        // Whole sections that go are remembered by the one that is new, so that it is known to be the same.
        let all_of = |section: usize, part: &[Spot]| part.len() == self.sections[section].capacity();
        let was = by_section(&moving)
            .find(|(section, part)| all_of(*section, part))
            .and_then(|(section, _)| self.sections[section].was.clone());
        let mut drawing = self.clone();
        let target = target.unwrap_or_else(|| {
            let outline = outline_of(&rows[..1]);
            drawing.sections.push(Rc::new(Section {
                was,
                name: name.clone(),
                price_minor,
                outline,
                area: Area::Rows(Vec::new()),
            }));
            drawing.sections.len() - 1
        });
        let mut spots = staying;
        spots.extend(drawing.add_rows(target, rows));
        // A new one's outline follows from its seats, once it has them.
        if self.sections.get(target).is_none() {
            let section = Rc::make_mut(&mut drawing.sections[target]);
            section.outline = outline_of(section.rows());
        }
        for (section, part) in by_section(&moving) {
            drawing.reshape(section, |rows| {
                for spot in part.iter().rev() {
                    rows[spot.row as usize].seats.remove(spot.seat as usize);
                }
            });
        }
        let gone: Vec<usize> = (0..drawing.sections.len()).filter(|at| drawing.sections[*at].capacity() == 0).collect();
        for section in gone.iter().rev() {
            drawing.sections.remove(*section);
        }
        let before = gone.iter().filter(|section| **section < target).count() as u32;
        let spots = spots.into_iter().map(|spot| Spot { section: spot.section - before, ..spot }).collect();
        Ok((drawing, spots))
    }

    /// Adds a tier, or prices the one of this name anew.
    ///
    /// Errors: `NoName`.
    pub fn with_tier_priced(&self, name: &str, price_minor: i64) -> Changed {
        let (name, mut drawing) = (checked(name)?, self.clone());
        let tiers = &mut Rc::make_mut(&mut drawing.sheet).tiers;
        match tiers.iter_mut().find(|tier| tier.name == name) {
            Some(tier) => tier.price_minor = price_minor,
            None => tiers.push(Tier { name, price_minor }),
        }
        Ok(drawing)
    }

    /// Without a tier: its seats cost what their section says.
    pub fn without_tier(&self, name: &str) -> Self {
        let spots: Vec<Spot> =
            self.seats().filter(|(_, seat)| seat.tier.as_deref() == Some(name)).map(|(spot, _)| spot).collect();
        let mut drawing = self.with_tier(&spots, None).unwrap_or_else(|_| self.clone());
        Rc::make_mut(&mut drawing.sheet).tiers.retain(|tier| tier.name != name);
        drawing
    }

    /// Another stage, under this name.
    ///
    /// Errors: `NoOutline`, `NoName`.
    pub fn staged(&self, stage: Vec<i32>, label: &str) -> Changed {
        let (label, mut drawing) = (checked(label)?, self.clone());
        if stage.len() < 6 {
            return Err(Refused::NoOutline);
        }
        let sheet = Rc::make_mut(&mut drawing.sheet);
        (sheet.stage, sheet.stage_label) = (stage, label);
        Ok(drawing)
    }

    /// Whether holds that leave a seat alone are refused.
    pub fn minding_singles(&self, leaves_no_single: bool) -> Self {
        let mut drawing = self.clone();
        Rc::make_mut(&mut drawing.sheet).leaves_no_single = leaves_no_single;
        drawing
    }

    /// Another picture to draw over, or none.
    pub fn over(&self, background: Option<Background>) -> Self {
        let mut drawing = self.clone();
        Rc::make_mut(&mut drawing.sheet).background = background;
        drawing
    }

    fn with(&self, section: usize, change: impl FnOnce(&mut Section)) -> Changed {
        let mut drawing = self.clone();
        change(Rc::make_mut(drawing.sections.get_mut(section).ok_or(Refused::Unknown)?));
        Ok(drawing)
    }
}

fn checked(name: &str) -> Result<String, Refused> {
    let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
    if (1..=NAME_MAX).contains(&name.chars().count()) { Ok(name) } else { Err(Refused::NoName) }
}
