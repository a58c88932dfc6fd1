import type { Locator, Page } from "@playwright/test";
import { expect, test } from "./fixtures";
import { AccountForms } from "./pages/account";
import { EventPage, eventPath } from "./pages/event";
import { DEMO, newAccount, signIn, signUp } from "./support/accounts";
import { expectAccessible } from "./support/accessibility";
import { type Booking, Bookings, bookingPath, cancelPath, checkoutPath } from "./support/bookings";
import { type Event, type Seat, found, hasSeats, isOpen, labelOf, opensInH } from "./support/catalogue";
import { expectNoSideways } from "./support/layout";
import { hydrated, visit } from "./support/visit";

/** What has to be right on every page: its title, its one heading, its width, and all that axe looks at. */
async function expectSound(page: Page, title: RegExp): Promise<void> {
  await expect(page).toHaveTitle(title);
  await expect(page.getByRole("heading", { level: 1 })).toHaveCount(1);
  await expectNoSideways(page);
  await expectAccessible(page);
}

const SITE = /^Evently$/;

test.describe("for everybody", () => {
  const pages: [string, string, RegExp][] = [
    ["the start page", "/", SITE],
    ["the list of events", "/events", /^Events · Evently$/],
    ["a list that is narrowed", "/events?category=music&price=60&currency=EUR&places=2&sort=price", /^Events · Evently$/],
    ["a list of days as a person picks them", "/events?when=month&places=4&together=true", /^Events · Evently$/],
    ["a month", "/events/month", /^Events in .* 20\d\d · Evently$/],
    ["a month with nothing in it", "/events/month?month=2020-01&category=music", /^Events in January 2020 · Evently$/],
    ["a list with a city that is misspelt", "/events?city=Berlinn", /^Events · Evently$/],
    ["a list with nothing in it", "/events?q=zzzzqqqq&city=Nowhere", /^Events · Evently$/],
    ["the sign-in page", "/sign-in", /^Sign in · Evently$/],
    ["the page that makes an account", "/register", /^Make an account · Evently$/],
    ["the page for a forgotten password", "/forgot-password", /^Forgotten password · Evently$/],
    ["the guide for developers", "/developers", /^Developers · Evently$/],
    ["the reference of a noun", "/developers/bookings", /^bookings · Developers · Evently$/],
    ["the reference of types", "/developers/types", /^Types · Developers · Evently$/],
  ];
  for (const [name, path, title] of pages) {
    test(`${name} is sound`, async ({ page }) => {
      await visit(page, path);
      await expectSound(page, title);
    });
  }

  const refused: [string, string, number, string, RegExp][] = [
    ["an address that leads nowhere", "/nowhere", 404, "There is nothing here", /^Nothing here · Evently$/],
    ["an event that does not exist", "/events/00000000-0000-4000-8000-000000000000", 404, "There is nothing here", /Evently$/],
    ["a list with a filter that makes no sense", "/events?places=900", 422, "Events", /^Events · Evently$/],
    ["a month that is none", "/events/month?month=2026-13", 422, "Events by month", /^Events by month · Evently$/],
    ["an account page without an account", "/account", 401, "Sign in first", /^Account · Evently$/],
    ["a list of sessions without an account", "/account/sessions", 401, "Sign in first", /Evently$/],
    ["a list of apps without an account", "/account/apps", 401, "Sign in first", /Evently$/],
    ["a list of API keys without an account", "/account/keys", 401, "Sign in first", /Evently$/],
    ["leaving without an account", "/account/delete", 401, "Sign in first", /Evently$/],
    ["a link for a password that is none", "/reset-password?token=x", 410, "This link doesn't work any more", /^New password · Evently$/],
    ["a link for an address that is none", "/verify-email", 410, "This link doesn't work any more", /^Confirm your address · Evently$/],
    ["a booking without an account", "/bookings/00000000-0000-4000-8000-000000000000", 401, "Sign in first", /Evently$/],
  ];
  for (const [name, path, status, heading, title] of refused) {
    test(`${name} is sound and answers ${status}`, async ({ page, watcher }) => {
      watcher.expectRefusal(status, new RegExp(`^${path.replace(/\?.*/, "")}$`));
      await visit(page, path);
      await expect(page.getByRole("heading", { level: 1 })).toHaveText(heading);
      await expectSound(page, title);
    });
  }

  test("a refused sign-in is sound", async ({ page }) => {
    const forms = new AccountForms(page);
    await visit(page, "/sign-in");
    await forms.fillIn({ ...newAccount(), password: "something else" });
    await forms.signIn.click();
    await expect(forms.refusal).toBeVisible();
    await expectSound(page, /^Sign in/);
  });

  test("a refused registration is sound", async ({ page }) => {
    const forms = new AccountForms(page);
    await visit(page, "/register");
    await forms.fillInAll({ ...newAccount(), email: "ada@nowhere", password: "short" });
    await forms.register.click();
    await expect(forms.password).toHaveAttribute("aria-invalid", "true");
    await expectSound(page, /^Make an account/);
  });
});

