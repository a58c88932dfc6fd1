import { expect, test } from "./fixtures";
import { CheckoutPage } from "./pages/checkout";
import { EventPage, eventPath } from "./pages/event";
import { type Event, type Seat, labelOf, opensInH } from "./support/catalogue";
import { passTime, takeClock } from "./support/clock";
import { makeEvent, makeSeatedEvent } from "./support/sales";
import { visit } from "./support/visit";

const opensSoon = (event: Event) => (opensInH(event) ?? 9) < 6 && !event.has_seat_selection;

test("a page left open over the opening of a sale needs nothing", async ({ page, account, catalogue }) => {
  const event = await makeEvent(await catalogue.concert(), { capacity: 30, opensInS: 8 });
  const form = new EventPage(page);
  await visit(page, eventPath(event));
  await page.evaluate(() => Object.assign(window, { isSamePage: true }));
  const waiting = page.getByRole("button", { name: /^Opens in 0:0\d$/ });
  await expect(waiting).toBeDisabled();
  await expect(page.getByText(/^The sale opens /)).toBeVisible();
  await form.quantity.fill("3");

  await expect(form.hold).toBeEnabled({ timeout: 12_000 });
  await expect(form.hold).toHaveAccessibleName("Hold 3 places");
  await expect(page.getByRole("status").filter({ hasText: "The sale is open." })).toBeVisible();
  await expect(page.locator(".event-facts .availability")).toHaveText("Available");
  expect(await page.evaluate(() => "isSamePage" in window), "nothing was loaded anew").toBe(true);
  await form.hold.click();
  await expect(new CheckoutPage(page).heading).toHaveText("Check and confirm");
});

test("seats are chosen before the sale opens, and held at the opening second", async ({ page, account, catalogue }) => {
  const event = await makeSeatedEvent(await catalogue.theatre(), 10);
  const [, , third, fourth] = (await catalogue.seats(event, "Stalls")) as [Seat, Seat, Seat, Seat];
  const map = new EventPage(page);
  await visit(page, eventPath(event, "Stalls"));
  await expect(page.getByRole("button", { name: /^Opens in 0:\d\d$/ })).toBeDisabled();
  await map.choose([third, fourth]);

  await expect(map.hold).toBeEnabled({ timeout: 15_000 });
  await expect(map.chosenSeat(third)).toBeVisible();
  await map.hold.click();
  const checkout = new CheckoutPage(page);
  await expect(checkout.heading).toHaveText("Check and confirm");
  await expect(checkout.lines.getByRole("rowheader")).toContainText([labelOf(third), labelOf(fourth)]);
});

test("the best seats are found before the sale opens", async ({ page, catalogue }) => {
  const event = await makeSeatedEvent(await catalogue.theatre(), 600);
  await visit(page, eventPath(event));
  await page.getByLabel("How many").selectOption("2");
  await page.getByRole("button", { name: "Find the best seats" }).click();
  await expect(new EventPage(page).chosen.getByRole("listitem")).toHaveCount(2);
  await expect(page.getByRole("button", { name: /^Opens in / })).toBeDisabled();
});

test("who presses too early by the server's clock keeps the choice and is told", async ({ page, account, catalogue, watcher }) => {
  const event = await catalogue.event("general admission that opens within hours", opensSoon);
  const form = new EventPage(page);
  await takeClock(page);
  await visit(page, eventPath(event));
  await expect(page.getByRole("button", { name: /^Opens in \d+ min$/ })).toBeDisabled();
  await form.quantity.fill("2");
  // By the browser's clock alone.
  await passTime(page, 6 * 3_600);
  watcher.expectRefusal(409, /^\/api\/v1\/bookings\/hold$/);
  await form.hold.click();
  await expect(form.refusal).toHaveText("The sale has not opened yet.");
  await expect(form.quantity).toHaveValue("2");
  await expect(page).toHaveURL(eventPath(event));
});

test.describe("without scripts", () => {
  test.use({ javaScriptEnabled: false });

  test("a form that comes before the sale opens is told so and keeps its choice", async ({ page, account, catalogue }) => {
    const event = await makeEvent(await catalogue.concert(), { capacity: 30, opensInS: 6 });
    const form = new EventPage(page);
    await page.goto(eventPath(event));
    await expect(page.getByText(/^Opens in/)).toBeHidden();
    await form.quantity.fill("4");
    await form.hold.click();
    await expect(form.refusal).toHaveText("The sale has not opened yet.");
    await expect(form.quantity).toHaveValue("4");
    await expect(async () => {
      await form.hold.click();
      await expect(new CheckoutPage(page).heading).toHaveText("Check and confirm", { timeout: 1_000 });
    }).toPass({ timeout: 15_000 });
  });
});
