"use client";
/** React components and the hook of react-edgee's names, for edgee-py's script. */
import { createElement, type ReactElement, useEffect, useState, useSyncExternalStore } from "react";
import type { Components, Consent, PageEvent, UserEvent } from "./edgee.js";
import { attributes, edgee, type LoadOptions, load } from "./index.js";

export type { Edgee } from "./edgee.js";

export type PageData = PageEvent;
export interface UserData extends UserEvent {
  /** Taken and left alone: the visitor's id is made on the device. */
  edgee_id?: string;
}
export interface TrackData {
  /** A track without one is refused. */
  name?: string;
  properties?: Record<string, unknown>;
}
export type ConsentStatus = Consent;
export type EdgeeMethod<T> = (arg: T, components?: Components) => void;
export type EdgeeConsentMethod = (arg: ConsentStatus) => void;

export interface EdgeeSdkProps extends LoadOptions {
  /** Edgee's own proxy reads it; it means nothing here. */
  dataInline?: boolean;
}

/** The data layer that a page declares. */
export interface EdgeeDataLayerObject {
  data_collection?: DataCollection;
}
export interface DataCollection {
  events?: Event[];
  context?: Context;
  components?: object;
}
export interface Event {
  type: string;
  data: object;
  components?: object;
}
export interface Context {
  page?: PageData;
  user?: UserData;
}
export interface EdgeeDataLayerProps {
  data: EdgeeDataLayerObject;
}

export interface EdgeeCalls {
  page: (page?: PageData | string, components?: Components) => void;
  track: (track: TrackData | string, components?: Components) => void;
  user: (user?: UserData | string, components?: Components) => void;
  consent: EdgeeConsentMethod;
  /** Log-out: forget who the visitor is. */
  reset: () => void;
}

const calls: EdgeeCalls = {
  page: (...args) => void edgee.page(...args),
  track: (track, ...args) => void edgee.track(track as string, ...args),
  user: (...args) => void edgee.user(...args),
  consent: (status) => void edgee.consent(status),
  reset: () => void edgee.reset(),
};

const nothing = () => () => {};
const yes = () => true;
const no = () => false;

/** Whether the server has rendered this component; the same for as long as it lives. */
function useServerRendered(): boolean {
  const [rendered] = useState(useSyncExternalStore(nothing, no, yes));
  return rendered;
}

/**
 * The script. Page events on client-side navigation are on, as in react-edgee, unless `spa` is false.
 * What the server renders is the tag itself; in the browser the script is put in when the component is there.
 */
export function EdgeeSdk({ dataInline: _, ...props }: EdgeeSdkProps): ReactElement | null {
  const options = { spa: true, ...props };
  const rendered = useServerRendered();
  useEffect(() => void load(options), []);
  if (!rendered) return null;
  const { crossorigin: crossOrigin, ...tag } = attributes(options);
  // Browsers hide a nonce from scripts, which looks like a difference to what the server rendered.
  return createElement("script", { async: true, crossOrigin, suppressHydrationWarning: true, ...tag });
}

/** The page's data layer; nothing where the object cannot be written as JSON. */
export function EdgeeDataLayer({ data }: EdgeeDataLayerProps): ReactElement | null {
  let text: string | undefined;
  try {
    text = JSON.stringify(data);
  } catch {
    // It refers to itself, or a toJSON() of its own fails.
  }
  if (text === undefined) return null;
  return createElement("script", {
    id: "__EDGEE_DATA_LAYER__",
    type: "application/json",
    dangerouslySetInnerHTML: { __html: text.replace(/</g, "\\u003c") },
  });
}

/** The calls. They are the same at each render, and may be made before the script has come. */
export function useEdgeeDataCollection(): EdgeeCalls {
  return calls;
}

export default EdgeeSdk;
