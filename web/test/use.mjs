// A query page in use: by keyboard, with hostile values, with a query that runs away, from an address, from a file.

import { answered, ask, drive, open, saved } from "./browser.mjs";

const RUNAWAY = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }";
const STEPS = { keyboard, hostile, runaway, address, downloads, completion, search, timeline, moved, file, sizes, linked, unfound, undeclared, long };

await drive(async (browser, job) => {
  const { page, faults } = await open(browser, job.step === "file" ? "file:" : job.base);
  return { ...(await STEPS[job.step](page, job)), faults };
});

async function keyboard(page, { base }) {
  await page.goto(`${base}query/who-claims.html`);
  await tabTo(page, "about");
  await page.keyboard.press("ControlOrMeta+A");
  await page.keyboard.type("lkg:seb");
  await page.keyboard.press("Enter");
  const byForm = await answered(page);
  await tabTo(page, "Edit this query");
  await page.keyboard.press("Enter");
  await retype(page, "ASK { lkg:mia a lala:Character }");
  await page.keyboard.press("Control+Enter");
  await page.locator(".verdict").waitFor();
  const verdict = await page.textContent(".verdict");
  await page.keyboard.press("Tab");
  const left = await page.evaluate(() => document.activeElement?.closest(".CodeMirror") === null);
  return { byForm, verdict, left };
}

/** Type into the editor, once it has the focus, in the place of what it holds. */
async function retype(page, text) {
  await page.locator(".CodeMirror-focused").waitFor();
  await page.keyboard.press("ControlOrMeta+A");
  await page.keyboard.type(text);
}

/** Press Tab until the element of that name or text has the focus. */
async function tabTo(page, name) {
  for (let i = 0; i < 200; i++) {
    await page.keyboard.press("Tab");
    if (await page.evaluate((name) => [document.activeElement.name, document.activeElement.textContent].includes(name), name)) return;
  }
  throw new Error(`no way to ${name} by Tab`);
}

async function hostile(page, { base, values }) {
  await page.goto(`${base}query/who-claims.html`);
  const said = [];
  for (const value of values) {
    await page.locator("[name=about]").fill(value);
    said.push(await ask(page));
  }
  return { said, injected: await page.locator("#query img").count() };
}

async function runaway(page, { base }) {
  await page.goto(`${base}query/new.html#${new URLSearchParams({ query: RUNAWAY })}`);
  await page.getByRole("button", { name: "Stop" }).waitFor();
  await page.waitForFunction(() => /Asking/.test(document.querySelector(".answer-note").textContent), undefined, { timeout: 20_000 });
  const ticks = await page.evaluate(
    () => new Promise((done) => {
      let count = 0;
      setInterval(() => count++, 10);
      setTimeout(() => done(count), 500);
    }),
  );
  await page.getByRole("button", { name: "Stop" }).click();
  const stopped = await answered(page);
  await page.locator(".CodeMirror textarea").focus();
  await retype(page, "SELECT ?world WHERE { ?world a lala:World }");
  return { ticks, stopped, after: await ask(page), rows: await page.locator("#answer tbody tr").count() };
}

async function address(page, { base }) {
  await page.goto(`${base}query/who-claims.html?about=lkg:seb`);
  const note = await answered(page);
  return { note, field: await page.inputValue("[name=about]"), address: page.url() };
}

async function downloads(page, { base }) {
  await page.goto(`${base}query/who-plays-whom.html`);
  await ask(page);
  const csv = await saved(page, "CSV");
  const tsv = await saved(page, "TSV");
  const links = await page.locator("#answer a").evaluateAll((all) => all.map(({ href }) => href));
  await page.goto(`${base}query/world-as-graph.html`);
  await ask(page);
  const turtle = await saved(page, "Turtle");
  const xml = await saved(page, "RDF/XML");
  await page.goto(`${base}query/neighbours-of.html#${new URLSearchParams({ thing: "lkg:div-kiss" })}`);
  await ask(page);
  return { csv, tsv, links, turtle, xml, picture: await page.locator(".picture svg circle").count() };
}

async function completion(page, { base }) {
  await page.goto(`${base}query/new.html`);
  await page.locator(".CodeMirror textarea").focus();
  await retype(page, "SELECT * WHERE { ?s lala:inWo");
  await page.keyboard.press("Control+Space");
  await page.locator(".CodeMirror-hint").first().waitFor();
  const hints = await page.locator(".CodeMirror-hint").allTextContents();
  await page.keyboard.press("Enter");
  const text = await page.locator(".CodeMirror-code").innerText();
  return { hints, text };
}

