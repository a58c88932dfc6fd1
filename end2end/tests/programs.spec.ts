import { expect, test } from "./fixtures";
import { expectAccessible } from "./support/accessibility";
import { ADMIN, signIn } from "./support/accounts";
import { expectNoSideways } from "./support/layout";
import { visit } from "./support/visit";

test("a key is made, shown once, used, given another secret and revoked", async ({ page, account, request, context }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await visit(page, "/account");
  await page.getByRole("link", { name: "API keys" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("API keys");
  await expectAccessible(page);

  await page.getByLabel("Name", { exact: true }).fill("The till");
  await page.getByRole("button", { name: "Make the key" }).click();
  await expect(page.getByText("Please fill this in.")).toBeVisible();
  await expect(page.getByLabel("Name", { exact: true })).toHaveValue("The till");

  await page.getByLabel("See your account").check();
  await page.getByRole("button", { name: "Make the key" }).click();
  const shown = page.getByRole("region", { name: "The secret of The till" });
  const secret = (await shown.locator("code").textContent()) ?? "";
  expect(secret).toMatch(/^evk_[0-9a-f]{8}_[0-9a-f]{64}$/);
  await expect(page).toHaveURL("/account/keys");
  await shown.getByRole("button", { name: "Copy" }).click();
  await expect(shown.getByRole("button", { name: "Copied" })).toBeVisible();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(secret);
  await expectAccessible(page);
  await expectNoSideways(page);

  const ask = async (token: string) => {
    const reply = await request.get("/api/v1/users/me", { headers: { authorization: `Bearer ${token}` } });
    return { status: reply.status(), body: await reply.json() };
  };
  expect((await ask(secret)).body.email).toBe(account.email);
  await page.reload();
  await expect(page.getByText(secret)).toBeHidden();

  await page.getByText("New secret for The till").click();
  await page.getByRole("button", { name: "Make a new secret" }).click();
  const next = (await shown.locator("code").textContent()) ?? "";
  expect(next).not.toBe(secret);
  for (const token of [secret, next]) expect((await ask(token)).status).toBe(200);

  await page.getByRole("button", { name: "Revoke The till" }).click();
  await expect(page.getByText("That key is revoked.")).toBeVisible();
  expect((await ask(next)).body.code).toBe("token_invalid");
});

test("staff limit a key to an event and to what it is for", async ({ page }) => {
  await signIn(page.context().request, ADMIN);
  await visit(page, "/account/keys");
  await expect(page.getByLabel("In the dashboard, for")).toBeVisible();
  await expect(page.getByLabel("Let people in")).toBeVisible();
  await expectAccessible(page);
});

test("an app is signed in to, seen and ended", async ({ page, account, request }) => {
  const fields = { email: account.email, password: account.password, name: "A phone" };
  const tokens = await (await request.post("/api/v1/auth/token", { data: fields })).json();
  const headers = { authorization: `Bearer ${tokens.access_token}` };
  expect((await request.get("/api/v1/users/me", { headers })).status()).toBe(200);

  await visit(page, "/account/apps");
  await expect(page.getByRole("heading", { name: "A phone" })).toBeVisible();
  await expectAccessible(page);
  await page.getByRole("button", { name: "Sign out A phone" }).click();
  await expect(page.getByText("That app is signed out.")).toBeVisible();
  expect((await request.get("/api/v1/users/me", { headers })).status()).toBe(401);
});
