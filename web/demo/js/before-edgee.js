// Runs before the SDK's tag, and before the parser goes on: what happens here must not be missed.
(() => {
  const MODE_KEY = "halflight.consent-mode";
  const seen = (window.halflight = []);

  for (const type of ["edgee:loaded", "edgee:ready", "edgee:delivered", "edgee:refused"]) {
    window.addEventListener(type, (event) => seen.push({ type, detail: event.detail }));
  }
  window.addEventListener(
    "error",
    (event) => {
      if (event.target?.id === "__EDGEE_SDK__") seen.push({ type: "missing" });
    },
    true, // a script's load error does not bubble
  );

  // `?consent=pending` shows the shop as an opt-in site would run it; `?consent=granted` goes back.
  let mode = new URLSearchParams(location.search).get("consent");
  try {
    if (mode === "pending" || mode === "granted") localStorage.setItem(MODE_KEY, mode);
    mode = localStorage.getItem(MODE_KEY);
  } catch {
    // Storage is blocked: the choice then lasts for this page.
  }
  if (mode !== "pending") return;

  // The tag is the next thing the parser adds; it has to carry the attribute before it runs.
  new MutationObserver((_, observer) => {
    const tag = document.getElementById("__EDGEE_SDK__");
    if (!tag) return;
    tag.dataset.consent = "pending";
    observer.disconnect();
  }).observe(document.head, { childList: true });
})();
