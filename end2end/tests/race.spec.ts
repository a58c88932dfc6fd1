import { expect, test } from "./fixtures";
import { CheckoutPage } from "./pages/checkout";
import { EventPage, eventPath } from "./pages/event";
import { signUp } from "./support/accounts";
import { type Seat, labelOf } from "./support/catalogue";
import { visit } from "./support/visit";

test("of two people who want one seat one gets it, and the other keeps the rest of the choice", async ({ page, account, openBrowser, catalogue, watcher }) => {
  const event = await catalogue.theatre();
  // What is next to them is this test's own too.
  const [wanted, own] = (await catalogue.freeSeats(event, 4)) as [Seat, Seat, Seat, Seat];
  const other = await openBrowser();
  await signUp(other.context().request);
  // It would tell before the button does.
  await other.route("**/api/v1/seats/stream*", () => {});
  const [quick, slow] = [new EventPage(page), new EventPage(other)];

  for (const { page } of [quick, slow]) {
    await visit(page, eventPath(event, wanted.section));
  }
  await quick.choose([wanted]);
  await slow.choose([wanted, own]);

  await quick.hold.click();
  await expect(new CheckoutPage(page).heading).toHaveText("Check and confirm");

  watcher.expectRefusal(409, /^\/api\/v1\/bookings\/hold$/);
  await slow.hold.click();
  await expect(slow.refusal).toHaveText(`Someone else took ${labelOf(wanted)} just now.`);
  await expect(slow.seat(wanted)).toBeDisabled();
  await expect(slow.chosen.getByRole("listitem")).toHaveCount(1);
  await expect(slow.chosenSeat(own)).toBeVisible();
  await expect(slow.seat(own)).toBeChecked();

  const instead = other.getByRole("link", { name: /^Take .+ instead$/ });
  await expect(instead).toBeInViewport();
  const offered = (await instead.innerText()).replace("Take ", "").replace(" instead", "");
  expect([labelOf(wanted), labelOf(own)]).not.toContain(offered);
  await instead.click();
  await expect(slow.chosen.getByRole("listitem")).toHaveCount(2);
  await expect(instead).toHaveCount(0);

  await slow.hold.click();
  await expect(new CheckoutPage(other).lines.getByRole("rowheader")).toContainText([labelOf(own)]);
  await expect(new CheckoutPage(other).lines.getByRole("rowheader").filter({ hasText: offered })).toHaveCount(1);
});

test("two people who press at the same moment do not both get the seat", async ({ page, account, openBrowser, catalogue, watcher }) => {
  const event = await catalogue.theatre();
  const [wanted] = await catalogue.freeSeats(event, 1);
  const other = await openBrowser();
  await signUp(other.context().request);
  const both = [new EventPage(page), new EventPage(other)];

  for (const one of both) {
    await one.page.route("**/api/v1/seats/stream*", () => {});
    await visit(one.page, eventPath(event, wanted.section));
    await one.choose([wanted]);
  }
  watcher.expectRefusal(409, /^\/api\/v1\/bookings\/hold$/);
  await Promise.all(both.map((one) => one.hold.click()));

  const ends = both.map(({ page, refusal }) =>
    Promise.any([
      new CheckoutPage(page).confirm.waitFor().then(() => "held"),
      refusal.filter({ hasText: labelOf(wanted) }).waitFor().then(() => "refused"),
    ]),
  );
  expect((await Promise.all(ends)).sort()).toEqual(["held", "refused"]);
});
