// Whoever signs out is forgotten on this device: the next visitor has an id of their own. Where the page is left
// before edgee's script has come, the next page forgets first of all: this script stands before that one.
{
  const key = "signed-out";
  if (sessionStorage.getItem(key)) {
    (window.edgee ??= []).push(["reset"]);
    addEventListener("edgee:loaded", () => sessionStorage.removeItem(key));
  }
  addEventListener("submit", ({ target }) => {
    if (target.id !== "sign-out") return;
    if (window.edgee?.flush) window.edgee.reset();
    else sessionStorage.setItem(key, "yes");
  });
}
