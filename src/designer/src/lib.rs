//! The browser's half of the seat-map designer: what `/admin/events/{id}/seat-map` loads besides, and no other page.
//!
//! [`editor`] knows what is drawn and chosen and does what it is told ([`command`], [`gesture`]); it runs anywhere. [`paint`]
//! draws it, and [`Designer`] is what the page's script holds. All that has words or takes typing is the page's.

pub mod camera;
pub mod command;
pub mod editor;
pub mod gesture;
pub mod paint;
mod price;
pub mod raster;
mod run;
pub mod scene;
pub mod told;

#[cfg(test)]
mod tests;

use editor::{Editor, Outcome, TakenSeat};
use gesture::Press;
use paint::{Easel, Theme};
use seat_plan::Plan;
use wasm_bindgen::prelude::{JsValue, wasm_bindgen};
use web_sys::{HtmlCanvasElement, HtmlImageElement};

/// The designer, as the page's script holds it. What it says is JSON: an [`Outcome`], or what [`told`] tells.
#[wasm_bindgen]
pub struct Designer {
    editor: Editor,
    easel: Easel,
    picture: Option<HtmlImageElement>,
}

fn written(outcome: &Outcome) -> String {
    serde_json::to_string(outcome).unwrap_or_default()
}

fn wrong(error: impl ToString) -> JsValue {
    JsValue::from_str(&error.to_string())
}

#[wasm_bindgen]
impl Designer {
    /// On three canvases that lie on each other.
    #[wasm_bindgen(constructor)]
    pub fn new(
        under: HtmlCanvasElement,
        seats: HtmlCanvasElement,
        over: HtmlCanvasElement,
    ) -> Result<Designer, JsValue> {
        Ok(Self { editor: Editor::default(), easel: Easel::new(under, seats, over)?, picture: None })
    }

    /// Opens a plan (JSON) with the seats that somebody has (JSON), in a currency of so many digits behind the point.
    pub fn open(&mut self, plan: &str, taken: &str, exponent: u32, is_saved: bool) -> Result<(), JsValue> {
        let plan: Plan = serde_json::from_str(plan).map_err(wrong)?;
        let taken: Vec<TakenSeat> = serde_json::from_str(taken).map_err(wrong)?;
        self.editor.open(plan, &taken, exponent, is_saved);
        Ok(())
    }

    /// Goes on with another plan (JSON), which can be undone.
    pub fn replace(&mut self, plan: &str) -> Result<String, JsValue> {
        let plan: Plan = serde_json::from_str(plan).map_err(wrong)?;
        Ok(written(&self.editor.replace(plan)))
    }

    /// The plan as it is, JSON.
    pub fn plan(&self) -> String {
        serde_json::to_string(&self.editor.plan()).unwrap_or_default()
    }

    /// The canvas is so large.
    pub fn resize(&mut self, width: f64, height: f64, density: f64) {
        self.editor.camera.resize(width, height, density);
    }

    /// Draws in these colours, JSON.
    pub fn set_theme(&mut self, theme: &str) -> Result<(), JsValue> {
        let theme: Theme = serde_json::from_str(theme).map_err(wrong)?;
        self.easel.set_theme(theme);
        Ok(())
    }

    /// The picture in the background's address, if there is one.
    pub fn picture(&self) -> Option<String> {
        self.editor.drawing()?.sheet.background.as_ref().map(|background| background.picture.clone())
    }

    /// The picture, once it is loaded.
    pub fn show_picture(&mut self, picture: Option<HtmlImageElement>) {
        self.picture = picture;
    }

    /// Puts a picture into the background.
    pub fn set_picture(&mut self, picture: String) -> String {
        written(&self.editor.set_picture(picture))
    }

    /// Draws all of it.
    pub fn draw(&mut self) -> Result<(), JsValue> {
        self.easel.draw(&self.editor, self.picture.as_ref())
    }

    /// Does what a command (JSON) says.
    pub fn run(&mut self, command: &str) -> String {
        let outcome = match serde_json::from_str(command) {
            Ok(command) => self.editor.run(command),
            Err(error) => Outcome { said: format!("That can’t be done: {error}."), is_refused: true },
        };
        written(&outcome)
    }

    /// How it stands.
    pub fn tell(&self) -> String {
        serde_json::to_string(&self.editor.tell()).unwrap_or_default()
    }

    /// The rows of a section.
    pub fn tell_rows(&self, section: usize) -> String {
        serde_json::to_string(&self.editor.tell_rows(section)).unwrap_or_default()
    }

    /// The pointer is pressed.
    pub fn press(&mut self, x: f64, y: f64, adds: bool, is_touch: bool, pans: bool) -> String {
        written(&self.editor.press((x, y), Press { adds, is_touch, pans, is_free: false }))
    }

    /// The pointer moves.
    pub fn drag(&mut self, x: f64, y: f64, is_touch: bool, is_free: bool) {
        self.editor.drag((x, y), Press { is_touch, is_free, ..Press::default() });
    }

    /// The pointer is let go.
    pub fn release(&mut self) -> String {
        written(&self.editor.release())
    }

    /// Chooses the row of the seat that is pointed at.
    pub fn widen(&mut self, x: f64, y: f64) -> String {
        written(&self.editor.widen((x, y)))
    }

    /// The seat that is pointed at, in words.
    pub fn name_at(&self, x: f64, y: f64) -> String {
        self.editor.name_at((x, y))
    }

    /// Enlarges what is in sight about a point.
    pub fn zoom_at(&mut self, factor: f64, x: f64, y: f64) {
        self.editor.camera.zoom(factor, (x, y));
    }

    /// How far it is enlarged, in pixels for each unit of the map.
    pub fn scale(&self) -> f64 {
        self.editor.camera.scale
    }

    /// Where a seat is on the canvas: x and y; nothing where there is no such seat.
    pub fn find(&self, section: usize, row: usize, seat: usize) -> Option<Vec<f64>> {
        self.editor.find(seat_plan::edit::Spot::new(section, row, seat))
    }
}
