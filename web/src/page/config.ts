/** What the tag and the relay say: where things are, and the settings handed on to Python unread. */

/** Written into the script by the relay that serves it. */
interface Served {
  consent?: string;
  gpc?: boolean;
  /** Anybody may look at the relay's inspector: pages tell it of their calls. */
  inspector?: boolean;
  settings?: Record<string, unknown>;
}

declare const __EDGEE_ASSETS__: string;

// A string where no relay has put its settings in its place: it has none of them.
const { consent, gpc, inspector, settings } = Object("__EDGEE_CONFIG__") as Served;

const tag = (document.currentScript ??
  document.getElementById("__EDGEE_SDK__")) as HTMLScriptElement | null;
export const data: DOMStringMap = tag?.dataset ?? {};
const privacy = (navigator as { globalPrivacyControl?: boolean }).globalPrivacyControl;

/** A web address without a slash at its end; nothing for what is none. */
function web(url: string, base?: string): string | undefined {
  try {
    const { href } = new URL(url, base);
    if (/^http/.test(href)) return href.replace(/\/$/, "");
  } catch {
    // None at all.
  }
  return;
}

/** The relay: where the tag says, else where the script came from. */
export const endpoint =
  (data.endpoint && web(data.endpoint, location.href)) || web(".", tag?.src) || web("/_edgee", location.href);

export const assets = __EDGEE_ASSETS__;

export const spa = (data.spa ?? "false") !== "false";

/** What an unset consent means, and what else Python needs to know of this page. */
export const config = {
  consent: data.consent || consent || "granted",
  gpc: !!privacy && gpc !== false,
  settings,
  trace: inspector,
};
export const unset = config.gpc ? "denied" : config.consent;
