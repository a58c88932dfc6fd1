// Opening the map.

async function load({ keepsSight = false } = {}) {
  const drawing = eventId ? await ask(`${API}/drawing?event_id=${eventId}`) : { taken: [], ...(await ask(`${PLANS}/get?plan_id=${planId}`)) };
  version = drawing.version;
  designer.open(JSON.stringify(drawing.plan), JSON.stringify(drawing.taken), drawing.decimals, true);
  const kept = keepsSight ? undefined : await findKept();
  if (kept && (await isWanted(kept))) {
    after(designer.replace(kept.plan));
    // What was drawn over another version than there is now is told so when it is saved.
    version = kept.version;
  } else if (kept) await drop();
  showPicture();
  if (!keepsSight) run("fit");
  refresh();
  draw();
}

function isWanted({ at }) {
  const dialog = byId("left");
  byId("left-words").textContent = `Work of ${new Date(at).toLocaleString("en-GB", { dateStyle: "medium", timeStyle: "short" })} wasn’t saved.`;
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue !== "drop"), { once: true });
    dialog.showModal();
  });
}

if (script) {
  const module = await import(script);
  await module.default({ module_or_path: wasm });
  designer = new module.Designer(byId("under"), byId("seats"), over);
  resize();
  takeTheme();
  try {
    await load();
    byId("waiting").hidden = true;
    new ResizeObserver(resize).observe(view);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
      takeTheme();
      draw();
    });
    takeTool("select");
    root.dataset.ready = "";
  } catch (error) {
    byId("waiting").textContent = error instanceof Refusal ? error.message : "The map can’t be opened: reload the page to try again.";
  }
}
