import { price } from "./catalogue.js";
import { html } from "./html.js";

/** A product in a grid. */
export function productCard(product) {
  const { id, name, kind, picture } = product;
  return html`
    <li class="card">
      <a href="/products/${id}.html" id="card-${id}">
        <img src="/art/${id}.svg" alt="${picture}" width="600" height="720" loading="lazy" decoding="async">
        <span class="name">${name}</span>
        <span class="cost">${price(product.price)}</span>
        <span class="kind">${kind}</span>
      </a>
    </li>
  `;
}
