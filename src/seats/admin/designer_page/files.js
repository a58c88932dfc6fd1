// Opening a file: the server reads it, the designer goes on with it.

byId("import").addEventListener("submit", async (event) => {
  event.preventDefault();
  const [file] = byId("import-file").files;
  if (!file || !designer) return;
  const flaws = byId("import-flaws");
  flaws.replaceChildren();
  try {
    const text = await file.text();
    const isPretix = text.includes('"zones"');
    const format = file.name.endsWith(".csv") ? "csv" : isPretix ? "pretix" : "json";
    const read = await ask(`${API}/read_plan`, eventId ? { event_id: eventId, format, text } : { currency: root.dataset.currency, format, text });
    if (read.plan) {
      after(designer.replace(JSON.stringify(read.plan)));
      run("fit");
      showPicture();
      event.target.reset();
      over.focus();
    }
    const faults = read.faults.map(({ line, words: said }) => `Line ${line}: ${said}`);
    const wrong = read.flaws.map(({ words: said }) => said);
    if (faults.length > 0) flaws.append(paragraph("The file can’t be read:"), listOf(faults.slice(0, 20)));
    else if (wrong.length > 0) flaws.append(paragraph("It is open, and this has to be mended before it is saved:"), listOf(wrong.slice(0, 20)));
  } catch (error) {
    flaws.append(paragraph(error instanceof Refusal ? error.message : "The server can’t be reached."));
  }
});

// Templates: a map to begin from, and this one as one.

const templateSaid = (words) => (byId("template-said").textContent = words);

byId("begin-from")?.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (!designer) return;
  try {
    const { plan } = await ask(`${PLANS}/get?plan_id=${byId("begin-plan").value}`);
    after(designer.replace(JSON.stringify(plan)));
    run("fit");
    showPicture();
    over.focus();
    over.scrollIntoView({ block: "nearest" });
  } catch (error) {
    templateSaid(error instanceof Refusal ? error.message : "The server can’t be reached.");
  }
});

byId("keep-as")?.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (!designer) return;
  const name = byId("keep-name").value.trim();
  try {
    const plan = JSON.parse(designer.plan());
    const { currency } = await ask(`${API}/drawing?event_id=${eventId}`);
    await ask(`${PLANS}/save`, { name, currency, plan });
    event.target.reset();
    templateSaid(`Kept as ${name}.`);
  } catch (error) {
    templateSaid(error instanceof Refusal ? error.message : "The server can’t be reached.");
  }
});
