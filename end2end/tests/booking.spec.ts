import { expect, test } from "./fixtures";
import { BookingPage, BookingsPage } from "./pages/booking";
import { CheckoutPage } from "./pages/checkout";
import { EventPage, eventPath } from "./pages/event";
import { EventsPage } from "./pages/events";
import { Bookings } from "./support/bookings";
import { type Seat, labelOf } from "./support/catalogue";
import { hydrated, visit } from "./support/visit";

test("a person finds an event, books two seats on the map and cancels", async ({ page, account, catalogue, context }) => {
  const event = await catalogue.theatre();
  const seats = await catalogue.freeSeats(event, 2);
  const [first] = seats;
  const events = new EventsPage(page);
  const eventPage = new EventPage(page);
  const checkout = new CheckoutPage(page);
  const booking = new BookingPage(page);
  const bookings = new BookingsPage(page);
  const names = seats.map(labelOf).join(", ");

  await test.step("find the event", async () => {
    await visit(page, "/");
    await expect(page.getByText(`Hello, ${account.firstName}`)).toBeVisible();
    await events.lookFor(event.name);
    await expect(page).toHaveURL(/\/events\?q=/);
    await hydrated(page);
    await expect(events.card(event.name)).toBeVisible();
    await events.open(event.name);
    await expect(eventPage.heading).toHaveText(event.name);
  });

  await test.step("choose seats", async () => {
    await eventPage.sectionLink(first.section).click();
    await eventPage.choose(seats);
    await expect(eventPage.chosen.getByRole("listitem")).toHaveCount(2);
    for (const seat of seats) {
      await expect(eventPage.chosenSeat(seat)).toBeVisible();
    }
    await expect(eventPage.hold).toHaveText("Hold 2 seats");
  });

  await test.step("hold them", async () => {
    await eventPage.hold.click();
    await expect(checkout.heading).toHaveText("Check and confirm");
    await expect(page).toHaveURL(/\/bookings\/[^/]+\/checkout$/);
    for (const seat of seats) {
      await expect(checkout.lines.getByRole("rowheader", { name: `${seat.section} ${labelOf(seat)}` })).toBeVisible();
    }
    expect(await statusOf(seats)).toEqual(["held", "held"]);
  });

  await test.step("the clock runs, and a reload does not stop it", async () => {
    const atFirst = await checkout.secondsLeft();
    expect(atFirst).toBeGreaterThan(9 * 60);
    expect(atFirst).toBeLessThanOrEqual(10 * 60);
    await expect.poll(() => checkout.secondsLeft()).toBeLessThan(atFirst - 1);
    const before = await checkout.secondsLeft();
    await page.reload();
    await hydrated(page);
    await expect(checkout.heading).toHaveText("Check and confirm");
    const after = await checkout.secondsLeft();
    expect(after).toBeLessThanOrEqual(before);
    expect(after).toBeGreaterThan(before - 30);
    await expect.poll(() => checkout.secondsLeft()).toBeLessThan(after);
  });

  await test.step("confirm", async () => {
    await checkout.confirm.click();
    await expect(booking.heading).toHaveText("You are booked");
    await expect(booking.reference).toBeVisible();
    await expect(booking.ticket).toContainText(`${first.section} ${names}`);
    await expect(booking.history).toHaveText([/^You held /, /^You booked /]);
    expect(await statusOf(seats)).toEqual(["booked", "booked"]);
  });

  await test.step("find the booking among one's own, and cancel it", async () => {
    const reference = await booking.reference.innerText();
    await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: /bookings/i }).click();
    await bookings.group("Upcoming").getByRole("link", { name: event.name }).click();
    await expect(booking.reference).toHaveText(reference);
    await booking.cancel.click();
    await expect(booking.heading).toHaveText("Cancel this booking?");
    await expect(booking.preview("You give back")).toHaveText(`${first.section} ${names}`);
    await expect(booking.preview("You get back")).toContainText("the full price");
    await booking.cancelForGood.click();
    await expect(booking.heading).toHaveText("This booking is cancelled");
    await expect(booking.reference).toHaveText(reference);
    await expect(booking.history).toHaveText([/^You held /, /^You booked /, /^You cancelled the booking/]);
    expect(await statusOf(seats)).toEqual(["available", "available"]);
  });

  await visit(page, "/bookings");
  await expect(bookings.group("Past and cancelled")).toContainText([event.name]);
  expect((await new Bookings(context.request).list()).map(({ status }) => status)).toEqual(["cancelled"]);

  async function statusOf(seats: Seat[]): Promise<(string | undefined)[]> {
    const all = await catalogue.seats(event, first.section);
    return seats.map(({ id }) => all.find((seat) => seat.id === id)?.status);
  }
});

test("F12 and F13 in the stalls can be booked", async ({ page, account, catalogue }, { project }) => {
  test.skip(project.name !== "desktop", "there is one pair of them");
  const event = await catalogue.theatre();
  const stalls = await catalogue.seats(event, "Stalls");
  const seats = ["12", "13"].flatMap((number) => stalls.filter((seat) => seat.row === "F" && seat.number === number));
  const eventPage = new EventPage(page);
  const checkout = new CheckoutPage(page);
  const booking = new BookingPage(page);

  await visit(page, eventPath(event));
  await eventPage.sectionLink("Stalls").click();
  await eventPage.choose(seats);
  await eventPage.hold.click();
  await checkout.confirm.click();
  await expect(booking.heading).toHaveText("You are booked");
  await expect(booking.ticket).toContainText("Stalls F12, F13");

  // Given back, so that the next run finds them.
  await booking.cancel.click();
  await booking.cancelForGood.click();
  await expect(booking.heading).toHaveText("This booking is cancelled");
});

