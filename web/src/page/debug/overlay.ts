/** A small window over the page with counts and the latest calls; in a shadow root, so that neither disturbs the other. */
import { type Heard, type Told, type Trace, written } from "./heard";

const shown = 30;

/** A constructed style sheet is no inline style: a page's Content-Security-Policy has nothing against it. */
const css = `
:host { all: initial; position: fixed; inset: auto auto 12px 12px; z-index: 2147483647; max-width: calc(100vw - 24px); color-scheme: dark; }
:host([corner="1"]) { inset: 12px auto auto 12px; } :host([corner="2"]) { inset: 12px 12px auto auto; } :host([corner="3"]) { inset: auto 12px 12px auto; }
@media print { :host { display: none; } }
* { box-sizing: border-box; }
section { width: max-content; max-width: min(21rem, 100%); border: 1px solid #3c4754; border-radius: 12px; background: #141b22; color: #e6edf3; box-shadow: 0 10px 32px #0007; font: 13px/1.45 system-ui, "Segoe UI", Roboto, "Liberation Sans", sans-serif; overflow: hidden; }
header { display: flex; align-items: center; gap: 4px; padding: 4px 4px 4px 12px; }
.title { display: flex; align-items: center; gap: 8px; flex: 1; min-width: 0; min-height: 34px; padding: 0; text-align: left; font-weight: 600; }
.title i { width: 8px; height: 8px; border-radius: 50%; background: #e6b35a; flex: none; }
.title i.ready { background: #6fcf97; }
.counts { display: flex; gap: 10px; margin-left: auto; padding-right: 6px; font-weight: 400; font-variant-numeric: tabular-nums; }
.delivered b { color: #6fcf97; } .refused b { color: #ff8f85; } .held b { color: #e6b35a; } .waiting b { color: #7fb6e8; }
button { border: 0; border-radius: 8px; background: none; color: inherit; font: inherit; cursor: pointer; }
section.open { width: 21rem; }
.small { width: 34px; height: 34px; color: #9aa9b7; font-size: 17px; }
button:hover, a:hover { background: #ffffff14; }
:focus-visible { outline: 2px solid #7fb6e8; outline-offset: -2px; }
ol { max-height: min(45vh, 300px); margin: 0; padding: 0; overflow: auto; list-style: none; border-top: 1px solid #2b3743; }
li { display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: 0 10px; padding: 6px 12px; }
li + li { border-top: 1px solid #222c36; }
code { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; font: 12px/1.55 ui-monospace, Menlo, Consolas, "Liberation Mono", monospace; }
li span { grid-column: 1 / -1; color: #b4c0cb; overflow-wrap: anywhere; }
p { margin: 0; padding: 8px 12px; color: #9aa9b7; }
footer { display: flex; justify-content: space-between; gap: 8px; padding: 4px; border-top: 1px solid #2b3743; }
footer a, footer button { padding: 6px 8px; border-radius: 8px; color: #7fb6e8; text-decoration: none; }
[hidden] { display: none !important; }
`;

const states = ["delivered", "waiting", "held", "refused"] as const;
type State = (typeof states)[number];

interface Line {
  call: string;
  state: State | "done";
  why: string;
}

