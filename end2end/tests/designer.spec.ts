import { randomUUID } from "node:crypto";
import type { APIRequestContext } from "@playwright/test";
import { expect, test } from "./fixtures";
import { Designer } from "./pages/designer";
import { expectAccessible } from "./support/accessibility";
import { ADMIN, signIn, signUp } from "./support/accounts";
import { ELSEWHERE } from "./support/catalogue";
import { expectNoSideways } from "./support/layout";

/** A day so many days from now, `2026-12-05`. */
function day(distance: number): string {
  return new Date(Date.now() + distance * 24 * 3_600_000).toISOString().slice(0, 10);
}

/** Makes a draft whose seats are to be drawn, and answers its id. */
async function draft(request: APIRequestContext): Promise<string> {
  await signIn(request, ADMIN);
  const data = {
    has_seats: true,
    name: `Theatre ${randomUUID().slice(0, 8)}`,
    summary: "One evening of it.",
    description: "It begins.",
    category: "theatre",
    venue: "The Hall",
    address: "1 High Street",
    city: ELSEWHERE,
    country: "DE",
    timezone: "Europe/Berlin",
    doors_open_at: `${day(40)}T18:30`,
    event_date: `${day(40)}T19:30`,
    ends_at: `${day(40)}T22:00`,
    sales_open_at: `${day(-2)}T10:00`,
    sales_close_at: `${day(40)}T19:30`,
    currency: "EUR",
  };
  const reply = await request.post("/api/v1/events/create", { data });
  expect(reply.status(), await reply.text()).toBe(200);
  const { id, event } = await reply.json();
  return id ?? event.id;
}

test.skip(({ isMobile }) => isMobile, "drawing is for a desk; what a phone shows is looked at below");

test("a theatre of 600 seats is drawn with the generators, priced, saved, and can be published", async ({ page, context }) => {
  const eventId = await draft(context.request);
  const designer = new Designer(page);
  await designer.open(eventId);
  const begun = Date.now();
  await designer.place("Rows", "Rows of seats", { Section: "Stalls", Price: "45", Rows: "16", "Seats per row": "24", "Curve, %": "40", "Aisles after seats": "6, 18" });
  await designer.place("Arc", "Rows in an arc", { Section: "Circle", Price: "32", Rows: "4", "Radius of the front": "420", "Angle, °": "70", Blocks: "3" });
  await designer.place("Tables", "Tables", { Section: "Boxes", Price: "60", "Seats at each": "4", "Tables in a row": "6", "Rows of tables": "1" });
  // The front rows cost more.
  await designer.take("Prices");
  const prices = designer.panel("Prices");
  await prices.getByLabel("Name", { exact: true }).fill("Front rows");
  await prices.getByLabel("Price", { exact: true }).fill("59");
  await prices.getByRole("button", { name: "Add, or set" }).click();
  await designer.openRows("Stalls");
  await designer.row("A").click();
  await designer.row("B").click({ modifiers: ["Shift"] });
  await prices.getByRole("button", { name: /^Front rows/ }).click();
  await prices.getByRole("button", { name: "Apply to what is chosen" }).click();
  await expect(prices.getByRole("button", { name: /^Front rows/ })).toContainText("48 seats");
  // The ends of the last row are for wheelchairs.
  await designer.take("Select");
  await designer.row("P").click();
  await designer.panel(/seats chosen$/).getByLabel("Kind").selectOption("Wheelchair place");
  await designer.panel(/seats chosen$/).locator("[data-run=kind]").getByRole("button").click();
  const steps = Date.now() - begun;
  expect(steps, "in under five minutes, with a person's pauses").toBeLessThan(60_000);
  const capacity = Number((await designer.capacity.textContent())?.replace(/\D/g, ""));
  expect(capacity).toBeGreaterThanOrEqual(560);
  await designer.save();
  await page.reload();
  await designer.opened();
  await expect(designer.capacity).toHaveText(`${capacity} places`);
  await expect(designer.saveButton).toBeDisabled();
  await page.goto(`/admin/events/${eventId}`);
  await page.getByRole("button", { name: "Publish now" }).click();
  await expect(page.getByRole("main").getByRole("status").first()).toHaveText("The event is published.");
});

test("what is drawn is undone and done again, and unsaved work is offered again", async ({ page, context }) => {
  const eventId = await draft(context.request);
  const designer = new Designer(page);
  await designer.open(eventId);
  await designer.place("Rows", "Rows of seats", { Section: "Hall", Price: "10", Rows: "3", "Seats per row": "5" });
  await expect(designer.capacity).toHaveText("15 places");
  await page.keyboard.press("Control+z");
  await expect(designer.capacity).toHaveText("0 places");
  await page.keyboard.press("Control+y");
  await expect(designer.capacity).toHaveText("15 places");
  // Kept in the browser a moment later.
  await page.waitForTimeout(2_500);
  page.on("dialog", (dialog) => dialog.accept());
  await page.reload();
  await expect(page.getByRole("dialog", { name: "Go on where you left off?" })).toBeVisible();
  await page.getByRole("button", { name: "Go on", exact: true }).click();
  await designer.opened();
  await expect(designer.capacity).toHaveText("15 places");
  await designer.save();
});

