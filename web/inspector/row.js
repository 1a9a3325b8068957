import { STATE_WORDS, explanation } from "./events.js";
import { payload } from "./payload.js";
import { qualityOf } from "./quality.js";

const clock = new Intl.DateTimeFormat(undefined, { timeStyle: "medium" });
let rows = 0;

/** One event in the list: a line that opens to its payload and Pinterest's answer. */
export class Row {
  constructor(item) {
    this.item = item;
    const id = `row-${++rows}`;
    this.detail = element("div", { className: "detail", id, hidden: true });
    this.button = element("button", { type: "button", className: "line" });
    this.button.setAttribute("aria-expanded", "false");
    this.button.setAttribute("aria-controls", id);
    this.button.addEventListener("click", () => this.toggle());
    this.element = element("li", {}, this.button, this.detail);
    this.update();
  }

  /** Show what the event has become. */
  update() {
    const { item } = this;
    this.element.dataset.eventId = item.event_id;
    this.element.dataset.state = item.state;
    this.button.replaceChildren(
      element("time", { dateTime: new Date(item.at).toISOString(), textContent: clock.format(item.at) }),
      element("span", { className: "name" }, element("b", { textContent: item.event_name }), about(item)),
      state(item),
      dots(item),
    );
    if (!this.detail.hidden) this.fill();
  }

  toggle() {
    this.detail.hidden = !this.detail.hidden;
    this.button.setAttribute("aria-expanded", String(!this.detail.hidden));
    if (this.detail.hidden) this.detail.replaceChildren();
    else this.fill();
  }

  fill() {
    const { item } = this;
    this.detail.replaceChildren(
      facts(item),
      ...(item.event ? [identifiers(item.event)] : []),
      element(
        "div",
        { className: "payloads" },
        panel("Sent to Pinterest", item.event, withoutEvent(item)),
        panel("Pinterest's answer", item.response, withoutAnswer(item)),
      ),
    );
  }
}

function about({ event = {} }) {
  const { content_name, order_id, search_string } = event.custom_data ?? {};
  const text = content_name ?? search_string ?? order_id ?? pathOf(event.event_source_url);
  return element("span", { className: "about", textContent: text });
}

function pathOf(address) {
  try {
    const { pathname, search } = new URL(address);
    return pathname + search;
  } catch {
    return "";
  }
}

function state(item) {
  return element(
    "span",
    { className: "state" },
    element("span", { className: `chip ${item.state}`, textContent: item.state }),
    element("span", { className: "why", textContent: explanation(item) || STATE_WORDS[item.state] }),
  );
}

function dots({ event }) {
  const box = element("span", { className: "dots" });
  if (!event) return box;
  const all = qualityOf(event);
  const carried = all.filter((each) => each.carried);
  box.append(
    ...all.map((each) => element("i", { className: each.carried ? "on" : "", title: each.label })),
    element("span", { className: "unseen", textContent: `${carried.length} of ${all.length} identifiers` }),
  );
  return box;
}

function facts(item) {
  const { event_id, route, history } = item;
  const [first] = history;
  const steps = history.map(({ at, state }) => (at > first.at ? `${state} +${span(at - first.at)}` : state));
  const list = element("dl", { className: "facts" });
  const terms = [
    ["Event id", event_id],
    ["Came by", route === "event" ? "POST event (mapped by the relay)" : `POST ${route} (mapped in the browser)`],
    ["Went", steps.join(" → ")],
    ["Now", [STATE_WORDS[item.state], explanation(item)].filter(Boolean).join(": ")],
  ];
  for (const [term, text] of terms) {
    list.append(element("dt", { textContent: term }), element("dd", { textContent: text }));
  }
  return list;
}

function span(ms) {
  return ms < 1000 ? `${ms} ms` : `${(ms / 1000).toFixed(1)} s`;
}

function identifiers(event) {
  const items = qualityOf(event).map(({ label, carried }) =>
    element("li", {
      className: carried ? "on" : "",
      textContent: carried ? label : `no ${label.charAt(0).toLowerCase()}${label.slice(1)}`,
    }),
  );
  return element("ul", { className: "identifiers", ariaLabel: "Identifiers" }, ...items);
}

function panel(title, value, instead) {
  const body = value
    ? element("pre", { tabIndex: 0, ariaLabel: title }, payload(value))
    : element("p", { className: "note", textContent: instead });
  return element("section", {}, element("h3", { textContent: title }), body);
}

function withoutEvent({ state }) {
  return state === "refused" ? "Nothing: the relay refused it and kept none of it." : "Not known here.";
}

function withoutAnswer({ state }) {
  if (state === "refused") return "Pinterest was not asked.";
  return state === "queued" || state === "received" ? "Not yet: the event waits in the outbox." : "Not known here.";
}

function element(name, properties, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}
