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

/** Makes the pages of this browser add up how much of them moves by itself. */
export async function measureShifts(context: BrowserContext): Promise<void> {
  await context.addInitScript(() => {
    const shifts: string[] = [];
    Object.assign(window, { shifts, shifted: 0 });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as (PerformanceEntry & Shift)[]) {
        if (!entry.hadRecentInput) {
          (window as unknown as { shifted: number }).shifted += entry.value;
          shifts.push(...entry.sources.map(({ node }) => `${entry.value.toFixed(3)} ${(node as Element | null)?.className}`));
        }
      }
    }).observe({ type: "layout-shift", buffered: true });

    interface Shift {
      value: number;
      hadRecentInput: boolean;
      sources: { node: Node | null }[];
    }
  });
}

/** Once fonts and scripts are there, hardly anything has moved by itself. */
export async function expectSteady(page: Page): Promise<void> {
  const { shifted, shifts } = await page.evaluate(async () => {
    await document.fonts.ready;
    // What moves in a frame is known after it.
    await new Promise((painted) => requestAnimationFrame(() => requestAnimationFrame(painted)));
    const { shifted, shifts } = window as unknown as { shifted: number; shifts: string[] };
    return { shifted, shifts };
  });
  expect(shifted, shifts.join("\n")).toBeLessThan(0.02);
}
