import { randomUUID } from "node:crypto";
import { type APIRequestContext, expect } from "@playwright/test";

export interface Account {
  email: string;
  password: string;
  firstName: string;
  lastName: string;
}

/** The seeded person with bookings in every state. Tests only look at them. */
export const DEMO: Pick<Account, "email" | "password"> = { email: "demo@evently.example", password: "evently-demo" };

/** The seeded owner of the site. */
export const ADMIN: Pick<Account, "email" | "password"> = { email: "admin@evently.example", password: "evently-admin" };

/** An account that nobody else has. */
export function newAccount(): Account {
  return { email: `${randomUUID()}@example.org`, password: "correct horse", firstName: "Ada", lastName: "Lovelace" };
}

/** Makes an account and signs it in, in the browser that this request belongs to. */
export async function signUp(request: APIRequestContext, account = newAccount()): Promise<Account> {
  const { email, password, firstName: first_name, lastName: last_name } = account;
  const reply = await request.post("/api/v1/auth/register", { data: { email, password, first_name, last_name } });
  expect(reply.status(), await reply.text()).toBe(200);
  return account;
}

/** Signs an account in, in the browser that this request belongs to. */
export async function signIn(request: APIRequestContext, { email, password }: Pick<Account, "email" | "password">): Promise<void> {
  const reply = await request.post("/api/v1/auth/login", { data: { email, password } });
  expect(reply.status(), await reply.text()).toBe(200);
}

/** The pages that links in mails lead to. */
type LinkedPage = "admin/invitation" | "guest" | "reset-password" | "unsubscribe" | "verify-email";

/** The path in the newest mail to this account that leads to the page and can be used. */
export async function pathInMail(request: APIRequestContext, { email }: Pick<Account, "email">, page: LinkedPage): Promise<string> {
  let found = "";
  await expect(async () => {
    found = await newestPath(request, email, page);
    expect((await request.get(found)).status(), "an older link is over").toBe(200);
  }, `a mail that leads to /${page}`).toPass();
  return found;
}

async function newestPath(request: APIRequestContext, email: string, page: LinkedPage): Promise<string> {
  const mailbox = await (await request.get(`/dev/mailbox?to=${email}`)).text();
  for (const [, id] of mailbox.matchAll(/"\/dev\/mailbox\/([0-9a-f-]{36})"/g)) {
    const text = await (await request.get(`/dev/mailbox/${id}/text`)).text();
    const path = text.match(new RegExp(`/${page}\\?token=\\S+`));
    if (path) {
      return path[0];
    }
  }
  throw new Error(`no mail to ${email} leads to /${page}`);
}
