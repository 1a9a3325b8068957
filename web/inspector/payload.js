/** JSON for reading: indented, coloured, hashes shortened. */

const HASHED = {
  em: "e-mail",
  ph: "phone",
  ge: "gender",
  db: "date of birth",
  ln: "last name",
  fn: "first name",
  ct: "city",
  st: "state",
  zp: "postcode",
  country: "country",
  external_id: "external id",
  hashed_maids: "mobile advertising id",
};
const SECRET = /token|authorization|secret|password/i;

/** A value as nodes to put into a <pre>. */
export function payload(value) {
  const fragment = document.createDocumentFragment();
  write(fragment, value, "", "");
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
    if (SECRET.test(name)) into.append(span("hidden", "hidden"));
    else write(into, each, `${indent}  `, name);
  });
  into.append(isShort ? close : `\n${indent}${close}`);
}

function scalar(value, key) {
  if (typeof value === "string" && /^[0-9a-f]{64}$/i.test(value)) {
    const short = `${value.slice(0, 8)}…${value.slice(-4)}`;
    return span("hash", HASHED[key] ? `${short} (hashed ${HASHED[key]})` : short);
  }
  return span(typeof value === "string" ? "string" : "literal", JSON.stringify(value));
}

function span(className, text) {
  const element = document.createElement("span");
  element.className = className;
  element.textContent = text;
  return element;
}
