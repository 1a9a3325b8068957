import { render } from "../html.js";
import { favourites } from "../product-card.js";

render(document.getElementById("favourites"), favourites());
