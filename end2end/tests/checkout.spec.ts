import { expect, test } from "./fixtures";
import { BookingPage } from "./pages/booking";
import { CheckoutPage } from "./pages/checkout";
import { EventPage, eventPath } from "./pages/event";
import { DEMO, signIn } from "./support/accounts";
import { Bookings, checkoutPath } from "./support/bookings";
import { found, labelOf } from "./support/catalogue";
import { passTime, takeClock } from "./support/clock";
import { hydrated, visit } from "./support/visit";

// Everybody here is signed in.
test.beforeEach(({ account }) => void account);

test("more time adds five minutes, thirty in all", async ({ page, context, catalogue }) => {
  const own = new Bookings(context.request);
  const held = await own.holdPlaces(await catalogue.concert(), 1);
  const checkout = new CheckoutPage(page);

  await visit(page, checkoutPath(held));
  for (const minutes of [15, 20, 25, 30]) {
    await checkout.moreTime.click();
    await expect.poll(() => checkout.secondsLeft()).toBeGreaterThan((minutes - 1) * 60);
    expect(await checkout.secondsLeft()).toBeLessThanOrEqual(minutes * 60);
  }
  await expect(checkout.moreTime).toBeHidden();
  expect(await own.history(held)).toEqual(["held", "extended", "extended", "extended", "extended"]);
});

test("a released hold goes back on sale at once", async ({ page, context, catalogue }) => {
  const own = new Bookings(context.request);
  const event = await catalogue.theatre();
  const seats = await catalogue.freeSeats(event, 2);
  const held = await own.holdSeats(event, seats);
  const eventPage = new EventPage(page);

  await visit(page, checkoutPath(held));
  await new CheckoutPage(page).release.click();
  await expect(page).toHaveURL(eventPath(event));
  await expect(eventPage.heading).toHaveText(event.name);
  await eventPage.sectionLink(seats[0].section).click();
  for (const seat of seats) {
    await expect(eventPage.seat(seat)).toBeEnabled();
  }
  expect(await own.history(held)).toEqual(["held", "released"]);

  await visit(page, checkoutPath(held));
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("These places were given back");
});

test("a double click on hold is one hold, on confirm one booking", async ({ page, context, catalogue }) => {
  const own = new Bookings(context.request);
  const checkout = new CheckoutPage(page);

  await visit(page, eventPath(await catalogue.concert()));
  await new EventPage(page).hold.dblclick();
  await expect(checkout.heading).toHaveText("Check and confirm");
  const holds = await own.list();
  expect(holds.map(({ status }) => status)).toEqual(["held"]);

  await checkout.confirm.dblclick();
  await expect(new BookingPage(page).heading).toHaveText("You are booked");
  const bookings = await own.list();
  expect(bookings.map(({ status }) => status)).toEqual(["confirmed"]);
  await expect.poll(async () => bookings[0] && own.history(bookings[0])).toEqual(["held", "confirmed"]);
});

test("a double click on hold of a seat is one hold", async ({ page, context, catalogue }) => {
  const event = await catalogue.theatre();
  const [seat] = await catalogue.freeSeats(event, 1);
  const eventPage = new EventPage(page);

  await visit(page, eventPath(event, seat.section));
  await eventPage.choose([seat]);
  await eventPage.hold.dblclick();
  await expect(new CheckoutPage(page).heading).toHaveText("Check and confirm");
  expect(await new Bookings(context.request).list()).toHaveLength(1);
});

test("confirming in a second tab as well leads to the same booking", async ({ page, context, catalogue }) => {
  const own = new Bookings(context.request);
  const held = await own.holdPlaces(await catalogue.concert(), 2);
  const second = await context.newPage();

  await visit(page, checkoutPath(held));
  await visit(second, checkoutPath(held));
  await new CheckoutPage(page).confirm.click();
  await expect(new BookingPage(page).heading).toHaveText("You are booked");
  await new CheckoutPage(second).confirm.click();
  await expect(new BookingPage(second).heading).toHaveText("You are booked");
  expect(second.url()).toBe(page.url());
  expect(await own.history(held)).toEqual(["held", "confirmed"]);
});

