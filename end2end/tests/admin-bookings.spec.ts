import { randomUUID } from "node:crypto";
import type { Page } from "@playwright/test";
import { expect, test } from "./fixtures";
import { expectAccessible } from "./support/accessibility";
import { type Account, newAccount, signIn, signUp } from "./support/accounts";
import { Bookings, type Booking, bookingPath } from "./support/bookings";
import type { Event } from "./support/catalogue";
import { visit } from "./support/visit";

/** The seeded owner of the site. */
const OWNER = { email: "admin@evently.example", password: "evently-admin" };

/** Somebody with a name that nobody else has, and what they have booked. */
async function booked(page: Page, event: Event): Promise<{ account: Account; bookings: Bookings; booking: Booking }> {
  const account = { ...newAccount(), lastName: `Zz${randomUUID().slice(0, 8)}` };
  await signUp(page.context().request, account);
  const bookings = new Bookings(page.context().request);
  return { account, bookings, booking: await bookings.confirm(await bookings.holdPlaces(event, 1)) };
}

test("staff find a booking by its person's name, and cancel it for a reason the person reads", async ({ page, openBrowser, catalogue }) => {
  const theirs = await openBrowser();
  const { account, booking } = await booked(theirs, await catalogue.concert());
  await signIn(page.context().request, OWNER);

  await visit(page, "/admin/bookings");
  await page.getByLabel("Name, mail, reference or seat").fill(account.lastName.slice(0, 6).toLowerCase());
  await page.getByRole("button", { name: "Find" }).click();
  await page.getByRole("link", { name: booking.reference }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(`Booking ${booking.reference}`);
  await expect(page.getByText(account.email).first()).toBeVisible();
  await expectAccessible(page);

  await page.getByText("Cancel this booking").click();
  await page.getByLabel("Reason").fill("The hall is <b>flooded</b>");
  await page.getByRole("button", { name: "Cancel booking" }).click();
  await expect(page.getByText("The booking is cancelled.")).toBeVisible();
  await expect(page.getByText("Cancelled by the organiser: The hall is <b>flooded</b>")).toBeVisible();

  await visit(theirs, bookingPath(booking));
  await expect(theirs.getByText("The organiser cancelled the booking; 1 place went back on sale.")).toBeVisible();
});

test("several are cancelled at once, and what was typed comes back with a refusal", async ({ page, openBrowser, catalogue }) => {
  const event = await catalogue.concert();
  const { account, bookings, booking } = await booked(await openBrowser(), event);
  const other = await bookings.confirm(await bookings.holdPlaces(event, 1));
  await signIn(page.context().request, OWNER);

  await visit(page, `/admin/events/${event.id}/bookings?q=${account.lastName}`);
  await expectAccessible(page);
  for (const { reference } of [booking, other]) {
    await page.getByRole("checkbox", { name: `Choose ${reference}` }).check();
  }
  await page.getByText("Cancel the chosen bookings").click();
  await page.getByLabel("Reason").fill("  ");
  await page.getByRole("button", { name: "Cancel them" }).click();
  await expect(page.getByText("Please fill this in.")).toBeVisible();

  await visit(page, `/admin/events/${event.id}/bookings?q=${account.lastName}`);
  for (const { reference } of [booking, other]) {
    await page.getByRole("checkbox", { name: `Choose ${reference}` }).check();
  }
  await page.getByText("Cancel the chosen bookings").click();
  await page.getByLabel("Reason").fill("No heating");
  await page.getByRole("button", { name: "Cancel them" }).click();
  await expect(page.getByText("2 bookings are cancelled.")).toBeVisible();
  expect((await bookings.list()).map(({ status }) => status)).toEqual(["cancelled", "cancelled"]);
});

test("the box office gives places away, and the booking gets other seats", async ({ page, catalogue }) => {
  const event = await catalogue.theatre();
  const seats = await catalogue.freeSeats(event, 2);
  const section = encodeURIComponent(seats[0].section);
  await signIn(page.context().request, OWNER);

  await visit(page, `/admin/events/${event.id}/book?section=${section}`);
  await expectAccessible(page);
  await page.getByRole("checkbox", { name: `Row ${seats[0].row}, seat ${seats[0].number}`, exact: true }).check();
  await page.getByLabel("E-mail").fill(`${randomUUID()}@example.org`);
  await page.getByLabel("First name").fill("Grete");
  await page.getByLabel("Last name").fill("Guest");
  await page.getByLabel("Complimentary").check();
  await page.getByRole("button", { name: "Book", exact: true }).click();
  await expect(page.getByText("The places are booked.")).toBeVisible();
  await expect(page.getByText("Free").first()).toBeVisible();

  await page.getByRole("link", { name: "Change seats" }).click();
  await expectAccessible(page);
  await page.getByRole("checkbox", { name: `Row ${seats[0].row}, seat ${seats[0].number}`, exact: true }).uncheck();
  await page.getByLabel("Reason").fill("A pillar");
  await page.getByRole("button", { name: "Give these seats" }).click();
  await expect(page.getByText(/Choose a number from 1 to 1\.|Please fill this in\./).first()).toBeVisible();
  await expect(page.getByLabel("Reason")).toHaveValue("A pillar");
  await page.getByRole("checkbox", { name: `Row ${seats[1]?.row}, seat ${seats[1]?.number}`, exact: true }).check();
  await page.getByRole("button", { name: "Give these seats" }).click();
  await expect(page.getByText("The booking has its new seats.")).toBeVisible();
  await expect(page.getByText(/^Moved to /)).toBeVisible();

  await page.getByText("Cancel this booking").click();
  await page.getByLabel("Reason").fill("Done");
  await page.getByRole("button", { name: "Cancel booking" }).click();
  await expect(page.getByText("The booking is cancelled.")).toBeVisible();
});

test("seats are kept back and given free again", async ({ page, catalogue }) => {
  const event = await catalogue.theatre();
  const [seat] = await catalogue.freeSeats(event, 1);
  await signIn(page.context().request, OWNER);
  const name = `Row ${seat.row}, seat ${seat.number}`;

  await visit(page, `/admin/events/${event.id}/blocked?section=${encodeURIComponent(seat.section)}`);
  await page.getByRole("checkbox", { name, exact: true }).check();
  await page.getByLabel("Reason").fill("The camera");
  await page.getByRole("button", { name: "Keep these seats back" }).click();
  await expect(page.getByText("The seats are kept back.")).toBeVisible();
  await expectAccessible(page);

  await page.getByRole("checkbox", { name: `${name}, kept back`, exact: true }).check();
  await page.getByLabel("Reason").fill("No camera");
  await page.getByRole("button", { name: "Give these seats free" }).click();
  await expect(page.getByText(/The seats are free again/)).toBeVisible();
  await expect(page.getByRole("checkbox", { name, exact: true })).toBeEnabled();
});

test("staff see whose turn it would be and change the order of a line", async ({ page, openBrowser, catalogue }) => {
  const event = await catalogue.soldOut();
  const names = ["One", "Two"].map((name) => `${name}${randomUUID().slice(0, 6)}`);
  for (const lastName of names) {
    const person = await openBrowser();
    await signUp(person.context().request, { ...newAccount(), lastName });
    const joined = await person.context().request.post("/api/v1/waitlist/join", { data: { event_id: event.id, requested_quantity: 1 } });
    expect(joined.status(), await joined.text()).toBe(200);
  }
  await signIn(page.context().request, OWNER);

  await visit(page, `/admin/events/${event.id}/waitlist`);
  await expectAccessible(page);
  await page.getByLabel("If so many places came free").fill("5");
  await page.getByRole("button", { name: "Who would get them?" }).click();
  await expect(page.getByText(/^If 5 places came free now,/)).toBeVisible();

  await page.getByText("Change the order").first().click();
  const option = async (label: string, name: string | undefined) => {
    const options = await page.getByLabel(label, { exact: true }).locator("option").allTextContents();
    return options.find((words) => words.includes(name ?? "")) ?? "";
  };
  await page.getByLabel("Put", { exact: true }).selectOption(await option("Put", names[1]));
  await page.getByLabel("Ahead of", { exact: true }).selectOption(await option("Ahead of", names[0]));
  await page.getByLabel("Reason").fill("A promise");
  await page.getByRole("button", { name: "Change the order" }).click();
  await expect(page.getByText("The order was changed.")).toBeVisible();
  const rows = await page.locator("table.rows").first().locator("tbody th").allTextContents();
  const at = (name: string | undefined) => rows.findIndex((row) => row.includes(name ?? ""));
  expect(at(names[1])).toBe(at(names[0]) - 1);
});
