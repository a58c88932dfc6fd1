//! The pictures: what lies below the seats, the seats, and what is shown over them, each on a canvas of its own.

use crate::{
    command::Tool,
    editor::Editor,
    gesture::Gesture,
    raster::{Colour, Inks, RADIUS, Raster},
    scene::Mark,
};
use seat_plan::{
    Area,
    geometry::{Point, corners, middle},
};
use serde::Deserialize;
use wasm_bindgen::{Clamped, JsCast, JsValue};
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement, HtmlImageElement, ImageData};

/// Numbers are written into seats that are drawn at least this wide, in pixels.
const NUMBERED: f64 = 17.0;
/// About as wide a letter of a section's name is, in pixels.
const LETTER: f64 = 7.0;
/// As many as are written at once: more than fit on a screen where they can be read.
const NUMBERS_MAX: usize = 900;

/// The page's colours.
#[derive(Debug, Default, Deserialize)]
pub struct Theme {
    /// As canvases take them.
    ink: String,
    ink_soft: String,
    ground: String,
    ground_soft: String,
    line: String,
    accent: String,
    font: String,
    /// As red, green, blue.
    prices: Vec<Colour>,
    taken: Colour,
    chosen: Colour,
}

/// What is drawn on.
pub struct Easel {
    under: Sheet,
    seats: Sheet,
    over: Sheet,
    raster: Raster,
    inks: Inks,
    theme: Theme,
}

struct Sheet {
    canvas: HtmlCanvasElement,
    context: CanvasRenderingContext2d,
}

impl Sheet {
    fn new(canvas: HtmlCanvasElement) -> Result<Self, JsValue> {
        let context = canvas.get_context("2d")?.ok_or("no canvas")?.dyn_into::<CanvasRenderingContext2d>()?;
        Ok(Self { canvas, context })
    }

    fn resize(&self, width: u32, height: u32) {
        if (self.canvas.width(), self.canvas.height()) != (width, height) {
            self.canvas.set_width(width);
            self.canvas.set_height(height);
        }
    }

    /// Empty, in the page's pixels.
    fn clear(&self, density: f64) -> &CanvasRenderingContext2d {
        let context = &self.context;
        // A scale that is a number can't fail.
        let _ = context.set_transform(density, 0.0, 0.0, density, 0.0, 0.0);
        context.clear_rect(0.0, 0.0, f64::from(self.canvas.width()), f64::from(self.canvas.height()));
        context
    }
}

impl Easel {
    /// On these canvases, which lie on each other.
    pub fn new(under: HtmlCanvasElement, seats: HtmlCanvasElement, over: HtmlCanvasElement) -> Result<Self, JsValue> {
        let (under, seats, over) = (Sheet::new(under)?, Sheet::new(seats)?, Sheet::new(over)?);
        Ok(Self { under, seats, over, raster: Raster::default(), inks: Inks::default(), theme: Theme::default() })
    }

    /// In these colours.
    pub fn set_theme(&mut self, theme: Theme) {
        self.inks = Inks { prices: theme.prices.clone(), taken: theme.taken, chosen: theme.chosen };
        self.theme = theme;
    }

    /// Draws all of it.
    pub fn draw(&mut self, editor: &Editor, picture: Option<&HtmlImageElement>) -> Result<(), JsValue> {
        self.raster.begin(&editor.camera);
        let (width, height) = (self.raster.width as u32, self.raster.height as u32);
        for sheet in [&self.under, &self.seats, &self.over] {
            sheet.resize(width, height);
        }
        self.draw_under(editor, picture)?;
        self.draw_seats(editor)?;
        self.draw_over(editor)
    }

