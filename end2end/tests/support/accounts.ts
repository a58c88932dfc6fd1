import { randomBytes, randomUUID } from "node:crypto";
import { type APIRequestContext, expect } from "@playwright/test";
import { sql } from "./database";

export interface Account {
  email: string;
  password: string;
  firstName: string;
  lastName: string;
}

/** The seeded person with bookings in every state. Tests only look at them. */
export const DEMO: Pick<Account, "email" | "password"> = { email: "demo@evently.example", password: "evently-demo" };

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

/**
 * The secret of the link that this account was sent last. The database knows only the hash of the one in the mail, so that
 * the link gets another one once its mail is written.
 */
export async function linkSecret({ email }: Pick<Account, "email">, purpose: "verify" | "reset"): Promise<string> {
  const secret = randomBytes(32).toString("hex");
  const newest = `
    select account_tokens.id from account_tokens join users on users.id = user_id
    where email = '${email}' and purpose = '${purpose}' order by account_tokens.id desc limit 1`;
  const hasSecret = () => sql(`select token_hash is not null from account_tokens where id = (${newest})`);
  await expect.poll(hasSecret, "the mail is written").toBe("t");
  await sql(`update account_tokens set token_hash = sha256('${secret}'::bytea) where id = (${newest})`);
  return secret;
}
