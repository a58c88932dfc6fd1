import type { Page } from "@playwright/test";
import { expect, test } from "./fixtures";
import { AccountForms } from "./pages/account";
import { CheckoutPage } from "./pages/checkout";
import { EventPage, eventPath } from "./pages/event";
import { expectAccessible } from "./support/accessibility";
import { type Account, newAccount, pathInMail, signUp } from "./support/accounts";
import { expectNoSideways } from "./support/layout";
import { visit } from "./support/visit";

/** Goes on without an account from the sign-in page. */
async function goOn(page: Page, { firstName, lastName, email }: Account): Promise<void> {
  const forms = new AccountForms(page);
  await page.getByRole("link", { name: "Continue without an account" }).click();
  await expect(forms.heading).toHaveText("Continue without an account");
  await expectAccessible(page);
  await expectNoSideways(page);
  await forms.firstName.fill(firstName);
  await forms.lastName.fill(lastName);
  await forms.email.fill(email);
  await page.getByRole("button", { name: "Continue" }).click();
}

test("a guest books, comes back by the mail, and adds the booking to an account", async ({ page, openBrowser, request, catalogue, watcher }) => {
  const guest = newAccount();
  const event = await catalogue.concert();
  const eventPage = new EventPage(page);

  watcher.expectRefusal(401, /^\/api\/v1\/bookings\/hold$/);
  await visit(page, eventPath(event));
  await eventPage.quantity.fill("2");
  await eventPage.hold.click();
  await goOn(page, guest);
  await expect(eventPage.heading).toHaveText(event.name);
  await expect(eventPage.quantity).toHaveValue("2");
  await eventPage.hold.click();
  await new CheckoutPage(page).confirm.click();
  await expect(page.getByText("You booked without an account.")).toBeVisible();
  const booking = new URL(page.url()).pathname;
  await visit(page, "/account");
  await expectAccessible(page);
  await expect(page.getByLabel("Current password")).toBeHidden();

  const link = await pathInMail(request, guest, "guest");
  const phone = await openBrowser();
  await visit(phone, link);
  await expectAccessible(phone);
  await phone.getByRole("button", { name: "Open my booking" }).click();
  await expect(phone).toHaveURL(booking);

  const computer = await openBrowser();
  await signUp(computer.context().request);
  await visit(computer, link);
  await expectAccessible(computer);
  await computer.getByRole("button", { name: "Add these to my account" }).click();
  await expect(computer).toHaveURL(/^[^?]*\/bookings\b/);
  await expect(computer.getByText("is in your account now")).toBeVisible();
  await expect(computer.getByRole("link", { name: event.name })).toBeVisible();
  await visit(computer, booking);
  await expect(computer.getByText("You added the booking to your account.")).toBeVisible();

  watcher.expectRefusal(410, /^\/guest$/);
  await visit(phone, link);
  await expect(phone.getByRole("heading", { level: 1 })).toHaveText("This link doesn't work any more");
});

test("a guest becomes an account by choosing a password", async ({ page, request }) => {
  const { email, firstName: first_name, lastName: last_name } = newAccount();
  const reply = await page.context().request.post("/api/v1/auth/guest", { data: { email, first_name, last_name } });
  expect(reply.status()).toBe(200);
  const forms = new AccountForms(page);

  await visit(page, "/account");
  await forms.password.fill("better battery");
  await forms.register.click();
  await expect(forms.heading).toHaveText("Account");
  await expect(forms.success).toContainText("This is an account now");
  const signedIn = await request.post("/api/v1/auth/login", { data: { email, password: "better battery" } });
  expect(signedIn.status()).toBe(200);
});
