/** What is sold, and what of it lies in the cart of this tab. */

export const LAMPS = {
  dune: { sku: "HL-101", name: "Dune", price: 148, text: "Stoneware and linen." },
  onda: { sku: "HL-201", name: "Onda", price: 96, text: "Forty pleats of paper." },
  farol: { sku: "HL-401", name: "Farol", price: 79, text: "Thirty hours of candlelight." },
};

const money = new Intl.NumberFormat(document.documentElement.lang, { style: "currency", currency: "EUR" });

/** An amount of euros as a person reads it. */
export const price = (amount) => money.format(amount);

const quantities = new Map(JSON.parse(sessionStorage.getItem("cart") ?? "[]"));

/** The cart's lines as events name products. */
export const products = () =>
  [...quantities].map(([id, quantity]) => {
    const { sku, name, price } = LAMPS[id];
    return { sku, name, price, quantity };
  });

export const count = () => products().reduce((sum, { quantity }) => sum + quantity, 0);

export const total = () => products().reduce((sum, { price, quantity }) => sum + price * quantity, 0);

/** Put one more lamp into the cart, and tell of it. */
export function add(id) {
  quantities.set(id, (quantities.get(id) ?? 0) + 1);
  keep();
  const { sku, name, price } = LAMPS[id];
  edgee.track({ name: "Product Added", properties: { value: price, currency: "EUR", products: [{ sku, name, price, quantity: 1 }] } });
}

/** Order what lies in the cart; returns the order's number. Here your shop's server takes the order and gives it its number. */
export function order() {
  const order_id = `S-${crypto.randomUUID().slice(0, 8)}`;
  edgee.track({ name: "Order Completed", properties: { order_id, value: total(), currency: "EUR", products: products() } });
  quantities.clear();
  keep();
  return order_id;
}

function keep() {
  sessionStorage.setItem("cart", JSON.stringify([...quantities]));
  dispatchEvent(new Event("cart"));
}
