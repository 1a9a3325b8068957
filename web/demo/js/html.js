const ENTITIES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

class Markup {
  constructor(text) {
    this.text = text;
  }
  toString() {
    return this.text;
  }
}

function escaped(value) {
  if (value instanceof Markup) return value.text;
  if (Array.isArray(value)) return value.map(escaped).join("");
  if (value == null || value === false) return "";
  return String(value).replace(/[&<>"']/g, (character) => ENTITIES[character]);
}

/** Markup from a template; every value is escaped unless it is markup itself. */
export function html(strings, ...values) {
  return new Markup(strings.reduce((text, string, i) => text + escaped(values[i - 1]) + string));
}

/** Replace what an element holds. */
export function render(element, markup) {
  element.innerHTML = escaped(markup);
}
