/** What the page hears of its calls: window events, and a line in the console where something is wrong. */
import { log } from "./safely";

export type Detail = Record<string, unknown>;

/** Dispatches `edgee:delivered`, `edgee:refused`, `edgee:held` or `edgee:problem`. */
export function tell(outcome: string, detail?: Detail): void {
  if (outcome === "refused") log(`edgee: ${detail!.method}() refused: ${detail!.message}`, detail);
  dispatchEvent(new CustomEvent(`edgee:${outcome}`, { detail }));
}

/** Dispatches `edgee:loaded` or `edgee:ready`, with a User Timing mark of the same name. */
export function announce(name: string): void {
  performance.mark(`edgee:${name}`);
  tell(name);
}
