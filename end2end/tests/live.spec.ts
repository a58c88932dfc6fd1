import type { Page } from "@playwright/test";
import { expect, test } from "./fixtures";
import { CheckoutPage } from "./pages/checkout";
import { EventPage, eventPath } from "./pages/event";
import { signUp } from "./support/accounts";
import { Bookings } from "./support/bookings";
import { type Event, type Seat, labelOf } from "./support/catalogue";
import { makeEvent } from "./support/sales";
import { visit } from "./support/visit";

const STREAM = "**/api/v1/seats/stream*";

/** Places that are free by what the section says above its seats. */
async function freeCount(page: EventPage, section: string): Promise<number> {
  const words = await page.section(section).locator(".section-free").innerText();
  return /^Sold out/i.test(words) ? 0 : Number.parseInt(words.replace(",", ""), 10);
}

test("a seat that somebody holds turns on every open map, and turns back when it is given up", async ({ openBrowser, catalogue, account, context }) => {
  const event = await catalogue.theatre();
  const [seat, next] = (await catalogue.freeSeats(event, 2)) as [Seat, Seat];
  const watching = [new EventPage(await openBrowser()), new EventPage(await openBrowser())];
  for (const { page } of watching) {
    await visit(page, eventPath(event, seat.section));
  }
  const bookings = new Bookings(context.request);

  const held = await bookings.holdSeats(event, [seat, next]);
  for (const map of watching) {
    await expect(map.seat(seat)).toBeDisabled({ timeout: 3_000 });
    await expect(map.seat(seat)).toHaveAccessibleName(/, taken\b/);
    await expect(map.seat(next)).toBeDisabled();
    await expect(map.refusal).toHaveCount(0);
  }

  await bookings.release(held);
  for (const map of watching) {
    await expect(map.seat(seat)).toBeEnabled({ timeout: 3_000 });
    await expect(map.seat(seat)).not.toHaveAccessibleName(/taken/);
    await map.choose([seat]);
    await expect(map.chosenSeat(seat)).toBeVisible();
  }
});

test("the counts of sections follow, on the overview and above the seats", async ({ page, catalogue, openBrowser }) => {
  const event = await catalogue.theatre();
  const [seat] = await catalogue.freeSeats(event, 1);
  await visit(page, eventPath(event, seat.section));
  const other = await openBrowser();
  await signUp(other.context().request);
  const bookings = new Bookings(other.context().request);
  const map = new EventPage(page);
  const current = async () => {
    const section = (await catalogue.sections(event)).find(({ name }) => name === seat.section);
    return section?.available_count;
  };
  const held = await bookings.holdSeats(event, [seat]);
  await expect(map.seat(seat)).toBeDisabled();
  // Other tests take seats too: what is shown has to come to what the server says.
  await expect.poll(async () => (await freeCount(map, seat.section)) === (await current())).toBe(true);
  const listed = map.sectionLink(seat.section).locator("..");
  await expect(listed.locator(".section-free")).toHaveText(await map.section(seat.section).locator(".section-free").innerText());
  await bookings.release(held);
});

test("a chosen seat that somebody else takes is told at once, with what is free next to it", async ({ page, catalogue, openBrowser }) => {
  const event = await catalogue.theatre();
  const [wanted, own] = (await catalogue.freeSeats(event, 2)) as [Seat, Seat];
  const map = new EventPage(page);
  await visit(page, eventPath(event, wanted.section));
  await map.choose([wanted, own]);
  const other = await openBrowser();
  await signUp(other.context().request);

  const held = await new Bookings(other.context().request).holdSeats(event, [wanted]);
  await expect(map.refusal).toHaveText(`Someone else took ${labelOf(wanted)} just now.`, { timeout: 3_000 });
  await expect(map.chosen.getByRole("listitem")).toHaveCount(1);
  await expect(map.chosenSeat(own)).toBeVisible();
  await expect(map.seat(own)).toBeChecked();
  await page.getByRole("link", { name: /^Take .+ instead$/ }).click();
  await expect(map.chosen.getByRole("listitem")).toHaveCount(2);
  await expect(map.refusal).toHaveCount(0);
  await new Bookings(other.context().request).release(held);
});

