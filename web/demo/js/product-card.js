import { PRODUCTS, price } from "./catalogue.js";
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

const FAVOURITES = ["dune", "onda", "farol", "sol"];

/** The cards of what sells best. */
export const favourites = () => PRODUCTS.filter(({ id }) => FAVOURITES.includes(id)).map(productCard);

/** Those cards as a section, for a page that has little to show. */
export const suggestions = () => html`
  <section class="suggestions" aria-labelledby="suggestions-title">
    <h2 id="suggestions-title">Lit most evenings</h2>
    <ul class="grid">${favourites()}</ul>
  </section>
`;