test("releasing in a second tab what is booked is refused, and the tab learns of it", async ({ page, context, catalogue }) => {
  const own = new Bookings(context.request);
  const held = await own.holdPlaces(await catalogue.concert(), 1);
  const second = new CheckoutPage(page);

  await visit(page, checkoutPath(held));
  await own.confirm(held);
  await second.release.click();
  await expect(second.heading).toHaveText("This is booked");
  await page.getByRole("link", { name: "Show the booking" }).click();
  await expect(new BookingPage(page).heading).toHaveText("You are booked");
  expect(await own.history(held)).toEqual(["held", "confirmed"]);
});

test("at two minutes the clock is announced, at none the server is asked what is left", async ({ page, context, catalogue }) => {
  const own = new Bookings(context.request);
  const held = await own.holdPlaces(await catalogue.concert(), 1);
  const checkout = new CheckoutPage(page);

  await takeClock(page);
  await visit(page, checkoutPath(held));
  await expect(page.getByText("Two minutes left")).toBeHidden();
  await passTime(page, 8 * 60 + 5);
  await expect(page.getByText("Two minutes left")).toBeAttached();
  expect(await checkout.secondsLeft()).toBeLessThan(120);

  // The server's clock can't be moved from here: another end takes the place of the one that is due.
  await own.release(held);
  await passTime(page, 2 * 60);
  await expect(checkout.heading).toHaveText("These places were given back");
  await expect(checkout.confirm).toBeHidden();
  await page.getByRole("link", { name: "Back to the event" }).click();
  await expect(page).toHaveURL(`/events/${held.event_id}`);
});

test("a hold whose time has run out says so and what to do next", async ({ page, context }) => {
  await signIn(context.request, DEMO);
  const expired = found((await new Bookings(context.request).list()).find(({ status }) => status === "expired"), "expired hold");

  await visit(page, checkoutPath(expired));
  await expect(new CheckoutPage(page).heading).toHaveText("The time ran out");
  await page.getByRole("link", { name: "Choose again" }).click();
  await expect(page).toHaveURL(`/events/${expired.event_id}`);
});

test("a clock that is ahead of the server's does not end a hold", async ({ page, context, catalogue }) => {
  const held = await new Bookings(context.request).holdPlaces(await catalogue.concert(), 1);
  const checkout = new CheckoutPage(page);

  await takeClock(page, 24 * 3_600);
  await visit(page, checkoutPath(held));
  expect(await checkout.secondsLeft()).toBeGreaterThan(9 * 60);
  const asked = page.waitForResponse(`**${checkoutPath(held)}`);
  await passTime(page, 11 * 60);
  await asked;
  await hydrated(page);
  await expect(checkout.clock).toHaveText(/^9:/);
  await checkout.confirm.click();
  await expect(new BookingPage(page).heading).toHaveText("You are booked");
});

test("going back from the checkout chooses nothing else, and says what one holds", async ({ page, catalogue }) => {
  const event = await catalogue.theatre();
  const seats = await catalogue.freeSeats(event, 2);
  const eventPage = new EventPage(page);
  const checkout = new CheckoutPage(page);

  await visit(page, eventPath(event, seats[0].section));
  await eventPage.choose(seats);
  await eventPage.hold.click();
  await expect(checkout.heading).toHaveText("Check and confirm");
  await page.goBack();
  await hydrated(page);
  await expect(eventPage.chosen.getByRole("listitem")).toHaveCount(0);
  await expect(page.getByText("Someone else took")).toBeHidden();
  await expect(page.getByText(/^You hold /)).toContainText(seats.map(labelOf).join(", "));
  await page.getByRole("link", { name: "Go on to the checkout" }).click();
  await expect(checkout.heading).toHaveText("Check and confirm");
});

test("going back from a booking asks the server, and the checkout says that it is booked", async ({ page, context, catalogue }) => {
  const held = await new Bookings(context.request).holdPlaces(await catalogue.concert(), 1);
  const checkout = new CheckoutPage(page);

  await visit(page, checkoutPath(held));
  await checkout.confirm.click();
  await expect(new BookingPage(page).heading).toHaveText("You are booked");
  await page.goBack();
  await expect(checkout.heading).toHaveText("This is booked");
});
