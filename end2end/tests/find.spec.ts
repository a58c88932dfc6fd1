import type { Page } from "@playwright/test";
import { expect, test } from "./fixtures";
import { EventPage } from "./pages/event";
import { EventsPage } from "./pages/events";
import { hydrated, visit } from "./support/visit";

/** How far down the page is, once it has come to rest. */
async function scrolled(page: Page): Promise<number> {
  await expect(async () => {
    const before = await page.evaluate(() => scrollY);
    await page.waitForTimeout(150);
    expect(await page.evaluate(() => scrollY)).toBe(before);
  }).toPass();
  return page.evaluate(() => scrollY);
}

/** How long the page is, in pixels. */
function height(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollHeight);
}

test("back from an event the list is where it was, with its filters", async ({ page }) => {
  const events = new EventsPage(page);
  const address = "/events?places=2&sort=price&limit=200";
  await visit(page, address);
  // Far down and not the last: a list that gets shorter meanwhile has no such place to come back to.
  const card = events.cards.nth((await events.cards.count()) - 5);
  const name = await card.getByRole("heading").innerText();
  await card.scrollIntoViewIfNeeded();
  const before = await scrolled(page);
  expect(before).toBeGreaterThan(300);
  const heightBefore = await height(page);

  await card.getByRole("link", { name }).click();
  await expect(new EventPage(page).heading).toHaveText(name);
  await page.goBack();
  await expect(page).toHaveURL(address);
  await hydrated(page);
  // Other tests' events are in this list: where they made it longer or shorter meanwhile, the browser goes along with the card.
  const after = await scrolled(page);
  const grown = Math.abs((await height(page)) - heightBefore);
  expect(Math.abs(after - before)).toBeLessThan(2 + grown);
  expect(after).toBeGreaterThan(before / 2);
  await expect(card).toBeInViewport();
  await expect(events.without("2 places or more")).toHaveCount(1);
  await events.showFilters();
  await expect(page.getByLabel("Places")).toHaveValue("2");
});

test("days as a person picks them are links that can be taken off again", async ({ page }) => {
  const events = new EventsPage(page);
  const days = page.getByRole("navigation", { name: "Days" });
  await visit(page, "/events?category=music");
  await days.getByRole("link", { name: "Next 7 days" }).click();
  await expect(page).toHaveURL("/events?category=music&when=week");
  await expect(events.without("Next 7 days")).toHaveCount(1);
  await days.getByRole("link", { name: "Next 7 days" }).click();
  await expect(page).toHaveURL("/events?category=music");
});

test("from the list to the month, on to the next, to a day and back to the list", async ({ page }) => {
  const events = new EventsPage(page);
  await visit(page, "/events?category=music&when=today");
  await page.getByRole("navigation", { name: "Days" }).getByRole("link", { name: "By month" }).click();
  await expect(page).toHaveURL("/events/month?category=music");
  const months = page.getByRole("navigation", { name: "Months" });
  await months.getByRole("link").first().click();
  await expect(page).toHaveURL(/\/events\/month\?month=\d{4}-\d\d&category=music/);
  await expect(events.without("Music")).toBeVisible();
  const day = page.locator("td time[datetime]").first();
  const date = (await day.getAttribute("datetime")) ?? "";
  await day.click();
  await expect(page).toHaveURL(`/events?category=music&from=${date}&to=${date}`);
  await expect(events.cards.first()).toBeVisible();
});

test("what was probably meant is a link", async ({ page, catalogue }) => {
  const { city } = await catalogue.theatre();
  const events = new EventsPage(page);
  await visit(page, `/events?city=${city.slice(0, 1)}x${city.slice(1)}`);
  await page.getByRole("link", { name: city, exact: true }).click();
  await expect(events.cards.first()).toBeVisible();
});
