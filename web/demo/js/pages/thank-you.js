import { price } from "../catalogue.js";
import { html, render } from "../html.js";
import { Stored } from "../storage.js";
import { edgee } from "../tracking.js";

const stored = new Stored("sessionStorage", "order", null);
const order = stored.get();

function showOrder({ id, total, tracked }) {
  render(
    document.getElementById("order"),
    html`
      <p>Your order <b id="order-id">${id}</b> is on our bench. A confirmation is on its way to your inbox.</p>
      <ul class="facts">
        ${tracked.products.map(({ name, variant, quantity }) => html`<li>${quantity} × ${name}, ${variant}</li>`)}
      </ul>
      <p>Total <b id="order-total">${price(total)}</b></p>
    `,
  );
}

if (order) {
  showOrder(order);
  // A reload shows the order again; it was bought once.
  if (!order.reported) {
    stored.set({ ...order, reported: true });
    edgee("track", { name: "Order Completed", properties: { order_id: order.id, ...order.tracked } });
  }
}
