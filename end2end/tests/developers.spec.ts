import { expect, test } from "./fixtures";
import { visit } from "./support/visit";

/** The reference: its forms send what stands in them, and show what came back. */
test("a function is tried out where it is told", async ({ page }) => {
  await visit(page, "/developers/events");
  const card = page.getByRole("article", { name: "events_list", exact: true });
  await card.getByText("Try it").click();
  await card.getByLabel("Query").fill("limit=1");
  await card.getByRole("button", { name: "Send" }).click();
  await expect(card.getByRole("status")).toContainText("200");
  await expect(card.locator(".developers-reply")).toContainText("next_cursor");
});

test("a refusal is shown as it came", async ({ page, watcher }) => {
  watcher.expectRefusal(401, /^\/api\/v1\/bookings\/confirm$/);
  await visit(page, "/developers/bookings");
  const card = page.getByRole("article", { name: "bookings_confirm", exact: true });
  await card.getByText("Try it").click();
  await card.getByRole("button", { name: "Send" }).click();
  await expect(card.locator(".developers-reply")).toContainText("sign_in_required");
});

test.describe("without scripts", () => {
  test.use({ javaScriptEnabled: false });

  test("there is the line for a shell, and no form that does nothing", async ({ page }) => {
    await page.goto("/developers/bookings");
    const card = page.getByRole("article", { name: "bookings_hold", exact: true });
    await card.getByText("Try it").click();
    await expect(card.getByText("curl -b jar")).toBeVisible();
    await expect(card.getByRole("button", { name: "Send" })).toBeHidden();
  });
});
