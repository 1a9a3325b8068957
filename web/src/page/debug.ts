/**
 * What a developer is shown of a page's calls: in the console and a small window over the page where
 * `?_edgeedebug=true` asks for it, and in the relay's inspector. A file of its own, loaded only then.
 */
import { groups } from "./debug/groups";
import type { Heard, Tools } from "./debug/heard";
import { overlay } from "./debug/overlay";
import { reporter } from "./debug/report";

export type { Heard, Told, Trace } from "./debug/heard";

export default function debug(tools: Tools): (heard: Heard) => void {
  const { endpoint, inConsole, safely } = tools;
  let hears: ((heard: Heard) => void)[] = [];
  const end = () => {
    document.cookie = "_edgeedebug=false;path=/;samesite=lax";
    hears = [report];
  };
  // In a frame there would be one window each.
  const over = tools.isDebugged && window === top ? safely(() => overlay(endpoint, end)) : undefined;
  const report = reporter(tools, () => over?.link());
  hears = [report];
  if (inConsole) hears.push(groups());
  if (over) hears.push(over.hear);
  return (heard) => {
    for (const hear of hears) safely(() => hear(heard));
  };
}
