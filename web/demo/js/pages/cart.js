import * as cart from "../cart.js";
import { FREE_SHIPPING_FROM, price } from "../catalogue.js";
import { emptyCart } from "../empty-cart.js";
import { html, render } from "../html.js";
import { colourDrawings } from "../order-lines.js";

const area = document.getElementById("cart");

function line({ product, colour, quantity }, index) {
  const { id, name } = product;
  return html`
    <li class="line" data-testid="line-${id}-${colour.toLowerCase()}">
      <a class="drawing" href="/products/${id}.html" tabindex="-1" aria-hidden="true"><img src="/art/${id}.svg" alt="" width="600" height="720"></a>
      <div>
        <a class="name" href="/products/${id}.html">${name}</a>
        <span class="kind">${colour}, ${price(product.price)} each</span>
        <label for="quantity-${index}">Quantity</label>
        <input id="quantity-${index}" type="number" min="1" max="9" value="${quantity}" data-index="${index}">
        <button type="button" class="link" data-remove="${index}" id="remove-${index}" aria-label="Remove ${name} in ${colour}">Remove</button>
      </div>
      <span class="cost">${price(product.price * quantity)}</span>
    </li>
  `;
}

function showCart() {
  const lines = cart.lines();
  if (!lines.length) {
    render(area, emptyCart());
    return;
  }
  const { goods, shipping, total } = cart.totals();
  const missing = FREE_SHIPPING_FROM - goods;
  render(
    area,
    html`
      <div class="split">
        <ul class="lines">${lines.map(line)}</ul>
        <section class="summary-box" aria-labelledby="summary-title">
          <h2 id="summary-title">Summary</h2>
          <dl>
            <dt>Lamps</dt><dd>${price(goods)}</dd>
            <dt>Delivery</dt><dd>${shipping ? price(shipping) : "Free"}</dd>
            <dt class="total">Total</dt><dd class="total" id="cart-total">${price(total)}</dd>
          </dl>
          ${missing > 0 ? html`<p class="kind">${price(missing)} more and delivery is free.</p>` : ""}
          <a class="button" href="/checkout.html" id="go-to-checkout">Check out</a>
        </section>
      </div>
    `,
  );
  colourDrawings(area, lines);
}

area.addEventListener("change", ({ target }) => {
  if (target.dataset.index && target.validity.valid && target.value) {
    cart.setQuantity(Number(target.dataset.index), target.valueAsNumber);
    document.getElementById(target.id)?.focus();
  } else showCart();
});
area.addEventListener("click", ({ target }) => {
  if (!target.dataset.remove) return;
  cart.setQuantity(Number(target.dataset.remove), 0);
  document.getElementById("cart-title").focus();
});
cart.onChange(showCart);
showCart();
