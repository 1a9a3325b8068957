/** The line to Python: one worker for the whole origin where the browser has SharedWorker, else one a page. */
import { assets, client, config, endpoint } from "./config";
import { entries, type Entry, update } from "./journal";
import { parse, stringify } from "./json";
import { announce, type Detail, tell } from "./outcome";
import { answered, untaken } from "./raw";
import { safely } from "./safely";
import { changes, remember, write } from "./storage";

/** A boot that takes longer than this is given up: the raw way goes on. */
const patienceMs = 30_000;

/** What Python asks for and tells; the counterpart of `Effects` in edgee_py/runtime.py. */
interface Message {
  ready?: boolean;
  failed?: string;
  flushed?: number;
  summary?: unknown;
  store?: Record<string, string | null>;
  keep?: Record<string, Entry>;
  strike?: string[];
  tell?: ({ id: string; outcome: string } & Detail)[];
}

let post: ((message: string) => void) | undefined;
let handed: string[] = [];
const flushes: ((summary: unknown) => void)[] = [];

export const connected = (): boolean => !!post;

/** Hands a record over; calls made in one go travel together. */
export function hand(record: string): void {
  if (handed.push(record) > 1) return;
  queueMicrotask(() => {
    const stored = changes();
    post?.(`{"now":${Date.now()},"calls":[${handed}]${stored ? `,"stored":${stringify(stored)}` : ""}}`);
    handed = [];
  });
}

/** Sends a message that is no call, with whatever has changed in the storage. */
export function say(message: Detail): void {
  post?.(stringify({ ...message, now: Date.now(), stored: changes() }));
}

/** What Python has to know of this page before anything else; again after the page has come back. */
export function greet(): void {
  const stored = remember();
  say({ hello: { client, ...config, endpoint, stored, journal: entries(), own: [...untaken] } });
}

/** Resolves when everything handed over is answered for, or it is known why not. */
export function flushPython(): Promise<unknown> {
  return new Promise((resolve) => {
    flushes.push(resolve);
    say({ flush: flushes.length });
  });
}

function hear({ ready, failed, flushed, summary, store = {}, keep = {}, strike = [], tell: told }: Message): void {
  if (failed) return lose(failed);
  for (const [key, value] of Object.entries(store)) write(key, value);
  remember();
  update(strike, keep);
  for (const id of [...strike, ...Object.keys(keep)]) untaken.delete(id);
  for (const { outcome, ...detail } of told ?? []) if (!answered.has(detail.id)) tell(outcome, detail);
  if (flushed) flushes[flushed - 1]?.(summary);
  if (ready) announce("ready");
}

let lost: (reason: string) => void;
let timer: ReturnType<typeof setTimeout>;

function lose(reason: string): void {
  clearTimeout(timer);
  post = undefined;
  lost(reason);
  for (const resolve of flushes) resolve({ raw: reason });
}

/** Starts the worker. `gone` is called, with a reason, where it cannot run. */
export function connect(gone: (reason: string) => void): void {
  lost = gone;
  const url = `${endpoint}/${assets}worker.mjs`;
  // A worker must be of the page's origin; from a relay elsewhere it comes by way of a blob.
  const here = new URL(url).origin === location.origin;
  const from = here ? url : URL.createObjectURL(new Blob([`import "${url}"`], { type: "text/javascript" }));
  const options = { type: "module", name: `edgee ${url}`, extendedLifetime: true } as WorkerOptions;
  let port: MessagePort | Worker;
  let worker: SharedWorker | Worker;
  try {
    if (!here) throw 0;
    worker = new SharedWorker(url, options);
    port = worker.port;
  } catch {
    // None in this browser, or forbidden here (a sandboxed frame): a worker of the page's own may do.
    worker = port = new Worker(from, options);
  }
  timer = setTimeout(lose, patienceMs, "it took too long to start");
  worker.onerror = () => lose("its worker cannot be loaded");
  port.onmessage = ({ data }: MessageEvent) => {
    clearTimeout(timer);
    safely(() => hear(parse(data)));
  };
  post = (message) => port.postMessage(message);
  greet();
}
