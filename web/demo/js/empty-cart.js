import { html } from "./html.js";
import { suggestions } from "./product-card.js";

/** What stands where a cart's lines would. */
export const emptyCart = () => html`
  <div class="empty" id="cart-empty">
    <p>Nothing in it yet. It gets dark early: have a look at the lamps.</p>
    <a class="button" href="/lamps.html">See the lamps</a>
  </div>
  ${suggestions()}
`;
