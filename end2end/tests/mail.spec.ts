import { expect, test } from "./fixtures";
import { expectAccessible } from "./support/accessibility";
import { Bookings, bookingPath } from "./support/bookings";
import { visit } from "./support/visit";

test("a booking is confirmed by a mail that leads to it", async ({ page, context, account, catalogue }) => {
  const own = new Bookings(context.request);
  const booking = await own.confirm(await own.holdPlaces(await catalogue.concert(), 2));
  const mail = page.getByRole("listitem").filter({ hasText: account.email }).filter({ hasText: "You're going" });

  await expect(async () => {
    await page.goto(`/dev/mailbox?to=${account.email}`);
    await expect(mail).toBeVisible({ timeout: 1 });
  }).toPass();
  await expectAccessible(page);
  await mail.getByRole("link", { name: /You're going/ }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("You're going");
  await expect(page.getByText(booking.reference).first()).toBeVisible();
  await page.getByRole("link", { name: "Show my booking" }).click();
  await expect(page).toHaveURL(bookingPath(booking));
});

test("a link to fewer mails that was cut short switches nothing off and says so", async ({ page, watcher }) => {
  watcher.expectRefusal(410, /^\/unsubscribe$/);
  await visit(page, "/unsubscribe?token=0.reminder.0");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("This link isn't complete");
  await expectAccessible(page);
});