test.describe("an event", () => {
  const events: [string, (event: Event) => boolean, string][] = [
    ["with places to count", (event) => isOpen(event) && !event.has_seat_selection && event.price_minor > 0, "Book places"],
    ["that is free", (event) => isOpen(event) && !event.has_seat_selection && event.price_minor === 0, "Book places"],
    ["in a theatre", (event) => isOpen(event) && hasSeats(event, 400, 1_000), "Choose your seats"],
    ["in a small hall", (event) => hasSeats(event, 100, 150) && isOpen(event), "Choose your seats"],
    ["in an arena", (event) => isOpen(event) && hasSeats(event, 5_000, 20_000), "Choose your seats"],
    ["in a stadium", (event) => isOpen(event) && hasSeats(event, 40_000, 100_000), "Choose your seats"],
    ["with few places left", (event) => event.availability.state === "few_left" && !event.has_seat_selection, "Book places"],
    ["that is sold out", (event) => event.availability.state === "sold_out", "Sold out"],
    ["whose sale opens today", (event) => (opensInH(event) ?? 9) < 6, "Book places"],
    ["whose sale opens another day", (event) => (opensInH(event) ?? 0) > 6, "On sale soon"],
    ["that is cancelled", (event) => event.availability.state === "cancelled", "Cancelled"],
  ];
  for (const [name, isLikeThis, heading] of events) {
    test(`${name} is sound`, async ({ page, catalogue }) => {
      const event = await catalogue.event(`event ${name}`, isLikeThis);
      await visit(page, eventPath(event));
      await expect(page.getByRole("heading", { level: 2, name: heading, exact: true })).toBeVisible();
      // What is drawn after the event was waited for, and still has to reach the head.
      await expect(page.locator("head > meta[name='description']")).toHaveCount(1);
      await expectSound(page, new RegExp(`^${event.name}`));
    });
  }

  for (const seatCount of [600, 12_000, 50_000]) {
    test(`with a section of ${seatCount} seats open is sound`, async ({ page, catalogue }) => {
      const fits = (event: Event) => isOpen(event) && hasSeats(event, seatCount * 0.8, seatCount * 1.3);
      const event = await catalogue.event(`event of about ${seatCount} seats`, fits);
      const open = (await catalogue.sections(event)).find((section) => section.available_count > 10);
      const name = open?.name ?? "";
      await visit(page, eventPath(event, name));
      const section = new EventPage(page).section(name);
      const seats = section.getByRole("checkbox", { disabled: false });
      await seats.nth(1).check();
      await expect(page.getByRole("button", { name: "Hold 1 seat" })).toBeEnabled();
      await expectSound(page, new RegExp(`^${event.name}`));
    });
  }
});

