/** The journal's text: `{"v":1,"calls":[…]}`, of which a place where a page leaves calls behind is another. */
import type { Page } from "./snapshot";

export const JOURNAL = "_edgee_journal";

/** What the text is between: one string, so that appending needs no parsing. */
export const head = '{"v":1,"calls":[';
export const tail = "]}";

/**
 * A call's record; `held` and `queued` mark the forms that Python puts in its place, `early` one whose
 * page has yet to learn what its document declares: no other page may take it up meanwhile.
 */
export interface Entry {
  id: string;
  at: number;
  method: string;
  arguments: unknown[];
  page: Page;
  early?: boolean;
  held?: boolean;
  queued?: unknown[];
}

/** Whether a later version has written this. */
export function isForeign(text: string | null): boolean {
  return /^\{"v":(?!1,)\d/.test(text ?? "");
}

/** Whether a record is one of ours: anybody's script may write here. */
export function isEntry(call: Partial<Entry> | null): boolean {
  return typeof call?.id === "string" && !!(call.queued ?? (call.page && Array.isArray(call.arguments)));
}
