// Saving: the server looks at the drawing first, and says what is wrong and whom it touches.

const review = byId("review");
const words = byId("review-words");

function paragraph(text, className) {
  const made = document.createElement("p");
  made.textContent = text;
  if (className) made.className = className;
  return made;
}

function listOf(lines) {
  const list = document.createElement("ul");
  for (const line of lines) list.appendChild(document.createElement("li")).append(line);
  return list;
}

function showReview({ head, parts, canConfirm = false, isConflict = false }) {
  byId("review-head").textContent = head;
  words.replaceChildren(...parts);
  byId("confirm").hidden = !canConfirm;
  byId("mine").hidden = byId("theirs").hidden = !isConflict;
  if (!review.open) review.showModal();
}

const sent = (isConfirmed) => ({ event_id: eventId, version, plan: JSON.parse(designer.plan()), confirmed: isConfirmed });

async function save() {
  if (byId("save").disabled) return;
  byId("save").disabled = true;
  say({ said: "The server looks at the map." });
  try {
    if (planId) return await savePlan();
    const change = await ask(`${API}/draw`, sent(false));
    const { flaws, in_use: inUse } = change;
    if (flaws.length > 0) {
      showReview({
        head: flaws.length === 1 ? "One thing is wrong" : `${number(flaws.length)} things are wrong`,
        parts: [paragraph("Press one to go there."), listOf(flaws.map(flawButton))],
      });
    } else if (inUse.seat_count > 0 || inUse.standing.length > 0) {
      showReview({ head: "Somebody has these", parts: [paragraph("They can’t be removed. Undo that, then save."), listOf(sayInUse(inUse))] });
    } else {
      const parts = [listOf(sayChanges(change.changes))];
      const touched = sayTouched(change.touches);
      if (touched.length > 0) parts.push(paragraph("Whom it concerns", "designer-subhead"), listOf(touched));
      if (change.warnings.length > 0) parts.push(paragraph("Worth a look", "designer-subhead"), listOf(change.warnings));
      showReview({ head: "Save the seat map", parts, canConfirm: true });
    }
  } catch (error) {
    refuse(error);
  }
  refresh();
}

// A plan that is nobody's touches nobody, and may have flaws until a map is begun from it.
async function savePlan() {
  const { name, currency } = root.dataset;
  await ask(`${PLANS}/save`, { plan_id: planId, version, name, currency, plan: JSON.parse(designer.plan()) });
  await drop();
  await load({ keepsSight: true });
  say({ said: "Saved." });
}

function sayInUse({ seat_count: count, names, standing }) {
  const more = count > names.length ? [`and ${number(count - names.length)} more`] : [];
  const areas = standing.map(({ section, taken_count: taken }) => `${section}: ${number(taken)} places are taken, so many at least it has to have.`);
  return [...(names.length > 0 ? [[...names, ...more].join(", ")] : []), ...areas];
}

// What changes, a line for each manner of it.
function sayChanges(changes) {
  const lines = [];
  for (const [key, done] of [["added", "added"], ["removed", "removed"], ["moved", "moved"], ["renumbered", "renumbered"], ["repriced", "repriced"], ["changed_kind", "of another kind"]]) {
    const { count, names } = changes[key];
    const more = count > names.length ? ` and ${number(count - names.length)} more` : "";
    if (count > 0) lines.push(`${places(count)} ${done}: ${names.slice(0, 6).join(", ")}${count > 6 ? ` and ${number(count - 6)} more` : more}`);
  }
  if (changes.sections_added.length > 0) lines.push(`New: ${changes.sections_added.join(", ")}`);
  if (changes.sections_removed.length > 0) lines.push(`Gone: ${changes.sections_removed.join(", ")}`);
  for (const [was, is] of changes.sections_renamed) lines.push(`${was} is called ${is}`);
  for (const { section, before, after: now, is_repriced: isRepriced } of changes.standing) {
    lines.push(`${section}: room for ${number(now)} instead of ${number(before)}${isRepriced ? ", at another price" : ""}`);
  }
  if (changes.is_redrawn) lines.push("Outlines, the stage, prices, the order of sections or the picture");
  return lines;
}

