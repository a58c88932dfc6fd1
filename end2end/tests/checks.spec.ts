import { expect, test } from "./fixtures";
import { expectAccessible } from "./support/accessibility";
import { expectNoSideways, expectSteady, measureShifts } from "./support/layout";
import { visit } from "./support/visit";

// Everything else leans on these: a check that finds nothing any more would go unnoticed.
test.describe("a test fails", () => {
  test.beforeEach(async ({ page }) => visit(page, "/sign-in"));
  test.fail();

  test("when a page writes an error to the console", async ({ page }) => {
    await page.evaluate(() => console.error("wrong"));
  });

  test("when a page writes a warning to the console", async ({ page }) => {
    await page.evaluate(() => console.warn("doubtful"));
  });

  test("when an exception is not caught", async ({ page }) => {
    const thrown = page.waitForEvent("pageerror");
    await page.evaluate(() => {
      setTimeout(() => {
        throw new Error("wrong");
      });
    });
    await thrown;
  });

  test("when a page's policy stops something", async ({ page }) => {
    await page.evaluate(() => document.body.setAttribute("style", "color: red"));
  });

  test("when a reply is a refusal that it did not expect", async ({ page }) => {
    expect(await page.evaluate(async () => (await fetch("/api/v1/users/me")).status)).toBe(401);
  });

  test("when a refusal that it expects does not come", async ({ watcher }) => {
    watcher.expectRefusal(409, /^\/api/);
  });

  test("when a request finds nobody", async ({ page }) => {
    await page.route("**/nobody", (route) => route.abort("connectionrefused"));
    await page.evaluate(() => fetch("/nobody").catch(() => null));
  });
});

test("a picture without words is found", async ({ page }) => {
  await visit(page, "/sign-in");
  await expectAccessible(page);
  await page.evaluate(() => document.querySelector("main")?.append(new Image(40, 40)));
  await expect(expectAccessible(page)).rejects.toThrow("image-alt");
});

test("what sticks out to the side is found", async ({ page }) => {
  await visit(page, "/sign-in");
  await expectNoSideways(page);
  await page.evaluate(() => {
    const wide = document.body.appendChild(document.createElement("p"));
    wide.style.width = "3000px";
  });
  await expect(expectNoSideways(page)).rejects.toThrow("ends at 30");
});

test("what jumps is found", async ({ page, context }) => {
  await measureShifts(context);
  await visit(page, "/sign-in");
  await expectSteady(page);
  await page.evaluate(() => document.querySelector("main")?.prepend(new Image(40, 400)));
  await expect(expectSteady(page)).rejects.toThrow();
});
