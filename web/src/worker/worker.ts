/**
 * The worker's bootstrap: starts Pyodide, hands messages to `edgee_py.browser.worker` and carries its own.
 * One copy serves every page of the origin (SharedWorker) or the one that started it (Worker).
 */
/// <reference lib="webworker" />
import { type CreateModule, thawing, unpack } from "./snapshot";

/** Where Pyodide lies, seen from here; it changes less often than the data layer. */
declare const __PYODIDE__: string;
/** The `info` of Pyodide's lock file; it names the ABI that Pyodide checks. */
declare const __PYODIDE_INFO__: Record<string, string>;

interface Driver {
  receive(port: number, text: string): void;
  wake(): number;
}

interface Pyodide {
  pyimport(name: string): { start(post: (port: number, text: string) => void, hints: string): Driver };
}

/** User-Agent Client Hints, where the browser has them. */
interface UserAgentData {
  getHighEntropyValues(hints: string[]): Promise<object>;
}

type Options = Record<string, unknown>;

interface Port {
  postMessage(text: string): void;
  onmessage: ((event: MessageEvent<string>) => void) | null;
  onclose?: (() => void) | null;
}

const ports: (Port | undefined)[] = [];
const inbox: [number, string][] = [];
let driver: Driver | undefined;
let waking = false;
let failed: string | undefined;
let timer: ReturnType<typeof setTimeout> | undefined;

const post = (port: number, text: string) => ports[port]?.postMessage(text);

/** Nobody posts for so long in one go: who holds the lock for longer sleeps, and may do so for ever. */
const patienceMs = 10_000;

/**
 * One sender at a time for the whole origin: a worker of an earlier version may still be there. Where the
 * visitor has blocked storage there are no locks, and no other worker that could know the same calls.
 */
function alone(run: () => void): unknown {
  const signal = AbortSignal.timeout?.(patienceMs);
  return navigator.locks ? navigator.locks.request(lock, { signal }, run).catch(run) : run();
}

/** Everything that has come in goes to Python before it posts, so that calls made together travel together. */
function work(): void {
  clearTimeout(timer);
  trying(() => {
    for (const [port, text] of driver ? inbox.splice(0) : []) driver!.receive(port, text);
  });
  if (waking || !driver) return;
  waking = true;
  alone(() => {
    waking = false;
    trying(() => {
      const pause = driver?.wake() ?? -1;
      if (pause >= 0) timer = setTimeout(work, pause);
    });
  });
}

/** Python that raises here is broken, or out of memory: the pages go on without it. */
function trying(run: () => void): void {
  try {
    run();
  } catch (error) {
    give(error);
  }
}

function give(error: unknown): void {
  driver = undefined;
  failed = JSON.stringify({ failed: String(error) });
  ports.forEach((_, number) => post(number, failed!));
}

function add(port: Port): void {
  const number = ports.push(port) - 1;
  const receive = (text: string) => {
    inbox.push([number, text]);
    clearTimeout(timer);
    timer = setTimeout(work);
  };
  port.onmessage = (event) => receive(event.data);
  // A page that crashed or was closed said nothing; what it was last told may not have been done.
  port.onclose = () => {
    ports[number] = undefined;
    receive('{"bye":1}');
  };
  if (failed) post(number, failed);
}

const here = new URL(".", import.meta.url).href;
const home = new URL(__PYODIDE__, here).href;
/** The relay's, not this build's: every version asks for the same. */
const lock = `edgee ${new URL("../..", here).href}`;

async function load(name: string): Promise<ArrayBuffer> {
  const response = await fetch(here + name);
  if (!response.ok) throw new Error(`${name} is not there (${response.status})`);
  return response.arrayBuffer();
}

/** Rejects where WebAssembly is refused; Pyodide itself would wait for ever. */
const refused = new Promise<never>((_, reject) => {
  const { instantiateStreaming } = WebAssembly;
  WebAssembly.instantiateStreaming = (...args) => {
    const instantiated = instantiateStreaming(...args);
    instantiated.catch(reject);
    return instantiated;
  };
});

/** Starts from the snapshot; from the archive of byte code where the snapshot does not fit or is not there. */
async function start(): Promise<Pyodide> {
  const snapshot = load("snapshot.bin").then(unpack);
  const [{ loadPyodide }, { default: create }] = await Promise.all([
    import(/* @vite-ignore */ `${home}pyodide.mjs`) as Promise<{ loadPyodide(options: Options): Promise<Pyodide> }>,
    import(/* @vite-ignore */ `${home}pyodide.asm.mjs`) as Promise<{ default: CreateModule }>,
  ]);
  const options: Options = {
    indexURL: home,
    env: { HOME: "/home/pyodide", PYTHONHASHSEED: "0" },
    // No package is ever loaded by name, so the long list of them is not fetched.
    lockFileContents: JSON.stringify({ info: __PYODIDE_INFO__, packages: {} }),
  };
  try {
    const frozen = await snapshot;
    return await loadPyodide({
      ...options,
      _loadSnapshot: frozen.header,
      createPyodideModule: thawing(create, frozen),
      // Pyodide wants an archive; all it holds is in the snapshot, so a file that is loaded anyway will do.
      stdLibURL: `${home}pyodide.mjs`,
    });
  } catch (error) {
    console.info("edgee: Python starts without its snapshot:", error);
    return loadPyodide({ ...options, stdLibURL: `${here}python.zip` });
  }
}

/**
 * What the browser says of itself, as JSON; Python knows what of it matters. The time zone is read here and
 * not in the page: the first time costs a thread tens of milliseconds.
 */
async function hints(): Promise<string> {
  const { userAgentData } = navigator as { userAgentData?: UserAgentData };
  const names = ["architecture", "bitness", "model", "platformVersion", "fullVersionList"];
  const { timeZone: timezone } = Intl.DateTimeFormat().resolvedOptions();
  try {
    return JSON.stringify({ ...(await userAgentData?.getHighEntropyValues(names)), timezone });
  } catch {
    return JSON.stringify({ timezone });
  }
}

const shared = "onconnect" in self;
if (shared) {
  (self as unknown as SharedWorkerGlobalScope).onconnect = (event) => add(event.ports[0]!);
} else {
  add(self as unknown as Port);
}
Promise.race([Promise.all([start(), hints()]), refused])
  .then(([pyodide, said]) => {
    driver = pyodide.pyimport("edgee_py.browser.worker").start(post, said);
    work();
    // Held for as long as this worker lives: pages that cannot have it know that Python runs.
    if (shared) navigator.locks?.request(import.meta.url, () => new Promise(() => {})).catch(() => {});
  })
  .catch(give);
