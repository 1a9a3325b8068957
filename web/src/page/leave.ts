/**
 * A page that goes away: what nobody has taken yet is sent as it is, in Edgee's wire format, for the
 * relay's Python to work on. What earlier pages could not hand over goes along, so that the visitor stays
 * one and the same. The calls stay in the journal: the next Python takes them for their state, and what
 * it sends of them again the relay counts once.
 */
import { config, endpoint, unset } from "./config";
import { consent } from "./consent";
import { request } from "./fetch";
import { entries } from "./journal";
import { parse, stringify } from "./json";
import { read, stored } from "./storage";
import { collected } from "./wire";

/** Bytes; a browser lets a page that goes away send 64 KiB in all. */
const limit = 60_000;

const size = (value: unknown) => new Blob([stringify(value)]).size;

/** Posts what may go, in order, as much as fits; the rest waits for the next page. A string body is text/plain: no preflight, which the page would not live to see. */
export function leave(): void {
  const more = { state: stored(), config };
  let left = limit - size(more);
  const calls = entries().filter(({ queued, held, early }) => !queued && !held && !early);
  const sent = calls.filter((call) => (left -= size(call)) > 0);
  if (!sent[0] || consent(calls, read("_edgee"), parse, unset) !== "granted") return;
  const url = `${endpoint}/event?t=${Date.now()}`;
  const body = stringify(collected(sent, more));
  request(url, { method: "POST", body, keepalive: true }).catch(() => {});
}