test("seats that the same person holds in another tab are theirs, not someone else's", async ({ page, account, context, catalogue }) => {
  const event = await catalogue.theatre();
  const [first, second] = (await catalogue.freeSeats(event, 2)) as [Seat, Seat];
  const [map, other] = [new EventPage(page), new EventPage(await context.newPage())];
  for (const { page } of [map, other]) {
    await visit(page, eventPath(event, first.section));
  }
  await map.choose([first, second]);
  await other.choose([first, second]);
  await other.hold.click();
  await expect(new CheckoutPage(other.page).heading).toHaveText("Check and confirm");

  await expect(map.refusal).toHaveText(`You hold ${labelOf(first)} and ${labelOf(second)} already.`, { timeout: 5_000 });
  await expect(map.chosen.getByRole("listitem")).toHaveCount(0);
  await expect(page.getByRole("link", { name: /^Take .+ instead$/ })).toHaveCount(0);
  await page.getByRole("link", { name: "Go on to the checkout" }).click();
  await expect(new CheckoutPage(page).heading).toHaveText("Check and confirm");
  const bookings = new Bookings(context.request);
  for (const held of await bookings.list()) {
    await bookings.release(held);
  }
});

test("what is left of an event without seats follows: the words, and the most one can have", async ({ page, catalogue, openBrowser }) => {
  const event = await makeEvent(await catalogue.concert(), { capacity: 6, opensInS: -60 });
  const form = new EventPage(page);
  const left = page.locator(".event-facts .availability");
  await visit(page, eventPath(event));
  await expect(left).toHaveText("Available");
  await form.quantity.fill("4");
  const other = await openBrowser();
  await signUp(other.context().request);
  const bookings = new Bookings(other.context().request);

  const held = await bookings.holdPlaces(event, 4);
  await expect(left).toHaveText("2 left", { timeout: 3_000 });
  await expect(form.quantity).toHaveAttribute("max", "2");
  await expect(form.quantity).toHaveValue("2");
  await expect(form.refusal).toHaveText("Only 2 places are left now.");

  const rest = await bookings.holdPlaces(event, 2);
  await expect(form.refusal).toContainText("The last places have just been taken.", { timeout: 3_000 });
  await expect(left).toHaveText("Sold out");
  await expect(form.hold).toBeDisabled();

  await bookings.release(held);
  await expect(form.hold).toBeEnabled({ timeout: 3_000 });
  await expect(form.refusal).toHaveCount(0);
  await bookings.release(rest);
  await expect(left).toHaveText("Available", { timeout: 3_000 });
});

test("what is left is asked for where no stream comes through", async ({ page, catalogue, openBrowser }) => {
  await page.route("**/api/v1/events/stream*", (route) => route.fulfill({ status: 204 }));
  const event = await makeEvent(await catalogue.concert(), { capacity: 3, opensInS: -60 });
  await visit(page, eventPath(event));
  const other = await openBrowser();
  await signUp(other.context().request);
  await new Bookings(other.context().request).holdPlaces(event, 3);
  await expect(new EventPage(page).refusal).toContainText("The last places have just been taken.", { timeout: 10_000 });
  await page.getByRole("button", { name: "Go to the waitlist" }).click();
  await expect(page.getByRole("heading", { level: 2, name: "Sold out" })).toBeVisible();
});

test.describe("where no stream comes through", () => {
  async function holdElsewhere(event: Event, seats: Seat[], openBrowser: () => Promise<Page>) {
    const other = await openBrowser();
    await signUp(other.context().request);
    return { bookings: new Bookings(other.context().request), held: await new Bookings(other.context().request).holdSeats(event, seats) };
  }

  test("the map is asked for instead", async ({ page, catalogue, openBrowser }) => {
    // An EventSource that gets this reply doesn't come back by itself.
    await page.route(STREAM, (route) => route.fulfill({ status: 204 }));
    const event = await catalogue.theatre();
    const [seat] = await catalogue.freeSeats(event, 1);
    const map = new EventPage(page);
    await visit(page, eventPath(event, seat.section));
    const { bookings, held } = await holdElsewhere(event, [seat], openBrowser);
    await expect(map.seat(seat)).toBeDisabled({ timeout: 10_000 });
    await bookings.release(held);
    await expect(map.seat(seat)).toBeEnabled({ timeout: 10_000 });
  });

  test("the stream goes on once it is back, with what was missed", async ({ page, catalogue, openBrowser }) => {
    let isAway = true;
    await page.route(STREAM, (route) => (isAway ? route.fulfill({ status: 204 }) : route.continue()));
    const event = await catalogue.theatre();
    const [seat] = await catalogue.freeSeats(event, 1);
    const map = new EventPage(page);
    await visit(page, eventPath(event, seat.section));
    const { bookings, held } = await holdElsewhere(event, [seat], openBrowser);
    const streamed = page.waitForResponse((reply) => reply.url().includes("/seats/stream") && reply.status() === 200, { timeout: 20_000 });
    isAway = false;
    await expect(map.seat(seat)).toBeDisabled({ timeout: 10_000 });
    await streamed;
    await bookings.release(held);
    await expect(map.seat(seat)).toBeEnabled({ timeout: 3_000 });
  });
});
