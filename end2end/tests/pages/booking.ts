import type { Locator, Page } from "@playwright/test";

/** A booking's page, and the page that cancels it. */
export class BookingPage {
  readonly heading: Locator;
  readonly ticket: Locator;
  readonly reference: Locator;
  readonly history: Locator;
  readonly cancel: Locator;
  readonly cancelForGood: Locator;

  constructor(readonly page: Page) {
    this.heading = page.getByRole("heading", { level: 1 });
    this.ticket = page.getByRole("article", { name: "Booking" });
    this.reference = this.ticket.getByText(/^[0-9A-Z]{8}$/);
    this.history = page.getByRole("region", { name: "What happened" }).getByRole("listitem");
    this.cancel = page.getByRole("link", { name: "Cancel this booking" });
    this.cancelForGood = page.getByRole("button", { name: "Cancel booking" });
  }

  /** What cancelling means, by its word: `You give back`. */
  preview(term: string): Locator {
    return this.page.getByRole("term").filter({ hasText: term }).locator("xpath=following-sibling::dd");
  }
}

/** The list of one's own bookings. */
export class BookingsPage {
  readonly heading: Locator;

  constructor(readonly page: Page) {
    this.heading = page.getByRole("heading", { level: 1 });
  }

  /** The bookings under this heading: `Upcoming`. */
  group(heading: string): Locator {
    const own = this.page.getByRole("heading", { level: 2, name: heading });
    return this.page.locator("section").filter({ has: own }).last().getByRole("listitem");
  }
}
