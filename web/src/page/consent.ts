/** What consent seems to be, where no Python can be asked. */
import type { Entry } from "./journal-format";

const words = ["granted", "pending", "denied"];

/** A page's own word; where it says something of consent that only Python can read, it is taken for "pending". */
function declared(layer: string | undefined, parse: (text: string) => unknown): unknown {
  if (!/consent/.test(layer ?? "")) return;
  try {
    return (parse(layer!) as { data_collection: { consent?: unknown } }).data_collection.consent;
  } catch {
    return "pending";
  }
}

/**
 * What consent seems to be once all these calls are taken. Only Python knows its rules; where they may lead
 * to something else than "granted", this errs on the side of waiting.
 */
export function consent(
  calls: Entry[],
  stored: string | null | undefined,
  parse: (text: string) => unknown,
  unset: unknown,
): unknown {
  let kept: { consent?: string; consent_explicit?: boolean } = {};
  try {
    kept = Object(parse(stored!));
  } catch {
    // Nothing, or somebody else's text.
  }
  const chosen = calls.map(({ method, arguments: [word] }) => method === "consent" && word);
  const choice = chosen.filter((word) => words.includes(word as string)).pop();
  if (choice) return choice;
  const known = words.includes(kept.consent!) && kept.consent;
  if (known && kept.consent_explicit) return known;
  const said = calls.map(({ page }) => declared(page.data_layer, parse)).filter(Boolean);
  return said.some((word) => word !== "granted") ? "pending" : (said[0] ?? (known || unset));
}
