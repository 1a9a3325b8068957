/** JSON for reading: indented, coloured, hashes shortened and named. */

/** Pinterest's short names in words; other fields are named well enough by themselves. */
const NAMES = {
  em: "e-mail",
  ph: "phone",
  ge: "gender",
  db: "date of birth",
  ln: "last name",
  fn: "first name",
  ct: "city",
  st: "state",
  zp: "postcode",
  hashed_maids: "mobile advertising id",
};

/** A value as nodes to put into a <pre>. key names it where it has no name of its own. */
export function payload(value, key = "") {
  const fragment = document.createDocumentFragment();
  write(fragment, value, "", key);
  return fragment;
}

function write(into, value, indent, key) {
  if (value === null || typeof value !== "object") return into.append(scalar(value, key));
  const isList = Array.isArray(value);
  const entries = isList ? value.map((each) => [key, each]) : Object.entries(value);
  const [open, close] = isList ? "[]" : "{}";
  if (!entries.length) return into.append(open, close);
  into.append(open);
  // A list of plain values reads best as one line.
  const isShort = isList && value.every((each) => each === null || typeof each !== "object");
  const start = isShort ? "" : `\n${indent}  `;
  entries.forEach(([name, each], i) => {
    into.append(i ? `,${start || " "}` : start);
    if (!isList) into.append(span("key", JSON.stringify(name)), ": ");
    write(into, each, `${indent}  `, name);
  });
  into.append(isShort ? close : `\n${indent}${close}`);
}

function scalar(value, key) {
  if (typeof value === "string" && /^[0-9a-f]{64}$/i.test(value)) {
    const name = NAMES[key] ?? key.replaceAll("_", " ");
    return span("hash", `#${value.slice(0, 8)}…${value.slice(-4)} (hashed ${name})`);
  }
  return span(typeof value === "string" ? "string" : "literal", JSON.stringify(value));
}

function span(className, textContent) {
  return Object.assign(document.createElement("span"), { className, textContent });
}
