/** What a developer's tools hear of a page's calls: from Python, in the page's worker or in the relay. */

export interface Refusal {
  event_id: string;
  reason: string;
  message: string;
}

/** A call and what it came to; edgee_py/trace.py makes it, with personal data hashed and masked. */
export interface Trace {
  id: string;
  at: number;
  method: string;
  arguments: unknown[];
  page: string;
  by: "page" | "relay";
  consent: string;
  outcome: "mapped" | "held" | "refused" | "done";
  events: { event_id: string; event_name: string; edgee?: object; payload?: object }[];
  refusals: Refusal[];
  notes: string[];
}

/** An outcome as the page's window events tell it: "delivered", "refused", "held" or "problem". */
export type Told = { id: string; outcome: string } & Record<string, unknown>;

export interface Heard {
  told: Told[];
  trace: Trace[];
  /** Python has taken over. */
  ready?: boolean | undefined;
  /** Python cannot run here, and why. */
  without?: string;
}

/** What python.ts lends. isDebugged: this very browser's developer has asked for all there is. */
export interface Tools {
  endpoint: string | undefined;
  inConsole: boolean;
  isDebugged: boolean;
  safely<T>(run: () => T): T | undefined;
  stringify(value: unknown): string;
}

/** A call as one would write it, shortened. */
export function written({ method, arguments: [first] }: Pick<Trace, "method" | "arguments">): string {
  if (method === "load") return "data layer";
  const named = (first as { name?: unknown; user_id?: unknown } | null | undefined) ?? {};
  const said = typeof first === "string" ? first : (named.name ?? named.user_id);
  const text = typeof said === "string" && !/^[0-9a-f]{64}$/.test(said) ? JSON.stringify(said.slice(0, 60)) : said ? "…" : "";
  return `${method}(${text})`;
}
