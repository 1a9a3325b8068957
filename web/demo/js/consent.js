import { html, render } from "./html.js";
import { Stored } from "./storage.js";
import { edgee } from "./tracking.js";

const choice = new Stored("localStorage", "consent", null);
const postponed = new Stored("sessionStorage", "consent-postponed", false);

/** "granted", "denied" or "pending" as the visitor chose it, or null before any choice. */
export const chosenConsent = () => choice.get();

/** What counts before any choice: the tag's `data-consent`. */
export const defaultConsent = () =>
  document.getElementById("__EDGEE_SDK__")?.dataset.consent ?? "granted";

/** Ask for the choice, unless it is made, or put off for this visit. */
export function askForConsent() {
  const decided = ["granted", "denied"].includes(choice.get());
  if (!decided && !postponed.get()) show();
}

/** Open the choice again, from the footer, with the keyboard's focus in it. */
export function openConsent() {
  show().querySelector("h2").focus();
}

function show() {
  const banner = document.getElementById("consent-banner") ?? document.createElement("section");
  banner.id = "consent-banner";
  banner.className = "consent";
  banner.setAttribute("aria-labelledby", "consent-title");
  render(
    banner,
    html`
      <h2 id="consent-title" tabindex="-1">May we measure?</h2>
      <p>
        We would like to know which Pinterest ads bring people to our lamps. What you do here goes to our own
        server and from there to Pinterest, e-mail addresses as unreadable hashes.
        ${defaultConsent() === "granted" ? "Unless you decline, we do." : "Until you accept, nothing is sent."}
        <a href="/privacy.html">How it works</a>
      </p>
      <div class="choices">
        <button type="button" class="button" id="consent-accept" data-choice="granted">Accept</button>
        <button type="button" class="button quiet" id="consent-decline" data-choice="denied">Decline</button>
        <button type="button" class="link" id="consent-later" data-choice="pending">Decide later</button>
      </div>
    `,
  );
  banner.onclick = (event) => {
    const chosen = event.target.dataset.choice;
    if (chosen) choose(chosen, banner);
  };
  document.body.append(banner);
  return banner;
}

function choose(chosen, banner) {
  choice.set(chosen);
  postponed.set(chosen === "pending");
  edgee("consent", chosen);
  banner.remove();
  window.dispatchEvent(new Event("consent:change"));
}
