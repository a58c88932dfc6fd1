import { type BrowserContext, type Page, expect } from "@playwright/test";

/** Opens a page and waits until the scripts have taken it over. */
export async function visit(page: Page, path: string): Promise<void> {
  await page.goto(path);
  await hydrated(page);
}

/** Waits until the scripts have taken over the page that is being loaded. */
export async function hydrated(page: Page): Promise<void> {
  await expect(page.locator("html[data-hydrated]")).toBeAttached();
}

/** Holds files of this kind back, as a slow line would, until the answer is called. */
export async function holdBack(page: Page, files: string): Promise<() => void> {
  let release = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  await page.route(files, async (route) => {
    await released;
    await route.continue();
  });
  return release;
}

/** Makes the pages of this browser say when the scripts have taken them over. */
export async function tellHydration(context: BrowserContext): Promise<void> {
  await context.addInitScript(() => {
    const listen = window.addEventListener.bind(window);
    window.addEventListener = (...args: Parameters<typeof window.addEventListener>) => {
      listen(...args);
      // The browser half listens for this when it starts, and wakes up the islands in the same task: in the next one that
      // is done.
      if (args[0] === "pageshow") {
        setTimeout(() => document.documentElement.setAttribute("data-hydrated", ""));
      }
    };
  });
}
