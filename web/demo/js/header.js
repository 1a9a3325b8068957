import * as cart from "./cart.js";
import { customerId } from "./customer.js";
import { html, render } from "./html.js";

const LINKS = [
  ["/lamps.html", "Lamps"],
  ["/lookbook/", "Lookbook"],
  ["/search.html", "Search"],
];

/** Fill the page's header: brand, navigation, account and cart. */
export function showHeader() {
  const here = location.pathname;
  const current = (path) => (path === here ? html`aria-current="page"` : "");
  const link = ([path, text]) => html`<a href="${path}" ${current(path)}>${text}</a>`;
  render(
    document.getElementById("site-header"),
    html`
      <a class="brand" href="/" id="brand-link"><img src="/art/icon.svg" alt="" width="28" height="28">Halflight</a>
      <nav aria-label="Shop">${LINKS.map(link)}</nav>
      <nav class="personal" aria-label="You">
        <a href="/account.html" id="account-link" ${current("/account.html")}></a>
        <a href="/cart.html" id="cart-link" ${current("/cart.html")}>Cart <output id="cart-count" aria-live="polite"></output></a>
      </nav>
    `,
  );
  cart.onChange(showCount);
  window.addEventListener("customer:change", showAccount);
  showCount();
  showAccount();
}

function showAccount() {
  document.getElementById("account-link").textContent = customerId() ? "Account" : "Log in";
}

function showCount() {
  const pieces = cart.count();
  const badge = document.getElementById("cart-count");
  badge.value = String(pieces);
  badge.setAttribute("aria-label", pieces === 1 ? "1 piece" : `${pieces} pieces`);
}
