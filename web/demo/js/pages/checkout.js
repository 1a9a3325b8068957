import * as cart from "../cart.js";
import { price } from "../catalogue.js";
import { identify } from "../customer.js";
import { emptyCart } from "../empty-cart.js";
import { html, render } from "../html.js";
import { showOrderLines } from "../order-lines.js";
import { Stored } from "../storage.js";
import { edgee } from "../tracking.js";

const order = new Stored("sessionStorage", "order", null);
const form = document.getElementById("checkout-form");

function showSummary() {
  const { shipping, total } = cart.totals();
  render(
    document.getElementById("checkout-summary"),
    html`
      <ul class="ordered" id="checkout-lines"></ul>
      <dl>
        <dt>Delivery</dt><dd>${shipping ? price(shipping) : "Free"}</dd>
        <dt class="total">Total</dt><dd class="total">${price(total)}</dd>
      </dl>
    `,
  );
  showOrderLines(document.getElementById("checkout-lines"), cart.lines());
}

function placeOrder(event) {
  event.preventDefault();
  identify(form);
  const { total } = cart.totals();
  const id = `HL-${Date.now().toString(36).toUpperCase()}`;
  order.set({ id, total, tracked: cart.trackedCart(), reported: false });
  cart.clear();
  location.assign("/thank-you.html");
}

if (cart.count()) {
  showSummary();
  form.addEventListener("submit", placeOrder);
  edgee("track", { name: "Checkout Started", properties: cart.trackedCart() });
} else {
  document.getElementById("checkout-title").textContent = "Your cart is empty";
  const area = document.getElementById("checkout");
  area.className = "";
  render(area, emptyCart());
}
