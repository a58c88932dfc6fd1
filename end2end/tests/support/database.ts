import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const POSTGRES_BIN = fileURLToPath(new URL("../../../scripts/postgres-bin", import.meta.url));

/** Runs statements in the database of the site under test, and answers what the last one found, a line a row. */
export async function sql(statements: string): Promise<string> {
  const url = process.env.DATABASE_URL;
  if (!url) {
    throw new Error("DATABASE_URL names the database that the site under test runs on: scripts/e2e sets it");
  }
  const { stdout: bin } = await run(POSTGRES_BIN);
  const options = ["--quiet", "--tuples-only", "--no-align", "--set", "ON_ERROR_STOP=1", "--single-transaction"];
  const { stdout } = await run(`${bin.trim()}/psql`, [url, ...options, "--command", statements]);
  return stdout.trim();
}
