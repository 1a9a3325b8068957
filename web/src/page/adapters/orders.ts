/** Tracks; an order has one id, however often its page tells of it. */
import { on } from "../safely";
import { call, type Fields } from "./calls";

/** Names of the event by which an order counts, in both tools' recommendations. */
const isOrder = (name: string) => /^(purchase|order[\s_-]?completed)$/i.test(name);

const prefix = "_edgee_order_";

/** This page's orders, under the names that the tab keeps them by. */
const made = new Map<string, string>();

const random = () => Array.from(crypto.getRandomValues(new Uint32Array(4)), (each) => each.toString(36)).join("-");

/** Storage may be forbidden. */
function stored(name: "localStorage" | "sessionStorage"): Storage | undefined {
  try {
    return window[name];
  } catch {
    return;
  }
}

function keep(): void {
  try {
    for (const [key, id] of made) sessionStorage[key] = id;
  } catch {
    // Then they are known until the page is left.
  }
}

function forget(): void {
  for (const key of Object.keys(stored("sessionStorage") ?? {})) if (key.startsWith(prefix)) sessionStorage.removeItem(key);
}

/** Before consent is granted no id of ours lies in a browser; from then on that of the visitor does. */
const isGranted = () => /"edgee_id"/.test((stored("localStorage")?._edgee as string | undefined) ?? "");

on(window, "edgee:delivered", keep);
on(window, "edgee:refused", (event) => {
  if ((event as CustomEvent<{ reason?: string }>).detail.reason === "consent_denied") forget();
});

/**
 * The event id of an order: the same on a reload, on going back and from the other adapter, and none that others
 * could guess. The tab knows it, not the device: a shop that gives all orders one number loses few.
 */
function idOf(order: string): string {
  const key = prefix + order;
  const id = made.get(key) ?? (stored("sessionStorage")?.[key] as string | undefined) ?? random();
  made.set(key, id);
  if (isGranted()) keep();
  return id;
}

export function track(name: string, given: Fields, components?: Fields): void {
  const order = given.transaction_id ?? given.order_id ?? given.orderId;
  const properties = { ...given };
  if (isOrder(name) && order && /^(string|number)$/.test(typeof order) && !(given.event_id || given.eventId)) {
    properties.event_id = idOf(`${order}`);
  }
  call("track", { name, properties }, ...(components ? [components] : []));
}