async function search(page, { base, typed }) {
  await page.goto(`${base}query/who-claims.html`);
  await page.getByRole("combobox", { name: "Search" }).focus();
  await page.keyboard.type(typed);
  await page.getByRole("option").first().waitFor();
  const options = await page.getByRole("option").allTextContents();
  await page.keyboard.press("Escape");
  const closed = await page.getByRole("option").count();
  await page.keyboard.press("Backspace");
  await page.getByRole("option").first().waitFor();
  await page.keyboard.press("ArrowDown");
  const active = await page.getByRole("combobox").getAttribute("aria-activedescendant");
  await page.keyboard.press("Enter");
  await page.waitForURL(/id\//);
  return { options, closed, active, heading: await page.textContent("h1") };
}

/** The links of the front page's drawing, and where the first leads by keyboard. */
async function timeline(page, { base }) {
  await page.goto(`${base}index.html`);
  const drawn = page.locator("main svg a");
  const links = await drawn.evaluateAll((all) => all.map(({ href }) => href.baseVal));
  const names = await drawn.evaluateAll((all) => all.map((link) => link.textContent.trim()));
  await tabInto(page, "main svg a");
  const first = await page.evaluate(() => new URL(document.activeElement.href.baseVal, location.href).href);
  await page.keyboard.press("Enter");
  await page.waitForURL(first);
  return { links, names, heading: await page.textContent("h1") };
}

async function tabInto(page, selector) {
  for (let i = 0; i < 100; i++) {
    await page.keyboard.press("Tab");
    if (await page.evaluate((selector) => document.activeElement.matches(selector), selector)) return;
  }
  throw new Error(`no way to ${selector} by Tab`);
}

async function moved(page, { base, part }) {
  await page.goto(base + part);
  await page.waitForURL(/#/);
  return { address: page.url(), target: await page.locator(":target").innerText() };
}

async function file(page, { folder }) {
  await page.goto(`file://${folder}/query/who-claims.html`);
  return { said: await page.locator("#query").innerText(), asks: await page.getByRole("button", { name: "Ask" }).isVisible() };
}

/** Where the links of an answer lead. */
async function linked(page, { base, path }) {
  await page.goto(base + path);
  await ask(page);
  const more = page.getByRole("button", { name: "Show all" });
  if (await more.count()) await more.click();
  return { links: await page.locator("#answer table a").evaluateAll((all) => all.map(({ href, rel }) => ({ href, rel }))) };
}

/** What the page of all things shows of what is asked. */
async function unfound(page, { base, typed }) {
  await page.goto(`${base}things.html?${new URLSearchParams({ q: typed })}`);
  await page.getByRole("combobox").waitFor();
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  const shown = async (selector) => page.locator(selector).filter({ visible: true }).allInnerTexts();
  return { headings: await shown("main h2"), jumps: await shown(".jump a"), items: await shown("[data-filter] li"), said: await shown("[role=status]") };
}

/** A query with prefixes that it does not declare, as the editor shows it and the page answers it. */
async function undeclared(page, { base, query }) {
  await page.goto(`${base}query/new.html#${new URLSearchParams({ query })}`);
  const note = await answered(page);
  const asked = new URLSearchParams(new URL(page.url()).hash.slice(1)).get("query");
  const shown = await page.locator(".CodeMirror").evaluate((editor) => editor.CodeMirror.getValue());
  return { note, asked, shown, marks: await page.locator(".parseErrorIcon, .sp-error").count() };
}

/** By how much a page of a phone is too wide for a word without end in each of its texts. */
async function long(page, { base, pages }) {
  await page.setViewportSize({ width: 360, height: 740 });
  const found = {};
  for (const name of pages) {
    await page.goto(base + name);
    found[name] = await page.evaluate(() => {
      for (const text of document.querySelectorAll("h1, h2, main p, main li a, main dt, main dd")) text.append("x".repeat(120));
      return document.documentElement.scrollWidth - window.innerWidth;
    });
  }
  return { found };
}

/** The bytes that a page costs before anything is asked. */
async function sizes(page, { base, pages }) {
  const found = {};
  for (const name of pages) {
    const sent = [];
    const count = async (response) => sent.push(response.body().then((body) => body.length));
    page.on("response", count);
    await page.goto(base + name, { waitUntil: "networkidle" });
    page.off("response", count);
    found[name] = (await Promise.all(sent)).reduce((sum, bytes) => sum + bytes, 0);
  }
  return { found };
}
