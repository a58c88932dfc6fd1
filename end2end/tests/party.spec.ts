import { expect, test } from "./fixtures";
import { EventPage, eventPath } from "./pages/event";
import { type Seat, labelOf } from "./support/catalogue";
import { visit } from "./support/visit";

test("with a party's size one click takes the whole block, and hovering shows it first", async ({ page, catalogue, isMobile }) => {
  const event = await catalogue.theatre();
  const [first, , , last] = (await catalogue.freeSeats(event, 4)) as [Seat, Seat, Seat, Seat];
  const map = new EventPage(page);
  await visit(page, eventPath(event, first.section));
  await page.getByLabel("How many").selectOption("3");

  if (!isMobile) {
    await map.seat(last).hover();
    await expect(page.locator(".seat-preview")).toHaveCount(3);
    await expect(page.locator(".seat-pointed-at")).toContainText("3 together");
  }
  await map.seat(last).check();
  await expect(map.chosen.getByRole("listitem")).toHaveCount(3);
  await expect(map.chosenSeat(last)).toBeVisible();
  // Another click takes the party there.
  await map.seat(first).check();
  await expect(map.chosen.getByRole("listitem")).toHaveCount(3);
  await expect(map.chosenSeat(first)).toBeVisible();
});

test("the best seats are found, chosen and explained", async ({ page, catalogue }) => {
  const event = await catalogue.theatre();
  const map = new EventPage(page);
  await visit(page, eventPath(event));
  await page.getByLabel("How many").selectOption("4");
  await page.getByRole("button", { name: "Find the best seats" }).click();
  await expect(map.chosen.getByRole("listitem")).toHaveCount(4);
  await expect(page.getByText(/^Row .+ has 4 together, the nearest to the stage that are free\b/)).toBeVisible();
  await expect(page.getByLabel("How many")).toHaveValue("4");
  await expect(map.hold).toHaveText("Hold 4 seats");
  // A reload finds the same again.
  await page.reload();
  await expect(map.chosen.getByRole("listitem")).toHaveCount(4);
});

test.describe("without scripts", () => {
  test.use({ javaScriptEnabled: false });

  test("the best seats are found too", async ({ page, catalogue }) => {
    const event = await catalogue.theatre();
    await page.goto(eventPath(event));
    await page.getByLabel("How many").selectOption("2");
    await page.getByRole("button", { name: "Find the best seats" }).click();
    await expect(page.locator(".seat input:checked")).toHaveCount(2);
    await expect(page.getByText(/^Row .+ has 2 together/)).toBeVisible();
  });
});

test("a seat that would be left alone is said before, and refused by the server", async ({ page, account, catalogue, watcher }) => {
  const event = await catalogue.theatre();
  // The first of a run of free seats that is long enough: choosing the one beside it leaves it alone.
  const [first, own] = (await catalogue.freeSeats(event, 5)) as [Seat, Seat];
  const map = new EventPage(page);
  await visit(page, eventPath(event, own.section));
  await map.choose([own]);
  await expect(page.getByText(`This leaves ${labelOf(first)} alone. Move one along, or take it too.`)).toBeVisible();
  watcher.expectRefusal(409, /^\/api\/v1\/bookings\/hold$/);
  await map.hold.click();
  await expect(map.refusal).toContainText("leave no seat alone");
  await map.choose([first]);
  await expect(map.refusal).toHaveCount(0);
  await expect(page.getByText(/^This leaves/)).toHaveCount(0);
});