test.describe("an event, for whoever wants places of it,", () => {
  test("is sound with the best seats found", async ({ page, catalogue }) => {
    const event = await catalogue.theatre();
    await visit(page, eventPath(event));
    await page.getByLabel("How many").selectOption("3");
    await page.getByRole("button", { name: "Find the best seats" }).click();
    await expect(new EventPage(page).chosen.getByRole("listitem")).toHaveCount(3);
    await hydrated(page);
    await expectSound(page, new RegExp(`^${event.name}`));
  });

  test("is sound when somebody else has taken a seat of theirs", async ({ page, openBrowser, catalogue }) => {
    const event = await catalogue.theatre();
    const [lost, own] = (await catalogue.freeSeats(event, 2)) as [Seat, Seat];
    const other = await openBrowser();
    await signUp(other.context().request);
    await new Bookings(other.context().request).holdSeats(event, [lost]);
    await visit(page, `${eventPath(event, own.section)}&seats=${lost.id},${own.id}`);
    const map = new EventPage(page);
    await expect(map.refusal).toHaveText(`Someone else took ${labelOf(lost)} just now.`);
    await expect(map.chosenSeat(own)).toBeVisible();
    await expectSound(page, new RegExp(`^${event.name}`));
  });

  test("is sound before and after they joined its waitlist", async ({ page, account, catalogue }) => {
    const event = await catalogue.soldOut();
    await visit(page, eventPath(event));
    await expect(page.getByRole("heading", { name: "Join the waitlist" })).toBeVisible();
    await expectSound(page, new RegExp(`^${event.name}`));
    await page.getByRole("button", { name: "Join the waitlist" }).click();
    await expect(page.getByRole("heading", { name: "You are on the waitlist" })).toBeVisible();
    await hydrated(page);
    await expectSound(page, new RegExp(`^${event.name}`));
    await page.getByRole("button", { name: "Leave the waitlist" }).click();
    await expect(page.getByRole("heading", { name: "Join the waitlist" })).toBeVisible();
  });

  test("is sound when it is their turn", async ({ page, account, context, openBrowser, catalogue }) => {
    const event = await catalogue.nearlyGone();
    const other = (await openBrowser()).context().request;
    await signUp(other);
    const taken = Math.min(event.available_capacity, 4);
    const theirs = await new Bookings(other).holdPlaces(event, taken);
    // More than are left.
    const wanted = event.available_capacity - taken + 1;
    const joined = await context.request.post("/api/v1/waitlist/join", { data: { event_id: event.id, requested_quantity: wanted } });
    expect(joined.status(), await joined.text()).toBe(200);
    await new Bookings(other).release(theirs);

    await visit(page, eventPath(event));
    await expect(page.getByText(/^It is your turn: we keep \d places? for you until /)).toBeVisible();
    await expectSound(page, new RegExp(`^${event.name}`));
    await page.getByRole("link", { name: "Look at it first" }).click();
    await page.getByRole("button", { name: "Release these places" }).click();
    await expect(page.getByText("It is your turn")).toHaveCount(0);
  });
});

test.describe("a page at four times its size", () => {
  test.use({ viewport: { width: 320, height: 256 } });

  test("has all of its header, and nothing to the side, in our typeface and in the system's", async ({ page }) => {
    for (const path of ["/", "/events", "/events/month", "/sign-in"]) {
      await visit(page, path);
      // On a slow line a page does without ours.
      for (const font of ["", "system-ui, sans-serif"]) {
        await page.evaluate((font) => document.documentElement.style.setProperty("--font", font), font);
        await expectNoSideways(page);
        const box = async (link: Locator) => (await link.boundingBox()) ?? { x: 0, width: 0 };
        const header = page.getByRole("banner");
        const bookings = await box(header.getByRole("link", { name: "Bookings" }));
        const signIn = await box(header.getByRole("link", { name: "Sign in" }));
        expect(bookings.x + bookings.width).toBeLessThanOrEqual(signIn.x);
      }
    }
  });
});

