import { CATEGORIES, PRODUCTS } from "../catalogue.js";
import { html, render } from "../html.js";
import { productCard } from "../product-card.js";
import { edgee } from "../tracking.js";

const asked = new URLSearchParams(location.search).get("category");
const category = CATEGORIES.find((each) => each.toLowerCase() === asked) ?? null;
const shown = category ? PRODUCTS.filter((product) => product.category === category) : PRODUCTS;

const filters = [["All", "/lamps.html", category === null]].concat(
  CATEGORIES.map((each) => [each, `/lamps.html?category=${each.toLowerCase()}`, each === category]),
);
render(
  document.getElementById("category-filter"),
  filters.map(
    ([text, href, current]) =>
      html`<a href="${href}" data-testid="category-${text.toLowerCase()}" ${current ? html`aria-current="page"` : ""}>${text}</a>`,
  ),
);
if (category) document.getElementById("lamps-title").textContent = `${category} lamps`;
render(document.getElementById("lamps"), shown.map(productCard));

edgee("track", {
  name: "Product List Viewed",
  properties: { category: category ?? "All lamps", content_ids: shown.map((product) => product.sku) },
});
