/** Client-side navigation by the History API. A view gives the title and the content of its page. */

let routes;
let main;

/** Show the view whose pattern fits the address, now and whenever the address changes. */
export function startRouter(element, table) {
  main = element;
  routes = table;
  document.addEventListener("click", follow);
  addEventListener("popstate", draw);
  draw();
}

function draw() {
  const [pattern, view] = routes.find(([pattern]) => pattern.test(location.pathname));
  const { title, content } = view(...pattern.exec(location.pathname).slice(1));
  document.title = `${title} · Halflight`;
  main.replaceChildren(...content);
}

/** Go to another page of the shop. */
export function navigate(path) {
  history.pushState(null, "", path);
  draw();
  // As on a page that has just loaded, reading starts at the top.
  main.focus({ preventScroll: true });
  scrollTo(0, 0);
}

/** A plain click on a link of the shop; one that opens a tab is the browser's affair. */
function follow(event) {
  const link = event.target.closest("a[href^='/']");
  if (!link || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  navigate(link.pathname);
}
