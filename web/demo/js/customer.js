import { Stored } from "./storage.js";
import { edgee } from "./tracking.js";

// A pseudonym only: the shop keeps no name or e-mail on the device.
const stored = new Stored("localStorage", "customer", null);

/** The customer number of who is logged in on this device, or null. */
export const customerId = () => stored.get();

// What Pinterest matches people by. A form's other fields, the street for one, stay in the page.
const MATCHED = ["email", "first_name", "last_name", "zip_code", "city", "country"];

/**
 * Tell who the visitor is, from a form whose fields carry Edgee's names (email, first_name, …).
 * A shop with accounts would take the id from its own session; here it is made on first log-in.
 */
export function identify(form) {
  const fields = new FormData(form);
  const given = MATCHED.map((name) => [name, String(fields.get(name) ?? "").trim()]);
  const properties = Object.fromEntries(given.filter(([, value]) => value));
  const id = customerId() ?? `customer-${Math.random().toString(36).slice(2, 10)}`;
  store(id);
  edgee("user", { user_id: id, properties });
}

/** Log out: the next event on this device is nobody's. */
export function logOut() {
  store(null);
  edgee("reset");
}

function store(id) {
  stored.set(id);
  window.dispatchEvent(new Event("customer:change"));
}
