import { expect, test } from "./fixtures";
import { AccountForms } from "./pages/account";
import { BookingPage, BookingsPage } from "./pages/booking";
import { CheckoutPage } from "./pages/checkout";
import { EventPage, eventPath } from "./pages/event";
import { EventsPage } from "./pages/events";
import { newAccount, signUp } from "./support/accounts";
import { Bookings, checkoutPath } from "./support/bookings";
import { type Seat, labelOf } from "./support/catalogue";

test.use({ javaScriptEnabled: false });

test("without scripts a person makes an account, finds an event, books seats of two sections and cancels", async ({ page, catalogue }) => {
  const event = await catalogue.theatre();
  const [below] = await catalogue.freeSeats(event, 1, "Stalls");
  const [above] = await catalogue.freeSeats(event, 1, "Circle");
  const events = new EventsPage(page);
  const eventPage = new EventPage(page);
  const checkout = new CheckoutPage(page);
  const booking = new BookingPage(page);
  const forms = new AccountForms(page);

  await test.step("make an account", async () => {
    await page.goto("/register");
    await forms.fillInAll(newAccount());
    await forms.register.click();
    await expect(page).toHaveURL("/");
    await expect(forms.own).toBeVisible();
  });

  await test.step("find the event by words, city and category", async () => {
    await events.lookFor(event.name);
    await expect(page).toHaveURL(/\/events\?.*q=/);
    await events.showFilters();
    await page.getByLabel("City").selectOption(event.city);
    await events.search.getByRole("button", { name: "Search" }).click();
    await expect(page).toHaveURL(new RegExp(`city=${event.city}`));
    await events.categories.getByRole("link", { name: "Theatre" }).click();
    await expect(page).toHaveURL(/category=theatre/);
    await expect(page).toHaveURL(/q=/);
    await expect(events.cards).toHaveCount(1);
    await events.open(event.name);
  });

  await test.step("choose a seat in one section, then one in another", async () => {
    await eventPage.sectionLink(below.section).click();
    await eventPage.choose([below]);
    await page.getByRole("button", { name: "Add seats from another section" }).click();
    await expect(eventPage.chosenSeat(below)).toBeVisible();
    await eventPage.sectionLink(above.section).click();
    await expect(eventPage.chosenSeat(below)).toBeVisible();
    await eventPage.choose([above]);
    await eventPage.hold.click();
  });

  await test.step("confirm both", async () => {
    await expect(checkout.heading).toHaveText("Check and confirm");
    await expect(page.getByText(/We keep your seats until \d/)).toBeVisible();
    await expect(checkout.clock).toBeHidden();
    for (const seat of [below, above]) {
      await expect(checkout.lines.getByRole("rowheader", { name: `${seat.section} ${labelOf(seat)}` })).toBeVisible();
    }
    await checkout.confirm.click();
    await expect(booking.heading).toHaveText("You are booked");
    await expect(booking.reference).toBeVisible();
  });

  await test.step("cancel", async () => {
    await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: /bookings/i }).click();
    await new BookingsPage(page).group("Upcoming").getByRole("link", { name: event.name }).click();
    await booking.cancel.click();
    await expect(booking.preview("You give back")).toContainText(labelOf(below));
    await booking.cancelForGood.click();
    await expect(booking.heading).toHaveText("This booking is cancelled");
    await expect(booking.history).toHaveText([/^You held /, /^You booked /, /^You cancelled /]);
  });
});

test("without scripts places are counted, given more time, and released", async ({ page, account, context, catalogue }) => {
  const event = await catalogue.concert();
  const eventPage = new EventPage(page);
  const checkout = new CheckoutPage(page);
  const own = new Bookings(context.request);

  await page.goto(eventPath(event));
  await eventPage.quantity.fill("2");
  await eventPage.hold.click();
  await expect(checkout.lines.getByRole("rowheader", { name: "2 places" })).toBeVisible();
  await checkout.moreTime.click();
  await expect(checkout.heading).toHaveText("Check and confirm");
  const [held] = await own.list();
  expect(held?.seconds_left).toBeGreaterThan(14 * 60);
  await checkout.release.click();
  await expect(page).toHaveURL(eventPath(event));
  expect((await own.list()).map(({ status }) => status)).toEqual(["cancelled"]);
});

test("without scripts a double click on hold is one hold", async ({ page, account, context, catalogue }) => {
  const own = new Bookings(context.request);

  await page.goto(eventPath(await catalogue.concert()));
  await new EventPage(page).hold.dblclick();
  await expect(new CheckoutPage(page).heading).toHaveText("Check and confirm");
  expect(await own.list()).toHaveLength(1);
});

