import { PRODUCTS } from "../catalogue.js";
import { render } from "../html.js";
import { productCard } from "../product-card.js";

const FAVOURITES = ["dune", "onda", "farol", "sol"];

render(
  document.getElementById("favourites"),
  PRODUCTS.filter((product) => FAVOURITES.includes(product.id)).map(productCard),
);
