// The seat-map designer. The crate `designer` knows what is drawn and draws it; here are the page's hands: asking the server, the
// pointer, the keys, forms and lists, saving, and keeping unsaved work.

const root = document.getElementById("designer");
// Of an event, or kept to begin maps from.
const { event: eventId, plan: planId, script, wasm } = root.dataset;
const byId = (id) => document.getElementById(id);
const view = byId("view");
const over = byId("over");
const API = "/api/v1/seats";
const PLANS = "/api/v1/seat_plans";
const KEPT = `seat-map-${eventId ?? planId}`;

let designer;
let version = 0;
let tool = "select";
// What the designer tells of itself, as it was told last.
let told;

// Asking the server. What is refused throws its words, with the code.

class Refusal extends Error {
  constructor({ code, message, details }) {
    super(message);
    Object.assign(this, { code, details });
  }
}

async function ask(path, body) {
  const request = body && { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
  const reply = await fetch(path, request);
  const answer = await reply.json().catch(() => ({ message: "The server gave no answer. Try again in a moment." }));
  if (!reply.ok) throw new Refusal(answer);
  return answer;
}

// What is said to whoever can't see it, and what is wrong to everybody.

function say({ said, is_refused: isRefused }) {
  const problem = byId("problem");
  problem.hidden = !isRefused;
  problem.textContent = isRefused ? said : "";
  if (!isRefused && said) byId("said").textContent = said;
}

const sayWrong = (said) => say({ said, is_refused: true });

// Drawing: at most once for each picture of the screen.

let isDue = false;

function draw() {
  if (isDue) return;
  isDue = true;
  requestAnimationFrame(() => {
    isDue = false;
    designer.draw();
  });
}

function resize() {
  const { width, height } = view.getBoundingClientRect();
  designer.resize(width, height, devicePixelRatio);
  draw();
}

// The page's colours, as canvases take them: a property may be `light-dark(…)`, which only an element works out.
function takeTheme() {
  const probe = document.createElement("span");
  probe.hidden = true;
  root.append(probe);
  const colour = (name) => {
    probe.style.color = `var(${name})`;
    return getComputedStyle(probe).color;
  };
  const parts = (name) => colour(name).match(/[\d.]+/g).slice(0, 3).map((part) => Math.round(Number(part)));
  const theme = {
    ink: colour("--ink"),
    ink_soft: colour("--ink-2"),
    ground: colour("--ground-2"),
    ground_soft: colour("--ground-3"),
    line: colour("--line-strong"),
    accent: colour("--accent"),
    font: getComputedStyle(document.body).fontFamily,
    prices: ["--seat-available", ...Array.from({ length: 7 }, (_, at) => `--tier-${at + 1}`)].map(parts),
    taken: parts("--seat-taken"),
    chosen: parts("--accent"),
  };
  probe.remove();
  designer.set_theme(JSON.stringify(theme));
}

// Doing something, and showing what came of it.

function run(command, fields = {}) {
  return after(designer.run(JSON.stringify({ command, ...fields })));
}

function after(outcome) {
  const came = JSON.parse(outcome);
  say(came);
  refresh();
  draw();
  return !came.is_refused;
}
