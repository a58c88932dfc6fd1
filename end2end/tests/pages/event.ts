import type { Locator, Page } from "@playwright/test";
import { type Event, type Seat, labelOf } from "../support/catalogue";

export function eventPath(event: Event, section?: string): string {
  return `/events/${event.id}${section ? `?section=${encodeURIComponent(section)}` : ""}`;
}

/** An event's page: quantity or seat map, what is chosen, and the way to hold it. */
export class EventPage {
  readonly heading: Locator;
  readonly chosen: Locator;
  readonly quantity: Locator;
  readonly hold: Locator;
  readonly refusal: Locator;

  constructor(readonly page: Page) {
    this.heading = page.getByRole("heading", { level: 1 });
    this.chosen = page.getByRole("complementary", { name: "Your seats" });
    // The form of a waitlist asks for places too.
    this.quantity = page.locator(".hold-quantity").getByRole("spinbutton", { name: "Places" });
    this.hold = page.getByRole("button", { name: /^Hold (?!places in )/ });
    this.refusal = page.getByRole("main").getByRole("alert");
  }

  section(name: string): Locator {
    return this.page.getByRole("region", { name, exact: true });
  }

  sectionLink(name: string): Locator {
    return this.page.getByRole("list", { name: "Sections" }).getByRole("link", { name: new RegExp(`^${name}\\b`) });
  }

  seat({ section, row, number }: Seat): Locator {
    const group = this.section(section).getByRole("group", { name: `Row ${row}`, exact: true });
    return group.getByRole("checkbox", { name: new RegExp(`^Row ${row} seat ${number},`) });
  }

  /** The chosen seat in the list beside the map. */
  chosenSeat(seat: Seat): Locator {
    return this.chosen.getByRole("listitem").filter({ hasText: new RegExp(`^\\s*${labelOf(seat)}\\s*${seat.section}`) });
  }

  async choose(seats: Seat[]): Promise<void> {
    for (const seat of seats) {
      await this.seat(seat).check();
    }
  }
}
