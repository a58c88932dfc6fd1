import { expect, test } from "./fixtures";
import { EventPage, eventPath } from "./pages/event";
import { expectSteady, measureShifts } from "./support/layout";
import { holdBack, hydrated, visit } from "./support/visit";

test.beforeEach(({ context }) => measureShifts(context));

for (const path of ["/", "/events", "/events?category=music", "/sign-in"]) {
  test(`${path} does not jump while it loads`, async ({ page }) => {
    await visit(page, path);
    await expectSteady(page);
  });
}

for (const path of ["/", "/events", "/register"]) {
  test(`a font that comes late moves nothing on ${path}`, async ({ page }) => {
    const release = await holdBack(page, "**/*.woff2");
    await page.goto(path, { waitUntil: "commit" });
    await hydrated(page);
    await expectSteady(page);
    const come = page.waitForEvent("requestfinished", (request) => request.url().endsWith(".woff2"));
    release();
    await come;
    await expectSteady(page);
  });
}

test("an event with places does not jump while it loads", async ({ page, catalogue }) => {
  await visit(page, eventPath(await catalogue.concert()));
  await expectSteady(page);
});

test("a seat map does not jump while it loads, nor when a seat is chosen", async ({ page, catalogue }) => {
  const event = await catalogue.theatre();
  const [seat] = await catalogue.freeSeats(event, 1);
  const eventPage = new EventPage(page);
  await visit(page, eventPath(event));
  await expectSteady(page);
  await visit(page, eventPath(event, seat.section));
  await eventPage.choose([seat]);
  await expect(eventPage.chosenSeat(seat)).toBeVisible();
  await expectSteady(page);
});
