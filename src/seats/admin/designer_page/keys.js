// Keys. On the map they go from seat to seat; elsewhere on the page only those with Ctrl are the designer's.

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const TOOLS = { v: "select", r: "rows", a: "arc", t: "tables", g: "standing", s: "stage", p: "price", k: "kind", b: "background", h: "pan" };
// A step of what is moved by keys, and a large one: a seat.
const STEP = 1;
const LARGE_STEP = 12;
const WITH_CTRL = { a: "choose_all", c: "copy", x: "cut", v: "paste", d: "duplicate" };

const isTyping = ({ target }) => target.closest("input, textarea, select, dialog") !== null;

over.addEventListener("keydown", (event) => {
  const { key, shiftKey, ctrlKey, metaKey, altKey } = event;
  const isCtrl = ctrlKey || metaKey;
  const done = () => {
    event.preventDefault();
    event.stopPropagation();
  };
  const arrow = ARROWS[key];
  if (arrow && (isCtrl || altKey)) {
    const step = shiftKey ? LARGE_STEP : STEP;
    run("nudge", { x: arrow[0] * step, y: arrow[1] * step });
  } else if (arrow) run("cursor", { x: arrow[0], y: arrow[1], extend: shiftKey });
  else if (isCtrl && WITH_CTRL[key.toLowerCase()]) run(WITH_CTRL[key.toLowerCase()]);
  else if (isCtrl || altKey) return;
  else if (key === " ") {
    if (event.repeat) return done();
    isSpaceDown = true;
    view.dataset.pans = "";
  } else if (key === "Enter") {
    if (tool === "standing" || tool === "stage" || tool === "outline") run("finish");
    else if (["rows", "arc", "tables"].includes(tool)) run("place");
    else run("choose_rows");
  } else if (key === "Delete" || key === "Backspace") run("delete");
  else if (key === "Escape") {
    run("cancel");
    if (tool !== "select") takeTool("select");
  } else if (key === "+" || key === "=") run("zoom", { factor: 1.25 });
  else if (key === "-") run("zoom", { factor: 0.8 });
  else if (key === "0") run("fit");
  else if (TOOLS[key.toLowerCase()]) takeTool(TOOLS[key.toLowerCase()]);
  else return;
  done();
});

// A space that was held while dragging moved the map; alone, it chooses the seat the keys are at.
over.addEventListener("keyup", (event) => {
  if (event.key !== " ") return;
  const isAlone = isSpaceDown && fingers.size === 0 && !("panned" in view.dataset);
  isSpaceDown = false;
  delete view.dataset.pans;
  delete view.dataset.panned;
  if (isAlone) run("cursor_toggle");
});

over.addEventListener("pointerdown", () => {
  if (isSpaceDown) view.dataset.panned = "";
});

document.addEventListener("keydown", (event) => {
  if (!designer || !(event.ctrlKey || event.metaKey)) return;
  const key = event.key.toLowerCase();
  if (key === "s") save();
  else if (isTyping(event)) return;
  else if (key === "z") run(event.shiftKey ? "redo" : "undo");
  else if (key === "y") run("redo");
  else return;
  event.preventDefault();
});
