// Sends what stands in a form of the reference, and shows the answer as it came: status, headers, body.
const send = async (form) => {
  const { try: method, path, keyed } = form.dataset;
  const fields = new FormData(form);
  const query = (fields.get("query") ?? "").trim();
  const headers = { Accept: "application/json" };
  if (method === "POST") headers["Content-Type"] = "application/json";
  if (keyed !== undefined) headers["Idempotency-Key"] = newKey();
  const begun = performance.now();
  const reply = await fetch(query ? `${path}?${query}` : path, {
    method,
    headers,
    body: method === "POST" ? fields.get("body") : undefined,
  });
  const text = await reply.text();
  const took = Math.round(performance.now() - begun);
  const shown = [...reply.headers].map(([name, value]) => `${name}: ${value}`).join("\n");
  return { status: `${reply.status} ${reply.statusText}, ${took} ms`, text: `${shown}\n\n${pretty(text)}` };
};

// Random digits: `crypto.randomUUID` is there over https alone.
const newKey = () =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");

const pretty = (text) => {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
};

for (const form of document.querySelectorAll("form[data-try]")) {
  const button = form.querySelector("button");
  const reply = form.parentElement.querySelector(".developers-reply");
  const said = form.parentElement.querySelector("[role=status]");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    button.disabled = true;
    try {
      const { status, text } = await send(form);
      reply.firstElementChild.textContent = `${status}\n${text}`;
      said.textContent = `The answer: ${status}`;
    } catch {
      reply.firstElementChild.textContent = "No answer: is there a connection?";
      said.textContent = "No answer.";
    }
    reply.hidden = false;
    button.disabled = false;
  });
}

// A link to a function opens what it is about.
document.querySelector(":target .developers-try")?.setAttribute("open", "");
