/** Page views that other tools are told of, each counted once: edgee's own script counts some by itself. */
import { call, type Fields, filled } from "./calls";

const bare = (url: string) => url.replace(/#.*/, "");

const path = (url: string) => url.replace(/\/?(\?.*)?$/, "");

/** The address that was arrived at, of which the script makes a page event; the page may be elsewhere by now. */
const arrived = performance.getEntriesByType?.("navigation")[0]?.name;
let last = bare(arrived || location.href);

/** Where the page says it is; where it actually is if that is no address. */
function pageUrl(address: unknown): string {
  try {
    return new URL(address && typeof address === "string" ? address : location.href, location.href).href;
  } catch {
    return location.href;
  }
}

/** The script counts client-side navigations too where its tag says so. */
function countsNavigation(): boolean {
  const tag = document.getElementById("__EDGEE_SDK__");
  return (tag?.dataset.spa ?? "false") !== "false";
}

/**
 * Whether it is the page last counted: an address that has only lost its query (sites take campaign parameters
 * away), or that is told without a part of it (e-mail addresses, …) while the visitor is still there.
 */
function isLast(url: string): boolean {
  return url === last || last.startsWith(`${url}?`) || (bare(location.href) === last && path(url) === path(last));
}

/** A page event, where the visitor is on another page than the last one counted. */
export function countPage(address: unknown, event: Fields, components?: Fields): void {
  if (countsNavigation()) return;
  const url = bare(pageUrl(address));
  if (isLast(url)) return;
  last = url;
  call("page", { ...filled(event), url }, components);
}
