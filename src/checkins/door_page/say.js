// Saying it: colour, mark and words by the page's style, and by sound and touch.

function line(className, text) {
  const paragraph = document.createElement("p");
  paragraph.className = className;
  paragraph.textContent = text;
  return paragraph;
}

const KINDS = { accessible: "Wheelchair place", companion: "Companion's seat" };

function say(answer) {
  show(answer);
  const { outcome, words, guest } = answer;
  signal(outcome);
  if (outcome !== "choose") tellRecent(outcome, guest, words);
  if (!matchMedia("(pointer: coarse)").matches) code.focus();
}

function show({ outcome, words, guest, choices = [], isAlone = false }) {
  const who = guest && [guest.name, KINDS[guest.kind], guest.reference].filter(Boolean).join(" · ");
  verdict.dataset.outcome = outcome;
  verdict.toggleAttribute("data-alone", isAlone);
  const put = (part, text) => (verdict.querySelector(`.verdict-${part}`).textContent = text ?? "");
  put("head", HEADS[outcome]);
  put("place", guest?.place);
  put("guest", who);
  put("words", words);
  tellChoices(choices);
}

function tellRecent(outcome, guest, words) {
  const item = document.createElement("li");
  item.dataset.outcome = outcome;
  item.append(line("checkin-place", guest?.place || HEADS[outcome]), line("muted", [guest?.name, clock(Date.now()), outcome !== "admitted" && words].filter(Boolean).join(" · ")));
  const recent = byId("recent");
  recent.prepend(item);
  while (recent.children.length > 20) recent.lastElementChild.remove();
}

function tellChoices(choices) {
  const row = ({ guest, check_in: checkIn }) => {
    const item = document.createElement("li");
    const text = document.createElement("div");
    text.append(line("checkin-place", guest.place), line("muted", `${guest.name} · ${guest.reference}`));
    item.append(text);
    if (checkIn) {
      item.append(line("checkin-since", `In since ${checkIn.when.time}, ${checkIn.door}`));
    } else {
      const button = Object.assign(document.createElement("button"), { type: "button", className: "button button-primary", textContent: "Let in" });
      button.setAttribute("aria-label", `Let in: ${guest.name}, ${guest.place}`);
      button.addEventListener("click", () => scan({ ticket_id: guest.ticket_id }));
      item.append(button);
    }
    return item;
  };
  byId("choices").replaceChildren(...choices.map(row));
}

const sound = byId("sound");
let audio;

// Hertz and seconds, one after the other; milliseconds of shaking.
const SIGNALS = {
  admitted: [[[880, 0.09], [1320, 0.16]], [60]],
  choose: [[[660, 0.08]], [30]],
  already_admitted: [[[440, 0.14], [440, 0.14]], [90, 70, 90]],
  refused: [[[196, 0.4]], [350]],
  unknown: [[[330, 0.12], [262, 0.2]], [90, 70, 90, 70, 90]],
};

function signal(outcome) {
  const [tones, pattern] = SIGNALS[outcome];
  // Before a first touch the browser would complain instead.
  if (navigator.userActivation?.hasBeenActive) navigator.vibrate?.(pattern);
  if (sound.getAttribute("aria-pressed") !== "true" || !audio) return;
  let at = audio.currentTime;
  for (const [frequency, duration] of tones) {
    const volume = new GainNode(audio, { gain: 0.25 });
    const tone = new OscillatorNode(audio, { frequency, type: outcome === "refused" ? "square" : "sine" });
    tone.connect(volume).connect(audio.destination);
    volume.gain.setTargetAtTime(0, at + duration * 0.7, 0.02);
    tone.start(at);
    tone.stop(at + duration);
    at += duration;
  }
}

// Browsers play nothing before somebody has touched the page.
function wakeSound() {
  audio ??= globalThis.AudioContext && new AudioContext();
  audio?.resume();
}
addEventListener("pointerdown", wakeSound);
addEventListener("keydown", wakeSound);

function press(button, isPressed) {
  button.setAttribute("aria-pressed", String(isPressed));
}

press(sound, localStorage.getItem("checkin-sound") !== "off");
sound.addEventListener("click", () => {
  const isOn = sound.getAttribute("aria-pressed") !== "true";
  press(sound, isOn);
  localStorage.setItem("checkin-sound", isOn ? "on" : "off");
});
