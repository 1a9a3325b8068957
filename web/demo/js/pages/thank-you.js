import { price, productBySku } from "../catalogue.js";
import { html, render } from "../html.js";
import { showOrderLines } from "../order-lines.js";
import { Stored } from "../storage.js";
import { edgee } from "../tracking.js";

const stored = new Stored("sessionStorage", "order", null);
const order = stored.get();
const area = document.getElementById("order");

function showOrder({ id, total, tracked }) {
  const shipping = total - tracked.value;
  render(
    area,
    html`
      <p>Your order <b id="order-id">${id}</b> is on our bench. When it leaves, we write to you.</p>
      <ul class="ordered" id="order-lines"></ul>
      <dl>
        <dt>Delivery</dt><dd>${shipping ? price(shipping) : "Free"}</dd>
        <dt class="total">Total</dt><dd class="total" id="order-total">${price(total)}</dd>
      </dl>
      <p class="kind">A demonstration: nothing was charged, and nothing will be shipped.</p>
    `,
  );
  const line = ({ sku, variant, quantity }) => ({ product: productBySku(sku), colour: variant, quantity });
  showOrderLines(document.getElementById("order-lines"), tracked.products.map(line));
}

function showNone() {
  document.getElementById("thank-you-title").textContent = "No order here yet";
  render(area, html`<p>There is no recent order on this device.</p>`);
}

if (order) {
  showOrder(order);
  // A reload shows the order again; it was bought once.
  if (!order.reported) {
    stored.set({ ...order, reported: true });
    edgee("track", { name: "Order Completed", properties: { order_id: order.id, ...order.tracked } });
  }
} else showNone();
