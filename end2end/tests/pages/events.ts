import { type Locator, type Page, expect } from "@playwright/test";

/** The start page and the list of events: both have a search, and cards that lead to events. */
export class EventsPage {
  readonly search: Locator;
  readonly cards: Locator;
  readonly categories: Locator;

  constructor(readonly page: Page) {
    this.search = page.getByRole("search");
    this.cards = page.getByRole("article");
    this.categories = page.getByRole("navigation", { name: "Categories" });
  }

  card(name: string): Locator {
    return this.cards.filter({ has: this.page.getByRole("heading", { name, exact: true }) });
  }

  /** Looks for these words, in either page's search. */
  async lookFor(words: string): Promise<void> {
    await this.search.getByRole("searchbox").fill(words);
    await this.search.getByRole("button", { name: "Search" }).click();
  }

  /** Shows what else one can filter by; a wide window shows it anyway. */
  async showFilters(): Promise<void> {
    const city = this.search.getByLabel("City");
    if (!(await city.isVisible())) {
      await this.search.getByText("Filters", { exact: true }).click();
    }
    await expect(city).toBeVisible();
  }

  /** Takes the filter of these words off. */
  without(words: string): Locator {
    return this.page.getByRole("link", { name: `Without ${words}` });
  }

  async open(name: string): Promise<void> {
    await this.card(name).getByRole("link", { name }).click();
  }
}
