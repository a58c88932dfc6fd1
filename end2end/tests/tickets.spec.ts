import type { Page } from "@playwright/test";
import { expect, test } from "./fixtures";
import { AccountForms } from "./pages/account";
import { TicketPages } from "./pages/tickets";
import { signUp } from "./support/accounts";
import { expectAccessible } from "./support/accessibility";
import { type Booking, Bookings, bookingPath } from "./support/bookings";
import type { Catalogue } from "./support/catalogue";
import { expectNoSideways } from "./support/layout";
import { hydrated, visit } from "./support/visit";

// Everybody here is signed in.
test.beforeEach(({ account }) => void account);

async function bookSeats(page: Page, catalogue: Catalogue, count: number): Promise<Booking> {
  const own = new Bookings(page.context().request);
  const event = await catalogue.theatre();
  return own.confirm(await own.holdSeats(event, await catalogue.freeSeats(event, count)));
}

test("from a booking to its tickets to the one at the door, each sound", async ({ page, catalogue }) => {
  const booking = await bookSeats(page, catalogue, 2);
  const tickets = new TicketPages(page);

  await visit(page, bookingPath(booking));
  await tickets.show.click();
  await expect(tickets.heading).toHaveText(`Tickets for ${booking.event.name}`);
  await hydrated(page);
  await expect(tickets.cards).toHaveCount(2);
  await expect(tickets.codes).toHaveCount(2);
  await expectNoSideways(page);
  await expectAccessible(page);

  await tickets.openCard.first().click();
  await expect(tickets.heading).toHaveText(booking.event.name);
  await hydrated(page);
  await expect(tickets.codes).toHaveCount(1);
  await expectNoSideways(page);
  await expectAccessible(page);
});

test("the code stays dark on white where the page is dark", async ({ page, catalogue }) => {
  const booking = await bookSeats(page, catalogue, 1);
  await page.emulateMedia({ colorScheme: "dark" });
  await visit(page, `${bookingPath(booking)}/tickets`);
  const code = new TicketPages(page).codes;
  await expect(code.locator("rect")).toHaveCSS("fill", "rgb(255, 255, 255)");
  await expect(code.locator("path")).toHaveCSS("fill", "rgb(0, 0, 0)");
});

test("tickets go into a calendar and onto paper", async ({ page, catalogue }) => {
  const booking = await bookSeats(page, catalogue, 1);
  await visit(page, `${bookingPath(booking)}/tickets`);
  for (const [name, ending] of [["PDF to print", /-tickets\.pdf$/], ["PDF for a phone", /-tickets\.pdf$/], ["Add to calendar", /\.ics$/]] as const) {
    const download = page.waitForEvent("download");
    await page.getByRole("link", { name }).click();
    expect((await download).suggestedFilename()).toMatch(ending);
  }
});

test("a ticket that was seen opens without a connection, until one signs out", async ({ page, context, watcher, catalogue }) => {
  const booking = await bookSeats(page, catalogue, 1);
  const tickets = new TicketPages(page);
  const all = `${bookingPath(booking)}/tickets`;

  await visit(page, "/");
  await page.evaluate(async () => {
    await navigator.serviceWorker.ready;
  });
  await visit(page, all);
  await tickets.openCard.click();
  await expect(tickets.heading).toHaveText(booking.event.name);
  await hydrated(page);
  const one = page.url();
  const kept = () =>
    page.evaluate(async () => {
      const requests = await (await caches.open("tickets")).keys();
      return requests.map((request) => new URL(request.url).pathname).filter((path) => !path.endsWith(".css"));
    });
  await expect.poll(kept).toEqual([all, new URL(one).pathname]);

  await test.step("without a connection", async () => {
    watcher.expectNoConnection();
    await context.setOffline(true);
    for (const [path, heading] of [[one, booking.event.name], [all, `Tickets for ${booking.event.name}`]] as const) {
      await page.goto(path);
      await expect(tickets.heading).toHaveText(heading);
      await expect(tickets.codes).toHaveCount(1);
      await expect(tickets.heading).toHaveCSS("font-family", /Evently/);
    }
    await page.goto(bookingPath(booking));
    await expect(tickets.heading).toHaveText("No connection");
    await context.setOffline(false);
  });

  await test.step("after signing out", async () => {
    await visit(page, "/account");
    await new AccountForms(page).signOut.click();
    await expect(page).toHaveURL("/");
    await expect.poll(kept).toEqual([]);
    await context.setOffline(true);
    await page.goto(one);
    await expect(tickets.heading).toHaveText("No connection");
    await context.setOffline(false);
  });
});

test("a ticket passed on by mail is the other person's, and no longer one's own", async ({ page, openBrowser, catalogue }) => {
  const booking = await bookSeats(page, catalogue, 1);
  const other = await openBrowser();
  const { email } = await signUp(other.context().request);
  const [own, theirs] = [new TicketPages(page), new TicketPages(other)];
  const all = `${bookingPath(booking)}/tickets`;

  await visit(page, all);
  await own.openCard.click();
  await own.email.fill(email);
  await own.passOn.click();
  await expect(page.getByText(`You offered this ticket to ${email}`)).toBeVisible();
  await expectAccessible(page);

  const mail = other.getByRole("listitem").filter({ hasText: "has a ticket for you" });
  await expect(async () => {
    await other.goto(`/dev/mailbox?to=${email}`);
    await expect(mail).toBeVisible({ timeout: 1 });
  }).toPass();
  await mail.getByRole("link", { name: /has a ticket for you/ }).click();
  await other.getByRole("link", { name: "See the ticket" }).click();
  await expect(theirs.heading).toHaveText("Ada has a ticket for you");
  await expectAccessible(other);
  await theirs.accept.click();
  await expect(theirs.heading).toHaveText(booking.event.name);
  await expect(theirs.codes).toHaveCount(1);
  await visit(other, "/bookings");
  await expect(other.getByRole("heading", { name: "Tickets passed on to you" })).toBeVisible();
  await expectAccessible(other);

  await visit(page, all);
  await expect(page.getByText("Passed on: somebody else has this ticket")).toBeVisible();
  await expect(own.codes).toHaveCount(0);
  await expectAccessible(page);
});

test.describe("without scripts", () => {
  test.use({ javaScriptEnabled: false });

  test("a ticket is shown, issued anew, offered and the offer withdrawn", async ({ page, catalogue }) => {
    const booking = await bookSeats(page, catalogue, 1);
    const tickets = new TicketPages(page);

    await page.goto(`${bookingPath(booking)}/tickets`);
    await tickets.openCard.click();
    await expect(tickets.codes).toHaveCount(1);
    const before = await tickets.drawing();
    await tickets.issueAnew.click();
    await expect(tickets.history).toHaveCount(2);
    expect(await tickets.drawing()).not.toBe(before);

    await tickets.email.fill("grace@example.org");
    await tickets.passOn.click();
    await expect(page.getByText(/You offered this ticket to grace@example\.org/)).toBeVisible();
    await tickets.withdraw.click();
    await expect(tickets.passOn).toBeVisible();
    await expect(tickets.history).toHaveCount(4);
  });
});
