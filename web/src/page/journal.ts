/**
 * The journal: every call, on the device until its end is known.
 *
 * Two tabs that write at the same moment may overwrite each other; each puts back what it misses of its own
 * (`heal` in upkeep.ts), and leaves it in a place of its own when it goes away, from where `takeUp` fetches it.
 */
import { type Entry, head, isEntry, isForeign, JOURNAL, tail } from "./journal-format";
import { parse, stringify } from "./json";
import { read, write } from "./storage";

/** Where this page has left behind what it has noted. */
let place: string | undefined;

/** Where it will do so next. */
let next: string | undefined;

/** Characters; past it the oldest calls go. A browser grants an origin about five million in all. */
const limit = 1_000_000;

/** What this page has noted and not struck: id → record. */
export const open = new Map<string, string>();

/** Ended: ids that another tab, which wrote what it had read before, may have brought back. */
const struck = new Set<string>();

/** Noted, but not yet on the device: calls made in one go are written together, before the page goes on. */
let unwritten: string[] = [];

function text(stored = read(JOURNAL)): string {
  return stored?.startsWith(head) && stored.endsWith(tail) ? stored : head + tail;
}

/** A later version's journal is not ours to touch: then this page's calls live in memory only. */
function put(records: string, key = JOURNAL): boolean {
  return !isForeign(read(JOURNAL)) && write(key, records && head + records + tail);
}

/** Everything in the journal, this page's latest included. */
export function entries(): Entry[] {
  commit();
  let calls: Entry[] = [];
  try {
    calls = parse(text()).calls.filter(isEntry);
  } catch {
    // Somebody else's text: what this page knows is all there is.
  }
  const known = new Set(calls.map((call) => call.id));
  open.forEach((record, id) => known.has(id) || calls.push(parse(record)));
  return calls.filter(({ id }) => !struck.has(id));
}

let evicted: (calls: Entry[]) => void;

/** `heard` is given the calls that had to go to make room. */
export function onEvicted(heard: typeof evicted): void {
  evicted = heard;
}

/** Notes a record. */
export function append(id: string, record: string): void {
  open.set(id, record);
  if (unwritten.push(record) === 1) queueMicrotask(commit);
}

function commit(): void {
  const records = unwritten.join();
  const stored = read(JOURNAL);
  if (!records || isForeign(stored)) return;
  unwritten = [];
  const before = text(stored).slice(0, -tail.length);
  const after = before + (before.length > head.length ? "," : "") + records + tail;
  // A storage that is full or forbidden is no harm as long as memory holds what this page has noted.
  if (after.length <= limit && (write(JOURNAL, after) || [...open.values()].join().length <= limit)) return;
  const calls = entries();
  const gone: Entry[] = [];
  do gone.push(...calls.splice(0, calls.length / 4 + 1));
  while (stringify(calls).length > limit);
  update(gone.map(({ id }) => id));
  evicted(gone);
}

/** Takes records out and puts others in the place of those with the same id. */
export function update(strike: string[], keep: Record<string, Entry> = {}): void {
  for (const id of strike) {
    open.delete(id);
    struck.add(id);
  }
  for (const [id, call] of Object.entries(keep)) open.set(id, stringify(call));
  put(stringify(entries().map((call) => keep[call.id] ?? call)).slice(1, -1));
  if (place) leaveBehind(place);
}

/**
 * The page may not come back, and another tab may write over what it has noted. Each time in a new place: from
 * the old one another tab may be taking up what was there, to remove it then.
 */
export function leaveBehind(key = (next ??= `${JOURNAL}_${Math.random()}`)): void {
  if (!put([...open.values()].join(), key)) return;
  if (place && place !== key) write(place, null);
  place = key;
  next = undefined;
}
