import { defineConfig } from "@playwright/test";
import tests from "./playwright.config";

/** Measures of what people see: one at a time, on a machine that does nothing else. */
export default defineConfig({
  ...tests,
  testDir: "./measures",
  workers: 1,
  reporter: "list",
  // Recording takes more time than what is measured.
  use: { ...tests.use, trace: "off", screenshot: "off" },
  projects: (tests.projects ?? []).filter(({ name }) => name === "desktop"),
});
