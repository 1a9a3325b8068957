import { customerId, identify, logOut } from "../customer.js";
import { html, render } from "../html.js";
import { edgee } from "../tracking.js";

const area = document.getElementById("account");

function show() {
  const id = customerId();
  render(area, id ? loggedIn(id) : loggedOut());
  document.getElementById("login-form")?.addEventListener("submit", onLogIn);
  document.getElementById("log-out")?.addEventListener("click", onLogOut);
}

const loggedIn = (id) => html`
  <p role="status">You are logged in as <b id="customer-id">${id}</b>.</p>
  <p>Orders, repairs and spare shades would be here.</p>
  <button type="button" class="button quiet" id="log-out">Log out</button>
`;

const loggedOut = () => html`
  <form id="login-form" class="form">
    <label for="email">E-mail</label>
    <input id="email" name="email" type="email" autocomplete="email" required>
    <label for="first_name">First name</label>
    <input id="first_name" name="first_name" autocomplete="given-name">
    <button class="button" id="log-in">Log in</button>
    <p class="kind">No password in this shop: any e-mail address will do, and the page does not keep it.</p>
  </form>
`;

function onLogIn(event) {
  event.preventDefault();
  identify(event.currentTarget);
  edgee("track", "Logged In");
  refresh();
}

function onLogOut() {
  logOut();
  refresh();
}

function refresh() {
  show();
  document.getElementById("account-title").focus();
}

show();
