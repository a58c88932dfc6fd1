import type { Page } from "@playwright/test";

/**
 * Makes the page's clock one that the test can put forward; it starts so many seconds ahead.
 *
 * Playwright's own clock gives timers numbers that WebAssembly can't hold, so that it could never stop one.
 */
export async function takeClock(page: Page, aheadS = 0): Promise<void> {
  await page.addInitScript((aheadMs) => {
    const now = Date.now;
    Object.assign(window, { aheadMs });
    Date.now = () => now() + (window as unknown as { aheadMs: number }).aheadMs;
  }, aheadS * 1_000);
}

/** Lets so many seconds pass at once, as when a computer wakes up. */
export async function passTime(page: Page, seconds: number): Promise<void> {
  await page.evaluate((ms) => {
    (window as unknown as { aheadMs: number }).aheadMs += ms;
  }, seconds * 1_000);
}
