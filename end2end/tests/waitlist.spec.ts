import { expect, test } from "./fixtures";
import { eventPath } from "./pages/event";
import { signUp } from "./support/accounts";
import { visit } from "./support/visit";

test("a person joins the waitlist of a sold-out event, sees their rank and why it moved, and leaves", async ({ page, account, openBrowser, catalogue }) => {
  const event = await catalogue.soldOut();
  const ahead = await openBrowser();
  await signUp(ahead.context().request);
  const before = await ahead.context().request.post("/api/v1/waitlist/join", { data: { event_id: event.id, requested_quantity: 1 } });
  expect(before.status(), await before.text()).toBe(200);
  const entry = (await before.json()) as { id: string; rank: number };

  await visit(page, eventPath(event));
  await expect(page.getByRole("heading", { name: "Join the waitlist" })).toBeVisible();
  await page.getByLabel("Places").fill("2");
  await page.getByRole("button", { name: "Join the waitlist" }).click();
  await expect(page.getByRole("heading", { name: "You are on the waitlist" })).toBeVisible();
  await expect(page.getByText(`You are number ${entry.rank + 1} in line.`)).toBeVisible();

  const left = await ahead.context().request.post("/api/v1/waitlist/leave", { data: { entry_id: entry.id } });
  expect(left.status(), await left.text()).toBe(200);
  await page.reload();
  await expect(page.getByText(/since then 1 left ahead of you/)).toBeVisible();

  await page.getByRole("button", { name: "Leave the waitlist" }).click();
  await expect(page.getByRole("heading", { name: "Join the waitlist" })).toBeVisible();
});

test("what can't be waited for is said beside the field, and what was typed stays", async ({ page, account, catalogue }) => {
  const event = await catalogue.soldOut();
  await visit(page, eventPath(event));
  await page.getByLabel("Places").fill("11");
  await page.getByRole("button", { name: "Join the waitlist" }).click();
  await expect(page.getByText(/^Choose a number from 1 to \d+\.$/)).toBeVisible();
  await expect(page.getByLabel("Places")).toHaveValue("11");
});

test("who is not signed in does that first and comes back to the event", async ({ page, catalogue }) => {
  const event = await catalogue.soldOut();
  await visit(page, eventPath(event));
  await page.getByRole("button", { name: "Join the waitlist" }).click();
  await expect(page).toHaveURL(/\/sign-in\?next=/);
});
