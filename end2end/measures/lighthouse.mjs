// What Lighthouse makes of the pages, as on a phone with a slow line: a table, and the exit code 1 where a figure is missed.
// Called by scripts/lighthouse.
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const { BASE_URL: site, LIGHTHOUSE: modules, REPORTS: reports } = process.env;
const require = createRequire(`${modules}/`);
const load = (name) => import(pathToFileURL(require.resolve(name)).href);
const { default: lighthouse } = await load("lighthouse");
const { launch } = await load("chrome-launcher");

// What is wanted, in points of a hundred. Performance is measured, and nobody's machine is quiet all the time.
const WANTED = { performance: 98, accessibility: 100, "best-practices": 100, seo: 100 };
const SHIFT_MAX = 0;
// A page that misses it is loaded twice more, and its median counts.
const RUNS_MAX = 3;

async function api(path, { cookie, ...data } = {}) {
  const isRead = Object.keys(data).length === 0;
  const headers = { "content-type": "application/json", origin: site, ...(cookie && { cookie }) };
  const reply = await fetch(`${site}/api/v1/${path}`, isRead ? { headers } : { method: "POST", headers, body: JSON.stringify(data) });
  if (!reply.ok) {
    throw new Error(`${path}: ${reply.status} ${await reply.text()}`);
  }
  const [set] = reply.headers.getSetCookie();
  return { data: await reply.json(), cookie: set?.split(";")[0] };
}

/** The pages: what people see before they book, and where they do. */
async function findPages() {
  const { items } = (await api("events/list?limit=200")).data;
  const find = (what, isLikeThis) => {
    const event = items.find((event) => event.availability.state === "available" && isLikeThis(event));
    if (!event) {
      throw new Error(`the demo data has no ${what}`);
    }
    return event;
  };
  const seats = (least, most) => (event) => event.has_seat_selection && least <= event.total_capacity && event.total_capacity <= most;
  const concert = find("event with places to count", (event) => !event.has_seat_selection && event.price_minor > 0);
  const theatre = find("theatre", seats(400, 1_000));
  const stadium = find("stadium", seats(40_000, 100_000));
  const opened = async (event) => {
    const { sections } = (await api(`seats/map?event_id=${event.id}`)).data;
    return `/events/${event.id}?section=${encodeURIComponent(sections.find((section) => section.available_count > 10).name)}`;
  };
  const account = { email: `lighthouse-${Date.now()}@example.org`, password: "correct horse", first_name: "Ada", last_name: "Lovelace" };
  const { cookie } = await api("auth/register", account);
  const hold = (await api("bookings/hold", { cookie, event_id: concert.id, quantity: 2 })).data;
  return [
    { name: "start", path: "/" },
    { name: "events", path: "/events" },
    { name: "event with places", path: `/events/${concert.id}` },
    { name: "theatre", path: `/events/${theatre.id}` },
    { name: "theatre, a section open", path: await opened(theatre) },
    { name: "stadium", path: `/events/${stadium.id}` },
    { name: "stadium, a section open", path: await opened(stadium) },
    { name: "checkout", path: `/bookings/${hold.id}/checkout`, cookie, isPrivate: true },
  ];
}

/** One measurement, in a browser of its own: Lighthouse at times misses a page's beginning in its own recording. */
async function measure(page, triesLeft = 3) {
  const chrome = await launch({
    chromePath: [process.env.CHROMIUM, "/usr/bin/chromium"].find((path) => path && existsSync(path)),
    chromeFlags: ["--headless=new", "--no-sandbox", "--disable-quic", "--disable-background-networking", "--disable-component-update"],
    logLevel: "error",
  });
  try {
    return await measureIn(chrome, page);
  } catch (error) {
    if (error.code !== "NO_NAVSTART" || triesLeft === 0) {
      throw error;
    }
  } finally {
    chrome.kill();
  }
  return measure(page, triesLeft - 1);
}

async function measureIn({ port }, { name, path, cookie, isPrivate }) {
  const options = {
    port,
    output: "html",
    logLevel: "error",
    onlyCategories: Object.keys(WANTED),
    extraHeaders: cookie && { cookie },
    // A page about one person asks search engines to leave it out, on purpose, and this audit is about nothing else.
    skipAudits: isPrivate ? ["is-crawlable"] : null,
  };
  const { lhr, report } = await lighthouse(site + path, options);
  if (lhr.runtimeError) {
    throw Object.assign(new Error(`${name}: ${lhr.runtimeError.message}`), { code: lhr.runtimeError.code });
  }
  writeFileSync(`${reports}/${name.replace(/[^a-z]+/g, "-")}.html`, report);
  const scores = Object.fromEntries(Object.keys(WANTED).map((id) => [id, Math.round(lhr.categories[id].score * 100)]));
  const figures = Object.fromEntries(
    ["first-contentful-paint", "largest-contentful-paint", "total-blocking-time", "cumulative-layout-shift", "total-byte-weight"].map(
      (id) => [id, lhr.audits[id].numericValue],
    ),
  );
  const failed = Object.keys(WANTED).flatMap((id) =>
    lhr.categories[id].auditRefs
      .filter(({ id, weight }) => weight > 0 && lhr.audits[id].score !== null && lhr.audits[id].score < 0.9)
      .map(({ id }) => lhr.audits[id]),
  );
  return { scores, figures, failed, quickness: lhr.environment.benchmarkIndex };
}

function isMissed({ scores, figures }) {
  return Object.entries(WANTED).some(([id, least]) => scores[id] < least) || figures["cumulative-layout-shift"] > SHIFT_MAX;
}

/** One measurement, or where that misses what is wanted the median by performance of all that are allowed. */
async function settle(page) {
  const runs = [await measure(page)];
  while (isMissed(runs[0]) && runs.length < RUNS_MAX) {
    runs.push(await measure(page));
  }
  return runs.sort((a, b) => a.scores.performance - b.scores.performance)[Math.floor(runs.length / 2)];
}

mkdirSync(reports, { recursive: true });
const pages = (await findPages()).filter(({ name }) => process.argv.length < 3 || process.argv.slice(2).includes(name));
let missed = 0;
let slowest = Infinity;
const row = (cells) => console.log(cells.map((cell, i) => (i === 0 ? String(cell).padEnd(26) : String(cell).padStart(8))).join(""));
row(["", "speed", "access.", "practice", "seo", "shift", "FCP ms", "LCP ms", "TBT ms", "kB"]);
for (const page of pages) {
  const result = await settle(page);
  const { scores, figures, failed } = result;
  slowest = Math.min(slowest, result.quickness);
  const [fcp, lcp, tbt, shift, bytes] = Object.values(figures);
  const isShort = isMissed(result);
  missed += isShort ? 1 : 0;
  const rest = [shift.toFixed(3), ...[fcp, lcp, tbt, bytes / 1_000].map(Math.round)];
  row([page.name + (page.isPrivate ? " *" : ""), ...Object.values(scores), ...rest, isShort ? "  missed" : ""]);
  for (const { id, title, displayValue } of isShort ? failed : []) {
    console.log(`    ${id}: ${title}${displayValue ? `, ${displayValue}` : ""}`);
  }
}
console.log(`how quick the machine was at its slowest, by Lighthouse's own index: ${Math.round(slowest)}`);
console.log("* kept out of search engines on purpose: measured without the audit is-crawlable");
const wanted = Object.entries(WANTED).map(([id, least]) => `${id} ${least}`);
console.log(`wanted at least: ${wanted.join(", ")}; layout shift ${SHIFT_MAX}; full reports in ${reports}`);
process.exit(missed === 0 ? 0 : 1);
