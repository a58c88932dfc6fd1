import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "./fixtures";
import { eventPath } from "./pages/event";
import { expectAccessible } from "./support/accessibility";
import { expectNoSideways } from "./support/layout";
import { hydrated, visit } from "./support/visit";

/** The address of another site that has this one page. */
async function serve(page: string): Promise<string> {
  const server = createServer((_, reply) => reply.setHeader("content-type", "text/html").end(page));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // It ends with the test's process, which doesn't wait for it.
  server.unref();
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

test("without a connection a page says so in the place of another, and leads back to it", async ({ page, context, watcher }) => {
  const heading = page.getByRole("heading", { level: 1 });
  await visit(page, "/");
  await page.evaluate(async () => {
    await navigator.serviceWorker.ready;
  });
  await test.step("the connection goes", async () => {
    watcher.expectNoConnection();
    await context.setOffline(true);
    await page.goto("/events?category=music");
    await expect(heading).toHaveText("No connection");
    await expect(page).toHaveURL(/\/events\?category=music$/);
    await expect(page.getByRole("link", { name: "Try again" })).toHaveCSS("font-family", /Evently/);
    await expectNoSideways(page);
    await expectAccessible(page);
  });
  await test.step("nothing is kept but that page", async () => {
    const kept = await page.evaluate(async () => {
      const stores = await Promise.all((await caches.keys()).map((name) => caches.open(name)));
      const requests = await Promise.all(stores.map((cache) => cache.keys()));
      return requests.flat().map((request) => new URL(request.url).pathname);
    });
    expect(kept.filter((path) => !/\.(css|woff2)$/.test(path))).toEqual(["/offline"]);
  });
  await test.step("the connection is back", async () => {
    await context.setOffline(false);
    await page.getByRole("link", { name: "Try again" }).click();
    await expect(heading).toHaveText("Events");
    await hydrated(page);
  });
});

test("another site frames an event, and its button opens the event's page", async ({ page, context, catalogue, baseURL }) => {
  const event = await catalogue.concert();
  const frame = `<!doctype html><title>Elsewhere</title><iframe src="${baseURL}/events/${event.id}/embed" title="Tickets"></iframe>`;
  await page.goto(await serve(frame));
  const embed = page.frameLocator("iframe");
  await expect(embed.getByRole("heading", { level: 1 })).toHaveText(event.name);
  const opened = context.waitForEvent("page");
  await embed.getByRole("link", { name: "Get tickets" }).click();
  const tab = await opened;
  await expect(tab).toHaveURL(new RegExp(`${eventPath(event)}$`));
  await expect(tab.getByRole("heading", { level: 1 })).toHaveText(event.name);
});

test("an event by itself, for a frame, is sound", async ({ page, catalogue }) => {
  await page.goto(`${eventPath(await catalogue.concert())}/embed`);
  await expectNoSideways(page);
  await expectAccessible(page);
});

test("an event goes into a calendar", async ({ page, catalogue }) => {
  const event = await catalogue.concert();
  await visit(page, eventPath(event));
  const download = page.waitForEvent("download");
  await page.getByRole("link", { name: "Add to calendar" }).click();
  expect((await download).suggestedFilename()).toMatch(/\.ics$/);
});

test("who looks in vain searches on", async ({ page, watcher }) => {
  watcher.expectRefusal(404, /^\/nowhere$/);
  await visit(page, "/nowhere");
  await page.getByRole("searchbox").fill("quartet");
  await page.getByRole("search").getByRole("button", { name: "Search" }).click();
  await expect(page).toHaveURL(/\/events\?q=quartet$/);
});
