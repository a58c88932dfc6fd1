// The door of an event: what the camera sees and what scanners type is sent to the server. Without a connection the device decides
// by the signature, by the list it keeps and by what it has scanned itself; it sends that later, and lists what was decided
// otherwise.

const root = document.getElementById("checkin");
const { event: eventId, zone, script, wasm } = root.dataset;
const reasons = JSON.parse(root.dataset.reasons);
const byId = (id) => document.getElementById(id);
const code = byId("code");
const verdict = byId("verdict");
const API = "/api/v1/checkins";
const LIST = `${API}/list?event_id=${eventId}`;
// Longer than this, and the person in front is asked to wait: the device decides by itself.
const PATIENCE_MS = 2500;
const POLL_MS = 5000;
const LIST_MS = 120_000;
const TEXT_FIELD = "input:not([type=hidden]), textarea, select";
const HEADS = {
  admitted: "Come in",
  already_admitted: "Already in",
  refused: "Not valid",
  choose: "Who is it?",
  unknown: "Can't tell",
};

// What is kept on the device: what was not sent yet, what was let in here, and what turned out otherwise.

const KEPT = `checkin-${eventId}`;
const readKept = () => ({ queue: [], seen: {}, conflicts: [], ...JSON.parse(localStorage.getItem(KEPT) ?? "{}") });
let kept = readKept();
// Changes what is kept. Another tab of the same door may have changed it since it was read last.
const keep = (change) => {
  kept = readKept();
  change();
  try {
    localStorage.setItem(KEPT, JSON.stringify(kept));
  } catch {
    trouble("This device has no room left to keep scans: send what waits, and free some.");
  }
};
addEventListener("storage", ({ key }) => {
  if (key !== KEPT) return;
  kept = readKept();
  tellQueue();
  tellConflicts();
});

// Asking the server. What can't be reached throws a TypeError or a timeout; what is refused throws its words.

class Refusal extends Error {}

async function ask(path, body) {
  const request = body && {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ event_id: eventId, ...body }),
  };
  const reply = await fetch(path, { ...request, signal: AbortSignal.timeout(PATIENCE_MS) });
  // Whatever stands before the server, or the server itself, is away.
  if (reply.status >= 500 || reply.status === 429) throw new TypeError(`${path} answers ${reply.status}`);
  const answer = await reply.json();
  if (!reply.ok) throw new Refusal(answer.message);
  return answer;
}

// A scan, from wherever it came: one after the other, so that who scans faster than the line answers loses none.

let turn = Promise.resolve();
let waiting = 0;

function scan(shown) {
  waiting += 1;
  turn = turn
    .then(() => settle(shown))
    // One that fails must not keep the next ones from being looked at, nor leave the verdict of the one before.
    .catch(() => {
      verdict.removeAttribute("aria-busy");
      say({ outcome: "unknown", words: "That went wrong on this device. Scan again, or reload the page." });
    })
    .catch(() => {})
    .finally(() => (waiting -= 1));
}

async function settle(shown) {
  verdict.setAttribute("aria-busy", "true");
  const item = { ...shown, key: crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`, scanned_at: new Date().toISOString() };
  try {
    const answer = await ask(`${API}/check_in`, { ...shown, key: item.key });
    say(answer);
    remember(answer);
    connected();
  } catch (error) {
    if (error instanceof Refusal) {
      say({ outcome: "unknown", words: error.message });
    } else {
      disconnected();
      say(await decideAlone(item));
    }
  }
  verdict.dataset.key = item.key;
  verdict.removeAttribute("aria-busy");
}

function remember({ outcome, guest, check_in: checkIn }) {
  if (outcome !== "admitted") return;
  keep(() => (kept.seen[guest.ticket_id.replaceAll("-", "")] = `${checkIn.when.time}, ${checkIn.door}`));
}

// Typing, by hand or by a scanner that is a keyboard.

byId("code-form").addEventListener("submit", (event) => {
  event.preventDefault();
  // The page's own guard against sending twice is for pages that go away.
  event.stopPropagation();
  scan({ code: code.value });
  code.value = "";
});
for (const form of document.querySelectorAll(".checkin-choose")) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    event.stopPropagation();
    scan({ ticket_id: new FormData(form).get("ticket_id") });
  });
}
addEventListener(
  "keydown",
  ({ key, ctrlKey, metaKey, altKey, target }) => {
    const isLetter = key.length === 1 && key !== " " && !ctrlKey && !metaKey && !altKey;
    if (isLetter && !target.closest?.(TEXT_FIELD)) code.focus();
  },
  { capture: true },
);
