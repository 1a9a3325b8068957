/**
 * Which identifiers an event carries. The list, and its names, are those of Pinterest's own event
 * quality report (`conversion_eqs`), less the mobile advertising id that no web page has.
 */

const HAS_VALUE = ["checkout", "add_to_cart", "initiate_checkout"];
const NAMES_PRODUCTS = [...HAS_VALUE, "add_to_wishlist", "view_content"];

const filled = (value) => (Array.isArray(value) ? value.some(Boolean) : value != null && value !== "");

const IDENTIFIERS = [
  {
    name: "external_event_id",
    label: "Event id",
    weight: 8,
    carried: (event) => filled(event.event_id),
    advice: "Give every event an event_id, so that Pinterest can tell repeats apart.",
  },
  {
    name: "source_url",
    label: "Source URL",
    weight: 4,
    carried: (event) => filled(event.event_source_url),
    advice: "Send the page's address (context.page.url): some events carry none.",
  },
  {
    name: "ip_address",
    label: "IP address",
    weight: 8,
    carried: ({ user_data }) => filled(user_data.client_ip_address),
    advice: "The visitor's IP address is missing: name your proxy in [relay] trusted_proxies.",
  },
  {
    name: "user_agent",
    label: "User agent",
    weight: 8,
    carried: ({ user_data }) => filled(user_data.client_user_agent),
    advice: "The user agent is missing: let your proxy pass the User-Agent header on.",
  },
  {
    name: "advertiser_external_id",
    label: "External id",
    weight: 5,
    carried: ({ user_data }) => filled(user_data.external_id),
    advice: "Call edgee.user({user_id: …}) with your own customer number when somebody logs in.",
  },
  {
    name: "hashed_email",
    label: "Hashed e-mail (em)",
    weight: 10,
    carried: ({ user_data }) => filled(user_data.em),
    advice: "Call edgee.user({properties: {email}}) as soon as you know it: at log-in, newsletter or checkout.",
  },
  {
    name: "click_id_epik",
    label: "Click id (epik)",
    weight: 6,
    carried: ({ user_data }) => filled(user_data.click_id),
    // Only visits from a Pinterest ad have one, so a single event shows that it gets through.
    enough: (carried) => carried > 0,
    advice: "No event has a click id: check that your redirects keep ?epik= in the address.",
  },
  {
    name: "product_id",
    label: "Product ids",
    weight: 6,
    applies: (event) => NAMES_PRODUCTS.includes(event.event_name) || isTrade(event),
    carried: ({ custom_data = {} }) =>
      filled(custom_data.content_ids) || !!custom_data.contents?.some((content) => filled(content.id)),
    advice: "Add products (with their sku) to the events where something is viewed, added or bought.",
  },
  {
    name: "order_value",
    label: "Value",
    weight: 6,
    applies: (event) => HAS_VALUE.includes(event.event_name) || isTrade(event),
    carried: ({ custom_data = {} }) => filled(custom_data.value),
    advice: "Add value and currency, or prices in products, so that Pinterest can report your return.",
  },
  {
    name: "order_id",
    label: "Order id",
    weight: 6,
    applies: (event) => event.event_name === "checkout" || filled(event.custom_data?.order_id),
    carried: ({ custom_data = {} }) => filled(custom_data.order_id),
    advice: "Add order_id to your orders: it keeps Pinterest from counting one twice.",
  },
];

/** A page view owes no product and no value; an event that carries some of it should carry all. */
function isTrade({ custom_data = {} }) {
  const { value, order_id, contents } = custom_data;
  return [value, order_id, contents].some(filled);
}

/** The identifiers that belong to a mapped event: `{name, label, carried}`. */
export function qualityOf(event) {
  const whole = { user_data: {}, ...event };
  return IDENTIFIERS.filter(({ applies }) => !applies || applies(whole)).map(
    ({ name, label, carried }) => ({ name, label, carried: carried(whole) }),
  );
}

/** For each identifier, how many of the mapped events could carry it and how many do. */
export function coverage(events) {
  const sums = new Map(IDENTIFIERS.map(({ name, label }) => [name, { name, label, of: 0, carried: 0 }]));
  for (const { name, carried } of events.flatMap(qualityOf)) {
    const sum = sums.get(name);
    sum.of += 1;
    sum.carried += Number(carried);
  }
  return [...sums.values()];
}

/** The one thing worth adding first, as a sentence. */
export function nextBest(sums) {
  let best = null;
  let most = 0;
  for (const { weight, enough, advice, name } of IDENTIFIERS) {
    const { of, carried } = sums.find((sum) => sum.name === name);
    const gain = enough?.(carried) ? 0 : weight * (of - carried);
    if (gain > most) [best, most] = [advice, gain];
  }
  return best ?? "Every event carries everything it can.";
}
