/**
 * `edgee.adapters`: pages written for other tools drive edgee as they are. A script of its own, which no page
 * loads unless it asks for it; `data-use="gtm segment"` on its tag starts adapters at once.
 */
import type { Adapters } from "../edgee";
import { receiver } from "./adapters/calls";
import { gtm } from "./adapters/gtm";
import { segment } from "./adapters/segment";
import { safely } from "./safely";

const data: DOMStringMap = (document.currentScript as HTMLScriptElement | null)?.dataset ?? {};

const made: Adapters = {
  gtm: (options) => safely(() => gtm(options)),
  segment: (options) => safely(() => segment(options)),
};

safely(() => {
  const edgee = receiver();
  // A second copy of this script leaves the work to the first: two would hear everything twice.
  const adapters = (edgee.adapters ??= made) as Adapters;
  const use = (data.use ?? "").split(/\s+/);
  if (use.includes("gtm")) adapters.gtm({ dataLayer: data.layer });
  if (use.includes("segment")) adapters.segment();
});