    fn draw_under(&self, editor: &Editor, picture: Option<&HtmlImageElement>) -> Result<(), JsValue> {
        let (camera, theme) = (&editor.camera, &self.theme);
        let context = self.under.clear(camera.density);
        let Some(drawing) = editor.drawing() else { return Ok(()) };
        let sheet = &drawing.sheet;
        let (left, top) = camera.to_canvas((0.0, 0.0));
        context.set_fill_style_str(&theme.ground);
        context.fill_rect(left, top, f64::from(sheet.width) * camera.scale, f64::from(sheet.height) * camera.scale);
        if let (Some(background), Some(picture)) =
            (&sheet.background, picture.filter(|picture| picture.natural_width() > 0))
        {
            let by = if let Gesture::Picture { by, .. } = editor.gesture { by } else { (0, 0) };
            let (x, y) = camera.to_canvas((f64::from(background.x + by.0), f64::from(background.y + by.1)));
            let width = f64::from(background.width) * camera.scale;
            let height = width * f64::from(picture.natural_height()) / f64::from(picture.natural_width());
            context.set_global_alpha(f64::from(background.opacity_percent) / 100.0);
            context.draw_image_with_html_image_element_and_dw_and_dh(picture, x, y, width, height)?;
            context.set_global_alpha(1.0);
        }
        trace(context, editor, &sheet.stage, (0, 0));
        context.set_fill_style_str(&theme.ink_soft);
        context.fill();
        context.set_text_align("center");
        context.set_text_baseline("middle");
        let (x, y) = to_canvas(editor, middle(&sheet.stage));
        context.set_fill_style_str(&theme.ground);
        context.set_font(&format!("600 {}px {}", (13.0 * camera.scale).clamp(9.0, 22.0), theme.font));
        context.fill_text(&sheet.stage_label, x, y)?;
        let mut chosen_of = vec![0; drawing.sections.len()];
        for spot in editor.chosen() {
            chosen_of[spot.section as usize] += 1;
        }
        for (at, section) in drawing.sections.iter().enumerate() {
            let is_whole = chosen_of[at] > 0 && chosen_of[at] == section.capacity();
            let dragged = match &editor.gesture {
                Gesture::Carry { section, by, .. } if *section == at => *by,
                Gesture::Drag { by, .. } if is_whole => *by,
                _ => (0, 0),
            };
            trace(context, editor, &section.outline, dragged);
            let is_here = editor.section == Some(at);
            context.set_fill_style_str(&theme.ground_soft);
            context.set_stroke_style_str(if is_here { &theme.accent } else { &theme.line });
            context.set_line_width(if is_here { 2.0 } else { 1.0 });
            context.set_global_alpha(0.75);
            context.fill();
            context.set_global_alpha(1.0);
            context.stroke();
        }
        Ok(())
    }

    fn draw_seats(&mut self, editor: &Editor) -> Result<(), JsValue> {
        let camera = &editor.camera;
        let (left, top, right, bottom) = camera.in_sight();
        let is_dragging = matches!(editor.gesture, Gesture::Drag { .. });
        let around = (left - 10.0, top - 10.0, right + 10.0, bottom + 10.0);
        if is_dragging {
            for mark in &editor.scene.marks {
                self.raster.seat(camera, mark, editor.dragged(mark), &self.inks);
            }
        } else {
            for mark in editor.scene.within(around) {
                self.raster.seat(camera, mark, (0.0, 0.0), &self.inks);
            }
        }
        if let (Some(at), Tool::Make(_)) = (editor.pointer, &editor.tool) {
            for mark in &editor.ghost {
                self.raster.seat(camera, &Mark { is_chosen: true, ..*mark }, at, &self.inks);
            }
        }
        let (width, height) = (self.raster.width as u32, self.raster.height as u32);
        let picture = ImageData::new_with_u8_clamped_array_and_sh(Clamped(&self.raster.pixels), width, height)?;
        self.seats.context.put_image_data(&picture, 0.0, 0.0)
    }

    fn draw_over(&self, editor: &Editor) -> Result<(), JsValue> {
        let (camera, theme) = (&editor.camera, &self.theme);
        let context = self.over.clear(camera.density);
        let Some(drawing) = editor.drawing() else { return Ok(()) };
        context.set_text_align("center");
        context.set_text_baseline("middle");
        let is_near = 2.0 * RADIUS * camera.scale >= NUMBERED;
        if is_near {
            self.write_numbers(editor)?;
        }
        context.set_line_join("round");
        for section in &drawing.sections {
            let words = match &section.area {
                Area::Standing(count) => format!("{} · {count} standing", section.name),
                Area::Rows(_) => section.name.clone(),
            };
            let edges = seat_plan::geometry::bounds(corners(&section.outline)).unwrap_or_default();
            // In the middle where there are no seats to hide, above them where one is near.
            let at = match &section.area {
                Area::Rows(_) if camera.scale > 0.6 => ((edges.0 + edges.2) / 2, edges.1 - 7),
                _ => middle(&section.outline),
            };
            let (x, y) = to_canvas(editor, at);
            let room = f64::from(edges.2 - edges.0) * camera.scale;
            context.set_font(&format!("600 13px {}", theme.font));
            if room > 40.0 && words.chars().count() as f64 * LETTER < room + 60.0 {
                context.set_stroke_style_str(&theme.ground);
                context.set_line_width(4.0);
                context.stroke_text(&words, x, y)?;
                context.set_fill_style_str(&theme.ink);
                context.fill_text(&words, x, y)?;
            }
        }
        context.set_stroke_style_str(&theme.accent);
        context.set_line_width(1.0);
        self.draw_guides(editor);
        if let Gesture::Band { from, to, .. } = &editor.gesture {
            let ((x, y), (right, bottom)) = (camera.to_canvas(*from), camera.to_canvas(*to));
            context.set_fill_style_str(&theme.accent);
            context.set_global_alpha(0.12);
            context.fill_rect(x, y, right - x, bottom - y);
            context.set_global_alpha(1.0);
            context.stroke_rect(x, y, right - x, bottom - y);
        }
        self.draw_polygon(editor);
        if let Some(mark) = editor.cursor.and_then(|spot| editor.scene.mark(spot)) {
            let (x, y) = to_canvas(editor, (mark.x, mark.y));
            let half = (RADIUS * camera.scale + 5.0).max(8.0);
            context.set_stroke_style_str(&theme.ink);
            context.set_line_width(2.0);
            context.stroke_rect(x - half, y - half, 2.0 * half, 2.0 * half);
        }
        Ok(())
    }

