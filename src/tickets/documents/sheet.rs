//! A ticket on a sheet: what is said about it, and where it stands.

use crate::{
    events::model::EventDetail,
    server::paper::{
        Ink, Line, Part, Sheet,
        typeset::{Style, lines, width},
    },
    tickets::{
        model::Ticket,
        qr::{Modules, Run},
    },
};
use serde::{Deserialize, Serialize};

/// For what a sheet is made. Units of the figures below: points, 72 to the inch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// Paper.
    #[default]
    A4,
    /// A phone's screen: as wide as one, as long as it needs to be.
    Phone,
}

/// What stands on a ticket.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Facts {
    name: String,
    /// What it is called and what it is, from the most to the least wanted at the door.
    facts: Vec<(&'static str, Vec<String>)>,
    place: String,
    token: String,
}

impl Facts {
    pub(super) fn of(ticket: &Ticket, detail: &EventDetail) -> Self {
        let event = &ticket.event;
        let when = &event.when;
        let mut facts = vec![
            ("When", vec![when.date.clone(), format!("{} {}", when.time, when.zone)]),
            ("Where", vec![event.venue.clone(), format!("{}, {}", event.address, event.city)]),
            ("Place", vec![ticket.say_place()]),
        ];
        if let Some(doors) = &detail.doors {
            facts.insert(1, ("Doors open", vec![format!("{} {}", doors.time, doors.zone)]));
        }
        facts.extend(ticket.holder.clone().map(|holder| ("Ticket holder", vec![holder])));
        facts.push(("Reference", vec![ticket.reference.clone()]));
        let token = ticket.token.clone().unwrap_or_default();
        Self { name: event.name.clone(), facts, place: ticket.say_place(), token }
    }
}

const MARK: Style = Style { size: 15.0, is_bold: true };
const LABEL: Style = Style { size: 9.5, is_bold: false };
const FACT: Style = Style { size: 13.0, is_bold: true };
const MORE: Style = Style { size: 11.0, is_bold: false };
/// The sizes a name can have; the first at which it takes no more than four lines, or the last.
const NAME_SIZES: [f32; 4] = [30.0, 25.0, 21.0, 17.0];
const NAME_LINES: usize = 4;
const ADVICE: &str =
    "Show this code at the door, on paper or on a screen. It lets in one person, once: keep it to yourself.";

/// How a format places things.
struct Measures {
    width: f32,
    /// None: as long as it needs to be.
    height: Option<f32>,
    margin: f32,
    /// The side of the code, its quiet zone left out.
    code: f32,
    /// Whether the facts stand beside the code, or below it.
    is_beside: bool,
}

impl Format {
    fn measures(self) -> Measures {
        match self {
            Self::A4 => Measures { width: 595.28, height: Some(841.89), margin: 56.0, code: 190.0, is_beside: true },
            Self::Phone => Measures { width: 360.0, height: None, margin: 28.0, code: 236.0, is_beside: false },
        }
    }
}

/// The sheet of a ticket. Errors: where its code can't be drawn or the typeface can't be read.
pub(super) fn lay_out(facts: &Facts, format: Format) -> anyhow::Result<Sheet> {
    let measures = format.measures();
    let mut column = Column {
        x: measures.margin,
        y: measures.margin,
        width: measures.width - 2.0 * measures.margin,
        parts: Vec::new(),
    };
    column.mark()?;
    column.name(&facts.name)?;
    let top = column.y;
    let code_x = if measures.is_beside {
        measures.width - measures.margin - measures.code
    } else {
        (measures.width - measures.code) / 2.0
    };
    if measures.is_beside {
        column.width = code_x - column.x - 32.0;
        column.facts(&facts.facts)?;
        column.parts.push(code(facts, (code_x, top), measures.code)?);
        column.y = column.y.max(top + measures.code + 24.0);
        column.width = measures.width - 2.0 * measures.margin;
    } else {
        column.parts.push(code(facts, (code_x, top), measures.code)?);
        column.y += measures.code + 28.0;
        column.facts(&facts.facts)?;
    }
    column.rule();
    column.paragraph(ADVICE, MORE, Ink::Faint)?;
    let height = measures.height.unwrap_or(column.y + measures.margin);
    Ok(Sheet { title: format!("{}, {}", facts.name, facts.place), width: measures.width, height, parts: column.parts })
}

/// The code with its left upper corner here, and so large.
fn code(facts: &Facts, (left, top): (f32, f32), side: f32) -> anyhow::Result<Part> {
    let modules = Modules::of(&facts.token)?;
    let unit = side / modules.size as f32;
    let place = |Run { x, y, length }: Run| [left + x as f32 * unit, top + y as f32 * unit, length as f32 * unit, unit];
    let boxes = modules.runs().into_iter().map(place).collect();
    Ok(Part::Figure { alt: format!("QR code of the ticket: {}", facts.place), boxes })
}

/// What is written from top to bottom.
struct Column {
    x: f32,
    y: f32,
    width: f32,
    parts: Vec<Part>,
}

impl Column {
    /// Whose ticket it is, and the line below.
    fn mark(&mut self) -> anyhow::Result<()> {
        self.paragraph("Evently", MARK, Ink::Plain)?;
        let kind = Line {
            x: self.x + self.width - width("Ticket", MORE)?,
            y: self.y - 0.25 * MARK.size,
            style: MORE,
            ink: Ink::Faint,
            text: "Ticket".to_owned(),
        };
        self.parts.push(Part::Paragraph(vec![kind]));
        self.rule();
        Ok(())
    }

    fn name(&mut self, name: &str) -> anyhow::Result<()> {
        let mut set = None;
        for size in NAME_SIZES {
            let style = Style { size, is_bold: true };
            let name = lines(name, style, self.width)?;
            let fits = name.len() <= NAME_LINES;
            set = Some((style, name));
            if fits {
                break;
            }
        }
        if let Some((style, name)) = set {
            let heading = self.below(name, style, Ink::Plain);
            self.parts.push(Part::Heading(heading));
            self.y += 18.0;
        }
        Ok(())
    }

    /// Each fact below what it is called.
    fn facts(&mut self, facts: &[(&'static str, Vec<String>)]) -> anyhow::Result<()> {
        for (label, values) in facts {
            let mut fact = self.below(vec![(*label).to_owned()], LABEL, Ink::Faint);
            for (at, value) in values.iter().enumerate() {
                let style = if at == 0 { FACT } else { MORE };
                fact.extend(self.below(lines(value, style, self.width)?, style, Ink::Plain));
            }
            self.parts.push(Part::Paragraph(fact));
            self.y += 12.0;
        }
        Ok(())
    }

    fn paragraph(&mut self, text: &str, style: Style, ink: Ink) -> anyhow::Result<()> {
        let paragraph = self.below(lines(text, style, self.width)?, style, ink);
        self.parts.push(Part::Paragraph(paragraph));
        Ok(())
    }

    fn rule(&mut self) {
        self.y += 8.0;
        self.parts.push(Part::Rule([self.x, self.y, self.width, 0.5]));
        self.y += 16.0;
    }

    /// These lines, one below the other from where the column has come to.
    fn below(&mut self, texts: Vec<String>, style: Style, ink: Ink) -> Vec<Line> {
        let lines = texts.into_iter().map(|text| {
            self.y += 1.25 * style.size;
            Line { x: self.x, y: self.y - 0.25 * style.size, style, ink, text }
        });
        lines.collect()
    }
}
