/** One group in the console for each call: what was said, what it became, and how it ended. */
import { type Heard, type Told, type Trace, written } from "./heard";

/** A call that has not come to an end by then is shown without one. */
const patienceMs = 3000;

const badge = "background:#5b3fd4;color:#fff;border-radius:3px;padding:1px 5px";
const tones: Record<string, string> = {
  delivered: "color:#1d7245;font-weight:bold",
  refused: "color:#b3322b;font-weight:bold",
  held: "color:#93590a;font-weight:bold",
};

interface Open {
  trace: Trace;
  ends: Told[];
  timer: ReturnType<typeof setTimeout>;
}

export function groups(): (heard: Heard) => void {
  const open = new Map<string, Open>();

  const summary = (told: Told) => [told.event_name, told.outcome].filter(Boolean).join(" ");

  const print = (title: string, state: string, lines: [string, unknown][]) => {
    try {
      console.groupCollapsed(`%cedgee%c ${title} → %c${state}`, badge, "font-weight:normal", tones[state.split(" ").pop()!] ?? "");
      for (const [name, value] of lines) console.log(`${name}:`, value);
      console.groupEnd();
    } catch {
      // Half a console, or none.
    }
  };

  const close = (id: string, { trace, ends, timer }: Open) => {
    clearTimeout(timer);
    open.delete(id);
    const refusals = trace.refusals.map((each): Told => ({ ...each, id, outcome: "refused" }));
    const all = [...refusals, ...ends];
    const waits = trace.events.length - ends.length;
    const states = all.map(summary);
    if (trace.outcome === "held") states.push("held");
    if (trace.outcome === "done") states.push("done");
    if (waits > 0) states.push("the relay has not answered yet");
    const lines: [string, unknown][] = [["arguments", trace.arguments]];
    for (const { event_name, edgee, payload } of trace.events) {
      if (edgee) lines.push(["Edgee event", edgee]);
      if (payload) lines.push([`${event_name} for Pinterest`, payload]);
    }
    for (const note of trace.notes) lines.push(["note", note]);
    if (trace.outcome === "held") lines.push(["held", 'waits on this device for edgee.consent("granted")']);
    for (const { outcome, message } of all) {
      lines.push([outcome, message ?? "the relay has it on disk; the inspector shows Pinterest's answer"]);
    }
    print(written(trace), states.join(", "), lines);
  };

  return ({ told, trace, ready, without }) => {
    if (ready) print("Python", "ready", [["now", "calls are mapped in this browser"]]);
    if (without) print("Python", "not in this page", [["why", without], ["instead", "the relay does its work"]]);
    for (const each of trace) {
      const before = open.get(each.id);
      if (before) close(each.id, before);
      const opened: Open = { trace: each, ends: [], timer: setTimeout(() => close(each.id, opened), patienceMs) };
      open.set(each.id, opened);
      if (!each.events.length) close(each.id, opened);
    }
    const known = new Set(trace.flatMap(({ refusals }) => refusals.map(({ event_id }) => event_id)));
    for (const each of told) {
      const opened = open.get(each.id);
      if (each.outcome !== "delivered" && each.outcome !== "refused") continue;
      if (opened?.trace.events.some(({ event_id }) => event_id === each.event_id)) {
        opened.ends.push(each);
        if (opened.ends.length >= opened.trace.events.length) close(each.id, opened);
      } else if (!known.has(each.event_id as string)) {
        // Its call was shown before, or was made on an earlier page.
        print(`${each.method}()`, summary(each), [["id", each.event_id], ["outcome", each.message ?? each.event]]);
      }
    }
  };
}