test("places without numbers are counted, booked and cancelled", async ({ page, account, catalogue }) => {
  const event = await catalogue.concert();
  const eventPage = new EventPage(page);
  const checkout = new CheckoutPage(page);
  const booking = new BookingPage(page);
  const more = page.getByRole("button", { name: "One place more" });

  await visit(page, eventPath(event));
  await expect(page.getByRole("button", { name: "One place fewer" })).toBeDisabled();
  await more.click();
  await more.click();
  await expect(eventPage.quantity).toHaveValue("3");
  await expect(eventPage.hold).toHaveText(/Hold\s+3 places/);
  await eventPage.hold.click();

  await expect(checkout.lines.getByRole("rowheader", { name: "3 places" })).toBeVisible();
  await checkout.confirm.click();
  await expect(booking.heading).toHaveText("You are booked");
  await expect(booking.ticket).toContainText("3 places");

  await booking.cancel.click();
  await expect(booking.preview("You give back")).toHaveText("3 places");
  await booking.cancelForGood.click();
  await expect(booking.heading).toHaveText("This booking is cancelled");
  await expect(booking.history).toHaveText([/^You held /, /^You booked /, /^You cancelled /]);
});

test("seats of two sections are one choice", async ({ page, account, catalogue }) => {
  const event = await catalogue.theatre();
  const [below] = await catalogue.freeSeats(event, 1, "Stalls");
  const [above] = await catalogue.freeSeats(event, 1, "Balcony");
  const eventPage = new EventPage(page);
  const checkout = new CheckoutPage(page);

  await visit(page, eventPath(event, "Stalls"));
  await eventPage.choose([below]);
  await eventPage.sectionLink("Balcony").click();
  await eventPage.choose([above]);
  await expect(eventPage.chosenSeat(below)).toBeVisible();
  await expect(eventPage.chosenSeat(above)).toBeVisible();

  await eventPage.chosenSeat(above).getByRole("button", { name: /^Give back / }).click();
  await expect(eventPage.seat(above)).not.toBeChecked();
  await eventPage.choose([above]);
  await eventPage.hold.click();
  for (const seat of [below, above]) {
    await expect(checkout.lines.getByRole("rowheader", { name: `${seat.section} ${labelOf(seat)}` })).toBeVisible();
  }
  await checkout.release.click();
  await expect(eventPage.heading).toHaveText(event.name);
});

test("the arrow keys lead from seat to seat", async ({ page, catalogue }) => {
  const event = await catalogue.theatre();
  const [left, right] = await catalogue.freeSeats(event, 2);
  const eventPage = new EventPage(page);

  await visit(page, eventPath(event, left.section));
  await eventPage.seat(left).focus();
  await page.keyboard.press("ArrowRight");
  await expect(eventPage.seat(right as Seat)).toBeFocused();
  await page.keyboard.press("Space");
  await expect(eventPage.chosenSeat(right as Seat)).toBeVisible();
  await page.keyboard.press("ArrowLeft");
  await expect(eventPage.seat(left)).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(eventPage.chosenSeat(left), "Enter chooses, it does not hold").toBeVisible();
});

test("a hold without a choice is refused in words", async ({ page, catalogue }) => {
  const event = await catalogue.theatre();
  const eventPage = new EventPage(page);

  await visit(page, eventPath(event, "Stalls"));
  await eventPage.hold.click();
  await expect(eventPage.refusal).toHaveText("Choose at least one seat first.");
});

test("nobody chooses more seats than one person may have", async ({ page, catalogue }) => {
  const event = await catalogue.theatre();
  const free = (await catalogue.seats(event, "Balcony")).filter(({ status }) => status === "available");
  const [last, ...rest] = free.slice(0, 11).reverse() as [Seat, ...Seat[]];
  const eventPage = new EventPage(page);

  await visit(page, eventPath(event, "Balcony"));
  await eventPage.choose(rest);
  await eventPage.seat(last).click();
  await expect(eventPage.refusal).toHaveText("One person can have up to 10 places of this event.");
  await expect(eventPage.seat(last)).not.toBeChecked();
  await expect(eventPage.hold).toHaveText("Hold 10 seats");
});

test("whoever is not signed in does that first, and finds the choice again", async ({ page, context, catalogue, watcher }) => {
  const event = await catalogue.theatre();
  const seats = await catalogue.freeSeats(event, 2);
  const eventPage = new EventPage(page);

  watcher.expectRefusal(401, /^\/api\/v1\/bookings\/hold$/);
  await visit(page, eventPath(event, seats[0].section));
  await eventPage.choose(seats);
  await eventPage.hold.click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Sign in");
  await page.getByRole("link", { name: "Make an account" }).click();
  await page.getByLabel("First name").fill("Grace");
  await page.getByLabel("Last name").fill("Hopper");
  await page.getByLabel("E-mail").fill(`grace-${crypto.randomUUID()}@example.org`);
  await page.getByLabel("Password", { exact: true }).fill("correct horse");
  await page.getByRole("button", { name: "Make account" }).click();

  await expect(eventPage.heading).toHaveText(event.name);
  for (const seat of seats) {
    await expect(eventPage.chosenSeat(seat)).toBeVisible();
  }
  await eventPage.hold.click();
  await expect(new CheckoutPage(page).heading).toHaveText("Check and confirm");
  expect(await new Bookings(context.request).list()).toHaveLength(1);
});
