import { CURRENCY, FREE_SHIPPING_FROM, SHIPPING, productById, trackedProduct } from "./catalogue.js";
import { Stored } from "./storage.js";
import { edgee } from "./tracking.js";

const MOST = 9;
const stored = new Stored("localStorage", "cart", []);

/** The cart's lines, `{product, colour, quantity}`; what is no longer sold is left out. */
export function lines() {
  const records = stored.get();
  if (!Array.isArray(records)) return [];
  return records
    .map(({ id, colour, quantity }) => ({ product: productById(id), colour, quantity: within(quantity) }))
    .filter((line) => line.product && line.quantity);
}

/** Pieces in the cart. */
export const count = () => lines().reduce((sum, line) => sum + line.quantity, 0);

/** Euros: the goods, their shipping, and both. */
export function totals() {
  const goods = lines().reduce((sum, line) => sum + line.product.price * line.quantity, 0);
  const shipping = goods === 0 || goods >= FREE_SHIPPING_FROM ? 0 : SHIPPING;
  return { goods, shipping, total: goods + shipping };
}

/** The cart as an event's properties. */
export function trackedCart() {
  return {
    products: lines().map((line) => trackedProduct(line.product, line.quantity, line.colour)),
    value: totals().goods,
    currency: CURRENCY,
  };
}

/** Put a lamp in the cart. */
export function add(product, colour, quantity) {
  const all = lines();
  const line = all.find((each) => each.product === product && each.colour === colour);
  if (line) line.quantity = within(line.quantity + quantity);
  else all.push({ product, colour, quantity: within(quantity) });
  write(all);
  trackChange("Product Added", product, quantity, colour);
}

/** Change how many of a line, 0 to take it out. */
export function setQuantity(index, quantity) {
  const all = lines();
  const line = all[index];
  const change = within(quantity) - line.quantity;
  if (!change) return;
  line.quantity += change;
  write(all.filter((each) => each.quantity));
  const name = change > 0 ? "Product Added" : "Product Removed";
  trackChange(name, line.product, Math.abs(change), line.colour);
}

/** Empty the cart once it is paid for. */
export const clear = () => write([]);

/** Call back whenever the cart changes, in this tab, in another, or while this page was left. */
export function onChange(callback) {
  window.addEventListener("cart:change", callback);
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) callback();
  });
  window.addEventListener("storage", (event) => {
    if (event.key === "halflight.cart") callback();
  });
}

function write(all) {
  stored.set(all.map(({ product, colour, quantity }) => ({ id: product.id, colour, quantity })));
  window.dispatchEvent(new Event("cart:change"));
}

function trackChange(name, product, quantity, colour) {
  const products = [trackedProduct(product, quantity, colour)];
  const value = product.price * quantity;
  edgee("track", { name, properties: { products, value, currency: CURRENCY } });
}

function within(quantity) {
  return Math.min(MOST, Math.max(0, Math.trunc(Number(quantity)) || 0));
}
