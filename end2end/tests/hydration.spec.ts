import type { Page } from "@playwright/test";
import { expect, test } from "./fixtures";
import { AccountForms } from "./pages/account";
import { EventPage, eventPath } from "./pages/event";
import { EventsPage } from "./pages/events";
import { newAccount } from "./support/accounts";
import type { Seat } from "./support/catalogue";
import { holdBack, hydrated, visit } from "./support/visit";

test("from the start to the list to an event and back", async ({ page }) => {
  const events = new EventsPage(page);
  const event = new EventPage(page);

  await visit(page, "/");
  await page.getByRole("link", { name: "All events" }).click();
  await expect(page).toHaveURL("/events");
  await expect(event.heading).toHaveText("Events");

  const name = await events.cards.first().getByRole("heading").innerText();
  await events.open(name);
  await expect(event.heading).toHaveText(name);
  await expect(page).toHaveTitle(new RegExp(name));

  await page.goBack();
  await expect(event.heading).toHaveText("Events");
  await page.goBack();
  await expect(event.heading).toHaveText("Find something worth going out for");
});

test("a choice from a list applies at once, and back from an event the list has its filters again", async ({ page, catalogue }) => {
  const theatre = await catalogue.theatre();
  const { length: count } = await catalogue.events({ city: theatre.city, category: "theatre" });
  const events = new EventsPage(page);

  await visit(page, "/events");
  await events.showFilters();
  await page.getByLabel("City").selectOption(theatre.city);
  await expect(events.without(theatre.city)).toBeVisible();
  expect(new URL(page.url()).search, "what is empty stays out of the address").toBe(`?city=${theatre.city}&currency=EUR`);
  await events.categories.getByRole("link", { name: "Theatre" }).click();
  await expect(events.without("Theatre")).toBeVisible();
  await expect(events.cards).toHaveCount(count);
  const address = page.url();

  await events.open(theatre.name);
  await expect(new EventPage(page).heading).toHaveText(theatre.name);
  await page.goBack();
  await expect(page).toHaveURL(address);
  await expect(events.cards).toHaveCount(count);
  await expect(page.getByLabel("City")).toHaveValue(theatre.city);

  await events.without(theatre.city).click();
  await expect(page).not.toHaveURL(/city=/);
  await page.goBack();
  await expect(page.getByLabel("City")).toHaveValue(theatre.city);
  await page.goForward();
  await expect(page.getByLabel("City")).toHaveValue("");
});

test("a search with a typing error finds the event", async ({ page, catalogue }) => {
  const theatre = await catalogue.theatre();
  const [word = ""] = theatre.name.split(" ").sort((a, b) => b.length - a.length);
  const typo = word.slice(0, 2) + word.charAt(3) + word.charAt(2) + word.slice(4);
  const events = new EventsPage(page);

  await visit(page, "/events");
  await events.lookFor(typo);
  await expect(page).toHaveURL(new RegExp(`q=${typo}`));
  await expect(events.card(theatre.name)).toBeVisible();
});

test("sections open in the page, back closes them, and the choice stays", async ({ page, catalogue }) => {
  const event = await catalogue.theatre();
  const [seat] = await catalogue.freeSeats(event, 1, "Stalls");
  const eventPage = new EventPage(page);

  await visit(page, eventPath(event));
  await mark(page);
  await eventPage.sectionLink("Stalls").click();
  await eventPage.choose([seat]);
  await expect(page).toHaveURL(/section=Stalls/);
  await eventPage.sectionLink("Circle").click();
  await expect(eventPage.section("Circle")).toBeVisible();
  await page.goBack();
  await expect(eventPage.seat(seat)).toBeChecked();
  await page.goBack();
  await expect(eventPage.section("Stalls")).toBeHidden();
  await expect(eventPage.chosenSeat(seat)).toBeVisible();
  await page.goForward();
  await expect(eventPage.seat(seat)).toBeChecked();
  expect(await isMarked(page), "the page was not loaded anew").toBe(true);
});

test("a reload finds the choice again", async ({ page, catalogue }) => {
  const event = await catalogue.theatre();
  const [kept, given] = (await catalogue.freeSeats(event, 2)) as [Seat, Seat];
  const eventPage = new EventPage(page);

  await visit(page, eventPath(event, kept.section));
  await eventPage.choose([kept, given]);
  await eventPage.chosenSeat(given).getByRole("button", { name: /^Give back / }).click();
  await page.reload();
  await hydrated(page);
  await expect(eventPage.chosen.getByRole("listitem")).toHaveCount(1);
  await expect(eventPage.seat(kept)).toBeChecked();
});

test("by keyboard a list of filters can be stepped through", async ({ page }) => {
  const events = new EventsPage(page);

  await visit(page, "/events");
  await events.showFilters();
  await page.getByLabel("City").focus();
  for (let step = 0; step < 3; step++) {
    await page.keyboard.press("ArrowDown");
  }
  await expect(page.getByLabel("City")).not.toHaveValue("");
  const city = await page.getByLabel("City").inputValue();
  await expect(page).toHaveURL("/events");
  await events.search.getByRole("button", { name: "Search" }).click();
  await expect(events.without(city)).toBeVisible();
});

