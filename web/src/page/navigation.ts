/** Client-side navigations, for `data-spa`: one notice for each that leads to another page. */
import { on } from "./safely";
import { address, type Page, snapshot } from "./snapshot";

/** A router sets the new title after it has changed the address; a few frames suffice. */
const settleMs = 100;

/**
 * Calls `notice` for each real navigation: the address without its fragment changed. Taking the query
 * away by replaceState (as sites do with campaign parameters) is none.
 * Returns a function that makes a notice still waiting for its title come at once.
 */
export function onNavigation(notice: (page: Page) => void): () => void {
  let current = address();
  let waiting: Partial<Page> | undefined;
  let timer: ReturnType<typeof setTimeout>;

  const flush = () => {
    clearTimeout(timer);
    // Looked at before each change: a body swapped in has a data layer of its own, which is not the next page's.
    const page = { ...snapshot(), ...waiting };
    if (waiting) notice(page);
    waiting = undefined;
  };
  const moved = (replaced?: boolean) => {
    const before = current;
    current = address();
    if (current === before || (replaced && before.split("?")[0] === current)) return;
    flush();
    waiting = { url: current, referrer: before };
    timer = setTimeout(flush, settleMs);
  };
  for (const name of ["pushState", "replaceState"] as const) {
    const original = history[name];
    history[name] = (...args) => {
      flush();
      original.apply(history, args);
      moved(name === "replaceState");
    };
  }
  on(window, "popstate", () => moved());
  return flush;
}
