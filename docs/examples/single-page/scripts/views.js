/** The pages: each function gives a title and the elements below the shop's header. */
import { add, count, LAMPS, order, price, products, total } from "./cart.js";
import { customerId, signIn, signOut } from "./customer.js";
import { element } from "./element.js";
import { navigate } from "./router.js";

const button = (textContent, onclick) => element("button", { type: "button", className: "button", textContent, onclick });
const link = (href, textContent) => element("a", { href, textContent });
const heading = (textContent) => element("h1", { textContent });
const paragraph = (...content) => element("p", {}, ...content);

export function home() {
  const cards = Object.entries(LAMPS).map(([id, { name, text }]) =>
    element("li", {}, element("h2", {}, link(`/lamps/${id}`, name)), paragraph(text)),
  );
  return { title: "Lamps", content: [heading("Lamps for the hours after sunset"), element("ul", { className: "lamps" }, ...cards)] };
}

export function lamp(id) {
  if (!Object.hasOwn(LAMPS, id)) return missing();
  const found = LAMPS[id];
  const buy = button(`Put into the cart for ${price(found.price)}`, () => add(id));
  return { title: found.name, content: [heading(found.name), paragraph(found.text), buy] };
}

export function cart() {
  if (!count()) return { title: "Cart", content: [heading("Your cart is empty"), paragraph(link("/", "All lamps"))] };
  const lines = products().map(({ name, quantity }) => element("li", { textContent: `${quantity} × ${name}` }));
  const buy = button(`Order for ${price(total())}`, () => {
    sessionStorage.setItem("order", order());
    navigate("/thank-you");
  });
  return { title: "Cart", content: [heading("Your cart"), element("ul", {}, ...lines), buy] };
}

export function thankYou() {
  const number = element("b", { id: "order-id", textContent: sessionStorage.getItem("order") ?? "–" });
  return { title: "Thank you", content: [heading("Thank you"), paragraph("Your order ", number, " is on our bench."), paragraph(link("/", "All lamps"))] };
}

export function account() {
  return { title: "Account", content: [heading("Account"), customerId() ? signedIn() : signInForm()] };
}

function signedIn() {
  const leave = button("Sign out", () => {
    signOut();
    navigate("/");
  });
  return element("div", {}, paragraph(`You are customer ${customerId()}.`), leave);
}

function signInForm() {
  const email = element("input", { id: "email", type: "email", autocomplete: "email", required: true });
  const form = element("form", { className: "fields" }, element("label", { htmlFor: "email", textContent: "E-mail" }), email, element("button", { className: "button", textContent: "Sign in" }));
  form.onsubmit = (event) => {
    event.preventDefault();
    signIn(email.value);
    navigate("/");
  };
  return form;
}

export function missing() {
  return { title: "Not found", content: [heading("There is no such page"), paragraph(link("/", "All lamps"))] };
}
