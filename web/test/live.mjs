// The pages as the server gives them: what each is, its faults, what axe finds; and a question from a page elsewhere.

import { ask, drive, examined, open } from "./browser.mjs";

await drive(async (browser, { base, paths, query }) => {
  const { page, faults } = await open(browser, base);
  const pages = [];
  for (const path of paths) pages.push({ path, ...(await visited(page, base + path)), faults: faults.splice(0) });
  await page.goto(`${base}query/who-claims.html`);
  const note = await ask(page);
  return { pages, inPage: { note, ...(await examined(page)), faults }, byServer: await unscripted(browser, base), elsewhere: await elsewhere(browser, base, query) };
});

async function visited(page, address) {
  const response = await page.goto(address);
  const shown = { status: response.status(), address: page.url(), heading: (await page.textContent("h1")).trim() };
  const styled = await page.evaluate(() => getComputedStyle(document.querySelector("main")).maxWidth !== "none");
  return { ...shown, styled, ...(await examined(page)) };
}

/** A query page without any script: what it shows is the server's own answer. */
async function unscripted(browser, base) {
  const { page, faults } = await open(browser, base, { javaScriptEnabled: false });
  await page.goto(`${base}query/who-claims.html`);
  return { rows: await page.locator("#answer tbody tr").count(), faults };
}

/** A page of another origin, and with no policy, sends a query in its own media type, which a browser asks leave for. */
async function elsewhere(browser, base, query) {
  const page = await (await browser.newContext({ bypassCSP: true })).newPage();
  await page.goto(base.replace("127.0.0.1", "localhost"));
  return page.evaluate(
    async ([address, body]) => {
      const headers = { "Content-Type": "application/sparql-query", Accept: "application/sparql-results+json" };
      const response = await fetch(address, { method: "POST", headers, body });
      return { etag: response.headers.get("ETag"), answer: await response.json() };
    },
    [`${base}sparql`, query],
  );
}
