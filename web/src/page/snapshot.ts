/** The page as it is now: what a call must remember, since a single-page site is elsewhere soon. */

export interface Page {
  url: string;
  title: string;
  referrer: string;
  canonical?: string;
  keywords?: string;
  data_layer?: string;
  epik?: string;
  moved?: boolean;
}

/** Characters; Pinterest takes far less of any of them, and a state in a fragment has no bounds. */
const longest = 8192;

/** Python leaves out a longer data layer, and says so. */
const longestLayer = 65536;

const find = (selector: string) => document.querySelector(selector);
const cut = <T>(text: T) => (typeof text === "string" ? text.slice(0, longest) : text);

function cookies(): string {
  try {
    return document.cookie;
  } catch {
    return ""; // a sandboxed frame has none, and says so loudly
  }
}

export const address = (): string => location.href.replace(/#.*/, "");

let current = address();
let referrer = document.referrer;
let layerText: string | undefined;
let layerPath = location.pathname;

/** The data layer's text; none while the document is loading, when it may be half there. */
export function dataLayer(): string | undefined {
  const text =
    document.readyState === "loading"
      ? undefined
      : document.getElementById("__EDGEE_DATA_LAYER__")?.textContent?.slice(0, longestLayer + 1);
  if (text !== layerText) {
    layerText = text;
    layerPath = location.pathname;
  }
  return text;
}

export function snapshot(): Page {
  if (current !== address()) {
    referrer = current;
    current = address();
  }
  return {
    url: cut(location.href),
    title: cut(document.title),
    referrer: cut(referrer),
    canonical: cut((find("link[rel=canonical]") as HTMLLinkElement | null)?.href),
    keywords: cut((find("meta[name=keywords]") as HTMLMetaElement | null)?.content),
    data_layer: dataLayer(),
    epik: cut(/(?:^|; )_epik=([^;]*)/.exec(cookies())?.[1]),
    moved: location.pathname !== layerPath || undefined,
  };
}
