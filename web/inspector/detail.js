/** All that is known of one event: its way, what to do about it, and its four forms side by side. */
import { element } from "./dom.js";
import { span } from "./locale.js";
import { payload } from "./payload.js";
import { whatToDo } from "./words.js";

const STEPS = { held: "held", sending: "on its way", queued: "relay has it", delivered: "Pinterest took it", parked: "Pinterest refused it", refused: "refused", done: "called", duplicate: "taken before" };

export function detail(item, around) {
  const advice = whatToDo(item, around.health);
  return [
    way(item),
    ...(advice.length ? [element("ul", { className: `todo ${item.state}` }, ...advice.map((textContent) => element("li", { textContent })))] : []),
    element("div", { className: "forms" }, ...forms(item)),
    ...(item.quality ? [identifiers(item.quality, around.guide)] : []),
  ];
}

/** The steps an event has taken, with the time between them. */
function way({ history, id, call, route }) {
  const steps = [...history].sort((one, other) => one.at - other.at);
  const list = element("ol", { className: "way", ariaLabel: "The way it went" });
  steps.forEach(({ state, at }, index) => {
    const after = index ? element("span", { className: "after", textContent: `+${span(at - steps[index - 1].at)}` }) : "";
    list.append(element("li", { className: state }, after, element("span", { textContent: state === "sending" && call ? "called" : (STEPS[state] ?? state) })));
  });
  const mapped = call?.by === "relay" || (!call && route === "event") ? "mapped by the relay" : "mapped in the browser";
  const facts = [`id ${id}`, ...(route || call?.events.length ? [mapped] : []), ...(call?.page ? [`on ${call.page}`] : [])];
  return element("div", { className: "head" }, list, element("p", { className: "note", textContent: facts.join(" · ") }));
}

function forms({ call, made, event, response, state, isRelays }) {
  const args = call?.arguments ?? [];
  return [
    form("Call", call && (args.length === 1 ? args[0] : args), call ? "No arguments." : UNTOLD, call?.method === "user" ? "user_id" : ""),
    form("Edgee event", made?.edgee, call ? withoutEvent(state) : "Seen where the page tells of its calls."),
    form(event ? "Sent to Pinterest" : "For Pinterest", event ?? made?.payload, isRelays && state === "refused" ? "The relay refused it, and kept none of it." : withoutEvent(state)),
    form("Pinterest's answer", response, withoutAnswer(state)),
  ];
}

const UNTOLD =
  "Not told. Pages tell of their calls where this inspector is open to everybody; elsewhere those with ?_edgeedebug=true, in the browser that has this inspector open.";

function withoutEvent(state) {
  if (state === "held") return "None yet: it is made when consent is granted.";
  return state === "done" ? "This call makes none." : "None was made.";
}

function withoutAnswer(state) {
  if (state === "queued" || state === "sending") return "Not yet.";
  if (state === "duplicate") return "To the event that was taken before.";
  return state === "delivered" || state === "parked" ? "Nothing but that." : "Pinterest was not asked.";
}

function form(title, value, instead, key = "") {
  const isThere = value !== undefined && value !== null && !(Array.isArray(value) && !value.length);
  const head = element("header", {}, element("h3", { textContent: title }));
  if (!isThere) return element("section", {}, head, element("p", { className: "note", textContent: instead }));
  const copy = element("button", { type: "button", className: "copy", textContent: "Copy", ariaLabel: `Copy ${title}` });
  copy.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(JSON.stringify(value, null, 2));
      copy.textContent = "Copied";
    } catch {
      copy.textContent = "Not allowed";
    }
  });
  head.append(copy);
  return element("section", {}, head, element("pre", { tabIndex: 0, ariaLabel: title }, payload(value, key)));
}

function identifiers({ carried, lacking }, guide) {
  const list = element("ul", { className: "identifiers", ariaLabel: "Identifiers" });
  for (const { name, label, rare } of guide) {
    const has = carried.includes(name);
    if (!has && !lacking.includes(name)) continue;
    list.append(element("li", { className: has ? "on" : "", textContent: has ? label : `no ${lower(label)}${rare ? " (only visits from Pinterest's ads have one)" : ""}` }));
  }
  const best = guide.find(({ name, rare }) => !rare && lacking.includes(name));
  const advice = best ? `Next best for this event: ${best.how}` : "It carries everything it can.";
  return element("div", { className: "match-detail" }, element("h3", { textContent: "Match quality" }), list, element("p", { className: "note", textContent: advice }));
}

/** "E-mail" within a sentence; "IP" stays as it is. */
function lower(label) {
  return /^[A-Z][A-Z]/.test(label) ? label : label.charAt(0).toLowerCase() + label.slice(1);
}
