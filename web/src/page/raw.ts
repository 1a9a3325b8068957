/**
 * The raw way: calls posted as they are, in Edgee's wire format, for the relay's Python to work on.
 * Taken when a page goes away before the runtime has taken its calls, and where Pyodide cannot run.
 */
import { client, config, endpoint } from "./config";
import { entries, type Entry, update } from "./journal";
import { parse, stringify } from "./json";
import { refuse, tell } from "./outcome";
import { on, safely } from "./safely";
import type { Page } from "./snapshot";
import { read, remember, stored, write } from "./storage";

/** A browser lets a page that goes away send 64 KiB in all. */
const limit = 60_000;

/** Between attempts, where the relay does not answer: the first and the longest. */
const firstPauseMs = 5000;
const longestPauseMs = 300_000;

/** Ids of calls that no runtime and no relay has taken yet. */
export const untaken = new Set<string>();

/** Ids of calls that the relay has answered for: what Python, not knowing that, tells of them is no news. */
export const answered = new Set<string>();

/** Whether no Python will ever take this page's calls. */
let alone = false;

interface Answer {
  rejected?: { event_id: string; reason: string; message: string }[];
  held?: string[];
  state?: Record<string, string | null>;
}

const words = ["granted", "pending", "denied"];

/**
 * What consent seems to be once these calls are taken. Only Python knows its rules; where they may lead
 * to something else than "granted", this errs on the side of waiting.
 */
function consent(calls: Entry[]): unknown {
  let kept: { consent?: string; consent_explicit?: boolean } = {};
  try {
    kept = Object(parse(read("_edgee") ?? "{}"));
  } catch {
    // Somebody else's text: nothing is known.
  }
  const chosen = calls
    .filter(({ method, arguments: [word] }) => method === "consent" && words.includes(word as string))
    .pop();
  if (chosen) return chosen.arguments[0];
  if (!words.includes(kept.consent!)) kept = {};
  if (kept.consent_explicit) return kept.consent;
  const declared = (word: RegExp) => calls.some(({ page }) => word.test(page.data_layer ?? ""));
  if (declared(/\bconsent\b[^:]*:[^:]*?\b(pending|denied)\b/)) return "pending";
  if (declared(/\bconsent\b[^:]*:[^:]*?\bgranted\b/)) return "granted";
  return kept.consent ?? (config.gpc ? "denied" : config.consent);
}

/** A denial drops all that is still on the device, but the choice itself. */
function drop(): void {
  const dropped = entries().filter(({ method }) => method !== "consent");
  update(dropped.map(({ id }) => id));
  for (const { id, method } of dropped) {
    untaken.delete(id);
    if (method !== "reset") refuse(id, method, "consent_denied", "The visitor has denied consent.");
  }
}

/** Choices of consent say nothing of the visitor; the relay's Python has to write down what they mean. */
function choices(calls: Entry[]): Entry[] {
  return calls.filter(({ method }) => method === "consent").map((call) => ({ ...call, page: {} as Page }));
}

/**
 * Posts what may go, in order. Resolves to whether the relay has answered; to nothing where nothing may go.
 * A string body is text/plain: no preflight, which a page that goes away would not live to see.
 */
export async function sendRaw(): Promise<boolean | undefined> {
  let waiting = entries().filter(
    ({ id, queued, held }) => untaken.has(id) && !queued && (alone || !held),
  );
  const word = consent(waiting);
  const granted = word === "granted";
  if (alone && word === "denied") drop();
  if (!granted) waiting = alone ? choices(waiting) : [];
  if (!waiting.length) return;
  let size = 0;
  const calls = waiting.filter((call, index) => {
    size += stringify(call).length;
    return size < limit || !index;
  });
  const events = calls.map(({ method, arguments: [data, components], ...rest }) => ({
    ...rest,
    type: method,
    data,
    components,
  }));
  const visitor = granted ? { context: { client }, state: stored() } : { state: {} };
  const body = stringify({ data_collection: { events, ...visitor, config } });
  const url = `${endpoint}/event?t=${Date.now()}`;
  try {
    const response = await fetch(url, { method: "POST", body, keepalive: size < limit });
    if (!response.ok && response.status !== 422) return false;
    settle(calls, await response.json());
    return true;
  } catch {
    safely(() => navigator.sendBeacon?.(url, body));
    return false;
  }
}

function settle(calls: Entry[], { state = {}, held = [], rejected = [] }: Answer): void {
  for (const [key, value] of Object.entries(state)) write(key, value);
  remember();
  for (const each of rejected) tell("refused", { id: each.event_id, ...each });
  const done = calls.filter(({ id }) => untaken.delete(id) && !held.includes(id));
  update(done.map(({ id }) => id));
  for (const { id, method } of done) {
    answered.add(id);
    if (["consent", "reset"].includes(method)) continue;
    if (!rejected.some(({ event_id }) => event_id.startsWith(id))) {
      tell("delivered", { id, event_id: id, method });
    }
  }
}

let turn: Promise<void> | undefined;
let pauseMs = firstPauseMs;
let timer: ReturnType<typeof setTimeout>;

/** Sends all, one request at a time: each answer carries the state that the next call starts from. */
export function sendInTurn(): Promise<void> {
  turn ??= (async () => {
    await null;
    clearTimeout(timer);
    let has: boolean | undefined = true;
    while (has) {
      has = await sendRaw();
      if (has) pauseMs = firstPauseMs;
    }
    turn = undefined;
    if (has === false) timer = setTimeout(sendInTurn, pauseMs);
    if (has === false) pauseMs = Math.min(2 * pauseMs, longestPauseMs);
  })();
  return turn;
}

/** Pinterest takes no older events, and nothing raw stays on a device for longer. */
const oldestMs = 7 * 24 * 3600_000;

/** From now on the raw way is the only one; what earlier pages left is this page's to send. */
export function goRaw(): void {
  alone = true;
  for (const { id, at, method } of entries()) {
    if (Date.now() - at < oldestMs) untaken.add(id);
    else {
      update([id]);
      refuse(id, method, "too_old", "Pinterest takes events of the last seven days only.");
    }
  }
  on(window, "online", sendInTurn);
}
