import { randomUUID } from "node:crypto";
import { expect, test } from "./fixtures";
import { expectAccessible } from "./support/accessibility";
import { newAccount, signIn, signUp } from "./support/accounts";
import { Bookings, checkoutPath } from "./support/bookings";
import { makeEvent } from "./support/sales";
import { visit } from "./support/visit";

/** The seeded owner of the site. */
const OWNER = { email: "admin@evently.example", password: "evently-admin" };

test("a code is made, comes along with its link, is taken off at the checkout, and stands in the list", async ({ page, openBrowser, catalogue }) => {
  const event = await makeEvent(await catalogue.concert(), { capacity: 50, opensInS: -60 });
  const code = `E2E-${randomUUID().slice(0, 8).toUpperCase()}`;
  await signIn(page.context().request, OWNER);

  await test.step("staff make it", async () => {
    await visit(page, `/admin/events/${event.id}/codes`);
    await expectAccessible(page);
    await page.getByText("Make a code", { exact: true }).click();
    await page.getByLabel("Code", { exact: true }).fill(code.toLowerCase());
    await page.getByLabel("How much").fill("200");
    await page.getByRole("button", { name: "Make the code" }).click();
    await expect(page.getByText("Choose a number from 1 to 100.")).toBeVisible();
    await expect(page.getByLabel("Code", { exact: true })).toHaveValue(code.toLowerCase());
    await page.getByLabel("How much").fill("25");
    await page.getByLabel("Uses in all").fill("1");
    await page.getByRole("button", { name: "Make the code" }).click();
    await expect(page.getByText("The code can be used.")).toBeVisible();
    await expect(page.getByRole("row", { name: code })).toContainText("0 of 1");
    await expectAccessible(page);
  });

  const theirs = await openBrowser();
  await signUp(theirs.context().request, newAccount());
  const bookings = new Bookings(theirs.context().request);

  await test.step("a person comes by the link and finds it at the checkout", async () => {
    await visit(theirs, `/events/${event.id}?code=${code}`);
    await expect(theirs.getByText(`Your code ${code} stands ready at the checkout.`)).toBeVisible();
    const held = await bookings.holdPlaces(event, 2);
    await visit(theirs, checkoutPath(held));
    await expectAccessible(theirs);
    await expect(theirs.getByLabel("Discount code")).toHaveValue(code);
    await theirs.getByRole("button", { name: "Use the code" }).click();
    await expect(theirs.getByRole("row", { name: `Code ${code}` })).toBeVisible();
    await expectAccessible(theirs);
    await theirs.getByRole("button", { name: "Confirm booking" }).click();
    await expect(theirs.getByRole("heading", { level: 1 })).toHaveText("You are booked");
    await expect(theirs.getByText(`with ${code}`)).toBeVisible();
  });

  await test.step("another person is told that it is used up", async () => {
    const other = await openBrowser();
    await signUp(other.context().request, newAccount());
    const held = await new Bookings(other.context().request).holdPlaces(event, 1);
    await visit(other, checkoutPath(held));
    await other.getByText("Have a code?").click();
    await other.getByLabel("Discount code").fill(code);
    await other.getByRole("button", { name: "Use the code" }).click();
    await expect(other.getByText("This code has been used as often as it can be.")).toBeVisible();
    await expect(other.getByLabel("Discount code")).toHaveValue(code);
    await expectAccessible(other);
  });

  await test.step("staff see its use, the booking and the figures", async () => {
    await visit(page, `/admin/events/${event.id}/codes`);
    await expect(page.getByRole("row", { name: code })).toContainText("1 of 1");
    await page.getByRole("link", { name: `Bookings with ${code}` }).click();
    await expect(page.getByRole("checkbox", { name: /^Choose / })).toHaveCount(1);
    await expect(async () => {
      await visit(page, `/admin/events/${event.id}/figures`);
      await expect(page.getByText("Taken off by codes")).toBeVisible({ timeout: 500 });
    }).toPass();
  });

  await test.step("staff end it", async () => {
    await visit(page, `/admin/events/${event.id}/codes`);
    await page.getByRole("button", { name: `End ${code}` }).click();
    await expect(page.getByText("The code is ended.")).toBeVisible();
  });
});
