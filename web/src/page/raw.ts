/**
 * What takes Python's place in a page where it cannot run: it speaks the worker's protocol, and has the
 * relay's Python do the work, by posting the calls as they are. A file of its own, loaded only there.
 */
import { consent } from "./consent";
import type { Trace } from "./debug";
import type { Entry } from "./journal-format";
import { collected } from "./wire";

type Outcome = { id: string; method: string; outcome: string } & Record<string, unknown>;
type Stored = Record<string, string | null>;

/** The relay's answer, as far as it matters here. */
interface Answer {
  error?: { message: string };
  outcomes?: Outcome[];
  held?: string[];
  state?: Stored;
  trace?: Trace[];
  rejected?: { event_id: string; reason: string; message: string }[];
}

/** The page's first words; see python.ts. */
interface Hello {
  client: object;
  consent: string;
  gpc: boolean;
  settings?: object;
  trace?: boolean;
  endpoint: string;
  stored: Stored;
  journal: Entry[];
}

interface Message {
  online?: number;
  hello?: Hello;
  calls?: Entry[];
  stored?: Stored;
  found?: Stored;
  news?: number;
  evicted?: string[];
  flush?: number;
}

/** What the page lends: its way to hear, its journal, and JSON and fetch as they were before somebody replaced them. */
interface Page {
  hear(message: object): void;
  entries(): Entry[];
  request: typeof fetch;
  parse(text: string): unknown;
  stringify(value: unknown): string;
  reason: string;
}

/** A request's bytes, if it is to outlive the page: a browser lets it have 64 KiB in all. */
const most = 60_000;

/** Answers that mean not now. */
const later = [408, 425, 429];

/** So long an answer may take. */
const patienceMs = 10_000;

/** Pinterest takes no older events, and nothing raw stays on a device for longer. */
const oldestMs = 7 * 24 * 3600_000;

/** Pauses where the relay does not answer, and the longest that it may ask for; see edgee_py/retry.py. */
const firstPauseMs = 1000;
const longestPauseMs = 300_000;
const longestAskedMs = 3_600_000;

/** More calls do not wait; see edgee_py/call.py. */
const mostCalls = 1000;

/** One sender at a time for the whole origin; the worker asks for the same lock. */
const lock = `edgee ${new URL("../..", import.meta.url).href}`;

/** The milliseconds that a Retry-After asks for, be it seconds or a date. */
function asked(after: string | null): number {
  const ms = /^\d+$/.test(after ?? "") ? +after! * 1000 : Date.parse(after!) - Date.now();
  return ms > 0 ? Math.min(ms, longestAskedMs) : 0;
}

/** Bytes of a text: in most of the world's languages they are more than its characters. */
const size = (text: string) => new Blob([text]).size;

