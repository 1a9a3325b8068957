/** Loads what shows a developer the page's calls, where it was asked for; until it is there, what it has to hear waits. */
import type { Heard } from "./debug";
import type { Facade } from "./python";

/**
 * Edgee's own switch for developers: `?_edgeedebug=true`, kept in its cookie until `=false` or the end of
 * the browser's session. A script may have taken the query away by now; the navigation remembers it.
 */
function isDebugged(): boolean {
  const [navigation] = performance.getEntriesByType("navigation");
  const said = /[?&]_edgeedebug=(true|false)/.exec(navigation?.name ?? location.href)?.[1];
  try {
    if (said) document.cookie = `_edgeedebug=${said};path=/;samesite=lax`;
    return (said ?? /(?:^|; )_edgeedebug=([^;]*)/.exec(document.cookie)?.[1]) === "true";
  } catch {
    return said === "true"; // a sandboxed frame has no cookies
  }
}

/** What is to be told of all that the other end says; nothing where nobody watches. */
export function watching({ data, hello, log, safely, stringify, url }: Facade): ((heard: Heard) => void) | undefined {
  const debugged = isDebugged();
  const inConsole = debugged || (data.debug ?? "false") !== "false";
  if (!hello.trace && !inConsole) return;
  const unheard: Heard[] = [];
  let hear: ((heard: Heard) => void) | undefined = (heard) => unheard.push(heard);
  const start = ({ default: debug }: typeof import("./debug")) => {
    hear = debug({ endpoint: hello.endpoint, inConsole, isDebugged: debugged, safely, stringify });
    for (const heard of unheard.splice(0)) hear(heard);
  };
  import(`${url}debug.mjs`).then(start).catch((error) => {
    hear = undefined;
    log("edgee:", error);
  });
  return (heard) => hear?.(heard);
}