test("without scripts a wrong password is refused in a sentence, and the address stays", async ({ page, account, context }) => {
  const forms = new AccountForms(page);

  await context.clearCookies();
  await page.goto("/sign-in");
  await forms.fillIn({ ...account, password: "something else" });
  await forms.signIn.click();
  await expect(forms.refusal).toHaveText("That e-mail address and password don't match an account.");
  await expect(forms.email).toHaveValue(account.email);
  expect(page.url(), "a password in an address is no secret").not.toContain("something");
  await forms.password.fill(account.password);
  await forms.signIn.click();
  await expect(forms.own).toBeVisible();
});

test("without scripts each field that does not fit says so beside itself, and the others stay", async ({ page }) => {
  const account = newAccount();
  const forms = new AccountForms(page);

  await page.goto("/register?next=/bookings");
  await forms.fillInAll({ ...account, password: "short" });
  await forms.register.click();
  await expect(forms.heading).toHaveText("Make an account");
  await expect(forms.password).toHaveAccessibleDescription(/Use at least 8 characters\./);
  await expect(forms.firstName).toHaveValue(account.firstName);
  await expect(forms.email).toHaveValue(account.email);
  await forms.password.fill(account.password);
  await forms.register.click();
  await expect(page).toHaveURL("/bookings");
});

test("without scripts whoever is not signed in does that first, and finds the seats again", async ({ page, account, context, catalogue }) => {
  const event = await catalogue.theatre();
  const [seat] = await catalogue.freeSeats(event, 1);
  const eventPage = new EventPage(page);
  const forms = new AccountForms(page);

  await context.clearCookies();
  await page.goto(eventPath(event, seat.section));
  await eventPage.choose([seat]);
  await eventPage.hold.click();
  await expect(forms.heading).toHaveText("Sign in");
  await forms.fillIn({ ...account, password: "something else" });
  await forms.signIn.click();
  await expect(forms.refusal).toBeVisible();
  await forms.fillIn(account);
  await forms.signIn.click();
  await expect(eventPage.heading).toHaveText(event.name);
  await expect(eventPage.chosenSeat(seat)).toBeVisible();
  await eventPage.hold.click();
  await expect(new CheckoutPage(page).lines.getByRole("rowheader")).toContainText([labelOf(seat)]);
});

test("without scripts whoever is not signed in finds the number of places again", async ({ page, account, context, catalogue }) => {
  const eventPage = new EventPage(page);
  const forms = new AccountForms(page);

  await context.clearCookies();
  await page.goto(eventPath(await catalogue.concert()));
  await eventPage.quantity.fill("3");
  await eventPage.hold.click();
  await forms.fillIn(account);
  await forms.signIn.click();
  await expect(eventPage.quantity).toHaveValue("3");
  await eventPage.hold.click();
  await expect(new CheckoutPage(page).lines.getByRole("rowheader", { name: "3 places" })).toBeVisible();
});

test("without scripts a seat that was lost is named, and the rest of the choice stays", async ({ page, account, catalogue, request }) => {
  const event = await catalogue.theatre();
  const [lost, kept] = (await catalogue.freeSeats(event, 2)) as [Seat, Seat];
  const eventPage = new EventPage(page);
  await signUp(request);

  await page.goto(eventPath(event, lost.section));
  await eventPage.choose([lost, kept]);
  await new Bookings(request).holdSeats(event, [lost]);
  await eventPage.hold.click();
  await expect(eventPage.refusal).toHaveText(`Someone else took ${labelOf(lost)} just now.`);
  await expect(eventPage.chosen.getByRole("listitem")).toHaveCount(1);
  await expect(eventPage.chosenSeat(kept)).toBeVisible();
  await eventPage.sectionLink(lost.section).click();
  await expect(eventPage.seat(lost)).toBeDisabled();
  await expect(eventPage.seat(kept)).toBeChecked();
  await eventPage.hold.click();
  await expect(new CheckoutPage(page).lines.getByRole("rowheader")).toContainText([labelOf(kept)]);
});

test("without scripts more places than one person may have are refused, and the number stays", async ({ page, account, context, catalogue }) => {
  const event = await catalogue.concert();
  const eventPage = new EventPage(page);

  await new Bookings(context.request).holdPlaces(event, 2);
  await page.goto(eventPath(event));
  const most = Number(await eventPage.quantity.getAttribute("max"));
  await eventPage.quantity.fill(`${most}`);
  await eventPage.hold.click();
  await expect(eventPage.refusal).toHaveText(`One person can have at most ${most} places of this event; you have 2 already.`);
  await expect(eventPage.quantity).toHaveValue(`${most}`);
});

test("without scripts what is over says so", async ({ page, account, context, catalogue }) => {
  const own = new Bookings(context.request);
  const held = await own.holdPlaces(await catalogue.concert(), 1);
  const checkout = new CheckoutPage(page);

  await page.goto(checkoutPath(held));
  await own.release(held);
  await checkout.confirm.click();
  await expect(checkout.heading).toHaveText("These places were given back");
});
