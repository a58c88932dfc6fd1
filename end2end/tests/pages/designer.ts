import { type Locator, type Page, expect } from "@playwright/test";

/** The seat-map designer. */
export class Designer {
  readonly map: Locator;
  readonly said: Locator;
  readonly problem: Locator;
  readonly capacity: Locator;
  readonly saveButton: Locator;
  readonly review: Locator;

  constructor(readonly page: Page) {
    this.map = page.getByRole("application", { name: "Seat map" });
    this.said = page.locator("#said");
    this.problem = page.locator("#problem");
    this.capacity = page.locator("#capacity");
    this.saveButton = page.locator("#save");
    this.review = page.getByRole("dialog");
  }

  async open(eventId: string): Promise<void> {
    await this.page.goto(`/admin/events/${eventId}/seat-map`);
    await this.opened();
  }

  async opened(): Promise<void> {
    await expect(this.page.locator("#designer[data-ready]")).toBeVisible();
  }

  async take(tool: string): Promise<void> {
    await this.page.getByRole("toolbar", { name: "Tools" }).getByRole("button", { name: tool, exact: true }).click();
  }

  /** The panel that is shown under this heading. */
  panel(heading: string | RegExp): Locator {
    return this.page.locator(".designer-panel:visible").filter({ has: this.page.getByRole("heading", { name: heading }) });
  }

  /** Fills in what a tool asks for and places it. */
  async place(tool: string, heading: string, fields: Record<string, string>): Promise<void> {
    await this.take(tool);
    const panel = this.panel(heading);
    for (const [label, value] of Object.entries(fields)) {
      await panel.getByLabel(label, { exact: true }).fill(value);
    }
    await panel.getByRole("button", { name: "Place", exact: true }).click();
  }

  section(name: string): Locator {
    return this.page.locator("#sections > li").filter({ has: this.page.getByText(name, { exact: true }) });
  }

  async openRows(section: string): Promise<void> {
    await this.page.getByRole("button", { name: `Rows of ${section}`, exact: true }).click();
  }

  row(label: string): Locator {
    return this.page.locator("#sections").getByRole("button", { name: new RegExp(`^Row ${label},`) });
  }

  /** Saves and confirms what the server says of it. */
  async save(): Promise<void> {
    await this.saveButton.click();
    await expect(this.review.getByRole("heading", { name: "Save the seat map" })).toBeVisible();
    await this.review.getByRole("button", { name: "Save", exact: true }).click();
    await expect(this.said).toHaveText("Saved.");
    await expect(this.saveButton).toBeDisabled();
  }
}
