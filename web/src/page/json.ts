/** JSON as the browser made it, before a page could replace it, and values that do not become JSON. */

const { parse, stringify: native } = JSON;
export { parse };

/** Without the `toJSON` that old libraries give every array: it makes them text within the text. */
export function stringify(value: unknown, replacer?: (this: unknown, key: string, value: unknown) => unknown): string {
  const arrays = Array.prototype as { toJSON?: unknown };
  const { toJSON } = arrays;
  if (!toJSON) return native(value, replacer);
  delete arrays.toJSON;
  try {
    return native(value, replacer);
  } finally {
    arrays.toJSON = toJSON;
  }
}

/** So many values make no record short enough, and counting them takes a few milliseconds. */
const most = 10_000;

/**
 * The value as JSON text. What JSON has no word for is mended, and `mending` called: a big integer becomes
 * text, a reference back to its own ancestor goes. Throws where the value itself throws on being read, and
 * where there is no end of it: an element of a page leads to everything in it, in every order.
 */
export function serialise(value: unknown, mending: () => void): string {
  const ancestors: unknown[] = [];
  let count = 0;
  return stringify(value, function (_, each) {
    if (++count > most) throw "they have no end";
    const isBig = typeof each === "bigint";
    if (isBig || (typeof each === "object" && each)) {
      while (ancestors.length && ancestors[ancestors.length - 1] !== this) ancestors.pop();
      if (isBig || ancestors.includes(each)) {
        mending();
        return isBig ? `${each}` : undefined;
      }
      ancestors.push(each);
    }
    return each;
  });
}
