import { type Locator, type Page, expect } from "@playwright/test";
import type { Event } from "../support/catalogue";

/** The check-in of an event, as whoever stands at its door sees it. */
export class DoorPage {
  readonly verdict: Locator;
  readonly heading: Locator;
  readonly code: Locator;
  readonly camera: Locator;
  readonly away: Locator;
  readonly conflicts: Locator;
  readonly admitted: Locator;
  readonly choices: Locator;
  readonly recent: Locator;
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
    this.verdict = page.locator("#verdict");
    this.heading = page.getByRole("heading", { level: 1 });
    this.code = page.getByLabel("Ticket code or reference");
    this.camera = page.getByRole("button", { name: "Camera" });
    this.away = page.locator("#away");
    this.conflicts = page.getByRole("region", { name: "Let in without a connection" });
    this.admitted = page.locator("#admitted");
    this.choices = page.locator("#choices");
    this.recent = page.locator("#recent li");
  }

  /** Types as a scanner that is a keyboard does: without asking where the focus is. */
  async wedge(code: string): Promise<void> {
    await this.#page.keyboard.type(code);
    await this.#page.keyboard.press("Enter");
  }

  async expectVerdict(outcome: string, ...words: string[]): Promise<void> {
    await expect(this.verdict).toHaveAttribute("data-outcome", outcome);
    for (const text of words) {
      await expect(this.verdict).toContainText(text);
    }
  }

  /** Waits until the device has what it needs without a connection. */
  async expectPrepared(): Promise<void> {
    const kept = () =>
      this.#page.evaluate(async () => {
        const requests = await (await caches.open("checkin")).keys();
        return requests.map((request) => new URL(request.url).pathname.replace(/[0-9a-f-]{22,}/, "*")).sort();
      });
    await expect.poll(kept).toEqual(expect.arrayContaining(["/api/v1/checkins/list", "/checkin/*", "/scanner/scanner.*.js", "/scanner/scanner.*.wasm"]));
  }
}

export function doorPath({ id }: Event): string {
  return `/checkin/${id}`;
}
