import { expect, test } from "./fixtures";
import { expectAccessible } from "./support/accessibility";
import { signIn } from "./support/accounts";
import { visit } from "./support/visit";

/** The seeded owner of the site. */
const OWNER = { email: "admin@evently.example", password: "evently-admin" };

test("staff give an event a picture of its own, and take it away again", async ({ page, openBrowser, catalogue }) => {
  const event = await catalogue.event("an event that is cancelled by no test", ({ category }) => category === "art");
  await signIn(page.context().request, OWNER);
  const path = `/admin/events/${event.id}/poster`;
  await visit(page, path);
  await expectAccessible(page);

  await page.getByLabel("Picture", { exact: true }).setInputFiles({ name: "notes.png", mimeType: "image/png", buffer: Buffer.from("no picture") });
  await page.getByRole("button", { name: "Upload" }).click();
  await expect(page.getByText("This file is no JPEG, PNG or WebP picture")).toBeVisible();

  // What the page looks like makes as good a picture as any.
  await page.getByLabel("Picture", { exact: true }).setInputFiles({ name: "poster.png", mimeType: "image/png", buffer: await page.screenshot() });
  await page.getByLabel("What it shows, in words").fill("A page of the dashboard");
  await page.getByRole("button", { name: "Upload" }).click();
  await expect(page.getByText("The poster is set.")).toBeVisible();
  await expect(page.getByRole("img", { name: "A page of the dashboard" })).toBeVisible();
  await expectAccessible(page);

  const visitor = await openBrowser();
  await visit(visitor, `/events/${event.id}`);
  const shown = visitor.getByRole("img", { name: "A page of the dashboard" });
  await expect(shown).toBeVisible();
  await expect.poll(() => shown.evaluate((img: HTMLImageElement) => img.complete && img.naturalWidth > 0)).toBe(true);

  await page.getByRole("button", { name: "Take the picture away" }).click();
  await expect(page.getByText("the poster is drawn again")).toBeVisible();
});
