/**
 * The line to Python: one worker for the whole origin where the browser has SharedWorker, else one a page.
 * Where Python cannot run, raw.ts takes its place at the other end. A file of its own, loaded when the page
 * is idle; what it shares with the facade, the facade lends it.
 */
import type { Told, Trace } from "./debug";
import { hire } from "./hire";
import { type Entry, JOURNAL } from "./journal-format";
import type { Detail } from "./outcome";
import { upkeep } from "./upkeep";
import { watching } from "./watch";

/** A boot that takes longer is given up, and so is a worker that does not answer for so long. */
const patienceMs = 30_000;

/** A timer that fires so late has slept with its page. */
const overdueMs = 5_000;

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
  tell?: Told[];
  trace?: Trace[];
  /** The relay asks not to be troubled before this time (Unix ms). */
  pause?: number;
  /** Why the relay takes nothing now, in words. */
  failing?: string;
}

/** What the facade lends. url is where the assets are, workerUrl where the worker's script is. */
export interface Facade {
  announce(name: string): void;
  changes(): Stored | undefined;
  /** The tag's own attributes. */
  data: DOMStringMap;
  entries(): Entry[];
  hello: { endpoint: string | undefined; trace: boolean | undefined };
  log(...words: unknown[]): void;
  on(target: EventTarget, type: string, heard: (event: Event) => void): void;
  open: Map<string, string>;
  parse(text: string): unknown;
  read(key: string): string | null;
  remember(): Stored;
  request: typeof fetch;
  safely<T>(run: () => T): T | undefined;
  /** Once the document's data layer is known. */
  settled: Promise<void>;
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
  /** Whether the relay has asked to wait: then nothing is sent at all, not even by a page that goes away. */
  readonly waits: boolean;
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
  const { announce, changes, data, entries, log, on, open, parse, remember, request, safely, stringify } = facade;
  const { settled, tell, update, url, workerUrl, write } = facade;
  const { endpoint } = facade.hello;
  const watch = watching(facade);
  const hello = { ...facade.hello, trace: facade.hello.trace || !!watch };
  const journal = upkeep(facade, () => post && introduce());
  const flushes = new Map<number, (summary: unknown) => void>();
  let flushed = 0;
  let isReady = false;
  let isAnnounced = false;
  /** The page was left without its worker, and may come back. */
  let isDismissed = false;
  let pausedUntil = 0;
  /** Why there is no Python, where what takes its place could not be loaded yet. */
  let without: string | undefined;
  /** Counts the notices of what others have stored. */
  let news = 0;
  let handed: string[] = [];
  /** The other end, and the way to it once there is something to say. */
  let end: Post | undefined;
  let post: Post | undefined;
  let port: MessagePort | Worker | undefined;
  let timer: ReturnType<typeof setTimeout>;
  let isHeld = false;
  let isFailing = false;

  const notice = (stored: Stored | undefined) => {
    if (stored) news++;
    return { stored, news };
  };

  const say = (message: Detail) => {
    post?.(stringify({ ...message, now: Date.now(), ...notice(changes()) }));
  };

  /** What the other end has to know of this page before anything else; again after the page has come back. */
  const greet = () => {
    journal.unstored();
    const { stored } = notice(remember());
    const isOurs = ({ id, at, early }: Entry) => !early || open.has(id) || Date.now() - at > earlyMs;
    say({ hello: { client: client(), ...hello, stored, journal: entries().filter(isOurs), own: [...open.keys()] } });
  };

  /** Waits for an answer, but not for ever: a browser may have killed the worker. Or put the page to sleep. */
  const expect = (reason: string, isSecond = false) => {
    const due = Date.now() + patienceMs;
    clearTimeout(timer);
    timer = setTimeout(() => {
      if (isSecond || Date.now() - due < overdueMs) doWithout(reason);
      else expect(reason, true);
    }, patienceMs);
  };

  const expectAnswer = () => {
    if (!isReady) expect("it took too long to start");
    else if (flushes.size) expect("its worker does not answer");
  };

  /** Also to an end that has failed, or has taken leave of this page: what it was asked is asked again. */
  const introduce = () => {
    journal.takeUp();
    greet();
    for (const flush of flushes.keys()) say({ flush });
  };

  /** Not before the document's data layer is known: what it declares belongs to the calls. */
  const listen = (to: Post) => {
    end = to;
    settled.then(() => {
      if (end !== to) return;
      post = to;
      safely(introduce);
      expectAnswer();
      journal.lookLater();
    });
  };

