import { readFile } from "node:fs/promises";
import { expect, test } from "./fixtures";
import { AccountForms } from "./pages/account";
import { signIn, signUp } from "./support/accounts";
import { expectAccessible } from "./support/accessibility";
import { Bookings } from "./support/bookings";
import { visit } from "./support/visit";

test("a person sees where they are signed in, and signs out of there and everywhere", async ({ page, account, openBrowser, watcher }) => {
  const other = await openBrowser();
  await signIn(other.context().request, account);
  await visit(other, "/account");
  const forms = new AccountForms(page);

  await visit(page, "/account");
  await page.getByRole("link", { name: "See where you are signed in" }).click();
  await expect(forms.sessions).toHaveCount(2);
  await expect(forms.sessions.filter({ hasText: "This device" })).toHaveCount(1);
  await expect(forms.sessions.first()).toContainText(/Last used on \d+ \w+ 20\d\d/);
  await expectAccessible(page);

  await forms.sessions.getByRole("button", { name: /^Sign out/ }).click();
  await expect(forms.success).toHaveText("That session is over.");
  await expect(forms.sessions).toHaveCount(1);
  watcher.expectRefusal(401, /^\/account$/);
  await visit(other, "/account");
  await expect(new AccountForms(other).heading).toHaveText("Sign in first");

  await page.getByRole("button", { name: "Sign out everywhere" }).click();
  await expect(forms.heading).toHaveText("Sign in");
  await expect(forms.success).toHaveText("You are signed out everywhere.");
  await expect(forms.own).toBeHidden();
});

test("a person takes everything along and leaves", async ({ page, account, context, catalogue, openBrowser }) => {
  const own = new Bookings(context.request);
  const event = await catalogue.concert();
  const held = await own.holdPlaces(event, 2);
  await own.confirm(held);
  const forms = new AccountForms(page);

  await visit(page, "/account");
  const download = page.waitForEvent("download");
  await page.getByRole("link", { name: "Download your data" }).click();
  const file = await download;
  expect(file.suggestedFilename()).toBe("evently-account.json");
  const kept = JSON.parse(await readFile(await file.path(), "utf8"));
  expect(kept.account.email).toBe(account.email);
  expect(kept.bookings.map(({ id }: { id: string }) => id)).toEqual([held.id]);

  await page.getByRole("link", { name: "Delete your account" }).click();
  await expect(forms.heading).toHaveText("Delete your account?");
  await expect(forms.main).toContainText(`${event.name}, `);
  await expect(forms.main).toContainText("2 places (booked)");
  await expectAccessible(page);
  const password = page.getByLabel("Your password");
  await password.fill("not this one");
  await page.getByRole("button", { name: "Delete account" }).click();
  await expect(password).toHaveAccessibleDescription(/That is not your current password\./);
  await password.fill(account.password);
  await page.getByRole("button", { name: "Delete account" }).click();
  await expect(forms.success).toContainText("Your account is deleted.");
  await expect(forms.own).toBeHidden();

  await signUp((await openBrowser()).context().request, account);
});
