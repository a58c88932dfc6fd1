/**
 * How smoothly the map of the largest event moves and how fast its parts appear, with the processor throttled to a quarter.
 * Source of what is asked: performance.md, P12.
 */
import { type CDPSession, type Page, expect } from "@playwright/test";
import { test } from "../tests/fixtures";
import { eventPath } from "../tests/pages/event";
import { SectionMap } from "../tests/pages/map";
import { hasSeats, isOpen } from "../tests/support/catalogue";
import { visit } from "../tests/support/visit";

const SLOWER = 4;
const FPS_LEAST = 45;
const LONGEST_TASK_MS = 50;
const SECTION_MS = 100;

interface TraceEvent {
  name: string;
  ts: number;
  dur?: number;
  pid: number;
  tid: number;
  args: { name?: string };
}

/** Pictures drawn a second while `move` goes on, and the longest piece of work on a page's main thread, in milliseconds. */
async function traced(page: Page, move: () => Promise<void>): Promise<{ fps: number; slowest: number; longest: number }> {
  const browser = page.context().browser();
  await browser?.startTracing(page, {
    // No more than what is looked at: tracing takes its time too.
    categories: ["toplevel", "disabled-by-default-devtools.timeline.frame", "__metadata"],
  });
  await move();
  const trace = (await browser?.stopTracing())?.toString() ?? "{}";
  const { traceEvents } = JSON.parse(trace) as { traceEvents: TraceEvent[] };
  const thread = ({ pid, tid }: TraceEvent) => `${pid}/${tid}`;
  const mains = new Set(traceEvents.filter(({ name, args }) => name === "thread_name" && args.name === "CrRendererMain").map(thread));
  const tasks = traceEvents.filter((event) => event.dur !== undefined && event.name.endsWith("RunTask") && mains.has(thread(event)));
  const frames = traceEvents.filter(({ name }) => name === "DrawFrame").map(({ ts }) => ts / 1_000);
  frames.sort((a, b) => a - b);
  const gaps = frames.slice(1).map((at, index) => at - (frames[index] ?? at));
  return {
    fps: (gaps.length / gaps.reduce((sum, gap) => sum + gap, 0)) * 1_000,
    slowest: Math.max(...gaps),
    longest: Math.max(...tasks.map(({ dur }) => (dur ?? 0) / 1_000)),
  };
}

/** Does something so many times, a hundred times a second, as a hand does: without waiting until the page is ready for more. */
async function often(times: number, act: (step: number) => Promise<void>): Promise<void> {
  const underway: Promise<void>[] = [];
  for (let step = 0; step < times; step++) {
    underway.push(act(step));
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  await Promise.all(underway);
}

/** A figure, for whoever measures. */
function say(words: string): void {
  process.stdout.write(`${words}\n`);
}

async function throttle(page: Page): Promise<CDPSession> {
  const client = await page.context().newCDPSession(page);
  await client.send("Emulation.setCPUThrottlingRate", { rate: SLOWER });
  return client;
}

test("50,000 seats pan and zoom smoothly", async ({ page, catalogue }) => {
  const stadium = await catalogue.event("a stadium", (event) => isOpen(event) && hasSeats(event, 40_000, 70_000));
  await visit(page, eventPath(stadium));
  const map = new SectionMap(page);
  const statuses = page.waitForResponse(/seats\/statuses/);
  for (let step = 0; step < 5; step++) {
    await map.button("Zoom in").click();
    await map.rest();
  }
  await statuses;
  await map.rest();
  await throttle(page);
  const frame = (await map.frame.boundingBox()) as { x: number; y: number; width: number; height: number };
  const [x, y] = [frame.x + frame.width / 2, frame.y + frame.height / 2];
  const panned = await traced(page, async () => {
    await page.mouse.move(x, y);
    await page.mouse.down();
    await often(300, (step) => page.mouse.move(x + 200 * Math.sin(step / 24), y + 120 * Math.sin(step / 34)));
    await page.mouse.up();
  });
  const zoomed = await traced(page, () => often(300, (step) => page.mouse.wheel(0, step % 100 < 50 ? -10 : 10)));
  for (const [what, { fps, slowest, longest }] of Object.entries({ panned, zoomed })) {
    say(`${what}: ${fps.toFixed(1)} pictures a second, the slowest ${slowest.toFixed(0)} ms, the longest task ${longest.toFixed(0)} ms`);
  }
  for (const { fps, longest } of [panned, zoomed]) {
    expect.soft(fps).toBeGreaterThanOrEqual(FPS_LEAST);
    expect.soft(longest).toBeLessThan(LONGEST_TASK_MS * SLOWER);
  }
});

test("a section is painted soon after its seats arrived", async ({ page, catalogue }) => {
  const stadium = await catalogue.event("a stadium", (event) => isOpen(event) && hasSeats(event, 40_000, 70_000));
  const sections = await catalogue.sections(stadium);
  await visit(page, eventPath(stadium));
  const largest = sections.toSorted((a, b) => b.total_count - a.total_count)[0];
  const link = page.getByRole("list", { name: "Sections" }).getByRole("link", { name: new RegExp(`^${largest?.name}\\b`) });
  await link.scrollIntoViewIfNeeded();
  // From the answer's last byte until the picture with the section in it is painted.
  const took = page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        new MutationObserver((_, observer) => {
          if (document.querySelector(".section-seats input")) {
            observer.disconnect();
            requestAnimationFrame(() =>
              setTimeout(() => {
                const answers = performance.getEntriesByType("resource") as PerformanceResourceTiming[];
                const answer = answers.findLast(({ name }) => name.includes("seats/section"));
                resolve(performance.now() - (answer?.responseEnd ?? 0));
              }),
            );
          }
        }).observe(document.body, { childList: true, subtree: true });
      }),
  );
  await link.click();
  const ms = await took;
  say(`${largest?.total_count} seats: ${ms.toFixed(0)} ms`);
  expect(ms).toBeLessThan(SECTION_MS);
});
