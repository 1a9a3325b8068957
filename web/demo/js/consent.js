import { html, render } from "./html.js";
import { Stored } from "./storage.js";
import { edgee } from "./tracking.js";

const choice = new Stored("localStorage", "consent", null);
const postponed = new Stored("sessionStorage", "consent-postponed", false);

/** What opened the choice again, to give the focus back to. */
let opener = null;

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

/** Open the choice again, from the footer's button, with the keyboard's focus in it until it is made. */
export function openConsent(event) {
  opener = event.currentTarget;
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
      <div>
        <h2 id="consent-title" tabindex="-1">May we measure?</h2>
        <p>
          We tell Pinterest what you do here, to learn which ads bring people to our lamps.
          ${defaultConsent() === "granted" ? "Unless you decline, we do." : "Until you accept, nothing is sent."}
          <a href="/privacy.html">How it works</a>
        </p>
      </div>
      <div class="choices">
        <button type="button" class="button quiet" id="consent-accept" data-choice="granted">Accept</button>
        <button type="button" class="button quiet" id="consent-decline" data-choice="denied">Decline</button>
        <button type="button" class="button quiet" id="consent-later" data-choice="pending">Decide later</button>
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
  opener?.focus({ preventScroll: true });
  opener = null;
  window.dispatchEvent(new Event("consent:change"));
}
