/**
 * The line to Python: one worker for the whole origin where the browser has SharedWorker, else one a page.
 * Where Python cannot run, raw.ts takes its place at the other end. A file of its own, loaded when the page
 * is idle; what it shares with the facade, the facade lends it.
 */
import type { Entry } from "./journal";
import type { Detail } from "./outcome";

/** A boot that takes longer is given up, and so is a worker that does not answer for so long. */
const patienceMs = 30_000;

/** A page that is still loading after so long will not complete its early calls any more. */
const earlyMs = 60_000;

type Stored = Record<string, string | null>;

/** What Python asks for and tells; the counterpart of `Effects` in edgee_py/runtime.py. */
interface Message {
  ready?: boolean;
  failed?: string;
  flushed?: number;
  summary?: unknown;
  store?: Stored;
  keep?: Record<string, Entry>;
  strike?: string[];
  /** The last of our notices of what others have stored that `store` takes account of. */
  news?: number;
  tell?: ({ id: string; outcome: string } & Detail)[];
}

/** What the facade lends. url is where the assets are, workerUrl where the worker's script is. */
export interface Facade {
  announce(name: string): void;
  /** The tag's own word of where the relay is. */
  asked: string | undefined;
  changes(): Stored | undefined;
  entries(): Entry[];
  heal(): void;
  hello: object;
  log(...words: unknown[]): void;
  on(target: EventTarget, type: string, heard: (event: Event) => void): void;
  open: Map<string, string>;
  parse(text: string): unknown;
  remember(): Stored;
  safely<T>(run: () => T): T | undefined;
  stringify(value: unknown): string;
  tell(outcome: string, detail: Detail): void;
  update(strike: string[], keep?: Record<string, Entry>): void;
  url: string;
  workerUrl: string;
  write(key: string, value: string | null): boolean;
}

/** The line, as the facade uses it. */
export interface Line {
  /** Hands a record over; calls made in one go travel together. */
  hand(record: string): void;
  /** Sends a message that is no call, with whatever has changed in the storage. */
  say(message: Detail): void;
  /** Resolves when everything handed over is answered for, or it is known why not. */
  flush(): Promise<unknown>;
}

type Post = (message: string) => void;

/** A visitor who saves data, or a device with little memory, is spared Python: the relay has one. */
function isSpared(): boolean {
  const { connection, deviceMemory } = navigator as {
    connection?: { saveData?: boolean };
    deviceMemory?: number;
  };
  return !!connection?.saveData || deviceMemory! < 2;
}

/** What Python needs to know of the browser and a worker cannot tell; see edgee_py/datalayer.py. */
const client = () => ({
  locale: navigator.language,
  screen_width: screen.width,
  screen_height: screen.height,
  screen_density: devicePixelRatio,
});

function isWeb(address: string): boolean {
  try {
    return new URL(address, location.href).protocol.startsWith("http");
  } catch {
    return false;
  }
}

