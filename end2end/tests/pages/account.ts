import type { Locator, Page } from "@playwright/test";
import type { Account } from "../support/accounts";

/** The forms of an account: signing in, making one, changing it. */
export class AccountForms {
  readonly heading: Locator;
  readonly main: Locator;
  readonly email: Locator;
  readonly password: Locator;
  readonly firstName: Locator;
  readonly lastName: Locator;
  readonly refusal: Locator;
  readonly success: Locator;
  readonly signIn: Locator;
  readonly register: Locator;
  /** The way out, on the account page. */
  readonly signOut: Locator;
  readonly newPassword: Locator;
  /** Where the person is signed in, a row each. */
  readonly sessions: Locator;
  /** The header's way to the account. */
  readonly own: Locator;

  constructor(readonly page: Page) {
    const main = page.getByRole("main");
    const header = page.getByRole("banner");
    this.main = main;
    this.heading = page.getByRole("heading", { level: 1 });
    this.email = main.getByLabel("E-mail");
    this.password = main.getByLabel("Password", { exact: true });
    this.firstName = main.getByLabel("First name");
    this.lastName = main.getByLabel("Last name");
    this.refusal = main.getByRole("alert");
    this.success = main.getByRole("status");
    this.signIn = main.getByRole("button", { name: "Sign in" });
    this.register = main.getByRole("button", { name: "Make account" });
    this.signOut = main.getByRole("button", { name: "Sign out" });
    this.newPassword = main.getByLabel("New password");
    this.sessions = main.getByRole("listitem");
    this.own = header.getByRole("link", { name: "Ada" });
  }

  async fillIn(account: Pick<Account, "email" | "password">): Promise<void> {
    await this.email.fill(account.email);
    await this.password.fill(account.password);
  }

  async fillInAll(account: Account): Promise<void> {
    await this.firstName.fill(account.firstName);
    await this.lastName.fill(account.lastName);
    await this.fillIn(account);
  }
}
