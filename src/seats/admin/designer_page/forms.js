// Buttons and forms. What a form asks for goes to the designer by the names of its fields.

let paintedTier = "";
let paintedKind = "accessible";

function fieldsOf(form) {
  const fields = {};
  for (const field of form.elements) {
    const hidden = field.type === "hidden" ? null : field.closest("[hidden]");
    // A form may be hidden as a whole when its tool is taken up.
    if (!field.name || (hidden && hidden !== form && form.contains(hidden))) continue;
    if (field.type === "checkbox") fields[field.name] = field.checked;
    else if (field.type === "number") {
      if (field.value !== "") fields[field.name] = Math.round(field.valueAsNumber);
    } else if (field.value === "true" || field.value === "false") fields[field.name] = field.value === "true";
    else fields[field.name] = field.value;
  }
  return fields;
}

// A tool as the designer knows it.
function toolNow() {
  const form = root.querySelector(`[data-make="${tool}"]`);
  if (tool === "standing") return { tool, ...fieldsOf(form) };
  if (form) return { tool: "make", shape: tool, ...fieldsOf(form) };
  if (tool === "price") return { tool: "paint_tier", tier: paintedTier };
  if (tool === "kind") return { tool: "paint_kind", kind: paintedKind };
  return { tool };
}

function takeTool(taken, { quietly = false } = {}) {
  tool = taken;
  view.dataset.with = tool;
  const form = root.querySelector(`[data-make="${tool}"]`);
  if (form && !form.elements.price.value) form.elements.price.value = told?.sections.at(-1)?.price ?? "";
  const outcome = JSON.parse(designer.run(JSON.stringify({ command: "tool", ...toolNow() })));
  // Fields that are still being filled in aren't wrong yet.
  if (!quietly || !outcome.is_refused) say({ ...outcome, is_refused: false });
  refresh();
  draw();
}

root.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button || !designer) return;
  const { dataset } = button;
  if (dataset.tool) takeTool(dataset.tool === tool && tool === "outline" ? "select" : dataset.tool);
  else if (dataset.command) run(dataset.command, dataset.fields ? JSON.parse(dataset.fields) : {});
  else if (dataset.choose === "section") {
    run("choose_section", { section: placeOf(button.closest("#sections > li")), add: event.shiftKey });
  } else if (dataset.choose === "row") {
    const [section, row] = [button.closest("#sections > li"), button.parentElement].map(placeOf);
    run("choose_row", { section, row, add: event.shiftKey });
  } else if ("open" in dataset) {
    const { name } = told.sections[placeOf(button.closest("#sections > li"))];
    if (!openLists.delete(name)) openLists.add(name);
    refresh();
  } else if ("paintTier" in dataset) {
    paintedTier = dataset.paintTier;
    takeTool("price");
  } else if (dataset.paintKind) {
    paintedKind = dataset.paintKind;
    for (const other of root.querySelectorAll("[data-paint-kind]")) other.setAttribute("aria-pressed", other === button);
    takeTool("kind");
  } else if (dataset.removeTier) {
    if (paintedTier === dataset.removeTier) paintedTier = "";
    run("remove_tier", { name: dataset.removeTier });
  } else if (dataset.reorder) {
    run("reorder", { section: told.section, to: told.section + Number(dataset.reorder) });
  } else if (button.id === "outline-by-rows") run("outline_by_rows", { section: told.section });
  else if (button.id === "remove-section") run("remove_section", { section: told.section });
});

const placeOf = (item) => [...item.parentElement.children].indexOf(item);

root.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method === "dialog") return;
  event.preventDefault();
  if (form.dataset.make) {
    takeTool(form.dataset.make, { quietly: true });
    if (run("place")) {
      takeTool("select");
      over.focus();
    }
  } else if (form.dataset.run) {
    const isDone = run(form.dataset.run, { ...fieldsOf(form), ...("withSection" in form.dataset && { section: told.section }) });
    if (isDone && form.dataset.run === "tier_price") form.reset();
  }
});

root.addEventListener("input", (event) => {
  const form = event.target.form;
  if (form?.dataset.make && form.checkValidity()) takeTool(form.dataset.make, { quietly: true });
});

byId("singles").addEventListener("change", ({ target }) => run("singles", { leaves_no_single: target.checked }));

// The picture to draw over.

const PICTURE_MAX = 2 * 1024 * 1024;

byId("picture-file").addEventListener("change", async ({ target }) => {
  const [file] = target.files;
  if (!file) return;
  if (file.size > PICTURE_MAX) return sayWrong("The picture is larger than 2 MB: save it smaller, or as JPEG.");
  const reader = new FileReader();
  reader.onload = () => {
    after(designer.set_picture(reader.result));
    showPicture();
  };
  reader.readAsDataURL(file);
  target.value = "";
});

function showPicture() {
  const address = designer.picture();
  if (!address) return designer.show_picture(undefined);
  const picture = new Image();
  picture.onload = () => {
    designer.show_picture(picture);
    draw();
  };
  picture.src = address;
}