    /// The numbers in the seats, and the labels before their rows.
    fn write_numbers(&self, editor: &Editor) -> Result<(), JsValue> {
        let (camera, theme, context) = (&editor.camera, &self.theme, &self.over.context);
        let Some(drawing) = editor.drawing() else { return Ok(()) };
        context.set_fill_style_str(&theme.ground);
        context.set_font(&format!("600 {:.1}px {}", (RADIUS * camera.scale * 0.95).min(18.0), theme.font));
        for mark in editor.scene.within(camera.in_sight()).take(NUMBERS_MAX) {
            let Some(seat) = drawing.seat(mark.spot) else { continue };
            let (right, down) = editor.dragged(mark);
            let (x, y) = camera.to_canvas((f64::from(mark.x) + right, f64::from(mark.y) + down));
            context.fill_text(&seat.number, x, y)?;
        }
        context.set_fill_style_str(&theme.ink);
        for mark in editor.scene.within(camera.in_sight()).filter(|mark| mark.spot.seat == 0).take(NUMBERS_MAX) {
            let Some(row) = drawing.row(mark.spot) else { continue };
            let (right, down) = editor.dragged(mark);
            // Away from the seat that follows.
            let (ahead, aside) = row.seats.get(1).map_or((-1.0, 0.0), |next| {
                let (x, y) = (f64::from(mark.x - next.x), f64::from(mark.y - next.y));
                let long = x.hypot(y).max(1.0);
                (x / long, y / long)
            });
            let at = (f64::from(mark.x) + right + ahead * 11.0, f64::from(mark.y) + down + aside * 11.0);
            let (x, y) = camera.to_canvas(at);
            context.fill_text(&row.label, x, y)?;
        }
        Ok(())
    }

    fn draw_guides(&self, editor: &Editor) {
        let (camera, context) = (&editor.camera, &self.over.context);
        let line = |from: (f64, f64), to: (f64, f64)| {
            context.begin_path();
            context.move_to(from.0, from.1);
            context.line_to(to.0, to.1);
            context.stroke();
        };
        if let Some(column) = editor.guides.0 {
            let (x, _) = camera.to_canvas((f64::from(column), 0.0));
            line((x, 0.0), (x, camera.height));
        }
        if let Some(level) = editor.guides.1 {
            let (_, y) = camera.to_canvas((0.0, f64::from(level)));
            line((0.0, y), (camera.width, y));
        }
    }

    fn draw_polygon(&self, editor: &Editor) {
        let context = &self.over.context;
        let Some(first) = editor.corners.first() else { return };
        context.begin_path();
        let (x, y) = to_canvas(editor, *first);
        context.move_to(x, y);
        for corner in &editor.corners[1..] {
            let (x, y) = to_canvas(editor, *corner);
            context.line_to(x, y);
        }
        if let Some(pointer) = editor.pointer {
            let (x, y) = editor.camera.to_canvas(pointer);
            context.line_to(x, y);
        }
        context.set_line_width(2.0);
        context.stroke();
        context.set_fill_style_str(&self.theme.accent);
        context.fill_rect(x - 4.0, y - 4.0, 8.0, 8.0);
    }
}

fn to_canvas(editor: &Editor, (x, y): Point) -> (f64, f64) {
    editor.camera.to_canvas((f64::from(x), f64::from(y)))
}

fn trace(context: &CanvasRenderingContext2d, editor: &Editor, outline: &[i32], by: Point) {
    context.begin_path();
    for (at, (x, y)) in corners(outline).enumerate() {
        let (x, y) = to_canvas(editor, (x + by.0, y + by.1));
        if at == 0 { context.move_to(x, y) } else { context.line_to(x, y) }
    }
    context.close_path();
}
