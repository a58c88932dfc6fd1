import { expect, test } from "./fixtures";
import { CheckoutPage } from "./pages/checkout";
import { EventPage, eventPath } from "./pages/event";
import { type Seat, labelOf } from "./support/catalogue";
import { visit } from "./support/visit";

test("seats are chosen and held by keyboard alone, and the tab key passes the map in one step", async ({ page, account, catalogue }) => {
  const event = await catalogue.theatre();
  const [first, second] = (await catalogue.freeSeats(event, 4)) as [Seat, Seat];
  const map = new EventPage(page);
  await visit(page, eventPath(event, first.section));

  await expect(map.section(first.section).locator("input[tabindex='0']")).toHaveCount(1);
  await map.section(first.section).getByRole("link", { name: "Skip to your seats" }).focus();
  await page.keyboard.press("Tab");
  const focused = () => page.evaluate(() => document.activeElement?.getAttribute("aria-label") ?? "");
  expect(await focused()).toMatch(/^Row .+ seat/);

  await map.seat(first).focus();
  await page.keyboard.press("Space");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Space");
  await expect(map.chosen.getByRole("listitem")).toHaveCount(2);
  await page.keyboard.press("Home");
  expect(await focused()).toMatch(new RegExp(`^Row ${first.row} seat`));

  // Past the map there are only the chosen seats between here and the button.
  for (let steps = 0; steps < 8 && !(await map.hold.evaluate((button) => button === document.activeElement)); steps++) {
    await page.keyboard.press("Tab");
  }
  await expect(map.hold).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(new CheckoutPage(page).lines.getByRole("rowheader")).toContainText([labelOf(first), labelOf(second)]);
});
