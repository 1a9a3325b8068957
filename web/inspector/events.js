/** The events seen so far, each with every state the feed has told of it. */

export const STATES = ["received", "queued", "delivered", "parked", "refused"];

/** What a state means, in words a site owner understands. */
export const STATE_WORDS = {
  received: "reached the relay",
  queued: "stored; waits for Pinterest",
  delivered: "taken by Pinterest",
  parked: "refused by Pinterest; kept in the outbox",
  refused: "refused by the relay",
};

const REASON_WORDS = {
  invalid_call: "the call's arguments cannot be read",
  missing_name: "the event has no name",
  too_large: "the call is larger than 64 KiB",
  consent_denied: "the visitor has denied consent",
  component_disabled: "the call leaves out pinterest_capi",
  event_disabled: "this event type is switched off",
  no_identifier: "no e-mail, and no IP address with a user agent",
  invalid_event: "not a valid event for Pinterest",
  too_old: "older than Pinterest's seven days",
  bot: "a crawler or headless browser",
  journal_full: "too many calls waited on the device",
  relay_refused: "the relay refused the request",
};

/** More than anyone reads; older ones make room. */
const MOST = 500;

export class Events {
  #byKey = new Map();
  #clearedAt = 0;

  /** Take one message of the feed; returns the event it belongs to, or null where it was cleared. */
  take(message) {
    const key = `${message.event_id} ${message.event_name}`;
    let event = this.#byKey.get(key);
    if (!event) {
      // A new connection is told of old events again.
      if (message.at <= this.#clearedAt) return null;
      event = { key, history: [], ...message };
      this.#byKey.set(key, event);
      if (this.#byKey.size > MOST) this.#byKey.delete(this.#byKey.keys().next().value);
    }
    const { at, state } = message;
    if (event.history.some((step) => step.at === at && step.state === state)) return event;
    event.history.push({ at, state });
    Object.assign(event, message, { at: event.at });
    return event;
  }

  /** Forget all, and what a later connection would repeat of it. */
  clear() {
    for (const { history } of this.#byKey.values()) {
      this.#clearedAt = Math.max(this.#clearedAt, ...history.map((step) => step.at));
    }
    this.#byKey.clear();
  }

  /** Newest first. */
  list() {
    return [...this.#byKey.values()].reverse();
  }

  has(event) {
    return this.#byKey.get(event.key) === event;
  }
}

/** Why an event is in its state, where there is more to say than the state: one sentence, or "". */
export function explanation({ message, reason, response }) {
  return (
    message ||
    response?.error_message ||
    response?.warning_message ||
    REASON_WORDS[reason] ||
    (reason ?? "").replaceAll("_", " ")
  );
}

/** What a text filter looks at. */
export function searchable(item) {
  const { event_name, event_id, state, route, event = {} } = item;
  const { content_name = "", order_id = "", search_string = "" } = event.custom_data ?? {};
  const about = [content_name, order_id, search_string, event.event_source_url ?? ""];
  return [event_name, event_id, state, route, explanation(item), ...about].join(" ").toLowerCase();
}