  /** A relay of another origin that refuses the page's cannot be told from one that is not there. */
  const hint = () =>
    endpoint?.startsWith(`${location.origin}/`) ? "" : ` Is ${location.origin} among the origins in its edgee.toml?`;

  const hear = (message: Message) => {
    const { ready, failed, flushed, summary, store, keep = {}, strike = [], tell: told = [], trace = [] } = message;
    clearTimeout(timer);
    pausedUntil = message.pause ?? pausedUntil;
    if (failed) return doWithout(failed);
    if (store) {
      // Another tab may have written since, a denial for one: Python has to hear of that first.
      const changed = changes();
      const isOld = changed ?? message.news !== news;
      if (!isOld) for (const [key, value] of Object.entries(store)) write(key, value);
      const found = remember();
      if (isOld) post?.(stringify({ ...notice(changed), found }));
    }
    journal.end(strike);
    if (strike[0] || Object.keys(keep)[0]) update(strike, keep);
    for (const { outcome, ...detail } of told) tell(outcome, detail);
    if (!isHeld && told.some(({ outcome }) => outcome === "held")) {
      isHeld = true;
      log('edgee: events are held on this device until consent is decided; call edgee.consent("granted") or edgee.consent("denied").');
    }
    if (message.failing && !isFailing) {
      isFailing = true;
      log(`edgee: the relay ${endpoint} ${message.failing}; calls wait on this device and are sent later.${hint()}`);
    }
    watch?.({ told, trace, ready });
    if (flushes.has(flushed!)) {
      const unstored = journal.unstored();
      flushes.get(flushed!)!({ ...(summary as object), ...(unstored && { unstored }) });
      flushes.delete(flushed!);
    }
    isReady ||= !!ready;
    expectAnswer();
    if (!ready || isAnnounced) return;
    isAnnounced = true;
    announce("ready");
  };

  /** From now on the relay's Python does the work. */
  const doWithout = (reason: string) => {
    clearTimeout(timer);
    if (port) port.onmessage = null;
    end = post = port = undefined;
    log(`edgee: no Python in this page (${reason}); the relay does its work.`);
    watch?.({ told: [], trace: [], without: reason });
    without = reason;
    takeRaw();
  };

  const takeRaw = () => {
    const reason = without!;
    const start = ({ default: raw }: typeof import("./raw")) => {
      without = undefined;
      isReady = true;
      listen(raw({ hear: (message) => safely(() => hear(message)), entries, parse, request, stringify, reason }));
    };
    import(`${url}raw.mjs`).then(start).catch(() => {
      // Blocked, or offline: what this page leaves is sent as it goes away, or by the next.
      for (const resolve of flushes.values()) resolve({ raw: reason, waiting: open.size });
      flushes.clear();
    });
  };

  const begin = () => {
    isDismissed = false;
    try {
      if (isSpared()) throw "a small device, or one that saves data";
      const hired = (port = hire(workerUrl, () => port && doWithout("its worker cannot be loaded")));
      hired.onmessage = ({ data }: MessageEvent) => safely(() => hear(parse(data) as Message));
      listen((message) => hired.postMessage(message));
    } catch (error) {
      doWithout(`${error}`);
    }
  };

  /**
   * WebKit keeps a page's own worker with the page, asleep, and with it the lock that others wait for: such
   * a worker ends with its page. What it has not struck is in the journal.
   */
  const dismiss = (worker: Worker) => {
    isDismissed = true;
    clearTimeout(timer);
    worker.onmessage = worker.onerror = null;
    worker.terminate();
    end = post = port = undefined;
    isReady = false;
  };

  const asked = data.endpoint;
  if (asked && !isWeb(asked)) log(`edgee: data-endpoint is no web address: ${asked}`);
  begin();

  on(window, "storage", (event) => {
    const { key } = event as StorageEvent;
    if (key === JOURNAL) journal.heal();
    if (key?.startsWith(JOURNAL)) return journal.lookLater();
    if (!key || /^_edgee(_user)?$/.test(key)) say({});
  });
  // After the facade has sent what was left.
  on(window, "pagehide", () =>
    queueMicrotask(() => {
      if (port && "terminate" in port) dismiss(port);
      else say({ bye: 1 });
    }),
  );
  on(window, "pageshow", (event) => {
    if (!(event as PageTransitionEvent).persisted) return;
    if (isDismissed) return begin();
    introduce();
    expectAnswer();
  });
  on(window, "online", () => (without ? takeRaw() : say({ online: 1 })));

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
        expectAnswer();
      }),
    get waits() {
      return Date.now() < pausedUntil;
    },
  };
}
