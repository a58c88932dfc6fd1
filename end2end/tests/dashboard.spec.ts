import { expect, test } from "./fixtures";
import { expectAccessible } from "./support/accessibility";
import { ADMIN, newAccount, pathInMail, signIn, signUp } from "./support/accounts";
import { Bookings } from "./support/bookings";
import { visit } from "./support/visit";

const PAGES = ["/admin", "/admin/figures", "/admin/people", "/admin/log", "/admin/webhooks", "/admin/health"];

test("the pages of the dashboard say how it is going, to everybody who may see it", async ({ page, context }) => {
  await signIn(context.request, ADMIN);
  for (const path of PAGES) {
    await visit(page, path);
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    await expectAccessible(page);
    const tooWide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    expect(tooWide, `${path} fits`).toBeLessThanOrEqual(0);
  }
});

test("a booking is in the figures soon, of its event and of all", async ({ page, context, account, openBrowser, catalogue, watcher }) => {
  void account;
  watcher.expectRefusal(403, /^\/admin$/);
  const own = new Bookings(context.request);
  const concert = await catalogue.concert();
  await own.confirm(await own.holdPlaces(concert, 3));
  const booked = await own.confirm(await own.holdPlaces(concert, 2));
  await own.cancel(booked);

  const admin = await openBrowser();
  await signIn(admin.context().request, ADMIN);
  await expect(async () => {
    await admin.goto(`/admin/events/${concert.id}/figures`);
    const cancelled = admin.locator(".tile").filter({ hasText: "Cancelled bookings" });
    await expect(cancelled.locator(".tile-value")).not.toHaveText("0", { timeout: 1 });
  }, "figures are some seconds late").toPass();
  await expect(admin.getByRole("img", { name: /Places sold so far/ })).toBeVisible();
  await admin.getByText("As a table").click();
  await expect(admin.getByRole("table", { name: "Places sold so far" })).toBeVisible();
  await expectAccessible(admin);
  await page.goto("/admin");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Not for this account");
});

test("who is invited by mail has exactly the role they were given, until it is taken away", async ({ page, context, openBrowser, catalogue, watcher }) => {
  watcher.expectRefusal(403, /^\/admin(\/events\/[0-9a-f-]+\/people)?$/);
  await signIn(context.request, ADMIN);
  const [helper, concert] = [newAccount(), await catalogue.concert()];
  const people = `/admin/events/${concert.id}/people`;
  await visit(page, people);
  await page.getByLabel("E-mail").fill(helper.email);
  await page.getByLabel("Role", { exact: true }).selectOption("Read only");
  await page.getByRole("button", { name: "Send the invitation" }).click();
  await expect(page.getByText("The invitation is on its way.")).toBeVisible();
  await expect(page.getByRole("row").filter({ hasText: helper.email })).toContainText("Read only");

  const other = await openBrowser();
  await signUp(other.context().request, helper);
  await other.goto(await pathInMail(other.context().request, helper, "admin/invitation"));
  await expectAccessible(other);
  await other.getByRole("button", { name: "Accept" }).click();
  await expect(other).toHaveURL("/admin");
  await expect(other.getByRole("navigation", { name: "Dashboard" })).not.toContainText("People");
  expect((await other.goto(people))?.status(), "they choose nobody's role").toBe(403);
  expect((await other.goto(`/admin/events/${concert.id}/figures`))?.status()).toBe(200);
  await expect(other.getByText("Taken, less what is given back")).toBeHidden();

  await visit(page, people);
  const row = page.getByRole("row").filter({ hasText: helper.email });
  await row.getByLabel(/^Role of/).selectOption("Manager");
  await row.getByRole("button", { name: "Change" }).click();
  await expect(page.getByText("The role was changed.")).toBeVisible();
  await page.getByRole("row").filter({ hasText: helper.email }).getByRole("button", { name: "Remove" }).click();
  await expect(page.getByText("They can't use the dashboard here any more.")).toBeVisible();
  expect((await other.goto("/admin"))?.status()).toBe(403);

  await visit(page, `/admin/events/${concert.id}/log`);
  await expect(page.getByRole("row").filter({ hasText: "Role changed" }).first()).toContainText("read_only → manager");
  await expectAccessible(page);
});
