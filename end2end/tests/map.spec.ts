import { expect, test } from "./fixtures";
import { EventPage, eventPath } from "./pages/event";
import { SectionMap } from "./pages/map";
import { signUp } from "./support/accounts";
import { Bookings } from "./support/bookings";
import { type Seat, hasSeats, isOpen } from "./support/catalogue";
import { visit } from "./support/visit";

test("from near every seat is drawn, and a click on one opens its section with it chosen", async ({ page, catalogue }) => {
  const event = await catalogue.theatre();
  const [seat] = await catalogue.freeSeats(event, 1);
  const map = new SectionMap(page);
  await visit(page, eventPath(event));
  await expect(map.mini).toBeHidden();
  const statuses = page.waitForResponse(/seats\/statuses/);
  await map.zoomTo(seat);
  await statuses;
  await expect(map.mini).toBeVisible();

  const { x, y } = await map.placeOf(seat);
  await page.mouse.move(x, y);
  await expect(map.named).toHaveText(new RegExp(`^${seat.section}, row ${seat.row} seat ${seat.number}, \\D*\\d`));
  await page.mouse.click(x, y);
  const chosen = new EventPage(page);
  await expect(chosen.chosenSeat(seat)).toBeVisible();
  await expect(chosen.seat(seat)).toBeChecked();
  await expect(chosen.chosen.getByRole("listitem")).toHaveCount(1);
});

test("buttons and keys zoom and move the map, and lead back to the whole of it", async ({ page, catalogue }) => {
  const event = await catalogue.theatre();
  const map = new SectionMap(page);
  await visit(page, eventPath(event));
  const whole = await map.seen();
  await map.button("Zoom in").click();
  await expect(map.mini).toBeVisible();
  await map.rest();
  const [before, , width] = await map.seen();
  await map.frame.focus();
  await page.keyboard.press("ArrowLeft");
  await expect.poll(async () => (await map.seen())[0]).toBeLessThan(before);
  await page.keyboard.press("+");
  await expect.poll(async () => (await map.seen())[2]).toBeLessThan(width * 0.7);
  await map.button("Show the whole map").click();
  await expect.poll(() => map.seen()).toEqual(whole);
  await expect(map.mini).toBeHidden();
});

test("a drag moves the map and is no click", async ({ page, catalogue, isMobile }) => {
  const event = await catalogue.theatre();
  const map = new SectionMap(page);
  await visit(page, eventPath(event));
  await map.button("Zoom in").click();
  await expect.poll(async () => (await map.seen())[0]).toBeGreaterThan(0);
  await map.rest();
  const [left, top] = await map.seen();
  const steps = [0, 10, 20, 30, 40, 50, 60].map((far) => [{ x: far, y: (far * 2) / 3 }]);
  await (isMobile ? map.touch(steps) : map.dragByMouse(steps.flat()));
  await expect.poll(async () => (await map.seen())[0]).toBeLessThan(left);
  expect((await map.seen())[1]).toBeLessThan(top);
  await expect(page).not.toHaveURL(/section=/);
});

test("a pinch, of two fingers or on a touchpad, zooms the map and not the page", async ({ page, catalogue, isMobile }) => {
  const event = await catalogue.theatre();
  const map = new SectionMap(page);
  await visit(page, eventPath(event));
  await map.frame.scrollIntoViewIfNeeded();
  await expect(map.mini).toBeHidden();
  if (isMobile) {
    await map.touch([30, 40, 55, 70, 85, 100].map((apart) => [{ x: -apart, y: 0 }, { x: apart, y: 0 }]));
  } else {
    await map.pinchOnTouchpad(600);
  }
  await expect(map.mini).toBeVisible();
  await map.rest();
  const frame = (await map.frame.boundingBox()) as { width: number };
  const [, , width] = await map.seen();
  await map.button("Show the whole map").click();
  await expect(map.mini).toBeHidden();
  const [, , whole] = await map.seen();
  expect(width, `of a frame of ${frame.width}`).toBeLessThan(whole * 0.8);
  expect(await page.evaluate(() => window.visualViewport?.scale)).toBe(1);
  await expect(page).not.toHaveURL(/section=/);
});

test("a seat that somebody takes turns on the map from near too", async ({ page, catalogue, openBrowser }) => {
  const event = await catalogue.theatre();
  const [seat] = await catalogue.freeSeats(event, 1);
  const map = new SectionMap(page);
  await visit(page, eventPath(event));
  await map.zoomTo(seat);
  await expect.poll(() => map.colourOf(seat)).toMatch(/ 255$/);
  const free = await map.colourOf(seat);
  const other = await openBrowser();
  await signUp(other.context().request);
  const bookings = new Bookings(other.context().request);
  const held = await bookings.holdSeats(event, [seat]);
  await expect.poll(() => map.colourOf(seat)).not.toBe(free);
  await bookings.release(held);
  await expect.poll(() => map.colourOf(seat)).toBe(free);
});

test("which of 50,000 seats are free travels in under 20 kB", async ({ request, catalogue }) => {
  const stadium = await catalogue.event("a stadium", (event) => isOpen(event) && hasSeats(event, 40_000, 70_000));
  const reply = await request.get("/api/v1/seats/statuses", { params: { event_id: stadium.id } });
  expect((await reply.body()).length).toBeLessThan(20_000);
  const { sections } = (await (await request.get("/api/v1/seats/plan", { params: { event_id: stadium.id } })).json()) as {
    sections: { rows: { numbers: string[] }[] }[];
  };
  const count = sections.flatMap(({ rows }) => rows).reduce((sum, { numbers }) => sum + numbers.length, 0);
  expect(count).toBe(stadium.total_capacity);
});

test("a section is a list as well, and does all that the map does", async ({ page, catalogue }) => {
  const event = await catalogue.theatre();
  const [first, second] = (await catalogue.freeSeats(event, 2)) as [Seat, Seat];
  const map = new EventPage(page);
  await visit(page, eventPath(event, first.section));
  await page.getByLabel("Show as a list").check();
  const row = map.section(first.section).getByRole("group", { name: `Row ${first.row}`, exact: true });
  await expect(row).toBeVisible();
  await page.getByLabel("How many").selectOption("2");
  await map.seat(first).check();
  await expect(map.chosenSeat(second)).toBeVisible();
  await map.chosen.getByRole("button", { name: /^Give back/ }).first().click();
  await expect(map.chosen.getByRole("listitem")).toHaveCount(1);
  // Whichever section is opened next.
  const other = (await catalogue.sections(event)).find(({ name }) => name !== first.section)?.name ?? "";
  await map.sectionLink(other).click();
  await expect(map.section(other)).toBeVisible();
  await expect(page.getByLabel("Show as a list")).toBeChecked();
});
