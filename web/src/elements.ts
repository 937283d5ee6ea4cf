// Elements, made without HTML text, so that nothing in an answer can become markup.

type Attributes = Record<string, string | number | boolean | undefined>;

const SVG = "http://www.w3.org/2000/svg";

/** An element with attributes (a false or undefined one is left out) and children. */
export function element<K extends keyof HTMLElementTagNameMap>(
  name: K,
  attributes: Attributes = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  return filled(document.createElement(name), attributes, children);
}

export function svg<K extends keyof SVGElementTagNameMap>(
  name: K,
  attributes: Attributes = {},
  ...children: (Node | string)[]
): SVGElementTagNameMap[K] {
  return filled(document.createElementNS(SVG, name), attributes, children);
}

export function button(label: string, action: () => void): HTMLButtonElement {
  const made = element("button", { type: "button" }, label);
  made.addEventListener("click", action);
  return made;
}

/** A button that is not what the page is for. */
export function quietButton(label: string, action: () => void): HTMLButtonElement {
  const made = button(label, action);
  made.className = "quiet";
  return made;
}

function filled<E extends Element>(made: E, attributes: Attributes, children: (Node | string)[]): E {
  for (const [key, value] of Object.entries(attributes))
    if (value !== undefined && value !== false) made.setAttribute(key, value === true ? "" : String(value));
  made.append(...children);
  return made;
}
