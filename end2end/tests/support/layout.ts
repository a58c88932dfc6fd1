import { type BrowserContext, type Page, expect } from "@playwright/test";

/** The page is as wide as the window: nothing sticks out to the side, whether one could scroll there or it is cut off. */
export async function expectNoSideways(page: Page): Promise<void> {
  const sticksOut = await page.evaluate(() => {
    const width = document.documentElement.clientWidth;
    const scrollsByItself = (element: Element | null): boolean =>
      element !== null && element !== document.body && (getComputedStyle(element).overflowX !== "visible" || scrollsByItself(element.parentElement));
    return [...document.body.querySelectorAll("*")]
      .filter((element) => element.getBoundingClientRect().right > width + 1 && !scrollsByItself(element.parentElement))
      .map((element) => `${element.tagName} ${element.className} ends at ${element.getBoundingClientRect().right} of ${width}`);
  });
  expect(sticksOut, "nothing sticks out to the side").toEqual([]);
}

/** A part of the page that moved by itself, as Chromium tells. */
interface Shift {
  value: number;
  sources: { node: Node | null }[];
}

interface Measured {
  shifts: Shift[];
  observer: PerformanceObserver;
}

/** Makes the pages of this browser note what of them moves by itself. */
export async function measureShifts(context: BrowserContext): Promise<void> {
  await context.addInitScript(() => {
    const shifts: PerformanceEntry[] = [];
    const observer = new PerformanceObserver((list) => shifts.push(...list.getEntries()));
    observer.observe({ type: "layout-shift", buffered: true });
    Object.assign(window, { shifts, observer });
  });
}

/** Hardly anything has moved so far: also not within half a second of a click or a resize. */
export async function expectSteady(page: Page): Promise<void> {
  const moved = await page.evaluate(async () => {
    // What moves in a frame is known after it.
    await new Promise((painted) => requestAnimationFrame(() => requestAnimationFrame(painted)));
    const { shifts, observer } = window as unknown as Measured;
    shifts.push(...(observer.takeRecords() as unknown as Shift[]));
    const name = (node: Node | null) => (node instanceof Element ? `${node.tagName} ${node.className}` : node?.nodeName);
    return shifts.map(({ value, sources }) => ({ value, what: sources.map(({ node }) => name(node)) }));
  });
  const sum = moved.reduce((sum, { value }) => sum + value, 0);
  expect(sum, JSON.stringify(moved)).toBeLessThan(0.02);
}
