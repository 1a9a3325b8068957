/** The events seen so far, each with the call behind it and every state it has been told to be in. */
import { amount } from "./locale.js";

/** In the order an event goes through them; besides, `done` is a call that makes no event, `duplicate` one that was taken before. */
export const STATES = ["held", "sending", "queued", "delivered", "parked", "refused"];

/** The relay's word for what a browser has sent and nobody has stored yet. */
const SENDING = "received";

/** States of what the relay has stored. */
const STORED = ["queued", "delivered", "parked"];

/** More than anyone reads; older ones make room. */
const MOST = 10_000;

export class Events {
  #items = [];
  #byId = new Map();
  #cleared = new Set();

  /** Take one message of the feed; returns the events it has changed. */
  take(message) {
    if (message.call) return this.#takeCall(message.call, message.at);
    if (message.told) return this.#takeTold(message.told, message.at);
    return this.#takeEvent(message);
  }

  /** Forget all, and what is yet to be told of it. */
  clear() {
    for (const { id, call } of this.#items) {
      this.#cleared.add(id);
      if (call) this.#cleared.add(call.id);
    }
    this.#items = [];
    this.#byId.clear();
  }

  get size() {
    return this.#items.length;
  }

  /** Newest first. */
  *[Symbol.iterator]() {
    for (let index = this.#items.length - 1; index >= 0; index--) yield this.#items[index];
  }

  has(item) {
    return !!this.#byId.get(item.id)?.includes(item);
  }

  #takeEvent({ at, event_id, event_name, state, ...more }) {
    if (state === "duplicate") this.#cleared.delete(event_id);
    if (this.#cleared.has(event_id)) return [];
    const item = this.#find(event_id, event_name, at);
    // Sent again, as after an answer that was lost, it is where it was.
    if (state === "duplicate" && STORED.includes(item.state)) return [];
    item.isRelays = true;
    // A later state has reasons and words of its own.
    Object.assign(item, { reason: undefined, message: undefined }, more);
    step(item, state === SENDING ? "sending" : state, at);
    return [item];
  }

  #takeCall(call, at) {
    if (this.#cleared.has(call.id)) return [];
    const when = call.at || at;
    const parts = [
      ...call.events.map((made) => [made.event_id, made.event_name, { made }, "sending"]),
      ...call.refusals.map(({ event_id, ...refusal }) => [event_id, "", refusal, "refused"]),
    ];
    if (!parts.length) parts.push([call.id, "", {}, call.outcome]);
    // The relay may have told of the events before, and somebody has cleared them since.
    if (parts.every(([id]) => this.#cleared.has(id))) return [];
    this.#rename(call.id, parts);
    return parts.map(([id, name, more, state]) => {
      const item = this.#find(id, name, when);
      const repeats = item.call && item.call.id !== call.id;
      (item.calls ??= new Set()).add(call.id);
      // Of calls that give one event id Pinterest gets the first; the others are only counted.
      if (repeats) return item;
      item.call = call;
      if (when < item.at) {
        this.#items.splice(this.#items.indexOf(item), 1);
        item.at = when;
        this.#enlist(item);
      }
      // What the relay has said of it came later, though it may have been told earlier.
      if (!item.isRelays) {
        Object.assign(item, more);
        step(item, state, state === "sending" ? when : at);
      } else if (more.made) item.made = more.made;
      return item;
    });
  }

  /** Where a held call has become events of other ids, its row becomes the first of theirs. */
  #rename(id, parts) {
    const item = this.#byId.get(id)?.find((each) => !each.name);
    if (!item || parts.some(([each]) => each === id)) return;
    this.#unlist(item);
    const [first, name] = parts[0];
    if (this.#byId.has(first)) {
      this.#items.splice(this.#items.indexOf(item), 1);
      return;
    }
    Object.assign(item, { id: first, name });
    this.#byId.set(first, [item]);
  }

  #takeTold({ id, event_id, event_name = "", outcome, reason, message }, at) {
    const key = event_id || id;
    if (this.#cleared.has(key) || this.#cleared.has(id)) return [];
    const item = this.#find(key, event_name, at);
    if (outcome === "held" && item.state) return [];
    Object.assign(item, { reason, message });
    step(item, outcome, at);
    return [item];
  }

  #find(id, name, at) {
    const known = this.#byId.get(id) ?? [];
    const found = known.find((each) => !name || !each.name || each.name === name);
    if (found) {
      found.name ||= name;
      return found;
    }
    const made = { id, name, at, history: [] };
    this.#enlist(made);
    this.#byId.set(id, [...known, made]);
    if (this.#items.length > MOST) this.#unlist(this.#items.shift());
    return made;
  }

  /** By time: what is told late is put where it belongs, which is near the end. */
  #enlist(item) {
    let index = this.#items.length;
    while (index && this.#items[index - 1].at > item.at) index -= 1;
    this.#items.splice(index, 0, item);
  }

  #unlist(item) {
    const left = this.#byId.get(item.id)?.filter((each) => each !== item) ?? [];
    if (left.length) this.#byId.set(item.id, left);
    else this.#byId.delete(item.id);
  }
}

function step(item, state, at) {
  item.text = undefined;
  item.state = state;
  const before = item.history.find((each) => each.state === state);
  if (before) before.at = Math.min(before.at, at);
  else item.history.push({ state, at });
}

/** A call as one would write it: `track("Order Completed")`; "" where nobody has told of it. */
export function written({ call }) {
  if (!call) return "";
  if (call.method === "load") return "data layer";
  const [first] = call.arguments;
  const said = typeof first === "string" ? first : (first?.name ?? first?.user_id);
  if (typeof said !== "string") return `${call.method}(${short(first)})`;
  return /^[0-9a-f]{64}$/.test(said) ? `${call.method}(#${said.slice(0, 6)}…)` : `${call.method}(${JSON.stringify(said)})`;
}

/** An argument without a name: what is long is left out. */
function short(value) {
  if (Array.isArray(value)) return "[…]";
  if (value && typeof value === "object") return "{…}";
  return value === undefined ? "" : String(value);
}

/** What tells the event from others of its name: its content, order or page, and its value; those it has. */
export function about({ event, made, call }) {
  const { custom_data = {}, event_source_url = call?.page } = event ?? made?.payload ?? {};
  const { content_name, search_string, order_id, value, currency } = custom_data;
  const text = content_name ?? search_string ?? order_id ?? pathOf(event_source_url);
  return [text, value && (currency ? amount(value, currency) : `value ${amount(value)}`)].filter(Boolean);
}

function pathOf(address) {
  try {
    const { pathname, searchParams } = new URL(address);
    searchParams.delete("_edgeedebug");
    const search = String(searchParams);
    return search ? `${pathname}?${search}` : pathname;
  } catch {
    return "";
  }
}

/** What a text filter looks at. */
export function searchable(item) {
  if (item.text === undefined) {
    const { id, name, state, message, reason, route, event, made, call } = item;
    const { custom_data: { order_id = "", value = "", content_ids = [] } = {}, event_source_url = "" } = event ?? made?.payload ?? {};
    const parts = [name, id, state, reason, message, route, written(item), ...about(item), order_id, value, ...content_ids];
    item.text = [...parts, event_source_url, call?.page].filter(Boolean).join(" ").toLowerCase();
  }
  return item.text;
}
