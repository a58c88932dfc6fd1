import { expect, test } from "./fixtures";
import { AccountForms } from "./pages/account";
import { pathInMail, signIn } from "./support/accounts";
import { expectAccessible } from "./support/accessibility";
import { visit } from "./support/visit";

test("a forgotten password is replaced with a mail's link, which signs out everywhere else", async ({ page, account, request, openBrowser, watcher }) => {
  const other = await openBrowser();
  const forms = new AccountForms(other);

  await test.step("ask for a link", async () => {
    await visit(other, "/sign-in");
    await other.getByRole("link", { name: "Forgotten your password?" }).click();
    await expect(forms.heading).toHaveText("Forgotten your password?");
    await forms.email.fill("ada@nowhere");
    await other.getByRole("button", { name: "Send the link" }).click();
    await expect(forms.email).toHaveAccessibleDescription(/Please check it\./);
    await forms.email.fill(account.email);
    await other.getByRole("button", { name: "Send the link" }).click();
    await expect(forms.success).toContainText("a mail is on its way");
    await expectAccessible(other);
  });

  const path = await pathInMail(request, account, "reset-password");
  await test.step("choose a password, not a short one", async () => {
    await visit(other, path);
    await expect(forms.heading).toHaveText("Choose a new password");
    await expectAccessible(other);
    await forms.newPassword.fill("short");
    await other.getByRole("button", { name: "Set the password" }).click();
    await expect(forms.newPassword).toHaveAccessibleDescription(/Use at least 8 characters\./);
    await forms.newPassword.fill("better battery");
    await other.getByRole("button", { name: "Set the password" }).click();
    await expect(other).toHaveURL("/account");
    await expect(forms.success).toHaveText("Your password was changed.");
  });

  await test.step("be signed out where one was before", async () => {
    watcher.expectRefusal(401, /^\/account$/);
    await visit(page, "/account");
    await expect(new AccountForms(page).heading).toHaveText("Sign in first");
    await signIn(page.context().request, { ...account, password: "better battery" });
  });

  await test.step("find the link used up", async () => {
    watcher.expectRefusal(410, /^\/reset-password$/);
    await visit(page, path);
    await expect(new AccountForms(page).heading).toHaveText("This link doesn't work any more");
    await page.getByRole("link", { name: "Ask for a new link" }).click();
    await expect(new AccountForms(page).heading).toHaveText("Forgotten your password?");
  });
});

test("an address is confirmed by pressing a button, not by opening the link", async ({ page, account, request, watcher }) => {
  const forms = new AccountForms(page);
  const reminder = page.getByRole("heading", { name: "Confirm your address" });

  await visit(page, "/account");
  await expect(reminder).toBeVisible();
  await page.getByRole("button", { name: "Send a new link" }).click();
  await expect(forms.success).toHaveText("A link is on its way.");
  await expectAccessible(page);

  const path = await pathInMail(request, account, "verify-email");
  await visit(page, path);
  await expectAccessible(page);
  await visit(page, "/account");
  await expect(reminder).toBeVisible();
  await visit(page, path);
  await page.getByRole("button", { name: "Yes, this is my address" }).click();
  await expect(forms.success).toHaveText("Your address is confirmed.");
  await expect(reminder).toHaveCount(0);

  watcher.expectRefusal(410, /^\/verify-email$/);
  await visit(page, path);
  await expect(forms.main).toContainText("If you confirmed your address with it, there is nothing left to do.");
});

test.describe("without scripts", () => {
  test.use({ javaScriptEnabled: false });

  test("a forgotten password is replaced", async ({ page, account, request }) => {
    await page.context().clearCookies();
    const forms = new AccountForms(page);
    await page.goto("/forgot-password");
    await forms.email.fill(account.email);
    await page.getByRole("button", { name: "Send the link" }).click();
    await expect(forms.success).toContainText("a mail is on its way");
    await page.goto(await pathInMail(request, account, "reset-password"));
    await forms.newPassword.fill("better battery");
    await page.getByRole("button", { name: "Set the password" }).click();
    await expect(forms.own).toBeVisible();
  });
});
