import { price } from "./catalogue.js";
import { bringToLife } from "./drawing.js";
import { html, render } from "./html.js";

/** List what is bought: `lines` are the cart's, `{product, colour, quantity}`. */
export function showOrderLines(list, lines) {
  const line = ({ product, colour, quantity }) => html`
    <li>
      <span class="drawing"><img src="/art/${product.id}.svg" alt="" width="600" height="720"></span>
      <span><b>${product.name}</b><span class="kind">${quantity} × ${colour}</span></span>
      <span class="cost">${price(product.price * quantity)}</span>
    </li>
  `;
  render(list, lines.map(line));
  colourDrawings(list, lines);
}

/** Show each line's lamp in the line's colour; the drawings stand in the order of the lines. */
export function colourDrawings(area, lines) {
  area.querySelectorAll(".drawing").forEach((element, index) => {
    bringToLife(element, lines[index].product, lines[index].colour);
  });
}
