import type { Locator, Page } from "@playwright/test";

/** The form of an event in the dashboard. */
export class EventForm {
  readonly refusal: Locator;

  constructor(readonly page: Page) {
    this.refusal = page.getByRole("main").getByRole("alert");
  }

  field(label: string): Locator {
    return this.page.getByLabel(label, { exact: true });
  }

  async fill(values: Record<string, string>): Promise<void> {
    for (const [label, value] of Object.entries(values)) {
      await this.field(label).fill(value);
    }
  }

  async save(button = "Save"): Promise<void> {
    await this.page.getByRole("button", { name: button, exact: true }).click();
  }

  /** The choice between two who changed this field. */
  conflict(label: string): Locator {
    return this.page.locator(".conflicts").getByRole("group", { name: label, exact: true });
  }
}

/** How an event stands. */
export class SummaryPage {
  readonly done: Locator;
  readonly state: Locator;
  readonly places: Locator;

  constructor(readonly page: Page) {
    this.done = page.getByRole("main").getByRole("status");
    this.state = page.getByRole("region", { name: "State" });
    this.places = page.getByRole("region", { name: "Places" });
  }

  /** A figure by its word: `Booked`. */
  figure(term: string): Locator {
    return this.places.getByRole("term").filter({ hasText: new RegExp(`^${term}$`) }).locator("xpath=following-sibling::dd");
  }
}
