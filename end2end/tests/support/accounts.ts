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
