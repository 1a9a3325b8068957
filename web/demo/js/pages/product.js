import * as cart from "../cart.js";
import { CURRENCY, FREE_SHIPPING_FROM, PRODUCTS, price, productById, trackedProduct } from "../catalogue.js";
import { bringToLife, paint } from "../drawing.js";
import { html, render } from "../html.js";
import { productCard } from "../product-card.js";
import { edgee } from "../tracking.js";

const main = document.querySelector("main");
const product = productById(main.dataset.product);

function swatch(colour, index) {
  return html`
    <label class="swatch">
      <input type="radio" name="colour" value="${colour.name}" data-testid="colour-${colour.name.toLowerCase()}" ${index ? "" : html`checked`}>
      <span>${colour.name}</span>
    </label>
  `;
}

function showProduct() {
  const { id, name, kind, category, picture, summary, story, facts, colours, stock } = product;
  render(
    main,
    html`
      <nav class="crumbs" aria-label="Breadcrumb">
        <a href="/lamps.html">Lamps</a> <a href="/lamps.html?category=${category.toLowerCase()}">${category}</a> <span aria-current="page">${name}</span>
      </nav>
      <article class="product">
        <div class="stage" id="stage">
          <img src="/art/${id}.svg" alt="${picture}" width="600" height="720">
          <button type="button" class="switch" id="light-switch" aria-pressed="true">Light</button>
        </div>
        <div>
          <p class="kind">${kind}</p>
          <h1>${name}</h1>
          <p class="cost" id="product-price">${price(product.price)}</p>
          <p class="summary">${summary}</p>
          <form id="add-to-cart-form">
            <fieldset><legend>Colour</legend><div class="swatches">${colours.map(swatch)}</div></fieldset>
            <div class="buy">
              <label for="quantity">Quantity</label>
              <input id="quantity" name="quantity" type="number" min="1" max="9" value="1" required>
              <button class="button" id="add-to-cart">Add to cart</button>
            </div>
            <p id="added" role="status"></p>
          </form>
          <p class="stock">${stock}. Free delivery in the EU from ${price(FREE_SHIPPING_FROM)}.</p>
          <p>${story}</p>
          <ul class="facts">${facts.map((fact) => html`<li>${fact}</li>`)}</ul>
        </div>
      </article>
      <section>
        <h2>Goes well with</h2>
        <ul class="grid">${companions().map(productCard)}</ul>
      </section>
    `,
  );
}

function companions() {
  const others = PRODUCTS.filter((other) => other.category !== product.category);
  const start = PRODUCTS.indexOf(product) % others.length;
  return [...others.slice(start), ...others.slice(0, start)].slice(0, 4);
}

const stage = () => document.getElementById("stage");
const chosenColour = () => document.getElementById("add-to-cart-form").elements.colour.value;

function toggleLight(event) {
  const lit = event.currentTarget.getAttribute("aria-pressed") !== "true";
  event.currentTarget.setAttribute("aria-pressed", String(lit));
  stage().classList.toggle("dark", !lit);
}

function addToCart(event) {
  event.preventDefault();
  const { colour, quantity } = event.currentTarget.elements;
  cart.add(product, colour.value, quantity.valueAsNumber);
  render(
    document.getElementById("added"),
    html`${product.name} in ${colour.value} is in your cart. <a href="/cart.html" id="go-to-cart">Go to the cart</a>`,
  );
}

showProduct();
document.getElementById("light-switch").addEventListener("click", toggleLight);
const form = document.getElementById("add-to-cart-form");
form.addEventListener("submit", addToCart);
form.addEventListener("change", () => paint(stage(), product, chosenColour()));
bringToLife(stage(), product, chosenColour());

edgee("track", {
  name: "Product Viewed",
  properties: { products: [trackedProduct(product)], value: product.price, currency: CURRENCY },
});
