/** What the tag and the relay say: where things are, and the settings handed on to Python unread. */

/** Written into the script by the relay that serves it. */
interface Served {
  consent?: string;
  gpc?: boolean;
  settings?: Record<string, unknown>;
}

declare const __EDGEE_ASSETS__: string;

const served: Served | string = "__EDGEE_CONFIG__";
const { consent, gpc, settings } = (typeof served === "string" ? {} : served) as Served;

const tag = (document.currentScript ??
  document.getElementById("__EDGEE_SDK__")) as HTMLScriptElement | null;
const data: DOMStringMap = tag?.dataset ?? {};
const privacy = (navigator as { globalPrivacyControl?: boolean }).globalPrivacyControl;

/** The relay: where the tag says, else where the script came from. No slash at its end. */
function relay(): string {
  for (const [url, base] of [
    [data.endpoint, location.href],
    [".", tag?.src],
    ["/_edgee", location.href],
  ]) {
    try {
      if (url) return web(new URL(url, base)).href.replace(/\/$/, "");
    } catch {
      if (url === data.endpoint) console.warn(`edgee: data-endpoint is no web address: ${url}`);
    }
  }
  return "/_edgee";
}

function web(url: URL): URL {
  if (!/^http/.test(url.protocol)) throw url;
  return url;
}

export const endpoint = relay();

export const assets = __EDGEE_ASSETS__;
export const debug = "debug" in data && data.debug !== "false";
export const spa = "spa" in data && data.spa !== "false";

/** What an unset consent means, and what else Python needs to know of this page. */
export const config = {
  consent: data.consent || consent || "granted",
  gpc: !!privacy && gpc !== false,
  settings,
};

export const client = {
  locale: navigator.language,
  timezone: Intl.DateTimeFormat().resolvedOptions().timeZone,
  screen_width: screen.width,
  screen_height: screen.height,
  screen_density: devicePixelRatio,
};
