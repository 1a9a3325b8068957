/** Segment's `analytics`: its stub, its library, or neither. */
import type { SegmentOptions } from "../../edgee";
import { call, type Fields, isFields, remember } from "./calls";
import { first, onGlobal, onPush, wrap } from "./listen";
import { track } from "./orders";
import { countPage } from "./pages";

/** What Segment's snippet promises a page. */
const promised = [
  "track", "identify", "page", "reset", "setAnonymousId", "group", "alias", "screen", "trackLink", "trackForm",
  "trackClick", "trackSubmit", "pageview", "ready", "on", "once", "off", "debug", "user", "addSourceMiddleware",
  "addIntegrationMiddleware", "addDestinationMiddleware", "register",
];

/** A library repeats what its queue holds as soon as it is there. */
const repeatMs = 1000;

/** Segment's snippet notes the page of a queued call behind the arguments. */
const isContext = (value: unknown) => isFields(value) && value.__t === "bpc";

const isText = (value: unknown): value is string => typeof value === "string";

/** `integrations` in Edgee's words; nothing where the call is for all. */
function components(options: unknown): Fields | undefined {
  const { integrations } = Object(options);
  if (!isFields(integrations)) return;
  const found: Fields = {};
  for (const [name, value] of Object.entries(integrations)) {
    if (name === "All") found.all = !!value;
    else if (/pinterest[\s_-]*(conversions|capi)/i.test(name)) found.pinterest_capi = !!value;
  }
  return Object.keys(found).length ? found : undefined;
}

/** The properties with the call's own id, unless they have one. */
function withId(properties: unknown, options: unknown): Fields {
  const id = Object(options).messageId;
  return { ...(id ? { event_id: id } : {}), ...(isFields(properties) ? properties : {}) };
}

function hearTrack(args: unknown[]): void {
  const whole = isFields(args[0]) ? args[0] : undefined;
  const name = whole ? whole.event : args[0];
  const options = whole ? args[1] : args[2];
  if (!isText(name) || !name) return;
  track(name, withId(whole ? whole.properties : args[1], options), components(options));
}

function hearPage(args: unknown[], context: unknown): void {
  const [name, category] = args.filter(isText).slice(0, 2).reverse();
  const [given = {}, options] = args.filter(isFields);
  const { url, title, path, search, referrer, keywords, ...more } = given;
  const said = { name: name ?? given.name, category: category ?? given.category };
  const event = { ...said, title, path, search, referrer, keywords, properties: withId(more, options) };
  countPage(url ?? Object(context).u, event, components(options));
}

function hearIdentify(args: unknown[]): void {
  const [id, traits, options] = isFields(args[0]) ? [undefined, ...args] : args;
  const { all, pinterest_capi = all } = components(options) ?? {};
  if (pinterest_capi === false) return;
  remember({ user_id: id, properties: isFields(traits) ? traits : undefined });
}

function hearAnonymousId(id: unknown): void {
  if (isText(id) && id) remember({ anonymous_id: id });
}

const hears = new Map<unknown, (args: unknown[], context: unknown) => void>([
  ["track", hearTrack],
  ["page", hearPage],
  ["identify", hearIdentify],
  ["reset", () => call("reset")],
  ["setAnonymousId", ([id]) => hearAnonymousId(id)],
]);

/** What the page's calls have been heard of before the library was there. */
let queued: unknown[][] = [];

/** Hears a call by Segment's rules: whatever is optional may be left out, and a callback may end it. */
function hear(method: unknown, args: unknown[], by: "queue" | "library"): void {
  const act = hears.get(method);
  if (!act) return;
  const given = args.filter((each) => typeof each !== "function" && !isContext(each));
  const record = [method, ...given];
  if (by === "queue") queued.push(record);
  else {
    const at = queued.findIndex((each) => each.length === record.length && each.every((part, i) => part === record[i]));
    if (at >= 0) return void queued.splice(at, 1);
  }
  act(given, args.find(isContext));
}

/** What stands in for the library where a page has none: calls work, and callbacks come. */
function stub(): unknown[] {
  const queue: unknown[] = [];
  for (const method of promised) {
    const value = (...args: unknown[]) => {
      queue.push([method, ...args]);
      const callback = args.find((each) => typeof each === "function") as (() => void) | undefined;
      // Listeners are called by what happens, the rest when the call is done.
      if (callback && !/^(on|once|off|add\w+|register)$/.test(method)) setTimeout(callback);
      return queue;
    };
    Object.defineProperty(queue, method, { value, configurable: true, writable: true });
  }
  return queue;
}

function attach(analytics: unknown): void {
  if (Array.isArray(analytics)) {
    onPush(analytics, (item) => Array.isArray(item) && hear(item[0], item.slice(1), "queue"));
  } else if (analytics && typeof analytics === "object" && first(analytics)) {
    for (const method of hears.keys() as Iterable<string>) wrap(analytics, method, (args) => hear(method, args, "library"));
    setTimeout(() => (queued = []), repeatMs);
  }
}

/** Hears the page's calls of Segment; analytics is the global's name. */
export function segment({ analytics = "analytics" }: SegmentOptions = {}): void {
  const page = window as unknown as Record<string, unknown>;
  page[analytics] ??= stub();
  onGlobal(analytics, attach);
}
