//! What the page asks for, as JSON: `{"command": "delete"}`.

use seat_plan::{
    SeatKind,
    check::{LABEL_MAX, NAME_MAX},
    edit::Edge,
    generate::{Arc, Block, Rows, Shape, Tables, parse_places},
    numbering::{RowLabels, SeatNumbers},
};
use serde::Deserialize;

/// Something to do.
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "command", rename_all = "snake_case")]
#[allow(missing_docs, reason = "each is what its name says")]
pub enum Command {
    Undo,
    Redo,
    ChooseAll,
    ChooseNone,
    ChooseSection {
        section: usize,
        #[serde(default)]
        add: bool,
    },
    ChooseRow {
        section: usize,
        row: usize,
        #[serde(default)]
        add: bool,
    },
    ChooseSeat {
        section: usize,
        row: usize,
        seat: usize,
    },
    /// The rows of what is chosen.
    ChooseRows,
    Cursor {
        x: i32,
        y: i32,
        #[serde(default)]
        extend: bool,
    },
    CursorToggle,
    Nudge {
        x: i32,
        y: i32,
    },
    Turn {
        degrees: i32,
    },
    Align {
        edge: Edge,
    },
    Spread,
    Delete,
    Copy,
    Cut,
    Paste,
    Duplicate,
    Renumber(SeatNumbers),
    Relabel(RowLabels),
    Kind {
        kind: SeatKind,
    },
    View {
        limited_view: bool,
    },
    /// An empty name is the section's own price.
    Tier {
        tier: String,
    },
    Gather {
        name: String,
    },
    Number {
        number: String,
    },
    RowLabel {
        label: String,
    },
    Section {
        section: usize,
        name: String,
        price: String,
        #[serde(default)]
        count: Option<u32>,
    },
    OutlineByRows {
        section: usize,
    },
    RemoveSection {
        section: usize,
    },
    Reorder {
        section: usize,
        to: usize,
    },
    TierPrice {
        name: String,
        price: String,
    },
    RemoveTier {
        name: String,
    },
    Stage {
        label: String,
        width: i32,
        height: i32,
    },
    Singles {
        leaves_no_single: bool,
    },
    Background {
        opacity_percent: u8,
        width: i32,
        x: i32,
        y: i32,
    },
    RemoveBackground,
    /// Takes up a tool.
    Tool(Tool),
    /// Does with the tool what the pointer would do, where there is room.
    Place,
    /// Ends the polygon that is being drawn.
    Finish,
    Cancel,
    /// Forgets what the pointer began: a second finger came.
    CancelPress,
    Fit,
    Zoom {
        factor: f64,
    },
    Pan {
        x: f64,
        y: f64,
    },
}

/// What the pointer does.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(tag = "tool", rename_all = "snake_case")]
pub enum Tool {
    /// Chooses and moves.
    #[default]
    Select,
    /// Moves the map.
    Pan,
    /// Makes many seats.
    Make(Making),
    /// Draws an area where people stand.
    Standing(Standing),
    /// Draws the stage.
    Stage,
    /// Draws the outline of the section one is at.
    Outline,
    /// Paints a price; an empty name is the section's own.
    PaintTier {
        /// The tier's name.
        tier: String,
    },
    /// Paints what kind of seat it is.
    PaintKind {
        /// The kind, `limited` or `clear`.
        kind: String,
    },
    /// Moves the picture in the background.
    Background,
}

/// An area where people stand.
#[derive(Clone, Debug, Deserialize)]
pub struct Standing {
    /// What it is called.
    pub name: String,
    /// What a place costs.
    pub price: String,
    /// How many people.
    pub count: u32,
}

/// Seats to make, as the form asks for them.
#[derive(Clone, Debug, Deserialize)]
pub struct Making {
    shape: Form,
    #[serde(default)]
    name: String,
    pub(crate) price: String,
    #[serde(default = "one")]
    rows: u32,
    #[serde(default)]
    seats: u32,
    #[serde(default)]
    more: i32,
    #[serde(default)]
    seat_gap: Option<i32>,
    #[serde(default)]
    row_gap: Option<i32>,
    #[serde(default)]
    bend_percent: u8,
    #[serde(default)]
    aisles: String,
    #[serde(default)]
    aisle_width: Option<i32>,
    #[serde(default)]
    radius: i32,
    #[serde(default)]
    angle: i32,
    #[serde(default = "one")]
    blocks: u32,
    #[serde(default = "one")]
    columns: u32,
    #[serde(default)]
    is_long: bool,
    #[serde(default)]
    turn: i32,
    #[serde(default)]
    labels: Labels,
    #[serde(default)]
    prefix: String,
    #[serde(default = "one")]
    first_row: u32,
    #[serde(default)]
    skip: bool,
    #[serde(default)]
    from_back: bool,
    #[serde(default)]
    scheme: seat_plan::numbering::Scheme,
    #[serde(default = "one")]
    first: u32,
}

type Labels = seat_plan::numbering::LabelKind;

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Form {
    Rows,
    Arc,
    Tables,
}

fn one() -> u32 {
    1
}

impl Making {
    pub(crate) fn section_name(&self) -> String {
        let plain = if matches!(self.shape, Form::Tables) { "Tables" } else { "Section" };
        let name: String = self.name.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(NAME_MAX).collect();
        if name.is_empty() { plain.to_owned() } else { name }
    }

    pub(crate) fn block(&self) -> Result<Block, String> {
        let (rows, usual) = (self.rows, Rows::default());
        let gaps = (self.seat_gap.unwrap_or(usual.seat_gap), self.row_gap.unwrap_or(usual.row_gap));
        let ((seat_gap, row_gap), aisle_width) = (gaps, self.aisle_width.unwrap_or(usual.aisle_width));
        let shape = match self.shape {
            Form::Rows => {
                let aisles = parse_places(&self.aisles).ok_or("Aisles are numbers of seats: 6, 18.")?;
                let (seats, more, bend_percent) = (self.seats, self.more, self.bend_percent);
                Shape::Rows(Rows { rows, seats, more, seat_gap, row_gap, bend_percent, aisles, aisle_width })
            }
            Form::Arc => {
                let (radius, angle, blocks) = (self.radius, self.angle, self.blocks);
                Shape::Arc(Arc { rows, radius, angle, seat_gap, row_gap, blocks, aisle_width })
            }
            Form::Tables => {
                Shape::Tables(Tables { is_long: self.is_long, columns: self.columns, rows, seats: self.seats })
            }
        };
        let skip = if self.skip { "IO".to_owned() } else { String::new() };
        let prefix: String = self.prefix.trim().chars().take(LABEL_MAX / 2).collect();
        let labels =
            RowLabels { kind: self.labels, prefix, first: self.first_row.max(1), skip, from_back: self.from_back };
        Ok(Block { shape, labels, numbers: SeatNumbers { scheme: self.scheme, first: self.first }, turn: self.turn })
    }
}