test("all of it goes by keys", async ({ page, context }) => {
  const eventId = await draft(context.request);
  const designer = new Designer(page);
  await designer.open(eventId);
  await designer.map.focus();
  await page.keyboard.press("r");
  const panel = designer.panel("Rows of seats");
  await panel.getByLabel("Section").focus();
  await page.keyboard.type("Hall");
  await page.keyboard.press("Tab");
  await page.keyboard.type("12.50");
  await page.keyboard.press("Enter");
  await expect(designer.capacity).toHaveText("200 places");
  await expect(designer.map).toBeFocused();
  await page.keyboard.press("Escape");
  await page.keyboard.press("ArrowRight");
  await expect(designer.said).toContainText("row A, seat 1");
  await page.keyboard.press("Shift+ArrowRight");
  await page.keyboard.press("Shift+ArrowRight");
  await expect(designer.panel("3 seats chosen")).toBeVisible();
  await page.keyboard.press("Control+ArrowUp");
  await expect(designer.said).toContainText("Moving");
  await page.keyboard.press("Enter");
  await expect(designer.panel("20 seats chosen")).toBeVisible();
  await page.keyboard.press("Control+d");
  await expect(designer.capacity).toHaveText("220 places");
  await page.keyboard.press("Delete");
  await expect(designer.capacity).toHaveText("200 places");
  await page.keyboard.press("Control+s");
  await expect(designer.review).toBeVisible();
});

test("what is wrong is said and gone to, and seats that somebody has stay", async ({ page, context, openBrowser }) => {
  const eventId = await draft(context.request);
  const designer = new Designer(page);
  await designer.open(eventId);
  await designer.place("Rows", "Rows of seats", { Section: "Hall", Price: "10", Rows: "2", "Seats per row": "4" });
  await designer.openRows("Hall");
  await designer.row("B").click();
  await designer.panel("4 seats chosen").getByText("Number anew").click();
  await designer.panel("4 seats chosen").getByRole("button", { name: "Label the rows" }).click();
  await designer.saveButton.click();
  await designer.review.getByRole("button", { name: /A/ }).first().click();
  await expect(designer.review).toBeHidden();
  await page.keyboard.press("Control+z");
  await designer.save();
  await page.request.post("/api/v1/events/publish", { data: { event_id: eventId } });

  const buyer = await openBrowser();
  await signUp(buyer.context().request);
  const { plan } = await (await page.request.get(`/api/v1/seats/drawing?event_id=${eventId}`)).json();
  const seatId = plan.sections[0].area.rows[0].seats[1].id;
  const held = await buyer.request.post("/api/v1/bookings/hold", { data: { event_id: eventId, seat_ids: [seatId] } });
  expect(held.status(), await held.text()).toBe(200);

  await page.reload();
  await designer.opened();
  await designer.openRows("Hall");
  await designer.row("A").click();
  await page.getByRole("button", { name: "Delete", exact: true }).click();
  await expect(designer.problem).toContainText("A2");
  await designer.row("B").click();
  await page.getByRole("button", { name: "Delete", exact: true }).click();
  await expect(designer.capacity).toHaveText("4 places");
  await designer.save();
});

test("a map is opened from a file and kept as a template", async ({ page, context }) => {
  const eventId = await draft(context.request);
  const designer = new Designer(page);
  await designer.open(eventId);
  await designer.place("Rows", "Rows of seats", { Section: "Hall", Price: "10", Rows: "2", "Seats per row": "4" });
  await designer.save();
  const csv = await (await page.request.get(`/admin/events/${eventId}/seat-map.csv`)).text();
  await page.locator("#sections").getByRole("button", { name: /^Hall/ }).click();
  await page.getByRole("button", { name: "Delete the section" }).click();
  await expect(designer.capacity).toHaveText("0 places");
  await page.getByLabel("Open a file in the designer").setInputFiles({ name: "map.csv", mimeType: "text/csv", buffer: Buffer.from(csv) });
  await page.locator("#import").getByRole("button", { name: "Open", exact: true }).click();
  await expect(designer.said).toHaveText("The plan is open.");
  await expect(designer.capacity).toHaveText("8 places");
  const name = `Hall ${randomUUID().slice(0, 8)}`;
  await page.getByLabel("Keep this map as a template").fill(name);
  await page.getByRole("button", { name: "Keep", exact: true }).click();
  await expect(page.locator("#template-said")).toHaveText(`Kept as ${name}.`);
  await page.goto("/admin/seat-maps");
  await page.getByRole("link", { name }).click();
  await designer.opened();
  await designer.place("Rows", "Rows of seats", { Section: "Balcony", Price: "8", Rows: "1", "Seats per row": "6" });
  await designer.saveButton.click();
  await expect(designer.said).toHaveText("Saved.");
  await expect(designer.capacity).toHaveText("14 places");
});

test("the designer is accessible and nothing sticks out", async ({ page, context }) => {
  const eventId = await draft(context.request);
  const designer = new Designer(page);
  await designer.open(eventId);
  await expectAccessible(page);
  await designer.place("Rows", "Rows of seats", { Section: "Hall", Price: "10", Rows: "3", "Seats per row": "5" });
  await expectAccessible(page);
  await designer.take("Prices");
  await expectAccessible(page);
  await page.setViewportSize({ width: 360, height: 740 });
  await expectNoSideways(page);
});
