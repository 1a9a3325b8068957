// Whoever signs out is forgotten on this device: the next visitor has an id of their own.
document.getElementById("sign-out")?.addEventListener("submit", () => window.edgee?.reset());
