// Runs a test's steps in Chromium: a job comes as JSON on standard input, what was found goes as JSON to standard output.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { text } from "node:stream/consumers";

import { chromium } from "playwright-core";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Call `steps(browser, job)` and print what it gives. */
export async function drive(steps) {
  const job = JSON.parse(await text(process.stdin));
  const browser = await chromium.launch({ executablePath: job.chromium, args: ["--no-sandbox"] });
  try {
    console.log(JSON.stringify(await steps(browser, job)));
  } finally {
    await browser.close();
  }
}

/** A page that keeps its faults: errors in the console, and requests to anywhere but the site. */
export async function open(browser, base, options = {}) {
  const context = await browser.newContext({ reducedMotion: "reduce", ...options });
  const page = await context.newPage();
  const faults = [];
  page.on("console", (message) => message.type() === "error" && faults.push(message.text()));
  page.on("pageerror", (error) => faults.push(String(error)));
  page.on("request", (request) => isOurs(request.url(), base) || faults.push(`asks ${request.url()}`));
  page.on("response", (response) => response.status() >= 400 && faults.push(`${response.status()} ${response.url()}`));
  page.on("requestfailed", (request) => wasLeft(request) || faults.push(`${request.failure()?.errorText} ${request.url()}`));
  return { page, faults };
}

/** Press the page's Ask button and wait for what it says of the answer. */
export async function ask(page) {
  await page.getByRole("button", { name: "Ask", exact: true }).click();
  return answered(page);
}

export async function answered(page) {
  const note = page.locator("p.answer-note[role=status]");
  await note.filter({ hasText: /answered|ended|stopped|cannot/ }).waitFor();
  return note.textContent();
}

/** The text of the file that a button of this name saves. */
export async function saved(page, name) {
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name, exact: true }).click()]);
  return text(await download.createReadStream());
}

/** Whether a request ended because its page was left for another, as one that leads on is. */
function wasLeft(request) {
  return request.failure()?.errorText === "net::ERR_ABORTED";
}

/** What axe finds serious in a page, and by how much it is too wide. */
export async function examined(page) {
  await page.evaluate(AXE);
  const { violations } = await page.evaluate(() => window.axe.run());
  const serious = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  return { overflow, violations: serious.map(({ id, nodes }) => `${id}: ${nodes[0].html} ${nodes[0].failureSummary}`) };
}

function isOurs(address, base) {
  return address.startsWith(base) || address.startsWith("blob:");
}
