import { expect, test } from "./fixtures";
import { AccountForms } from "./pages/account";
import { newAccount, signIn, signUp } from "./support/accounts";
import { visit } from "./support/visit";

test("a person makes an account, signs out and signs in again", async ({ page }) => {
  const account = newAccount();
  const forms = new AccountForms(page);

  await visit(page, "/sign-in");
  await page.getByRole("link", { name: "Make an account" }).click();
  await expect(forms.heading).toHaveText("Make an account");
  await forms.fillInAll(account);
  await forms.register.click();
  await expect(page).toHaveURL("/");
  await expect(forms.own).toBeVisible();

  await forms.own.click();
  await forms.signOut.click();
  await expect(page).toHaveURL("/");
  await expect(forms.own).toBeHidden();
  await page.getByRole("banner").getByRole("link", { name: "Sign in" }).click();
  await expect(forms.heading).toHaveText("Sign in");
  await forms.fillIn(account);
  await forms.signIn.click();
  await expect(page).toHaveURL("/");
  await expect(forms.own).toBeVisible();
});

test("a wrong password and an unknown address get the same answer, and what was typed stays", async ({ page, request }) => {
  const known = await signUp(request);
  const forms = new AccountForms(page);

  await visit(page, "/sign-in");
  for (const email of [known.email, newAccount().email]) {
    await forms.fillIn({ email, password: "something else" });
    await forms.signIn.click();
    await expect(forms.refusal).toHaveText("That e-mail address and password don't match an account.");
    await expect(forms.email).toHaveValue(email);
    await expect(forms.signIn).toBeEnabled();
  }
  await forms.fillIn(known);
  await forms.signIn.click();
  await expect(forms.own).toBeVisible();
});

test("each field that does not fit says so beside itself", async ({ page }) => {
  const account = newAccount();
  const forms = new AccountForms(page);

  await visit(page, "/register");
  await forms.fillInAll({ ...account, email: "ada@nowhere", password: "short" });
  await forms.register.click();
  await expect(forms.password).toHaveAccessibleDescription(/Use at least 8 characters\./);
  await expect(forms.email).toHaveAccessibleDescription(/Please check it\./);
  await expect(forms.email).toHaveAttribute("aria-invalid", "true");
  await expect(forms.firstName).toHaveValue(account.firstName);
  await expect(forms.firstName).not.toHaveAttribute("aria-invalid");
});

test("an address has one account", async ({ page, account }) => {
  const forms = new AccountForms(page);

  await visit(page, "/register");
  await forms.fillInAll(account);
  await forms.register.click();
  await expect(forms.refusal).toContainText("There is an account with this e-mail address.");
});

test("a person changes their name, and the header says it", async ({ page, account }) => {
  const forms = new AccountForms(page);

  await visit(page, "/");
  await forms.own.click();
  await expect(forms.heading).toHaveText("Account");
  await expect(forms.main).toContainText(account.email);
  await forms.firstName.fill("Augusta");
  await page.getByRole("button", { name: "Save name" }).click();
  await expect(forms.success).toHaveText("Your name was saved.");
  await visit(page, "/account");
  await expect(forms.firstName).toHaveValue("Augusta");
  await expect(page.getByRole("banner").getByRole("link", { name: "Augusta" })).toBeVisible();
});

test("a new password takes the place of the old one and signs out everywhere else", async ({ page, account, openBrowser, request, watcher }) => {
  const other = await openBrowser();
  await signIn(other.context().request, account);
  const change = page.getByRole("button", { name: "Change password" });
  const current = page.getByLabel("Current password");
  const forms = new AccountForms(page);

  await visit(page, "/account");
  await current.fill("not this one");
  await page.getByLabel("New password").fill("better battery");
  await change.click();
  await expect(current).toHaveAccessibleDescription(/That is not your current password\./);

  await current.fill(account.password);
  await page.getByLabel("New password").fill("better battery");
  await change.click();
  await expect(forms.success).toHaveText("Your password was changed.");

  await signIn(request, { ...account, password: "better battery" });
  await visit(page, "/account");
  await expect(forms.heading).toHaveText("Account");
  watcher.expectRefusal(401, /^\/account$/);
  await visit(other, "/account");
  await expect(new AccountForms(other).heading).toHaveText("Sign in first");
});

test("a page that needs an account leads through the sign-in page and back", async ({ page, request, watcher }) => {
  const account = await signUp(request);
  const forms = new AccountForms(page);

  watcher.expectRefusal(401, /^\/bookings$/);
  await visit(page, "/bookings");
  await expect(forms.heading).toHaveText("Sign in first");
  await forms.main.getByRole("link", { name: "Sign in" }).click();
  await forms.fillIn(account);
  await forms.signIn.click();
  await expect(page).toHaveURL("/bookings");
  await expect(forms.heading).toHaveText("My bookings");
});

for (const next of ["https://example.org/", "//example.org/", "/\\example.org/", "javascript:alert(1)"]) {
  test(`signing in never leads off the site: next=${next}`, async ({ page, request }) => {
    const account = await signUp(request);
    const forms = new AccountForms(page);

    await visit(page, `/sign-in?next=${encodeURIComponent(next)}`);
    await forms.fillIn(account);
    await forms.signIn.click();
    await expect(page).toHaveURL("/");
    await expect(forms.own).toBeVisible();
  });
}

test("a password can be shown", async ({ page }) => {
  const { password } = new AccountForms(page);

  await visit(page, "/sign-in");
  await password.fill("correct horse");
  await expect(password).toHaveAttribute("type", "password");
  await page.getByRole("button", { name: "Show password" }).click();
  await expect(password).toHaveAttribute("type", "text");
  await expect(password).toHaveValue("correct horse");
});
