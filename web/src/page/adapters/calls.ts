/** How the adapters' calls reach edgee: its queue until its script has come, its methods afterwards. */
import { parse, serialise } from "../json";

type Queue = unknown[] & Record<string, unknown>;

export type Fields = Record<string, unknown>;

/** `window.edgee`, whatever has come first. */
export function receiver(): Queue {
  const page = window as unknown as { edgee?: Queue };
  if (!page.edgee || typeof page.edgee !== "object") page.edgee = [] as unknown as Queue;
  return page.edgee;
}

/** As it is now: pages fill the same object anew for each push. What does not become JSON edgee's script judges. */
function copied(args: unknown[]): unknown[] {
  try {
    return parse(serialise(args, () => {}));
  } catch {
    return args;
  }
}

export function call(method: string, ...args: unknown[]): void {
  const edgee = receiver();
  const given = edgee.load ? args : copied(args);
  const known = edgee[method];
  if (typeof known === "function") known.apply(edgee, given);
  else edgee.push([method, ...given]);
}

/**
 * Says who the visitor is, and makes no event of it. `edgee.user()` alone is a lead, as in Edgee; these pages
 * name their visitor on each page, and did not mean a conversion by it.
 */
export function remember(user: Fields): void {
  const said = filled(user);
  if (Object.keys(said).length) call("user", said, { all: false, pinterest_capi: false });
}

export function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Without what is undefined, null or empty. */
export function filled(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined && value !== null && value !== ""));
}