function sayTouched({ booked_count: booked, held_count: held, people_count: people, waiting_count: waiting }) {
  const lines = [];
  if (booked + held > 0) {
    const who = people === 1 ? "1 person" : `${number(people)} people`;
    lines.push(`${places(booked)} booked and ${number(held)} held, of ${who}: their bookings and tickets show what is new.`);
  }
  if (waiting > 0) lines.push(`${number(waiting)} ${waiting === 1 ? "person waits" : "people wait"} for places: what is added is offered to them first.`);
  return lines;
}

// A flaw is gone to by pressing it.
function flawButton(flaw) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "designer-flaw";
  button.textContent = flaw.words;
  button.addEventListener("click", () => {
    review.close();
    goTo(flaw);
  });
  return button;
}

function goTo({ section, row, seat }) {
  takeTool("select");
  if (seat !== null) run("choose_seat", { section, row, seat });
  else if (row !== null) run("choose_row", { section, row });
  else if (section !== null) run("choose_section", { section });
  over.focus();
}

byId("confirm").addEventListener("click", async () => {
  const button = byId("confirm");
  button.disabled = true;
  try {
    const plan = sent(true);
    const change = await ask(`${API}/draw`, plan);
    // Somebody has come to have a seat meanwhile.
    if (!change.is_saved) return await save();
    await drop();
    review.close();
    await load({ keepsSight: true });
    say({ said: "Saved." });
  } catch (error) {
    refuse(error);
  } finally {
    button.disabled = false;
  }
});

function refuse(error) {
  if (error.code === "version_conflict") {
    showReview({
      head: "Somebody else has changed this map",
      parts: [paragraph(error.message), paragraph("Yours can be downloaded and opened again over theirs.")],
      isConflict: true,
    });
  } else if (error instanceof Refusal) {
    const fields = (error.details?.fields ?? []).map((field) => field.message ?? field.problem).filter(Boolean);
    showReview({ head: "It can’t be saved", parts: [paragraph(error.message), listOf(fields)] });
  } else {
    showReview({
      head: "The server can’t be reached",
      parts: [paragraph("Your work stays in this browser. Try again when the connection is back.")],
    });
  }
}

byId("mine").addEventListener("click", () => {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([designer.plan()], { type: "application/json" }));
  link.download = "seat-map-mine.json";
  link.click();
  URL.revokeObjectURL(link.href);
});

byId("theirs").addEventListener("click", async () => {
  await drop();
  review.close();
  await load({ keepsSight: true });
});

byId("save").addEventListener("click", save);

addEventListener("beforeunload", (event) => {
  if (told?.is_changed) event.preventDefault();
});

// Unsaved work, kept in the browser. A stadium is too large for the other storage.

const storage = () =>
  new Promise((resolve, reject) => {
    const opening = indexedDB.open("evently-designer", 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore("plans");
    opening.onsuccess = () => resolve(opening.result);
    opening.onerror = () => reject(opening.error);
  });

async function withStore(mode, use) {
  const database = await storage();
  try {
    return await new Promise((resolve, reject) => {
      const request = use(database.transaction("plans", mode).objectStore("plans"));
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
  } finally {
    database.close();
  }
}

// A browser that keeps nothing is one without this comfort.
const drop = () => withStore("readwrite", (store) => store.delete(KEPT)).catch(() => {});
const findKept = () => withStore("readonly", (store) => store.get(KEPT)).catch(() => undefined);

const KEEP_MS = 1500;
let keeping;
let hasKept = false;

function keepSoon() {
  clearTimeout(keeping);
  if (!told.is_changed) {
    // All of it was undone: there is nothing to go on with.
    if (hasKept) drop();
    hasKept = false;
    return;
  }
  keeping = setTimeout(() => {
    hasKept = true;
    const kept = { version, plan: designer.plan(), at: Date.now() };
    withStore("readwrite", (store) => store.put(kept, KEPT)).catch(() => {});
  }, KEEP_MS);
}
