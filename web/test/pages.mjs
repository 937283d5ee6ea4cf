// Every kind of page on a phone and on a desk, in light and dark: faults, what axe finds, and whether it overflows.

import { mkdirSync } from "node:fs";

import { ask, drive, examined, open } from "./browser.mjs";

const WIDTHS = { phone: { width: 360, height: 740 }, desk: { width: 1280, height: 900 } };

await drive(async (browser, { base, pages, asked = [], pictures }) => {
  const found = [];
  for (const [device, viewport] of Object.entries(WIDTHS))
    for (const colorScheme of ["light", "dark"]) {
      const { page, faults } = await open(browser, base, { viewport, colorScheme });
      for (const name of pages) {
        await page.goto(base + name);
        found.push({ name, device, colorScheme, ...(await examined(page)), faults: faults.splice(0) });
        if (pictures) await photograph(page, `${pictures}/${name.replaceAll("/", "_")}-${device}-${colorScheme}.png`);
        if (!asked.includes(name)) continue;
        await inUse(page);
        found.push({ name: `${name} in use`, device, colorScheme, ...(await examined(page)), faults: faults.splice(0) });
        if (pictures) await photograph(page, `${pictures}/${name.replaceAll("/", "_")}-${device}-${colorScheme}-used.png`);
      }
    }
  return found;
});

/** A query page with its answer, its picture, its editor and the search field's list. */
async function inUse(page) {
  await ask(page);
  const closed = page.locator(".picture:not([open]) summary");
  if (await closed.count()) await closed.click();
  const edit = page.getByRole("button", { name: "Edit this query" });
  if (await edit.count()) await edit.click();
  await page.locator(".CodeMirror").waitFor();
  await page.getByRole("combobox", { name: "Search" }).fill("m");
  await page.getByRole("option").first().waitFor();
}

async function photograph(page, path) {
  mkdirSync(path.replace(/\/[^/]*$/, ""), { recursive: true });
  await page.screenshot({ path, fullPage: true });
}
