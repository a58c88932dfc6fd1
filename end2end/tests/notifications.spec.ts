import { expect, test } from "./fixtures";
import { expectAccessible } from "./support/accessibility";
import { Bookings } from "./support/bookings";
import { visit } from "./support/visit";

test("what happens to one's bookings is counted in the header as it happens, and listed", async ({ page, context, account, catalogue }) => {
  void account;
  const own = new Bookings(context.request);
  const concert = await catalogue.concert();
  const link = page.getByRole("link", { name: /^Notifications/ });

  await visit(page, "/bookings");
  await expect(link).toHaveAccessibleName("Notifications");
  const booking = await own.confirm(await own.holdPlaces(concert, 1));
  await expect(link).toHaveAccessibleName("Notifications 1");

  await link.click();
  const told = page.getByRole("link", { name: `You're going: ${concert.name}` });
  await expect(told).toBeVisible();
  await expectAccessible(page);
  await page.getByRole("button", { name: "Mark all as read" }).click();
  await expect(link).toHaveAccessibleName("Notifications");
  await expect(page.getByRole("button", { name: "Mark all as read" })).toBeHidden();

  await page.getByLabel("A reminder the day before an event").uncheck();
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("Your choice was saved.")).toBeVisible();
  await expect(page.getByLabel("A reminder the day before an event")).not.toBeChecked();
  await expect(page.getByLabel("A warning before a hold or an offer lapses")).toBeChecked();

  await told.click();
  await expect(page).toHaveURL(`/bookings/${booking.id}`);
});
