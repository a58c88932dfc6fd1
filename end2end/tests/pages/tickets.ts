import type { Locator, Page } from "@playwright/test";

/** A booking's tickets, and the one that is shown at the door. */
export class TicketPages {
  readonly heading: Locator;
  readonly show: Locator;
  readonly cards: Locator;
  readonly codes: Locator;
  readonly openCard: Locator;
  readonly email: Locator;
  readonly passOn: Locator;
  readonly withdraw: Locator;
  readonly issueAnew: Locator;
  readonly accept: Locator;
  readonly history: Locator;

  constructor(readonly page: Page) {
    const main = page.getByRole("main");
    this.heading = page.getByRole("heading", { level: 1 });
    this.show = main.getByRole("link", { name: "Show the tickets" });
    this.cards = main.locator(".ticket-card");
    this.codes = main.getByRole("img", { name: /^QR code/ });
    this.openCard = main.getByRole("link", { name: /^Show or pass on/ });
    this.email = main.getByLabel("Their e-mail");
    this.passOn = main.getByRole("button", { name: "Send the link" });
    this.withdraw = main.getByRole("button", { name: "Withdraw the offer" });
    this.issueAnew = main.getByRole("button", { name: "Issue a new code" });
    this.accept = main.getByRole("button", { name: "Accept the ticket" });
    this.history = page.getByRole("region", { name: "What happened" }).getByRole("listitem");
  }

  /** What the first code is drawn with: another one whenever the code says something else. */
  async drawing(): Promise<string | null> {
    return this.codes.first().locator("path").getAttribute("d");
  }
}
