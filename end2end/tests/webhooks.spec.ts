import { expect, test } from "./fixtures";
import { expectAccessible } from "./support/accessibility";
import { ADMIN, signIn } from "./support/accounts";
import { makeEvent } from "./support/sales";
import { visit } from "./support/visit";

test("a server is told of an event from the moment somebody says so, and its secret is shown once", async ({ page, context, catalogue, watcher }) => {
  watcher.expectRefusal(404, /^\/admin\/webhooks\/[0-9a-f-]+$/);
  await signIn(context.request, ADMIN);
  const event = await makeEvent(await catalogue.concert(), { capacity: 50, opensInS: -60 });
  const list = `/admin/events/${event.id}/webhooks`;
  await visit(page, list);
  await expect(page.getByText("There are no webhooks yet.")).toBeVisible();
  await page.getByText("Make a webhook", { exact: true }).click();
  await page.getByLabel("Address").fill("https://127.0.0.1/hooks");
  await page.getByLabel("Note").fill("For the shop");
  await page.getByRole("button", { name: "Make the webhook" }).click();
  await expect(page.getByText("This name leads to no address that the whole internet reaches.")).toBeVisible();
  await expect(page.getByLabel("Note")).toHaveValue("For the shop");
  await expectAccessible(page);

  // Nothing is sent there: nothing happens to the event.
  await page.getByLabel("Address").fill("https://1.1.1.1/hooks");
  await page.getByLabel("Places were booked").check();
  await page.getByRole("button", { name: "Make the webhook" }).click();
  const secret = page.locator(".webhook-secret");
  await expect(secret).toHaveText(/^whsec_[0-9a-f]{64}$/);
  const first = await secret.textContent();
  await expectAccessible(page);
  const own = new URL(page.url()).pathname;
  await visit(page, own);
  await expect(secret).toHaveCount(0);
  await page.getByRole("button", { name: "New secret" }).click();
  await expect(secret).not.toHaveText(first ?? "");
  await expect(page.getByText(/signed by the secret before too/)).toBeVisible();

  await page.getByRole("button", { name: "Stop it" }).click();
  await expect(page.getByText(/^Stopped, since/)).toBeVisible();
  await page.getByRole("button", { name: "Start it again" }).click();
  await expect(page.getByText("Deliveries arrive.")).toBeVisible();
  await expectAccessible(page);
  await page.getByRole("button", { name: "Remove it" }).click();
  await expect(page.getByText("The webhook is removed.")).toBeVisible();
  await page.goto(own);
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
});
