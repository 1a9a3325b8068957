/**
 * The facade: `window.edgee`. It stamps, journals and carries; every rule is Python's.
 * Nothing here may throw into the page, and nothing may keep it waiting.
 */
import { spa } from "./config";
import { append, type Entry, heal, JOURNAL, update } from "./journal";
import { parse, serialise, stringify } from "./json";
import { onNavigation } from "./navigation";
import { announce, refuse } from "./outcome";
import { connect, connected, flushPython, greet, hand, say } from "./python";
import { goRaw, sendInTurn, sendRaw, untaken } from "./raw";
import { on, safely } from "./safely";
import { dataLayer, type Page, snapshot } from "./snapshot";
import { keys } from "./storage";

const methods = ["page", "track", "user", "consent", "reset"];

/** Longer arguments are refused: they would crowd the journal, and no conversion needs them. */
const longest = 65536;

/** Records that wait for the document's data layer; undefined once it is known. */
let early: Entry[] | undefined = [];
let isRaw = false;
let noteNavigation = () => {};

const random = () =>
  crypto.randomUUID?.() ??
  // Only https and localhost have randomUUID.
  "10000000-1000-4000-8000-100000000000".replace(/[018]/g, (digit) =>
    (+digit ^ (crypto.getRandomValues(new Uint8Array(1))[0]! & (15 >> (+digit / 4)))).toString(16),
  );

function call(method: string, args: unknown[], page: Page = snapshot()): void {
  const id = random();
  let given: string;
  let error: string | undefined;
  try {
    given = serialise(args);
  } catch (reason) {
    given = "[]";
    error = `The arguments cannot be read: ${reason}`;
  }
  if (given.length > longest) {
    refuse(id, method, "too_large", "The call is larger than 64 KiB: send fewer or shorter properties.");
    return;
  }
  const record = stringify({ id, at: Date.now(), method, page, error });
  const text = `${record.slice(0, -1)},"arguments":${given}}`;
  append(id, text);
  untaken.add(id);
  if (early) early.push(parse(text));
  else pass(text);
}

function pass(record: string): void {
  if (connected()) hand(record);
  else if (isRaw) sendInTurn();
}

/** The document's data layer is known: what was called before is completed by it and goes on. */
function settle(): void {
  if (!early) return;
  call("load", []);
  const calls = early;
  early = undefined;
  const text = dataLayer();
  const completed: Record<string, Entry> = {};
  for (const each of calls) {
    if (text && !each.page.data_layer) {
      each.page.data_layer = text;
      completed[each.id] = each;
    }
  }
  update([], completed);
  for (const each of calls) pass(stringify(each));
}

/** Python cannot run here: from now on the relay's does the work. */
function fallBack(reason: string): void {
  if (isRaw) return;
  isRaw = true;
  console.info(`edgee: no Python in this page (${reason}); the relay does its work.`);
  goRaw();
  if (!early) sendInTurn();
}

/** A visitor who saves data, or a device with little memory, is spared Python: the relay has one. */
function isSpared(): boolean {
  const { connection, deviceMemory } = navigator as {
    connection?: { saveData?: boolean };
    deviceMemory?: number;
  };
  return !!connection?.saveData || deviceMemory! < 2;
}

function boot(): void {
  if (connected() || isRaw) return;
  if (isSpared()) return fallBack("a small device, or one that saves data");
  try {
    connect(fallBack);
  } catch (error) {
    fallBack(`${error}`);
  }
}

/** Python starts when the page has loaded and is idle, or at once where it is asked to. */
function bootWhenIdle(): void {
  const idle = window.requestIdleCallback ?? setTimeout;
  idle(() => safely(boot), { timeout: 2000 } as never);
}

/** The page may not come back: what nobody has taken yet is sent as it is. */
function leave(): void {
  noteNavigation();
  settle();
  sendRaw();
}

function flush(): Promise<unknown> {
  safely(noteNavigation);
  safely(settle);
  safely(boot);
  return isRaw ? sendInTurn().then(() => ({ waiting: untaken.size })) : flushPython();
}

function watch(): void {
  on(window, "storage", (event) => {
    const { key } = event as StorageEvent;
    if (key === JOURNAL) heal();
    else if (!key || keys.includes(key)) say({});
  });
  on(window, "pagehide", () => {
    leave();
    queueMicrotask(() => say({ bye: 1 }));
  });
  on(window, "pageshow", (event) => (event as PageTransitionEvent).persisted && greet());
  on(window, "online", () => say({ online: 1 }));
  on(document, "visibilitychange", () => {
    if (document.visibilityState === "hidden" && document.readyState !== "loading") leave();
  });
  on(document, "readystatechange", ready);
  if (document.readyState !== "loading") ready();
  if (document.readyState === "complete") bootWhenIdle();
  else on(window, "load", bootWhenIdle);
}

function ready(): void {
  if (document.readyState === "complete" || dataLayer() !== undefined) settle();
}

function start(): void {
  const before: unknown = window.edgee;
  if ((before as { load?: boolean } | null | undefined)?.load) return;
  const edgee = (before && typeof before === "object" ? before : []) as Record<string, unknown>;
  const queued: unknown[] = Array.isArray(before) ? before.splice(0) : [];
  const run = (method: string, args: unknown[]) => {
    safely(() => {
      noteNavigation();
      call(method, args);
    });
    return edgee;
  };
  for (const method of methods) edgee[method] = (...args: unknown[]) => run(method, args);
  const enqueue = (item: unknown) => {
    const [method, ...args] = Array.from(Object(item) as ArrayLike<unknown>) as [string, ...unknown[]];
    if (methods.includes(method)) run(method, args);
    else refuse(random(), undefined, "invalid_call", `edgee.push() takes ["track", …]; ${methods.join(", ")}.`);
  };
  const push = (...items: unknown[]) => {
    for (const item of items) safely(() => enqueue(item));
    return items.length;
  };
  Object.assign(edgee, { flush, push, load: true });
  window.edgee = edgee as unknown as Window["edgee"];
  push(...queued);
  if (spa) noteNavigation = onNavigation((page) => safely(() => call("page", [], page)));
  watch();
  announce("loaded");
}

if ((document as { prerendering?: boolean }).prerendering) on(document, "prerenderingchange", start);
else safely(start);

