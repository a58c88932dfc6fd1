import { type Page, test as base, expect } from "@playwright/test";
import { type Account, signUp } from "./support/accounts";
import { Catalogue } from "./support/catalogue";
import { tellHydration } from "./support/visit";
import { Watcher } from "./support/watcher";

export { expect };

interface Fixtures {
  /** Fails the test when a page complains. */
  watcher: Watcher;
  /** What is on. */
  catalogue: Catalogue;
  /** An account of this test's own, signed in in its browser. Naming it is enough. */
  account: Account;
  /** Another browser, with a page, for somebody else. */
  openBrowser: () => Promise<Page>;
}

export const test = base.extend<Fixtures>({
  watcher: [
    async ({ javaScriptEnabled }, use) => {
      const watcher = new Watcher(javaScriptEnabled ?? true);
      await use(watcher);
      expect(watcher.complaints(), "no page may complain").toEqual([]);
    },
    { auto: true },
  ],

  context: async ({ context, watcher }, use) => {
    watcher.follow(context);
    await tellHydration(context);
    await use(context);
  },

  openBrowser: async ({ browser, watcher }, use) => {
    await use(async () => {
      const context = await browser.newContext();
      watcher.follow(context);
      await tellHydration(context);
      return context.newPage();
    });
  },

  catalogue: async ({ request }, use, { parallelIndex, config }) => {
    await use(new Catalogue(request, parallelIndex, config.workers));
  },

  account: async ({ context }, use) => {
    await use(await signUp(context.request));
  },
});
