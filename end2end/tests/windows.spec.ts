import { randomUUID } from "node:crypto";
import type { APIRequestContext } from "@playwright/test";
import { expect, test } from "./fixtures";
import { EventPage } from "./pages/event";
import { expectAccessible } from "./support/accessibility";
import { ADMIN, signIn } from "./support/accounts";
import { ELSEWHERE } from "./support/catalogue";
import { expectNoSideways } from "./support/layout";
import { visit } from "./support/visit";

/** A day so many days from now, `2026-12-05`. */
function day(distance: number): string {
  return new Date(Date.now() + distance * 24 * 3_600_000).toISOString().slice(0, 10);
}

/** A section of one row of ten seats, so far down the map. */
function section(name: string, y: number) {
  const seats = Array.from({ length: 10 }, (_, nth) => ({ number: `${nth + 1}`, x: 15 + 10 * nth, y }));
  const outline = [5, y - 10, 115, y - 10, 115, y + 10, 5, y + 10];
  return { name, price_minor: 2500, outline, area: { rows: [{ label: "A", seats }] } };
}

const PLAN = {
  width: 120,
  height: 100,
  stage: [20, 2, 100, 2, 100, 18, 20, 18],
  stage_label: "Stage",
  sections: [section("Stalls", 40), section("Circle", 80)],
};

async function post(request: APIRequestContext, path: string, data: unknown) {
  const reply = await request.post(`/api/v1/${path}`, { data });
  expect(reply.status(), await reply.text()).toBe(200);
  return reply.json();
}

/** Makes and publishes a theatre with stalls and a circle, and answers its id. */
async function theatre(request: APIRequestContext): Promise<string> {
  await signIn(request, ADMIN);
  const { id, event } = await post(request, "events/create", {
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
    event_date: `${day(40)}T19:30`,
    ends_at: `${day(40)}T22:00`,
    sales_open_at: `${day(-2)}T10:00`,
    sales_close_at: `${day(40)}T19:30`,
    currency: "EUR",
  });
  const event_id: string = id ?? event.id;
  await post(request, "seats/draw", { event_id, version: 0, plan: PLAN, confirmed: true });
  await post(request, "events/publish", { event_id });
  return event_id;
}

test("a section that opens later says when, cannot be chosen, and opens on the open map", async ({ page, context, openBrowser }) => {
  const eventId = await theatre(context.request);
  await test.step("its time is set on the page of prices", async () => {
    await page.goto(`/admin/events/${eventId}/prices`);
    await page.getByLabel("Circle Sale opens").fill(`${day(3)}T10:00`);
    await page.getByRole("button", { name: "Save" }).click();
    await expect(page.getByText("Saved.")).toBeVisible();
    await expect(page.getByLabel("Circle Sale opens")).toHaveValue(`${day(3)}T10:00`);
    await expectAccessible(page);
    await expectNoSideways(page);
  });
  const buyer = await openBrowser();
  const event = new EventPage(buyer);
  await test.step("buyers see when it opens", async () => {
    await visit(buyer, `/events/${eventId}`);
    await expect(event.sectionLink("Circle")).toContainText(/from .*, 10:00/);
    await event.sectionLink("Circle").click();
    await expect(event.section("Circle")).toContainText("Not on sale");
    await expect(event.section("Circle").getByRole("checkbox", { name: /^Row A/ }).first()).toBeDisabled();
  });
  await test.step("it opens on the map that is open", async () => {
    await page.getByLabel("Circle Sale opens").fill("");
    await page.getByRole("button", { name: "Save" }).click();
    await expect(event.section("Circle").getByRole("checkbox", { name: /^Row A/ }).first()).toBeEnabled();
    await expect(event.section("Circle")).toContainText("10 free");
    await expect(event.sectionLink("Circle")).toContainText("10 free");
  });
});
