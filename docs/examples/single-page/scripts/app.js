/** The shop's routes. edgee makes a page event at the start, and with data-spa one for each navigation. */
import { count } from "./cart.js";
import { startRouter } from "./router.js";
import { account, cart, home, lamp, missing, thankYou } from "./views.js";

addEventListener("cart", () => {
  document.getElementById("cart-link").textContent = count() ? `Cart (${count()})` : "Cart";
});
dispatchEvent(new Event("cart"));

startRouter(document.getElementById("main"), [
  [/^\/$/, home],
  [/^\/lamps\/([a-z]+)$/, lamp],
  [/^\/cart$/, cart],
  [/^\/thank-you$/, thankYou],
  [/^\/account$/, account],
  [/^/, missing],
]);
