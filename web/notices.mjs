// The licences of what is bundled, from the lock file.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

// These come without the text of their licence; it is the usual one, held by those whom their repositories name.
const HOLDERS = {
  oxigraph: "2018 Oxigraph developers",
  "@zazuko/yasqe": "Triply and Zazuko GmbH",
  "@zazuko/yasgui-utils": "Triply and Zazuko GmbH",
};
const RULE = `\n${"-".repeat(80)}\n\n`;

/** One section for each package that is not only for development. */
export function notices(folder) {
  const lock = JSON.parse(readFileSync(join(folder, "package-lock.json"), "utf8"));
  const packages = Object.entries(lock.packages).filter(([path, { dev, optional }]) => path && !dev && !optional);
  const sections = packages.map(([path, { version, license }]) => {
    const name = path.replace(/^.*node_modules\//, "");
    return `${name} ${version}\n${license}\n\n${text(folder, path, name).trim()}\n`;
  });
  return `The JavaScript and WebAssembly here hold the work of others, under these licences.\n${RULE}${sections.join(RULE)}`;
}

function text(folder, path, name) {
  const file = readdirSync(join(folder, path)).find((file) => /^(licen[cs]e|copying)(\.\w+)?$/i.test(file));
  if (file) return readFileSync(join(folder, path, file), "utf8");
  if (!HOLDERS[name]) throw new Error(`${name} has no licence file; name its holder in notices.mjs.`);
  return `Copyright (c) ${HOLDERS[name]}\n\n${readFileSync(join(folder, "MIT.txt"), "utf8")}`;
}
