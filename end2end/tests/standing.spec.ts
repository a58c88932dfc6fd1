import { expect, test } from "./fixtures";
import { CheckoutPage } from "./pages/checkout";
import { EventPage, eventPath } from "./pages/event";
import { expectAccessible } from "./support/accessibility";
import { type Event, isOpen, labelOf } from "./support/catalogue";
import { visit } from "./support/visit";

/** A concert with a floor to stand on and a balcony to sit on. */
const isClub = (event: Event) => isOpen(event) && event.has_seat_selection && event.category === "music" && event.total_capacity === 1_010;

test("a person books two places on the floor, and a seat on the balcony of the same concert", async ({ page, account, catalogue }) => {
  expect(account.email).toBeTruthy();
  const event = await catalogue.event("a club with a floor", isClub);
  const [seat] = await catalogue.freeSeats(event, 1, "Balcony");
  const eventPage = new EventPage(page);
  const checkout = new CheckoutPage(page);

  await visit(page, eventPath(event));
  await expectAccessible(page);
  await test.step("the floor on the map leads to its form", async () => {
    await page.getByRole("list", { name: "Sections" }).getByRole("link", { name: /Floor/ }).click();
    await expect(page).toHaveURL(/#standing-1$/);
    await expect(page.locator("#standing-1")).toBeInViewport();
  });
  await test.step("two places of it are held", async () => {
    await page.locator("#standing-1").getByLabel("Places").fill("2");
    await page.getByRole("button", { name: "Hold places in Floor" }).click();
    await expect(checkout.heading).toHaveText("Check and confirm");
    await expect(checkout.lines.getByRole("rowheader", { name: "Floor, 2 places" })).toBeVisible();
    await checkout.confirm.click();
    await expect(page.getByText("Floor, 2 places").first()).toBeVisible();
  });
  await test.step("a seat of the balcony is held beside them", async () => {
    await visit(page, eventPath(event));
    await eventPage.sectionLink("Balcony").click();
    await eventPage.choose([seat]);
    await eventPage.hold.click();
    await expect(checkout.lines.getByRole("rowheader", { name: `Balcony ${labelOf(seat)}` })).toBeVisible();
  });
});

test.describe("without scripts", () => {
  test.use({ javaScriptEnabled: false });

  test("places of a floor are held, after signing in, with the number kept", async ({ page, catalogue }) => {
    const event = await catalogue.event("a club with a floor", isClub);
    await page.goto(eventPath(event));
    await page.locator("#standing-1").getByLabel("Places").fill("3");
    await page.getByRole("button", { name: "Hold places in Floor" }).click();
    await expect(page).toHaveURL(/\/sign-in\?next=/);
    expect(decodeURIComponent(new URL(page.url()).searchParams.get("next") ?? "")).toContain("standing=Floor&quantity=3");
  });
});
