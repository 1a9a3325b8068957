/**
 * Tells the relay's inspector of the page's calls. What it is told, Python has hashed and masked in this
 * page's worker; the relay keeps it in memory only, and hears it only from those who may look at the inspector.
 * Without consent a page sends nothing, and so not even this, unless this browser's developer has asked for it.
 */
import type { Heard, Told, Tools, Trace } from "./heard";

/** Calls made together are told together. */
const gatherMs = 250;
const againMs = 3000;

/** Until the relay answers again, so many of the latest are kept. */
const most = 400;

/** A request of a page that goes away may have 64 KiB. */
const longest = 60_000;

/** Takes what is heard. `onShown` is called once the inspector has shown something of it. */
export function reporter({ endpoint, isDebugged, safely, stringify }: Tools, onShown: () => void): (heard: Heard) => void {
  let calls: Trace[] = [];
  let told: Told[] = [];
  let isWanted = true;
  /** Of these the inspector may hear how they end. */
  const known = new Set<string>();
  let timer: ReturnType<typeof setTimeout> | undefined;

  const post = async () => {
    clearTimeout(timer);
    timer = undefined;
    const sent = { calls: calls.splice(0), told: told.splice(0) };
    if (!isWanted || !(sent.calls.length || sent.told.length)) return;
    const body = stringify(sent);
    try {
      const answer = await fetch(`${endpoint}/inspector/calls`, {
        method: "POST",
        body,
        credentials: "include",
        keepalive: body.length < longest,
      });
      const { shown } = (await answer.json()) as { shown?: number };
      if (shown) onShown();
      isWanted = !!shown || answer.status === 429;
    } catch {
      calls = [...sent.calls, ...calls].slice(-most);
      told = [...sent.told, ...told].slice(-most);
      timer ??= setTimeout(post, againMs);
    }
  };
  addEventListener("pagehide", () => safely(post));

  return ({ told: heard, trace }) => {
    if (!isWanted) return;
    const may = trace.filter(({ by, consent }) => by === "page" && (isDebugged || consent === "granted"));
    for (const { id } of may) known.add(id);
    calls.push(...may);
    // What the call itself says is not said twice.
    const said = new Set(trace.flatMap((each) => [...(each.outcome === "held" ? [each.id] : []), ...each.refusals.map(({ event_id }) => event_id)]));
    const isNews = ({ id, outcome, event_id = id }: Told) => (outcome === "held" || outcome === "refused") && !said.has(event_id as string);
    told.push(...heard.filter((each) => (isDebugged || known.has(each.id)) && isNews(each)));
    if (calls.length || told.length) timer ??= setTimeout(post, gatherMs);
  };
}
