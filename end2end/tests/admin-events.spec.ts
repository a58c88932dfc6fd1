import { randomUUID } from "node:crypto";
import { type Page } from "@playwright/test";
import { expect, test } from "./fixtures";
import { EventForm, SummaryPage } from "./pages/admin-events";
import { EventPage } from "./pages/event";
import { ADMIN, signIn, signUp } from "./support/accounts";
import { ELSEWHERE } from "./support/catalogue";
import { visit } from "./support/visit";
import { expectAccessible } from "./support/accessibility";

/** A day so many days from now, `2026-12-05`. */
function day(distance: number): string {
  return new Date(Date.now() + distance * 24 * 3_600_000).toISOString().slice(0, 10);
}

function typed(name: string): Record<string, string> {
  return {
    Name: name,
    Summary: "One evening of it.",
    Description: "It begins.\n\nIt ends.",
    Venue: "The Hall",
    "Street and number": "1 High Street",
    City: ELSEWHERE,
    Country: "DE",
    "Time zone": "Europe/Berlin",
    "Doors open": `${day(40)}T18:30`,
    Begins: `${day(40)}T19:30`,
    Ends: `${day(40)}T22:00`,
    "Sale opens": `${day(-2)}T10:00`,
    "Sale closes": `${day(40)}T19:30`,
    "Price of a place": "24.50",
    Currency: "EUR",
    Places: "20",
  };
}

/** Makes and publishes an event, and answers its id. */
async function publish(page: Page, name: string): Promise<string> {
  const form = new EventForm(page);
  await visit(page, "/admin/events/new");
  await form.fill(typed(name));
  await form.save("Make the draft");
  await page.getByRole("button", { name: "Publish now" }).click();
  await expect(new SummaryPage(page).done).toHaveText("The event is published.");
  return new URL(page.url()).pathname.split("/").pop() ?? "";
}

test("an admin makes an event, fills in what is missing, publishes it, and it is booked", async ({ page, context, openBrowser }) => {
  await signIn(context.request, ADMIN);
  const name = `Evening ${randomUUID().slice(0, 8)}`;
  const form = new EventForm(page);
  const summary = new SummaryPage(page);
  await visit(page, "/admin/events");
  await page.getByRole("link", { name: "New event" }).click();
  await form.fill({ ...typed(name), Summary: "", Ends: `${day(40)}T19:00`, "Price of a place": "24.505" });
  await form.save("Make the draft");
  await expect(form.refusal).toContainText("Some fields need another look.");
  await expect(form.field("Description")).toHaveValue("It begins.\n\nIt ends.");
  await expect(page.getByText("This is too early for the other times.")).toBeVisible();
  await form.fill({ Ends: `${day(40)}T22:00`, "Price of a place": "24.50" });
  await form.save("Make the draft");
  await expect(summary.done).toHaveText("The draft is made.");
  await expectAccessible(page);
  await summary.state.getByRole("link", { name: "Fill in: Summary" }).click();
  await form.fill({ Summary: "One evening." });
  await form.save();
  await page.getByRole("button", { name: "Publish now" }).click();
  await expect(summary.done).toHaveText("The event is published.");

  const buyer = await openBrowser();
  await signUp(buyer.context().request);
  await page.getByRole("link", { name: "Show its page" }).click();
  await visit(buyer, new URL(page.url()).pathname);
  const eventPage = new EventPage(buyer);
  await eventPage.quantity.fill("3");
  await eventPage.hold.click();
  await buyer.getByRole("button", { name: "Confirm booking" }).click();
  await expect(buyer.getByRole("heading", { level: 1 })).toHaveText("You are booked");
  await page.goto("/admin/events?q=" + encodeURIComponent(name));
  await expect(page.getByRole("row", { name: new RegExp(name) })).toContainText("3 of 20");
  await page.getByRole("link", { name }).click();
  await expect(summary.figure("Booked")).toHaveText("3");
  await expect(page.getByRole("button", { name: "Make it a draft again" })).toBeHidden();
});

