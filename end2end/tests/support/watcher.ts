import type { BrowserContext, ConsoleMessage, Request, Response } from "@playwright/test";

interface Refusal {
  status: number;
  path: RegExp;
  seen: boolean;
}

/** Hears everything that the pages of a test's browsers complain about. */
export class Watcher {
  readonly #heard: string[] = [];
  readonly #refusals: Refusal[] = [];
  readonly #hasScripts: boolean;
  #isCutOff = false;

  constructor(hasScripts: boolean) {
    this.#hasScripts = hasScripts;
  }

  follow(context: BrowserContext): void {
    context.on("console", (message) => this.#hearConsole(message));
    context.on("weberror", (error) => this.#hearError(error.error()));
    context.on("requestfailed", (request) => this.#hearFailure(request));
    context.on("response", (response) => this.#hearResponse(response));
  }

  /** The test brings about replies of this status on purpose; one has to come. */
  expectRefusal(status: number, path: RegExp): void {
    this.#refusals.push({ status, path, seen: false });
  }

  /** The test takes the connection away: from now on, requests may fail for want of one. */
  expectNoConnection(): void {
    this.#isCutOff = true;
  }

  /** What was heard and not expected, and what was expected and not heard. */
  complaints(): string[] {
    const missing = this.#refusals.filter((refusal) => !refusal.seen);
    return [...this.#heard, ...missing.map(({ status, path }) => `no reply ${status} came from ${path}`)];
  }

  #hearConsole(message: ConsoleMessage): void {
    // A reply or request that failed is heard by itself, with its address.
    const isTold = message.text().startsWith("Failed to load resource:");
    const isUnused = message.text().includes("was preloaded using link preload but not used") && !this.#hasScripts;
    if (["error", "warning"].includes(message.type()) && !isTold && !isUnused) {
      this.#heard.push(`console ${message.type()} on ${message.page()?.url()}: ${message.text()}`);
    }
  }

  #hearError({ message, stack }: Error): void {
    // Chromium's own words where the next page came too late to turn into: it is shown without.
    if (!message.startsWith("Transition was aborted")) {
      this.#heard.push(`uncaught: ${stack || message}`);
    }
  }

  #hearFailure(request: Request): void {
    const reason = request.failure()?.errorText ?? "no reason given";
    // The browser itself drops what a page it leaves was still loading, and scripts where they are switched off.
    const isDropped = reason === "net::ERR_ABORTED" || (reason === "csp" && !this.#hasScripts);
    const isCutOff = this.#isCutOff && reason === "net::ERR_INTERNET_DISCONNECTED";
    if (!isDropped && !isCutOff) {
      this.#heard.push(`request failed: ${request.method()} ${request.url()}: ${reason}`);
    }
  }

  #hearResponse(response: Response): void {
    if (response.status() < 400) {
      return;
    }
    const { pathname } = new URL(response.url());
    const expected = this.#refusals.find(({ status, path }) => status === response.status() && path.test(pathname));
    if (expected) {
      expected.seen = true;
    } else {
      this.#heard.push(`reply ${response.status()}: ${response.request().method()} ${response.url()}`);
    }
  }
}
