/**
 * What a page does for a journal that several tabs write to: it puts back what was written over, takes out what
 * was brought back, and takes up what pages that are gone have left.
 */
import { type Entry, head, isEntry, isForeign, JOURNAL, tail } from "./journal-format";
import type { Facade } from "./python";

/** Once no other tab has written to the journal for so long, it is looked at what is left in it; at most so late. */
const quietMs = 1000;
const longestLookMs = 60_000;

/** The parts of a journal's upkeep that the line to Python has a use for. */
export interface Upkeep {
  /** Why calls are in memory only, where they are; told once in the console. */
  unstored(): string | undefined;
  /** Notes what has ended: another tab, which wrote what it had read before, may bring it back. */
  end(ids: string[]): void;
  /** Puts back what another tab's write has lost of ours, and takes out what it has brought back. Was there any? */
  heal(): boolean;
  /** Looks at what is left in the journal once nobody writes to it. */
  lookLater(): void;
  /** Takes over what pages have left behind: from now on this page looks after it. */
  takeUp(): void;
}

function leavings(): string[] {
  try {
    return Object.keys(localStorage).filter((key) => key.startsWith(`${JOURNAL}_`));
  } catch {
    return []; // nothing is stored where storing is forbidden
  }
}

/** `handOver` tells Python of all that is in the journal. */
export function upkeep(facade: Facade, handOver: () => void): Upkeep {
  const { entries, log, open, parse, read, safely, stringify, update, write } = facade;
  /** Ended here. */
  const struck = new Set<string>();
  /** Put back already: what is missing again is put back when no tab writes, or two tabs might never agree. */
  const healed = new Set<string>();
  let reason: string | undefined;
  let quiet: ReturnType<typeof setTimeout>;
  let lookMs = quietMs;

  const heal = () => {
    const stored = read(JOURNAL) ?? "";
    const has = (id: string) => stored.includes(id);
    const lost = [...open.keys()].filter((id) => !has(id));
    const isWrong = lost.some((id) => !healed.has(id)) || [...struck].some(has);
    if (isWrong) update([]);
    for (const id of lost) healed.add(id);
    return isWrong;
  };

  /** The calls of a place that this page has neither noted nor struck. */
  const leftIn = (text: string): Entry[] => {
    try {
      const { calls } = parse(text) as { calls: Entry[] };
      return calls.filter((call) => isEntry(call) && !open.has(call.id) && !struck.has(call.id));
    } catch {
      return []; // somebody else's text
    }
  };

  /** Without room, or where a later version's journal is, what was left stays where it is. */
  const takeUpFrom = (key: string) => {
    const left = read(key) ?? "";
    if (isForeign(left) || isForeign(read(JOURNAL))) return;
    const calls = leftIn(left);
    // Also those that the journal has: nobody looks after them there, and what was left behind is the page's last word.
    const all = new Map([...entries(), ...calls].map((each) => [each.id, each]));
    const text = head + stringify([...all.values()]).slice(1, -1) + tail;
    if (calls[0] && !write(JOURNAL, text)) return;
    for (const call of calls) open.set(call.id, stringify(call));
    write(key, null);
  };

  const takeUp = () => {
    for (const key of leavings()) takeUpFrom(key);
  };

  /**
   * A tab that was killed may have left something behind, or not have struck what the worker told it to; one
   * that wrote late may have brought back what has ended. Python knows which: it is asked, ever less often.
   */
  const look = () => {
    healed.clear();
    const isHealed = heal();
    const isOthers = ({ id, held }: Entry) => !held && !open.has(id);
    const hasOthers = leavings()[0] || entries().some(isOthers);
    if (!hasOthers && !isHealed) {
      lookMs = quietMs;
      return;
    }
    if (hasOthers) handOver();
    lookMs = Math.min(2 * lookMs, longestLookMs);
    lookLater();
  };

  const lookLater = () => {
    clearTimeout(quiet);
    quiet = setTimeout(() => safely(look), lookMs);
  };

  const findReason = (): string | undefined => {
    entries();
    try {
      const stored = localStorage.getItem(JOURNAL) ?? "";
      if ([...open.keys()].every((id) => stored.includes(id))) return undefined;
      const probe = "_edgee_probe";
      localStorage.setItem(probe, [...open.values()].join());
      localStorage.removeItem(probe);
      // Another tab may have written over it, which `heal` mends.
      return isForeign(stored) ? "a later version has its calls there" : undefined;
    } catch (error) {
      return `${error}`;
    }
  };

  const unstored = () => {
    if (reason) return reason;
    reason = findReason();
    if (reason) log(`edgee: calls cannot be kept on this device, and last as long as their page (${reason}).`);
    return reason;
  };

  const end = (ids: string[]) => {
    for (const id of ids) struck.add(id);
  };

  return { end, heal, lookLater, takeUp, unstored };
}
