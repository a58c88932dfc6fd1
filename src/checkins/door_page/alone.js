// Deciding without a connection.

let list;

async function decideAlone(item) {
  const scanner = await loadScanner().catch(() => undefined);
  if (!list || !scanner) {
    return { outcome: "unknown", words: "There is no connection, and this device has no list of the tickets yet. Try again." };
  }
  if (!item.code) {
    return { outcome: "unknown", words: "Without a connection only codes can be checked: scan the ticket." };
  }
  const refused = (reason) => ({ outcome: "refused", reason, words: reasons[reason] });
  const read = scanner.read_code(item.code, list.keys);
  if (!read.includes(" ")) {
    const isReference = /^[0-9a-z -]{8,}$/i.test(item.code);
    return isReference
      ? { outcome: "unknown", words: "Without a connection only codes can be checked: scan the ticket." }
      : refused(read);
  }
  const [event, ticket, nonce] = read.split(" ");
  if (event !== eventId.replaceAll("-", "")) return refused("other_event");
  const [, current = Number(nonce), name = "", place = "", since = ""] = list.tickets.get(ticket) ?? [];
  if (current === 0) return refused("void");
  if (Number(nonce) < current) return refused("superseded");
  if (item.scanned_at < list.opens_at) return refused("not_yet");
  if (item.scanned_at >= list.closes_at) return refused("over");
  const guest = { name, place };
  const before = kept.seen[ticket] || since;
  if (before) return { outcome: "already_admitted", guest, words: `In since ${before}.` };
  keep(() => {
    kept.seen[ticket] = `${clock(item.scanned_at)}, here`;
    kept.queue.push({ ...item, name, place });
  });
  tellQueue();
  return { outcome: "admitted", guest, isAlone: true, words: "Not confirmed yet: there is no connection." };
}

// At the venue, as the server says it.
const clock = (instant) => new Date(instant).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: zone });

// Sending what was decided alone.

let isSending = false;

async function sendQueue() {
  if (isSending) return;
  isSending = true;
  try {
    while (kept.queue.length > 0) {
      const [{ name, place, ...item }] = kept.queue;
      const answer = await ask(`${API}/check_in`, item);
      // Whoever was let in last may not be far yet.
      if (verdict.dataset.key === item.key) (answer.outcome === "admitted" ? show : say)(answer);
      keep(() => {
        const isWaiting = kept.queue.some(({ key }) => key === item.key);
        kept.queue = kept.queue.filter(({ key }) => key !== item.key);
        // Another tab that sent it too has said so.
        if (isWaiting && answer.outcome !== "admitted") {
          kept.conflicts.push({ name, place, at: clock(item.scanned_at), words: answer.words });
        }
      });
    }
  } catch (error) {
    if (error instanceof Refusal) trouble(`What was scanned without a connection waits here: ${error.message}`);
  }
  isSending = false;
  tellQueue();
  tellConflicts();
}

function tellConflicts() {
  const row = ({ name, place, at, words }) => {
    const item = document.createElement("li");
    item.append(line("checkin-place", place || "A ticket that was not on the list"), line("muted", `${name} · let in here at ${at}`), line("", words));
    return item;
  };
  byId("conflict-list").replaceChildren(...kept.conflicts.map(row));
  byId("conflicts").hidden = kept.conflicts.length === 0;
}

byId("conflicts-seen").addEventListener("click", () => {
  keep(() => (kept.conflicts = []));
  tellConflicts();
});

// Whether there is a connection.

const away = byId("away");

function connected() {
  const wasAway = !away.hidden;
  tellQueue(true);
  if (wasAway) refreshList();
  if (kept.queue.length > 0) sendQueue();
}

const disconnected = () => tellQueue(false);

let hasConnection = true;

function tellQueue(has = hasConnection) {
  hasConnection = has;
  const unsent = kept.queue.length;
  const scans = unsent === 1 ? "1 scan waits" : `${unsent} scans wait`;
  const words = has
    ? unsent > 0 && `${scans} to be confirmed.`
    : `No connection: verdicts are not confirmed yet.${unsent > 0 ? ` ${scans}.` : ""}${list ? ` The list is of ${clock(list.made_at)}.` : ""}`;
  away.hidden = !words;
  // Only what is new is read out.
  if (words && away.textContent !== words) away.textContent = words;
}

addEventListener("online", () => poll());
addEventListener("offline", disconnected);

// The list, and what else is needed without a connection: kept by the browser until somebody else uses it.

const keptFiles = () => globalThis.caches?.open("checkin");

async function refreshList() {
  try {
    const reply = await fetch(LIST, { signal: AbortSignal.timeout(30_000) });
    const files = await keptFiles();
    // Whoever may not have it any more has no business with the names in it.
    if ([401, 403, 404, 410].includes(reply.status)) {
      list = undefined;
      await files?.delete(LIST);
    }
    if (!reply.ok) return;
    readList(await reply.clone().json());
    await files?.put(LIST, reply);
  } catch {
    // It is asked for again.
  }
}

function readList(answer) {
  const bytes = answer.keys.flatMap((key) => key.match(/../g).map((byte) => Number.parseInt(byte, 16)));
  list = { ...answer, keys: new Uint8Array(bytes), tickets: new Map(answer.tickets.map((line) => [line[0], line])) };
}

async function prepare() {
  const files = await keptFiles();
  const known = await files?.match(LIST);
  if (known) readList(await known.json());
  await refreshList();
  if (!files || !script) return;
  const wanted = [script, wasm];
  for (const { url } of await files.keys()) {
    const { pathname } = new URL(url);
    if (pathname.startsWith("/scanner/") && !wanted.includes(pathname)) await files.delete(pathname);
  }
  for (const path of wanted) if (!(await files.match(path))) await files.add(path).catch(() => {});
  await loadScanner().catch(() => {});
}

let loading;

function loadScanner() {
  if (!script) return Promise.reject(new Error("the site was built without a scanner"));
  loading ??= import(script).then(async (scanner) => {
    await scanner.default({ module_or_path: wasm });
    return scanner;
  });
  // Tried anew when it is wanted again.
  loading.catch(() => (loading = undefined));
  return loading;
}