test.describe("a booking", () => {
  test("at the checkout is sound, with seats and with places", async ({ page, account, context, catalogue }) => {
    const own = new Bookings(context.request);
    const theatre = await catalogue.theatre();
    const holds = [
      await own.holdSeats(theatre, await catalogue.freeSeats(theatre, 3)),
      await own.holdPlaces(await catalogue.concert(), 2),
    ];
    for (const held of holds) {
      await visit(page, checkoutPath(held));
      await expectSound(page, /^Checkout · Evently$/);
    }
  });

  test("that was refused at the checkout is sound", async ({ page, account, context, catalogue }) => {
    const own = new Bookings(context.request);
    const held = await own.holdPlaces(await catalogue.concert(), 1);
    await visit(page, checkoutPath(held));
    await own.release(held);
    await page.getByRole("button", { name: "Confirm booking" }).click();
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("These places were given back");
    await expectSound(page, /^Checkout/);
  });

  test("is sound while held, once booked, before and after it is cancelled", async ({ page, account, context, catalogue }) => {
    const own = new Bookings(context.request);
    const theatre = await catalogue.theatre();
    const held = await own.holdSeats(theatre, await catalogue.freeSeats(theatre, 2));
    const look = async (path: string, heading: string) => {
      await visit(page, path);
      await expect(page.getByRole("heading", { level: 1 })).toHaveText(heading);
      await expectSound(page, /Evently$/);
    };
    await look(bookingPath(held), "Not booked yet");
    await own.confirm(held);
    await look(bookingPath(held), "You are booked");
    await look(checkoutPath(held), "This is booked");
    await look(cancelPath(held), "Cancel this booking?");
    await own.cancel(held);
    await look(bookingPath(held), "This booking is cancelled");
    await look(cancelPath(held), "This booking is cancelled");
  });

  test("list with nothing in it is sound", async ({ page, account }) => {
    await visit(page, "/bookings");
    await expect(page.getByRole("link", { name: "Find an event" })).toBeVisible();
    await expectSound(page, /^My bookings · Evently$/);
  });

  test("of somebody else is not there", async ({ page, account, request, watcher }) => {
    await signIn(request, DEMO);
    const [theirs] = (await new Bookings(request).list()) as [Booking];
    watcher.expectRefusal(404, new RegExp(`^/bookings/${theirs.id}$`));
    await visit(page, bookingPath(theirs));
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("There is nothing here");
  });
});

test.describe("the demo account's", () => {
  test.beforeEach(async ({ context }) => signIn(context.request, DEMO));

  test("list of bookings is sound", async ({ page }) => {
    await visit(page, "/bookings");
    await expect(page.getByRole("heading", { level: 2 })).toContainText(["Upcoming", "Past and cancelled"]);
    await expectSound(page, /^My bookings/);
  });

  test("account page is sound", async ({ page }) => {
    await visit(page, "/account");
    await expectSound(page, /^Account/);
  });

  const bookings: [string, (booking: Booking) => boolean, (booking: Booking) => string, string][] = [
    ["expired hold", ({ status }) => status === "expired", checkoutPath, "The time ran out"],
    ["expired booking", ({ status }) => status === "expired", bookingPath, "The time ran out"],
    ["past booking", isOf("past"), bookingPath, "You were there"],
    ["past event", isOf("past"), ({ event_id }) => `/events/${event_id}`, ""],
    ["past booking's cancelling", isOf("past"), cancelPath, "It is too late to cancel"],
    ["booking of a cancelled event", ({ event }) => event.availability.state === "cancelled", bookingPath, "This event was cancelled"],
  ];
  for (const [name, isLikeThis, path, heading] of bookings) {
    test(`${name} is sound`, async ({ page, context }) => {
      const booking = found((await new Bookings(context.request).list()).find(isLikeThis), name);
      await visit(page, path(booking));
      await expect(page.getByRole("heading", { level: 1 })).toContainText(heading || booking.event.name);
      await expectSound(page, /Evently$/);
    });
  }
});

function isOf(state: string): (booking: Booking) => boolean {
  return ({ status, event }) => status === "confirmed" && event.availability.state === state;
}
