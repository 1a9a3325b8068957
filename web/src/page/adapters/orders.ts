/** Tracks; an order has one id, however often its page tells of it. */
import { call, type Fields } from "./calls";

/** Names of the event by which an order counts, in both tools' recommendations. */
const isOrder = (name: string) => /^(purchase|order[\s_-]?completed)$/i.test(name);

const made = new Map<string, string>();

const random = () => Array.from(crypto.getRandomValues(new Uint32Array(4)), (each) => each.toString(36)).join("-");

/**
 * The event id of an order: the same on a reload, on going back and from the other adapter, and none that others
 * could guess. The tab knows it, not the device: a shop that gives all orders one number loses few.
 */
function idOf(order: string): string {
  const key = `_edgee_order_${order}`;
  let id = made.get(key);
  try {
    id ??= sessionStorage[key] as string | undefined;
    sessionStorage[key] = id ??= random();
  } catch {
    // Then until the page is left.
  }
  made.set(key, (id ??= random()));
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