test("two admins in one form lose nothing", async ({ page, context, openBrowser }) => {
  await signIn(context.request, ADMIN);
  const name = `Evening ${randomUUID().slice(0, 8)}`;
  const id = await publish(page, name);
  const other = await openBrowser();
  await signIn(other.context().request, ADMIN);
  const [mine, theirs] = [new EventForm(page), new EventForm(other)];
  await visit(page, `/admin/events/${id}/edit`);
  await visit(other, `/admin/events/${id}/edit`);
  await theirs.fill({ Summary: "Their summary.", Venue: "The Barn" });
  await theirs.save();
  await expect(new SummaryPage(other).done).toHaveText("Saved.");
  await mine.fill({ Summary: "My summary.", Places: "25" });
  await mine.save();
  await expect(mine.refusal).toContainText("Nothing is lost");
  await expectAccessible(page);
  await expect(mine.conflict("Venue").getByRole("radio", { name: /Theirs/ })).toBeChecked();
  await expect(mine.conflict("Places").getByRole("radio", { name: /Yours/ })).toBeChecked();
  await mine.conflict("Summary").getByRole("radio", { name: /Yours/ }).check();
  await mine.save();
  await expect(new SummaryPage(page).done).toHaveText("Saved.");
  await page.goto(`/admin/events/${id}/edit`);
  await expect(mine.field("Summary")).toHaveValue("My summary.");
  await expect(mine.field("Venue")).toHaveValue("The Barn");
  await expect(mine.field("Places")).toHaveValue("25");
});

test("what was typed survives a session that is over", async ({ page, context }) => {
  await signIn(context.request, ADMIN);
  const form = new EventForm(page);
  await visit(page, "/admin/events/new");
  await form.fill({ ...typed("Typed with care"), Ends: `${day(39)}T22:00` });
  await context.clearCookies();
  await form.save("Make the draft");
  await expect(page).toHaveURL(/\/sign-in\?next=/);
  await page.getByLabel("E-mail").fill(ADMIN.email);
  await page.getByLabel("Password", { exact: true }).fill(ADMIN.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(form.field("Name")).toHaveValue("Typed with care");
  await expect(form.field("Description")).toHaveValue("It begins.\n\nIt ends.");
});

test("an event is duplicated, and called off after a look at what ends", async ({ page, context, openBrowser }) => {
  await signIn(context.request, ADMIN);
  const name = `Evening ${randomUUID().slice(0, 8)}`;
  const id = await publish(page, name);
  const summary = new SummaryPage(page);
  await page.getByRole("link", { name: "Duplicate" }).click();
  await page.getByLabel("New day").fill(day(54));
  await page.getByRole("button", { name: "Make the draft" }).click();
  await expect(summary.done).toHaveText("This is the new draft.");
  await expect(page.getByRole("heading", { level: 1 }).locator("xpath=following-sibling::p")).toContainText("19:30");

  const buyer = await openBrowser();
  await signUp(buyer.context().request);
  const held = await buyer.context().request.post("/api/v1/bookings/hold", { data: { event_id: id, quantity: 2 } });
  const { id: booking_id } = (await held.json()) as { id: string };
  await buyer.context().request.post("/api/v1/bookings/confirm", { data: { booking_id } });
  await visit(page, `/admin/events/${id}`);
  await page.getByRole("link", { name: "Call off" }).click();
  await expect(page.getByRole("term").filter({ hasText: "To give back" }).locator("xpath=following-sibling::dd")).toHaveText("€49");
  await expectAccessible(page);
  await page.getByLabel("Reason").fill("The hall is flooded.");
  await page.getByLabel(/type the event's name/).fill("something else");
  await page.getByRole("button", { name: "Call the event off" }).click();
  await expect(page.getByText("This is not the same.")).toBeVisible();
  await expect(page.getByLabel("Reason")).toHaveValue("The hall is flooded.");
  await page.getByLabel(/type the event's name/).fill(name);
  await page.getByRole("button", { name: "Call the event off" }).click();
  await expect(summary.done).toContainText("The event is called off.");
  await expect(async () => {
    await buyer.goto(`/bookings/${booking_id}`);
    await expect(buyer.getByText("The event was called off, and 2 places with it.")).toBeVisible({ timeout: 500 });
  }).toPass();
});