/** Starts Python, or joins one that runs. */
export function connect(facade: Facade): Line {
  const { announce, asked, changes, entries, heal, hello, log, on, open, parse, remember, safely, stringify } = facade;
  const { tell, update, url, workerUrl, write } = facade;
  const flushes = new Map<number, (summary: unknown) => void>();
  let flushed = 0;
  /** Counts the notices of what others have stored. */
  let news = 0;
  let handed: string[] = [];
  let post: Post | undefined;
  let port: MessagePort | Worker | undefined;
  let timer: ReturnType<typeof setTimeout>;

  const notice = (stored: Stored | undefined) => {
    if (stored) news++;
    return { stored, news };
  };

  const say = (message: Detail) => {
    post?.(stringify({ ...message, now: Date.now(), ...notice(changes()) }));
  };

  /** What the other end has to know of this page before anything else; again after the page has come back. */
  const greet = () => {
    const { stored } = notice(remember());
    const isOurs = ({ id, at, early }: Entry) => !early || open.has(id) || Date.now() - at > earlyMs;
    say({ hello: { client: client(), ...hello, stored, journal: entries().filter(isOurs), own: [...open.keys()] } });
  };

  /** Waits for an answer, but not for ever: a browser may have killed the worker. */
  const expect = (reason: string) => {
    clearTimeout(timer);
    timer = setTimeout(doWithout, patienceMs, reason);
  };

  const listen = (to: Post) => {
    post = to;
    greet();
    // What was asked of an end that has failed is asked again.
    for (const flush of flushes.keys()) say({ flush });
  };

  const hear = (message: Message) => {
    const { ready, failed, flushed, summary, store, keep = {}, strike = [], tell: told = [] } = message;
    clearTimeout(timer);
    if (failed) return doWithout(failed);
    if (store) {
      // Another tab may have written since, a denial for one: Python has to hear of that first.
      const isOld = changes() ?? message.news !== news;
      if (!isOld) for (const [key, value] of Object.entries(store)) write(key, value);
      const stored = remember();
      if (isOld) post?.(stringify(notice(stored)));
    }
    update(strike, keep);
    for (const { outcome, ...detail } of told) tell(outcome, detail);
    flushes.get(flushed!)?.(summary);
    flushes.delete(flushed!);
    if (flushes.size) expect("its worker does not answer");
    if (ready) announce("ready");
  };

  /** From now on the relay's Python does the work. */
  const doWithout = (reason: string) => {
    clearTimeout(timer);
    if (port) port.onmessage = null;
    post = undefined;
    log(`edgee: no Python in this page (${reason}); the relay does its work.`);
    const start = ({ default: raw }: typeof import("./raw")) => {
      listen(raw({ hear: (message) => safely(() => hear(message)), parse, stringify, reason }));
    };
    import(`${url}raw.mjs`).then(start).catch(() => {
      // Blocked, or offline: what this page leaves is sent as it goes away, or by the next.
      for (const resolve of flushes.values()) resolve({ raw: reason, waiting: open.size });
      flushes.clear();
    });
  };

  /** A worker must be of the page's origin; from a relay elsewhere it comes by way of a blob. */
  const hire = (): MessagePort | Worker => {
    const options = { type: "module", name: workerUrl, extendedLifetime: true } as WorkerOptions;
    const fail = () => post && doWithout("its worker cannot be loaded");
    let from = workerUrl;
    if (new URL(url).origin !== location.origin) {
      from = URL.createObjectURL(new Blob([`import "${workerUrl}"`], { type: "text/javascript" }));
    } else {
      try {
        const shared = new SharedWorker(from, options);
        shared.onerror = fail;
        return shared.port;
      } catch {
        // None in this browser, or forbidden here (a sandboxed frame): a worker of the page's own may do.
      }
    }
    const worker = new Worker(from, options);
    worker.onerror = fail;
    return worker;
  };

  if (asked && !isWeb(asked)) log(`edgee: data-endpoint is no web address: ${asked}`);
  try {
    if (isSpared()) throw "a small device, or one that saves data";
    const hired = (port = hire());
    hired.onmessage = ({ data }: MessageEvent) => safely(() => hear(parse(data) as Message));
    listen((message) => hired.postMessage(message));
    expect("it took too long to start");
  } catch (error) {
    doWithout(`${error}`);
  }

  on(window, "storage", (event) => {
    const { key } = event as StorageEvent;
    if (key === "_edgee_journal") heal();
    else if (!key || /^_edgee(_user)?$/.test(key)) say({});
  });
  // After the facade has sent what was left.
  on(window, "pagehide", () => queueMicrotask(() => say({ bye: 1 })));
  on(window, "pageshow", (event) => (event as PageTransitionEvent).persisted && greet());
  on(window, "online", () => say({ online: 1 }));

  return {
    hand(record) {
      if (handed.push(record) > 1) return;
      queueMicrotask(() => {
        post?.(`${stringify({ now: Date.now(), ...notice(changes()) }).slice(0, -1)},"calls":[${handed}]}`);
        handed = [];
      });
    },
    say,
    flush: () =>
      new Promise((resolve) => {
        flushes.set(++flushed, resolve);
        say({ flush: flushed });
        expect("its worker does not answer");
      }),
  };
}
