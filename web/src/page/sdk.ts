/**
 * The facade: `window.edgee`. It stamps, journals and carries; every rule is Python's.
 * Nothing here may throw into the page, and nothing may keep it waiting.
 */
import { assets, config, data, endpoint, spa } from "./config";
import { request } from "./fetch";
import { append, entries, leaveBehind, onEvicted, open, update } from "./journal";
import type { Entry } from "./journal-format";
import { parse, serialise, stringify } from "./json";
import { leave } from "./leave";
import { onNavigation } from "./navigation";
import { announce, tell } from "./outcome";
import type { Facade, Line } from "./python";
import { log, on, safely } from "./safely";
import { dataLayer, type Page, snapshot } from "./snapshot";
import { changes, read, remember, write } from "./storage";

const methods = ["page", "track", "user", "consent", "reset"];

/** Longer arguments would crowd the journal, and no conversion needs them: Python refuses the call. */
const longest = 65536;

/** Records that wait for the document's data layer; undefined once it is known. */
let early: Entry[] | undefined = [];
let noteNavigation = () => {};
let line: Line | undefined;
let connecting: Promise<void> | undefined;
let settling: () => void;
const settled = new Promise<void>((resolve) => (settling = resolve));

/** The page that was arrived at: a script may take its query away, or lead elsewhere, before it has loaded. */
const { url: landing, referrer } = snapshot();

/** Only https and localhost have randomUUID; the address of a blob ends in such an id everywhere. */
const random = () => crypto.randomUUID?.() ?? URL.createObjectURL(new Blob()).slice(-36);

function call(method: string, args: unknown[], page: Page = snapshot()): void {
  const id = random();
  let given = "[]";
  let error: string | undefined;
  let mended: boolean | undefined;
  try {
    const text = serialise(args, () => (mended = true));
    if (text.length > longest) error = "too_large";
    else given = text;
  } catch (reason) {
    error = `${reason}`;
  }
  const record = stringify({ id, at: Date.now(), method, page, error, mended, early: early && true });
  const text = `${record.slice(0, -1)},"arguments":${given}}`;
  append(id, text);
  if (early) early.push(parse(text));
  else line?.hand(text);
}

/** The document's data layer is known: what was called before is completed by it and goes on. */
function settle(): void {
  if (!early) return;
  call("load", [], { ...snapshot(), url: landing, referrer, moved: undefined });
  const completed: Record<string, Entry> = {};
  const layer = dataLayer();
  for (const { early: _, ...each } of early) {
    each.page.data_layer ??= layer;
    completed[each.id] = each;
  }
  early = undefined;
  update([], completed);
  settling();
}

const url = `${endpoint}/${assets}`;
const workerUrl = `${url}worker.mjs`;

/** What is called until the document's data layer is known lies in the journal, the first thing Python is told. */
function boot(): Promise<void> {
  const facade: Facade = {
    announce, changes, entries, log, on, open, parse, read, remember, request, safely, stringify, settled, tell, update, url, workerUrl, write,
    hello: { ...config, endpoint }, data,
  };
  return (connecting ??= import(`${url}python.mjs`).then(
    (python) => {
      line = python.connect(facade);
    },
    (error) => {
      connecting = undefined;
      log("edgee:", error);
    },
  ));
}

/** The page may not come back: what nobody has taken yet is sent as it is. */
function depart(): void {
  noteNavigation();
  settle();
  line?.waits || safely(leave);
  leaveBehind();
}

/** Not before the document's data layer is known: what it declares belongs to it. */
async function flush(): Promise<unknown> {
  safely(noteNavigation);
  await settled;
  await boot();
  return line ? line.flush() : { waiting: open.size };
}

function watch(): void {
  onEvicted((calls) => {
    // After what was called in the same go: the other end must know a call to let it go.
    if (line) return queueMicrotask(() => line!.say({ evicted: calls.map(({ id }) => id) }));
    for (const { id, method } of calls) {
      tell("refused", { id, event_id: id, method, reason: "journal_full", message: "Too many calls wait." });
    }
  });
  on(window, "online", boot);
  on(window, "pagehide", depart);
  on(document, "visibilitychange", () => {
    if (document.readyState !== "loading" && document.visibilityState === "hidden") depart();
  });
  on(document, "readystatechange", ready);
  ready();
}

/** Where an earlier page or another tab has Python running, it holds this lock, and joining it is cheap. */
function join(): void {
  navigator.locks
    ?.request(workerUrl, { ifAvailable: true, mode: "shared" }, async (lock) => lock || boot())
    .catch(() => {});
}

/** Python starts when the page has loaded and is idle, or at once where it is asked to. */
function ready(): void {
  const isComplete = document.readyState === "complete";
  if (isComplete || dataLayer() !== undefined) settle();
  if (isComplete) (window.requestIdleCallback ?? setTimeout)(boot, { timeout: 2000 } as never);
}

function start(): void {
  const before: unknown = window.edgee;
  if ((before as { load?: boolean } | null | undefined)?.load) return;
  const edgee = (before && typeof before === "object" ? before : []) as Record<string, unknown>;
  const queued: unknown[] = Array.isArray(before) ? before.splice(0) : [];
  let take: (method: string, args: unknown[]) => unknown = (method, args) => queued.push([method, ...args]);
  const run = (method: string, args: unknown[]) => {
    safely(() => {
      noteNavigation();
      take(method, args);
    });
    return edgee;
  };
  for (const method of methods) edgee[method] = (...args: unknown[]) => run(method, args);
  const enqueue = (item: unknown) => {
    const [method, ...args] = Array.from(Object(item) as ArrayLike<unknown>) as [string, ...unknown[]];
    // Python refuses what is none of them, and says which there are.
    run(methods.includes(method) ? method : "push", args);
  };
  const push = (...items: unknown[]) => items.map((item) => safely(() => enqueue(item))).length;
  edgee.flush = flush;
  edgee.load = true;
  // Assignment fails where the page has frozen what arrays inherit.
  Object.defineProperty(edgee, "push", { value: push, writable: true });
  window.edgee = edgee as unknown as Window["edgee"];
  const begin = () => {
    take = call;
    // Before the page's own event: what it has said of the visitor and of consent holds for that one.
    push(...queued);
    watch();
    safely(() => {
      if (spa) noteNavigation = onNavigation((page) => safely(() => call("page", [], page)));
    });
    announce("loaded");
    join();
  };
  // A page that the browser makes ready in advance may never be seen: what it calls happens once it is.
  if ((document as { prerendering?: boolean }).prerendering) on(document, "prerenderingchange", begin);
  else begin();
}

safely(start);