export default function start({ hear, entries, parse, request, stringify, reason }: Page): (text: string) => void {
  const waiting = new Map<string, Entry>();
  /** Calls that are known to be held: told once. */
  const held = new Set<string>();
  /** Of these the ones the relay has said so of: not posted again before there is news. */
  const kept = new Set<string>();
  const timezone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const counts = { delivered: 0, refused: 0, duplicates: 0 };
  let hello: Hello | undefined;
  /** The page's last notice of what others have stored: an answer to older words is not stored over it. */
  let news = 0;
  let flushes: number[] = [];
  let turn: Promise<void> | undefined;
  let hurried: AbortController | undefined;
  let timer: ReturnType<typeof setTimeout>;
  let spanMs = firstPauseMs;
  /** Nothing is posted before: of our own accord, and because the relay asks for it. */
  let pausedUntil = 0;
  let askedUntil = 0;
  let limit = most;

  const refusal = ({ id, method }: Entry, reason: string, message: string): Outcome => ({
    id, method, outcome: "refused", event_id: id, reason, message,
  });

  /** Tells outcomes, strikes ended calls. */
  const end = (strike: string[], tell: Outcome[], store: Stored = {}, trace: Trace[] = []) => {
    for (const id of strike) {
      waiting.delete(id);
      held.delete(id);
    }
    for (const { outcome } of tell) if (outcome === "delivered" || outcome === "refused") counts[outcome]++;
    Object.assign(hello!.stored, store);
    hear({ store, strike, tell, news, trace });
  };

  const evict = (calls: Entry[]) => {
    const tell = calls.map((each) => refusal(each, "journal_full", "Too many calls wait."));
    if (calls.length) end(calls.map(({ id }) => id), tell);
  };

  const bound = () => evict([...waiting.values()].slice(0, Math.max(0, waiting.size - mostCalls)));

  /** Milliseconds to wait. A clock that was set back does not make it longer. */
  const wait = () => {
    const left = Math.max(pausedUntil, askedUntil) - Date.now();
    return left > 0 && left <= longestAskedMs ? left : 0;
  };

  /** The pause lies in the upper half of a span that doubles with each failure. */
  const pause = (after: string | null) => {
    pausedUntil = Date.now() + (spanMs / 2) * (1 + Math.random());
    spanMs = Math.min(2 * spanMs, longestPauseMs);
    const ms = asked(after);
    if (ms) hear({ pause: (askedUntil = Date.now() + ms) });
    bound();
  };

  const take = (entry: Entry) => {
    if (Date.now() - entry.at < oldestMs) return waiting.set(entry.id, entry);
    return end([entry.id], [refusal(entry, "too_old", "Pinterest takes events of the last seven days only.")]);
  };

  /** A denial drops all that is still on the device, but the choice itself. */
  const drop = () => {
    const dropped = [...waiting.values()].filter(({ method }) => method !== "consent");
    const told = dropped.filter(({ method }) => method !== "reset");
    const tell = told.map((each) => refusal(each, "consent_denied", "The visitor has denied consent."));
    if (dropped.length) end(dropped.map(({ id }) => id), tell);
  };

  const hold = (calls: Entry[]) => {
    const tell = calls
      .filter(({ id, method }) => method !== "consent" && !held.has(id))
      .map(({ id, method }) => ({ id, method, outcome: "held" }));
    for (const { id } of tell) held.add(id);
    if (tell.length) end([], tell);
    bound();
  };

  /** The first of these calls, as many as go into one request. */
  const fitting = (calls: Entry[]) => {
    let all = 0;
    return calls.filter((call, index) => (all += size(stringify(call))) < limit || !index);
  };

  /** The next request: what Python had mapped already, else calls in Edgee's format, as many as fit. */
  const next = (): { path: string; body: object; calls: Entry[] } | undefined => {
    let calls = [...waiting.values()];
    const raw = calls.filter(({ id, queued }) => !queued && !kept.has(id));
    const { client, consent: unset, gpc, settings, stored, trace } = hello!;
    const word = consent(raw, stored._edgee, parse, gpc ? "denied" : unset);
    const granted = word === "granted";
    if (word === "denied") drop();
    else if (!granted) hold(raw);
    const queued = fitting(calls.filter((each) => each.queued && waiting.has(each.id)));
    if (granted && queued.length) {
      return { path: "pinterest_capi", body: { data: queued.flatMap((each) => each.queued) }, calls: queued };
    }
    // A choice of consent says nothing of the visitor; the relay's Python writes down what it means.
    const choices = raw.filter(({ method }) => method === "consent").map((each) => ({ ...each, page: {} as never }));
    calls = fitting(granted ? raw : choices);
    if (!calls.length) return;
    const visitor = granted ? { context: { client: { timezone, ...client } }, state: stored } : { state: {} };
    const config = { consent: unset, gpc, settings, trace };
    return { path: `event?t=${Date.now()}`, body: collected(calls, { ...visitor, config }), calls };
  };

  const settle = (calls: Entry[], { outcomes, held: withheld = [], rejected = [], state, trace }: Answer) => {
    const known = new Set(held);
    for (const id of withheld) {
      held.add(id);
      kept.add(id);
    }
    const told = outcomes ?? calls.flatMap(({ id, method, queued = [] }) =>
      (queued as Outcome[]).map(({ event_id, event_name }) => {
        const no = rejected.find((each) => each.event_id === event_id);
        return { id, method, event_id, event_name, ...no, outcome: no ? "refused" : "delivered" } as Outcome;
      }));
    end(
      calls.map(({ id }) => id).filter((id) => !withheld.includes(id)),
      told.filter(({ id, outcome }) => outcome !== "held" || !known.has(id)),
      state,
      trace,
    );
  };

  /** What another tab has ended is no longer in the journal. */
  const forget = () => {
    const there = new Set(entries().map(({ id }) => id));
    for (const id of waiting.keys()) if (!there.has(id)) waiting.delete(id);
    for (const id of held) if (!waiting.has(id)) held.delete(id);
  };

  /** An answer that is no JSON object is not the relay's. */
  const read = (text: string): Answer => {
    try {
      return Object(parse(text));
    } catch {
      return {};
    }
  };

  /** Posts the next request. Resolves to whether the relay has answered; to nothing where nothing may go. */
  const send = async (): Promise<boolean | undefined> => {
    forget();
    const due = next();
    if (!due) return;
    if (wait()) return false;
    const { calls, path } = due;
    const body = stringify(due.body);
    const before = news;
    try {
      const response = await request(`${hello!.endpoint}/${path}`, {
        method: "POST",
        body,
        keepalive: size(body) < most,
        signal: AbortSignal.timeout?.(patienceMs),
      });
      const { status } = response;
      const answer = read(await response.text());
      if (status === 413 && calls.length > 1) limit /= 2;
      else if ("accepted" in answer) settle(calls, before === news ? answer : { ...answer, state: {} });
      else if (status !== 413 && (!answer.error || later.includes(status) || status >= 500)) {
        pause(response.headers.get("retry-after"));
        return false;
      } else {
        const message = `The relay answered ${status}. ${answer.error?.message ?? ""}`.trim();
        end(calls.map(({ id }) => id), calls.map((each) => refusal(each, "relay_refused", message)));
      }
      return true;
    } catch {
      pause(null);
      return false;
    }
  };

  const hasChoice = () => [...waiting.values()].some(({ id, method }) => method === "consent" && !kept.has(id));

  /** A choice of consent waits for no other tab: until the relay has answered, that one does not know of it. */
  const alone = (run: () => Promise<boolean | undefined>) => {
    if (!navigator.locks || hasChoice()) return run();
    const waiter = (hurried = new AbortController());
    // Who holds the lock for longer than an answer may take sleeps, and may do so for ever.
    setTimeout(() => waiter.abort(), patienceMs);
    return navigator.locks.request(lock, { signal: waiter.signal }, run).catch(run);
  };

  /** Sends all, one request at a time: each answer carries the state that the next call starts from. */
  const sendInTurn = (): Promise<void> =>
    (turn ??= (async () => {
      await null;
      clearTimeout(timer);
      let has: boolean | undefined = true;
      forget();
      // A page that asks for the lock with nothing to send could not be kept in the back/forward cache.
      while (has) if ((has = next() && (await alone(send)))) spanMs = firstPauseMs;
      turn = undefined;
      const summary = { ...counts, held: held.size, waiting: waiting.size - held.size, raw: reason };
      for (const flushed of flushes.splice(0)) hear({ flushed, summary });
      if (has === false) timer = setTimeout(sendInTurn, wait());
    })());

  return (text) => {
    const message = parse(text) as Message;
    kept.clear();
    hello = message.hello ?? hello;
    news = message.news ?? news;
    Object.assign(hello!.stored, message.stored, message.found);
    const gone = (message.evicted ?? []).flatMap((id) => waiting.get(id) ?? []);
    evict(gone);
    for (const entry of message.hello?.journal ?? []) take(entry);
    for (const entry of message.calls ?? []) take(entry);
    if (message.flush) flushes.push(message.flush);
    if (message.flush || message.online) {
      pausedUntil = 0;
      spanMs = firstPauseMs;
    }
    if (hasChoice()) hurried?.abort();
    sendInTurn();
  };
}
