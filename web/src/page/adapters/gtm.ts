/** Google Tag Manager's data layer, and gtag.js, which uses the same one. */
import type { GtmOptions } from "../../edgee";
import { call, type Fields, filled, isFields, remember } from "./calls";
import { onGlobal, onPush } from "./listen";
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

function isCommand(item: unknown): item is ArrayLike<unknown> {
  return Object.prototype.toString.call(item) === "[object Arguments]";
}

/** Google's user-provided data. Its hashed telephone numbers begin with `+`: Pinterest knows them without. */
function person(given: Fields): Fields {
  const one = (value: unknown) => (Array.isArray(value) ? value[0] : value);
  const address = Object(one(given.address)) as Fields;
  return filled({
    email: one(given.email ?? given.sha256_email_address),
    phone: one(given.phone_number),
    first_name: address.first_name ?? address.sha256_first_name,
    last_name: address.last_name ?? address.sha256_last_name,
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
  const properties = { ...Object.fromEntries(own), ...Object(given.ecommerce) };
  if (pageViews.includes(name.toLowerCase().replace(/[\s_-]/g, ""))) {
    const { page_location, page_title, page_referrer, ...more } = properties;
    countPage(page_location, { title: page_title, referrer: page_referrer, properties: more });
  } else {
    call("track", { name, properties });
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

function hearConsent(states: Fields, kind: unknown, given: Fields): void {
  if (kind === "default") {
    if (given.region === undefined) Object.assign(states, given);
    // A default asks the page to wait. What the visitor has said since is not undone by the next page's.
    if (needed.some((type) => given[type] === "denied") && !hasChosen()) call("consent", "pending");
  } else if (kind === "update") {
    Object.assign(states, given);
    const said = needed.map((type) => states[type]).filter(Boolean);
    if (said.length) call("consent", said.includes("denied") ? "denied" : "granted");
  }
}

function hearCommand(states: Fields | undefined, [command, subject, value]: unknown[]): void {
  const fields = isFields(value) ? value : {};
  if (command === "event" && typeof subject === "string") {
    hearUser(fields);
    hearEvent(subject, fields);
  } else if (command === "config") {
    hearUser({ user_id: fields.user_id });
  } else if (command === "set") {
    hearUser(isFields(subject) ? subject : { [`${subject}`]: value });
  } else if (command === "consent" && states) {
    hearConsent(states, subject, fields);
  }
}

/**
 * Hears the page's data layer: what it holds, and what is pushed from now on.
 *
 * dataLayer is the global's name, as in Tag Manager's snippet; consent: whether its consent commands count.
 */
export function gtm({ dataLayer = "dataLayer", consent = true }: GtmOptions = {}): void {
  const page = window as unknown as Record<string, unknown>;
  const states: Fields | undefined = consent ? {} : undefined;
  page[dataLayer] ??= [];
  onGlobal(dataLayer, (layer) => {
    if (!Array.isArray(layer)) return;
    onPush(layer, (item) => {
      if (isCommand(item)) return hearCommand(states, Array.from(item));
      // gtag.js notes what it has made of a command under `eventModel`: the command was heard.
      if (!isFields(item) || "eventModel" in item) return;
      hearUser(item);
      if (typeof item.event === "string") hearEvent(item.event, item);
    });
  });
}
