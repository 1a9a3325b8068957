/** Google Tag Manager's data layer, and gtag.js, which uses the same one. */
import type { GtmOptions } from "../../edgee";
import { call, type Fields, filled, isFields, remember } from "./calls";
import { onGlobal, onPush } from "./listen";
import { track } from "./orders";
import { countPage } from "./pages";

/** What steers the tools and says nothing of the event. */
const steering = [
  "event", "ecommerce", "send_to", "event_callback", "event_timeout", "eventCallback", "eventTimeout",
  "user_data", "user_id", "userId",
];
const pageViews = ["page", "pageview", "pageviewed", "pagevisit", "virtualpageview"];

/** Google's consent types without which no advertising destination may be told of a visitor. */
const needed = ["ad_storage", "ad_user_data"];

/** Floodlight and Google Ads: what is sent to them alone repeats, for them, what the page has sent. */
const isElsewhere = (to: unknown) => /^(AW|DC)-/.test(`${to}`);

/** What earlier commands of a data layer say of later ones. */
interface Layer {
  consent: boolean;
  /** States of consent, as the page has them by default and as the visitor has chosen. */
  defaults: Fields;
  updates: Fields;
  /** What has been configured. */
  targets: Set<unknown>;
  /** That of events which name none. */
  currency?: unknown;
}

function isCommand(item: unknown): item is ArrayLike<unknown> {
  return Object.prototype.toString.call(item) === "[object Arguments]";
}

/** Google's user-provided data. Its hashed telephone numbers begin with `+`: Pinterest knows them without. */
function person(given: Fields): Fields {
  const one = (value: unknown) => (Array.isArray(value) ? value[0] : value);
  const address = Object(one(given.address)) as Fields;
  return filled({
    email: one(given.email) || one(given.sha256_email_address),
    phone: one(given.phone_number),
    first_name: address.first_name || address.sha256_first_name,
    last_name: address.last_name || address.sha256_last_name,
    city: address.city,
    state: address.region,
    zip: address.postal_code,
    country: address.country,
  });
}

function hearUser({ user_id, userId, user_data }: Fields): void {
  const properties = isFields(user_data) ? person(user_data) : {};
  remember({ user_id: user_id ?? userId, properties: Object.keys(properties).length ? properties : undefined });
}

function hearEvent(name: string, given: Fields): void {
  const destinations = ([] as unknown[]).concat(given.send_to ?? []);
  if (/^(gtm|gtag)\./.test(name) || (destinations.length && destinations.every(isElsewhere))) return;
  const own = Object.entries(given).filter(([key]) => !steering.includes(key) && !key.startsWith("gtm."));
  const ecommerce = isFields(given.ecommerce) ? filled(given.ecommerce) : {};
  const properties = { ...Object.fromEntries(own), ...ecommerce };
  if (pageViews.includes(name.toLowerCase().replace(/[\s_-]/g, ""))) {
    const { page_location, page_title, page_referrer, ...more } = properties;
    countPage(page_location, { title: page_title, referrer: page_referrer, properties: more });
  } else {
    track(name, properties);
  }
}

/** Whether the visitor has chosen before, on this device. */
function hasChosen(): boolean {
  try {
    return JSON.parse(localStorage._edgee).consent_explicit === true;
  } catch {
    return false;
  }
}

function hearConsent({ defaults, updates }: Layer, kind: unknown, given: Fields): void {
  if (kind === "default") {
    if (given.region === undefined) Object.assign(defaults, given);
    // A default asks the page to wait. What the visitor has said, here or before, is not undone by it.
    const chosen = needed.some((type) => type in updates) || hasChosen();
    if (needed.some((type) => given[type] === "denied") && !chosen) call("consent", "pending");
  } else if (kind === "update") {
    Object.assign(updates, filled(given));
    const states = { ...defaults, ...updates };
    const said = needed.map((type) => states[type]).filter(Boolean);
    // Google knows these two words. What a page means by another nobody may take for a yes.
    if (said.length) call("consent", said.every((state) => state === "granted") ? "granted" : "denied");
  }
}

/**
 * The first `config` of a target is a view of the page that was arrived at. Sites that navigate on the client
 * repeat it for each page.
 */
function hearConfig(layer: Layer, target: unknown, fields: Fields): void {
  layer.currency = fields.currency ?? layer.currency;
  hearUser({ user_id: fields.user_id });
  if (!layer.targets.has(target)) layer.targets.add(target);
  else if (fields.send_page_view !== false && !isElsewhere(target)) countPage(undefined, { title: fields.page_title });
}

function hearCommand(layer: Layer, [command, subject, value]: unknown[]): void {
  const fields = isFields(value) ? value : {};
  if (command === "event" && typeof subject === "string") {
    hearUser(fields);
    hearEvent(subject, { ...fields, currency: fields.currency ?? layer.currency });
  } else if (command === "config") {
    hearConfig(layer, subject, fields);
  } else if (command === "set") {
    const set = isFields(subject) ? subject : { [`${subject}`]: value };
    layer.currency = set.currency ?? layer.currency;
    hearUser(set);
  } else if (command === "consent" && layer.consent) {
    hearConsent(layer, subject, fields);
  }
}

/**
 * Hears the page's data layer: what it holds, and what is pushed from now on.
 *
 * dataLayer is the global's name, as in Tag Manager's snippet; consent: whether its consent commands count.
 */
export function gtm({ dataLayer = "dataLayer", consent = true }: GtmOptions = {}): void {
  const page = window as unknown as Record<string, unknown>;
  const heard: Layer = { consent: !!consent, defaults: {}, updates: {}, targets: new Set() };
  page[dataLayer] ??= [];
  onGlobal(dataLayer, (layer) => {
    if (!Array.isArray(layer)) return;
    onPush(layer, (item) => {
      if (isCommand(item)) return hearCommand(heard, Array.from(item));
      // gtag.js notes what it has made of a command under `eventModel`: the command was heard.
      if (!isFields(item) || "eventModel" in item) return;
      hearUser(item);
      if (typeof item.event === "string") hearEvent(item.event, item);
    });
  });
}
