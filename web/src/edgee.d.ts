/** Types of `window.edgee`, for pages and for TypeScript users. */

/** Which destinations a call is for; an explicit name beats `all`, which is true unless said. */
export type Components = Record<string, boolean>;

export interface PageEvent {
  name?: string;
  category?: string;
  title?: string;
  url?: string;
  path?: string;
  search?: string;
  referrer?: string;
  keywords?: string[];
  properties?: Record<string, unknown>;
}

export interface TrackEvent {
  name: string;
  properties?: Record<string, unknown>;
}

export interface UserEvent {
  user_id?: string;
  anonymous_id?: string;
  properties?: Record<string, unknown>;
}

export type Consent = "pending" | "denied" | "granted";

/** What `edgee.flush()` resolves to: counts of this visit's events, and what still waits. */
export interface Summary {
  delivered?: number;
  refused?: number;
  duplicates?: number;
  held?: number;
  waiting?: number;
  /** Why Python cannot run here; the relay does its work. */
  raw?: string;
  /** Why calls cannot be kept on this device; they last as long as their page. */
  unstored?: string;
}

export interface Edgee {
  /** A page view. A string is the page's name. */
  page(page?: PageEvent | string, components?: Components): Edgee;
  /** Something the visitor did. A string is the event's name. */
  track(track: TrackEvent | string, components?: Components): Edgee;
  /** Who the visitor is; kept until `reset()`. A string is the user_id. */
  user(user?: UserEvent | string, components?: Components): Edgee;
  /** The visitor's choice; kept, and stronger than any data layer's. */
  consent(consent: Consent): Edgee;
  /** Log-out: forget who the visitor is. */
  reset(): Edgee;
  /** Deliver now. Resolves when all is delivered, or when it is known why not. */
  flush(): Promise<Summary>;
  /** A call as an array, as queued before the script arrived: `["track", {…}]`. */
  push(...calls: [keyof Edgee, ...unknown[]][]): number;
  /** Where the page has loaded `/_edgee/adapters.js`. */
  adapters?: Adapters;
}

/** What lets pages that were written for other tools drive edgee; each may be started any number of times. */
export interface Adapters {
  /** Hears Tag Manager's data layer, and gtag.js. */
  gtm(options?: GtmOptions): void;
  /** Hears Segment's calls. */
  segment(options?: SegmentOptions): void;
}

export interface GtmOptions {
  /** The global's name, as in Tag Manager's snippet; `"dataLayer"` unless said. */
  dataLayer?: string;
  /** Whether `gtag("consent", …)` is the visitor's choice here too; true unless said. */
  consent?: boolean;
}

export interface SegmentOptions {
  /** The global's name; `"analytics"` unless said. */
  analytics?: string;
}

/** `event.detail` of `edgee:delivered`. */
export interface Delivered {
  id: string;
  method: string;
  event_id: string;
  event_name?: string;
  event?: Record<string, unknown>;
}

/** `event.detail` of `edgee:refused`. */
export interface Refused {
  id: string;
  method?: string;
  event_id: string;
  reason: string;
  message: string;
}

/** `event.detail` of `edgee:held`. */
export interface Held {
  id: string;
  method: string;
}

/** `event.detail` of `edgee:problem`: part of a call was left out, or has no effect. */
export interface Problem {
  id: string;
  method: string;
  message: string;
}

declare global {
  var edgee: Edgee;
  interface Window {
    edgee: Edgee;
  }
  interface WindowEventMap {
    "edgee:loaded": Event;
    "edgee:ready": Event;
    "edgee:delivered": CustomEvent<Delivered>;
    "edgee:refused": CustomEvent<Refused>;
    "edgee:held": CustomEvent<Held>;
    "edgee:problem": CustomEvent<Problem>;
  }
}
