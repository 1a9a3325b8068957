import { searchProducts } from "../catalogue.js";
import { html, render } from "../html.js";
import { productCard, suggestions } from "../product-card.js";
import { edgee } from "../tracking.js";

const query = (new URLSearchParams(location.search).get("q") ?? "").trim();
document.getElementById("search-query").value = query;

if (query) {
  const found = searchProducts(query);
  const many = found.length === 1 ? "1 lamp" : `${found.length || "No"} lamps`;
  document.title = `${query} · Search · Halflight`;
  document.getElementById("search-count").textContent = `${many} for “${query}”`;
  render(document.getElementById("search-results"), found.map(productCard));
  if (!found.length) suggest("Try a material (oak, brass, paper) or a room's need (reading, table).");
  edgee("track", {
    name: "Products Searched",
    properties: { search_string: query, content_ids: found.map((product) => product.sku) },
  });
} else suggest();

function suggest(advice) {
  render(document.getElementById("search-suggestions"), html`${advice && html`<p>${advice}</p>`}${suggestions()}`);
}
