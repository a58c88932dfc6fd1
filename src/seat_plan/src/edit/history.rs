//! Undoing and doing again.

use super::{Drawing, Spot};

/// As many changes as can be undone.
const STEPS_MAX: usize = 300;

/// A drawing with what was chosen in it.
#[derive(Clone, Debug, PartialEq)]
struct State {
    drawing: Drawing,
    chosen: Vec<Spot>,
}

/// A drawing, what is chosen in it, and the states before and after.
#[derive(Clone, Debug)]
pub struct History {
    now: State,
    before: Vec<(String, State)>,
    after: Vec<(String, State)>,
}

impl History {
    /// Begins here.
    pub fn new(drawing: Drawing) -> Self {
        Self { now: State { drawing, chosen: Vec::new() }, before: Vec::new(), after: Vec::new() }
    }

    /// The drawing as it is.
    pub fn drawing(&self) -> &Drawing {
        &self.now.drawing
    }

    /// What is chosen, in order and each once.
    pub fn chosen(&self) -> &[Spot] {
        &self.now.chosen
    }

    /// Chooses these instead. What isn't there is left out.
    pub fn choose(&mut self, mut chosen: Vec<Spot>) {
        chosen.retain(|spot| self.now.drawing.seat(*spot).is_some());
        chosen.sort_unstable();
        chosen.dedup();
        self.now.chosen = chosen;
    }

    /// Goes on to the next state; `what` names the change. One that changes nothing is none.
    pub fn push(&mut self, what: impl Into<String>, drawing: Drawing, chosen: Vec<Spot>) {
        if drawing != self.now.drawing {
            let state = State { drawing, chosen: Vec::new() };
            self.before.push((what.into(), std::mem::replace(&mut self.now, state)));
            self.after.clear();
            let too_many = self.before.len().saturating_sub(STEPS_MAX);
            self.before.drain(..too_many);
        }
        self.choose(chosen);
    }

    /// Takes the last change back, and says which.
    pub fn undo(&mut self) -> Option<String> {
        let (what, state) = self.before.pop()?;
        self.after.push((what.clone(), std::mem::replace(&mut self.now, state)));
        Some(what)
    }

    /// Makes it again.
    pub fn redo(&mut self) -> Option<String> {
        let (what, state) = self.after.pop()?;
        self.before.push((what.clone(), std::mem::replace(&mut self.now, state)));
        Some(what)
    }

    /// The change that would be undone, and the one that would be made again.
    pub fn ways(&self) -> (Option<&str>, Option<&str>) {
        (self.before.last().map(|(what, _)| what.as_str()), self.after.last().map(|(what, _)| what.as_str()))
    }
}