function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  properties: Partial<HTMLElementTagNameMap[Name]> = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[Name] {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

/** Returns what takes what is heard, and what is to be called once the inspector is there to be linked to. */
export function overlay(endpoint: string | undefined, end: () => void): { hear(heard: Heard): void; link(): void } {
  const host = document.createElement("edgee-debug");
  const root = host.attachShadow({ mode: "open" });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  root.adoptedStyleSheets = [sheet];

  const light = element("i");
  const numbers = Object.fromEntries(states.map((state) => [state, element("b", { textContent: "0" })]));
  const counts = element("span", { className: "counts" });
  for (const state of states) {
    counts.append(element("span", { className: state }, numbers[state]!, ` ${state === "delivered" ? "sent" : state}`));
  }
  const title = element("button", { type: "button", className: "title", ariaExpanded: "false" }, light, "edgee", counts);
  const move = element("button", { type: "button", className: "small", textContent: "⤢", title: "To the next corner", ariaLabel: "Move to the next corner" });
  const close = element("button", { type: "button", className: "small", textContent: "×", title: "Close", ariaLabel: "Close" });
  const list = element("ol", { ariaLabel: "Latest calls" });
  list.tabIndex = 0;
  const status = element("p", { textContent: "Python is starting…" });
  const inspector = element("a", { href: `${endpoint}/inspector`, target: "_blank", textContent: "Open the inspector", hidden: true });
  const off = element("button", { type: "button", textContent: "Switch debugging off" });
  const body = element("div", { hidden: true }, status, list, element("footer", {}, inspector, off));
  const section = element("section", { ariaLabel: "edgee debug", lang: "en", dir: "ltr" }, element("header", {}, title, move, close), body);
  root.append(section);

  const lines = new Map<string, Line>();

  const draw = () => {
    const all = [...lines.values()];
    for (const state of states) {
      const count = all.filter((line) => line.state === state).length;
      numbers[state]!.textContent = `${count}`;
      numbers[state]!.parentElement!.hidden = !count && state !== "delivered" && state !== "refused";
    }
    if (body.hidden) return;
    list.replaceChildren(
      ...all
        .slice(-shown)
        .reverse()
        .map(({ call, state, why }) =>
          element("li", {}, element("code", { textContent: call }), element("b", { textContent: state }), ...(why ? [element("span", { textContent: why })] : [])),
        ),
    );
    for (const [index, { state }] of all.slice(-shown).reverse().entries()) list.children[index]!.className = state;
  };

  title.onclick = () => {
    body.hidden = !body.hidden;
    title.ariaExpanded = `${!body.hidden}`;
    section.className = body.hidden ? "" : "open";
    draw();
  };
  let corner = 0;
  move.onclick = () => host.setAttribute("corner", `${++corner % 4}`);
  const leave = () => host.remove();
  close.onclick = leave;
  off.onclick = () => {
    leave();
    end();
  };
  section.onkeydown = ({ key }) => {
    if (key === "Escape") leave();
  };

  const note = (key: string, line: Line) => {
    lines.set(key, line);
    // Counts are for the page's whole life, and a page may live long; the oldest that have ended go.
    if (lines.size > 5000) lines.delete(lines.keys().next().value!);
  };

  const take = (trace: Trace) => {
    const call = written(trace);
    lines.delete(trace.id);
    if (trace.outcome === "held") note(trace.id, { call, state: "held", why: "Waits on this device for consent." });
    if (trace.outcome === "done") note(trace.id, { call, state: "done", why: "" });
    for (const { event_id, message } of trace.refusals) note(event_id, { call, state: "refused", why: message });
    for (const { event_id, event_name } of trace.events) {
      const before = lines.get(event_id);
      note(event_id, before ?? { call: `${call} → ${event_name}`, state: "waiting", why: trace.notes.join(" ") });
    }
  };

  const tell = ({ id, method, outcome, event_id, event_name, message }: Told) => {
    const key = `${event_id ?? id}`;
    const known = lines.get(key);
    const call = known?.call ?? [`${method}()`, event_name].filter(Boolean).join(" → ");
    if (outcome === "held" && !known) note(key, { call, state: "held", why: "Waits on this device for consent." });
    if (outcome === "delivered") note(key, { call, state: "delivered", why: known?.why ?? "" });
    if (outcome === "refused") note(key, { call, state: "refused", why: `${message ?? ""}` });
  };

  const place = () => document.documentElement.append(host);
  place();
  draw();

  return {
    hear({ told, trace, ready, without }) {
      trace.forEach(take);
      told.forEach(tell);
      if (ready) {
        light.className = "ready";
        status.textContent = "Python runs in this browser. Details of each call are in the console.";
      }
      if (without) status.textContent = `No Python in this page (${without}); the relay does its work.`;
      draw();
    },
    link() {
      inspector.hidden = false;
    },
  };
}
