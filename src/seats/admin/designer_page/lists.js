// What is shown beside the map.

const copyOf = (id) => byId(id).content.firstElementChild.cloneNode(true);
const number = new Intl.NumberFormat("en").format;
const places = (count) => (count === 1 ? "1 seat" : `${number(count)} seats`);
const openLists = new Set();

function refresh() {
  told = JSON.parse(designer.tell());
  if (!told) return;
  for (const [command, what] of [["undo", told.undo], ["redo", told.redo]]) {
    const button = root.querySelector(`.designer-acts [data-command=${command}]`);
    const words = command === "undo" ? "Undo" : "Do again";
    button.disabled = !what;
    button.title = what ? `${words}: ${what}` : words;
  }
  byId("save").disabled = !told.is_changed;
  byId("capacity").textContent = `${number(told.capacity)} places`;
  byId("empty").hidden = told.sections.length > 0;
  byId("singles").checked = told.leaves_no_single;
  refreshSections();
  refreshTiers();
  refreshPanels();
  keepSoon();
}

function refreshSections() {
  const list = byId("sections");
  while (list.children.length > told.sections.length) list.lastElementChild.remove();
  told.sections.forEach((section, at) => {
    const item = list.children[at] ?? list.appendChild(copyOf("section-item"));
    const choose = item.querySelector("[data-choose=section]");
    const open = item.querySelector("[data-open]");
    const isOpen = openLists.has(section.name);
    setText(choose.querySelector("[data-name]"), section.name);
    setText(choose.querySelector("[data-count]"), `${section.is_standing ? `${number(section.count)} standing` : number(section.count)} · ${section.price}`);
    choose.setAttribute("aria-pressed", section.is_chosen);
    open.hidden = section.is_standing;
    open.setAttribute("aria-expanded", isOpen);
    open.setAttribute("aria-label", `Rows of ${section.name}`);
    const rows = item.querySelector(".designer-rows");
    rows.hidden = !isOpen || section.is_standing;
    if (rows.hidden) rows.replaceChildren();
    else refreshRows(rows, at);
  });
}

function refreshRows(list, section) {
  const rows = JSON.parse(designer.tell_rows(section));
  while (list.children.length > rows.length) list.lastElementChild.remove();
  rows.forEach(({ label, count, is_chosen: isChosen }, at) => {
    const item = list.children[at] ?? list.appendChild(document.createElement("li"));
    const button = item.firstElementChild ?? item.appendChild(document.createElement("button"));
    button.type = "button";
    button.dataset.choose = "row";
    setText(button, `${label} · ${number(count)}`);
    button.setAttribute("aria-label", `Row ${label}, ${places(count)}`);
    button.setAttribute("aria-pressed", isChosen);
  });
}

// What hasn't changed isn't touched: screen readers and the focus stay where they are.
function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

const inkOf = (at) => (at === 0 ? "var(--seat-available)" : `var(--tier-${((at - 1) % 7) + 1})`);

function refreshTiers() {
  const list = byId("tiers");
  const all = [{ name: "", words: "The section’s own price", price: "" }, ...told.tiers.map((tier) => ({ ...tier, words: tier.name }))];
  while (list.children.length > all.length) list.lastElementChild.remove();
  all.forEach(({ name, words, price, count }, at) => {
    const item = list.children[at] ?? list.appendChild(copyOf("tier-item"));
    const paint = item.querySelector("[data-paint-tier]");
    paint.dataset.paintTier = name;
    item.querySelector("[data-ink]").style.background = inkOf(at);
    setText(item.querySelector("[data-name]"), words);
    setText(item.querySelector("[data-count]"), name ? `${price} · ${places(count)}` : "");
    paint.setAttribute("aria-pressed", tool === "price" && paintedTier === name);
    const remove = item.querySelector("[data-remove-tier]");
    remove.hidden = !name;
    remove.dataset.removeTier = name;
    remove.setAttribute("aria-label", `Remove the price ${words}`);
  });
  const choice = byId("chosen-tier");
  const chosen = told.chosen.tier;
  choice.replaceChildren(...all.map(({ name, words, price }) => new Option(price ? `${words} · ${price}` : words, name, false, name === chosen)));
}

function refreshPanels() {
  for (const panel of root.querySelectorAll("[data-panel]")) panel.hidden = panel.dataset.panel !== tool;
  const { chosen, sections, section } = told;
  // Beside what a tool asks for there is room only for what it works on.
  const isSelecting = tool === "select" || tool === "pan" || tool === "outline";
  byId("chosen").hidden = !isSelecting || chosen.count === 0;
  byId("section").hidden = !isSelecting || section === null;
  byId("nothing").hidden = !isSelecting || chosen.count > 0 || section !== null;
  setText(byId("chosen-head"), `${places(chosen.count)} chosen`);
  const taken = chosen.taken_count > 0 ? ` ${places(chosen.taken_count)} of them held, booked or kept back: they can be moved and renamed, not deleted.` : "";
  setText(byId("chosen-words"), `${chosen.seat ? chosen.seat[0].replace(/, chosen$/, "") + "." : ""}${taken}`);
  byId("number-form").hidden = !chosen.seat;
  byId("row-form").hidden = !chosen.seat;
  if (chosen.seat) {
    fill(byId("row-form"), { label: chosen.seat[1] });
    fill(byId("number-form"), { number: chosen.seat[2] });
  }
  if (chosen.kind) fill(root.querySelector("#chosen [data-run=kind]"), { kind: chosen.kind });
  if (section !== null) {
    const { name, price, count, is_standing: isStanding, follows_seats: follows } = sections[section];
    fill(root.querySelector("[data-run=section]"), { name, price, count });
    byId("section-count").hidden = !isStanding;
    byId("outline-by-rows").hidden = isStanding || follows;
    for (const button of root.querySelectorAll("[data-reorder]")) {
      const to = section + Number(button.dataset.reorder);
      button.disabled = to < 0 || to >= sections.length;
    }
  }
  fill(root.querySelector("[data-run=stage]"), told.stage);
  byId("picture-form").hidden = !told.background;
  if (told.background) fill(byId("picture-form"), told.background);
  for (const button of root.querySelectorAll("[data-tool]")) button.setAttribute("aria-pressed", button.dataset.tool === tool);
}

// Fills a form, but not below somebody's fingers.
function fill(form, values) {
  if (form.contains(document.activeElement)) return;
  for (const [name, value] of Object.entries(values)) {
    const field = form.elements.namedItem(name);
    if (field) field.value = value;
  }
}
