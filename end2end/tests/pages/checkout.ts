import type { Locator, Page } from "@playwright/test";

/** The page on which a hold becomes a booking. */
export class CheckoutPage {
  readonly heading: Locator;
  readonly clock: Locator;
  readonly lines: Locator;
  readonly confirm: Locator;
  readonly moreTime: Locator;
  readonly release: Locator;
  readonly refusal: Locator;

  constructor(readonly page: Page) {
    this.heading = page.getByRole("heading", { level: 1 });
    this.clock = page.getByRole("timer", { name: "Time left" });
    this.lines = page.getByRole("table", { name: "What you pay" });
    this.confirm = page.getByRole("button", { name: "Confirm booking" });
    this.moreTime = page.getByRole("button", { name: "5 more minutes" });
    this.release = page.getByRole("button", { name: /^Release these / });
    this.refusal = page.getByRole("main").getByRole("alert");
  }

  /** Seconds left, as the clock says now. */
  async secondsLeft(): Promise<number> {
    const [minutes = "", seconds = ""] = (await this.clock.innerText()).split(":");
    return Number(minutes) * 60 + Number(seconds);
  }
}
