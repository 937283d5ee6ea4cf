// Every query page asked as it stands, and then with other values: what it answers, and how long the engine took.

import { ask, drive, open, saved } from "./browser.mjs";

await drive(async (browser, { base, cases }) => {
  const { page, faults } = await open(browser, base);
  const found = [];
  for (const { name, fields } of cases) {
    await page.goto(`${base}query/${name}.html`);
    found.push(await answer(page, name, {}));
    if (fields.length) found.push(await answer(page, name, await widened(page, fields)));
  }
  return { found, faults };
});

/** Give each field one value more than it has. */
async function widened(page, fields) {
  const values = {};
  for (const field of fields) {
    const input = page.locator(`[name="${field}"]`);
    values[field] = `${await input.inputValue()} lkg:seb`;
    await input.fill(values[field]);
  }
  return values;
}

async function answer(page, name, values) {
  const note = await ask(page);
  const isGraph = (await page.getByRole("button", { name: "Turtle" }).count()) > 0;
  const file = await saved(page, isGraph ? "N-Triples" : "JSON");
  const again = await ask(page);
  return { name, values, note, again, isGraph, file, rows: await page.locator("#answer tbody tr").count() };
}
