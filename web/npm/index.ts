/** Loads edgee's script from the site's own relay, and takes calls from the first moment. */
import type { Consent, Edgee, Summary } from "./edgee.js";

export type * from "./edgee.js";

/** How a site installs edgee: the script tag's attributes. */
export interface LoadOptions {
  /** Where the relay serves the script; `"/_edgee/sdk.js"` unless said. */
  src?: string;
  /** What an unset consent means on this page. */
  consent?: Consent;
  /** Page events on client-side navigation. */
  spa?: boolean;
  /** A relay elsewhere than where the script comes from. */
  endpoint?: string;
  /** Tells in the console what becomes of each call. */
  debug?: boolean;
  /** The nonce of the page's Content-Security-Policy. */
  nonce?: string;
  /** The script's hash; `edgee snippet --sri` prints it. */
  integrity?: string;
}

type Method = "page" | "track" | "user" | "consent" | "reset";
type Queue = unknown[] & Partial<Edgee>;

const tagId = "__EDGEE_SDK__";

let arrival: Promise<boolean> | undefined;

/**
 * What calls go to: `window.edgee`, which until the script has come is an array that it will replay.
 * Nothing on a server, where one visitor's calls must not reach the next one's page.
 */
function receiver(): Queue | undefined {
  if (typeof document === "undefined") return;
  const page = window as unknown as { edgee?: Queue };
  if (!page.edgee || typeof page.edgee !== "object") page.edgee = [];
  return page.edgee;
}

function call(method: Method, args: unknown[]): Edgee {
  const queue = receiver();
  const known = queue?.[method] as ((...args: unknown[]) => unknown) | undefined;
  if (known) known.apply(queue, args);
  else queue?.push([method, ...args]);
  return edgee;
}

/** Resolves to whether the script has come. */
function comes(tag: Element | null): Promise<boolean> {
  return new Promise((resolve) => {
    if (receiver()?.flush) resolve(true);
    addEventListener("edgee:loaded", () => resolve(true), { once: true });
    tag?.addEventListener("error", () => resolve(false), { once: true });
  });
}

async function flush(): Promise<Summary> {
  const queue = receiver();
  if (!queue) return {};
  const came = await (arrival ?? comes(document.getElementById(tagId)));
  return came ? window.edgee.flush() : { waiting: queue.length };
}

/**
 * `window.edgee`, for modules: to be called at any time, on a server too, where it does nothing. Calls made
 * before the script has come are replayed in their order. `flush()` waits for the script.
 */
export const edgee: Edgee = {
  page: (...args) => call("page", args),
  track: (...args) => call("track", args),
  user: (...args) => call("user", args),
  consent: (...args) => call("consent", args),
  reset: () => call("reset", []),
  push: (...calls) => receiver()?.push(...calls) ?? 0,
  flush,
};

/** The attributes of the script tag, but `async`. */
export function attributes(options: LoadOptions = {}): Record<string, string> {
  const { src = "/_edgee/sdk.js", consent, spa, endpoint, debug, nonce, integrity } = options;
  const given = {
    id: tagId,
    src,
    "data-consent": consent,
    "data-endpoint": endpoint,
    "data-spa": spa ? "true" : undefined,
    "data-debug": debug ? "true" : undefined,
    nonce,
    integrity,
    crossorigin: integrity && "anonymous",
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value)) as Record<string, string>;
}

/**
 * Puts the script into the page, unless it is there already. The first call's options count.
 *
 * Resolves to true when the script has come, to false where it cannot be loaded (blocked, relay down). It
 * never rejects: a page goes on without its statistics.
 */
export function load(options?: LoadOptions): Promise<boolean> {
  if (typeof document === "undefined") return Promise.resolve(false);
  if (arrival) return arrival;
  let tag = document.getElementById(tagId);
  if (!tag) {
    const script = document.createElement("script");
    script.async = true;
    for (const [name, value] of Object.entries(attributes(options))) script.setAttribute(name, value);
    tag = script;
  }
  arrival = comes(tag);
  if (!tag.isConnected) document.head.append(tag);
  return arrival;
}