test("of two sections that are asked for one after the other, the last is shown", async ({ page, catalogue }) => {
  const event = await catalogue.theatre();
  const eventPage = new EventPage(page);

  await visit(page, eventPath(event));
  const release = await holdBack(page, "**/api/v1/seats/section?*section=Stalls*");
  await eventPage.sectionLink("Stalls").click();
  await eventPage.sectionLink("Circle").click();
  await expect(eventPage.section("Circle")).toBeVisible();
  const late = page.waitForResponse(/section=Stalls/);
  release();
  await late;
  await expect(eventPage.section("Stalls")).toBeHidden();
  await expect(eventPage.section("Circle")).toBeVisible();
});

test("a form that is on its way cannot be sent again", async ({ page }) => {
  const forms = new AccountForms(page);

  await visit(page, "/register");
  await forms.fillInAll(newAccount());
  let sent = 0;
  page.on("request", (request) => (sent += Number(request.method() === "POST")));
  await forms.register.dblclick();
  await expect(page).toHaveURL("/");
  await expect(forms.own).toBeVisible();
  expect(sent).toBe(1);
});

test("a refusal is said once: a reload does not say it again", async ({ page }) => {
  const forms = new AccountForms(page);

  await visit(page, "/sign-in");
  await forms.fillIn({ email: "nobody@example.org", password: "something else" });
  await forms.signIn.click();
  await expect(forms.refusal).toBeVisible();
  await hydrated(page);
  expect(page.url(), "nor does the address say who tried").toMatch(/\/sign-in$/);
  await expect(forms.refusal).toBeFocused();
  await page.reload();
  await hydrated(page);
  await expect(forms.refusal).toBeHidden();
});

test("a page that the browser kept is asked for again", async ({ page }) => {
  await visit(page, "/events");
  await mark(page);
  const loaded = page.waitForEvent("load");
  await page.evaluate(() => void window.dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true })));
  await loaded;
  expect(await isMarked(page)).toBe(false);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Events");
});

test("what was typed before the scripts came is still there after", async ({ page }) => {
  const forms = new AccountForms(page);
  const release = await holdBack(page, "**/*.wasm");

  await page.goto("/sign-in", { waitUntil: "commit" });
  await forms.fillIn({ email: "ada@example.org", password: "correct horse" });
  release();
  await hydrated(page);
  await expect(forms.email).toHaveValue("ada@example.org");
  await expect(forms.password).toHaveValue("correct horse");
});

test("seats that were ticked before the scripts came are in the choice after", async ({ page, catalogue }) => {
  const event = await catalogue.theatre();
  const seats = await catalogue.freeSeats(event, 2);
  const eventPage = new EventPage(page);
  const release = await holdBack(page, "**/*.wasm");

  await page.goto(eventPath(event, seats[0].section), { waitUntil: "commit" });
  await eventPage.choose(seats);
  release();
  await hydrated(page);
  for (const seat of seats) {
    await expect(eventPage.chosenSeat(seat)).toBeVisible();
    await expect(eventPage.seat(seat)).toBeChecked();
  }
});

test("a number of places that was typed before the scripts came is counted after", async ({ page, catalogue }) => {
  const eventPage = new EventPage(page);
  const release = await holdBack(page, "**/*.wasm");

  await page.goto(eventPath(await catalogue.concert()), { waitUntil: "commit" });
  await eventPage.quantity.fill("3");
  release();
  await hydrated(page);
  await expect(eventPage.quantity).toHaveValue("3");
  await expect(eventPage.hold).toHaveText(/3 places/);
});

test("the scripts say what the server said", async ({ page, browser, catalogue, account, context, baseURL }) => {
  const theatre = await catalogue.theatre();
  const paths = ["/", "/events", "/events?category=music&places=4", eventPath(theatre), eventPath(theatre, "Circle")];
  paths.push(eventPath(await catalogue.concert()), "/sign-in", "/register", "/account", "/bookings");

  // Through a service worker, replies could not be given here.
  await page.addInitScript(() =>
    Object.defineProperty(ServiceWorkerContainer.prototype, "register", { value: () => Promise.resolve() }),
  );
  const plain = await browser.newContext({ javaScriptEnabled: false, storageState: await context.storageState() });
  const served = await plain.newPage();
  // One that ends and comes back in a minute: nothing is told that the other page doesn't know.
  const ended = { contentType: "text/event-stream", body: "retry: 60000\n\n" };
  await page.route("**/api/v1/*/stream?*", (route) => route.fulfill(ended));
  for (const path of paths) {
    // The same reply for both: other tests take seats between two.
    const reply = await context.request.get(path);
    for (const reader of [served, page]) {
      await reader.route(`${baseURL}${path}`, (route) => route.fulfill({ response: reply }));
    }
    await served.goto(path);
    await visit(page, path);
    const words = async (from: Page) => (await from.getByRole("main").textContent())?.replaceAll(/\s+/g, " ");
    expect(await words(page), path).toBe(await words(served));
  }
});

/** Marks the document: a page that is loaded anew has lost the mark. */
async function mark(page: Page): Promise<void> {
  await page.evaluate(() => Object.assign(window, { isMarked: true }));
}

async function isMarked(page: Page): Promise<boolean> {
  return page.evaluate(() => "isMarked" in window);
}
