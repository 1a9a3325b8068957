import { openConsent } from "./consent.js";
import { html, render } from "./html.js";
import { edgee } from "./tracking.js";

/** Fill the page's footer: newsletter, links, the way back to the privacy choice. */
export function showFooter() {
  const footer = document.getElementById("site-footer");
  render(
    footer,
    html`
      <section class="newsletter">
        <h2>Letters at dusk</h2>
        <p>One letter a month: new lamps, seconds from the kiln, the workshop dog.</p>
        <form id="newsletter-form">
          <label for="newsletter-email">E-mail</label>
          <div class="joined">
            <input id="newsletter-email" name="email" type="email" autocomplete="email" required placeholder="you@example.com">
            <button class="button" id="newsletter-submit">Sign up</button>
          </div>
        </form>
        <p id="newsletter-thanks" role="status"></p>
      </section>
      <nav aria-label="More">
        <a href="/lamps.html">All lamps</a>
        <a href="/lookbook/">Lookbook</a>
        <a href="/account.html">Account</a>
        <a href="/privacy.html">Privacy</a>
        <button type="button" class="link" id="privacy-choices">Privacy choices</button>
      </nav>
      <p class="imprint">Halflight, Rua do Rosário 118, Porto. A shop that exists to be measured: nothing is charged, nothing is shipped.</p>
    `,
  );
  document.getElementById("privacy-choices").addEventListener("click", openConsent);
  document.getElementById("newsletter-form").addEventListener("submit", signUp);
}

function signUp(event) {
  event.preventDefault();
  const form = event.currentTarget;
  edgee("user", { properties: { email: form.elements.email.value.trim() } });
  edgee("track", { name: "Newsletter Subscribed", properties: { source: "footer" } });
  form.hidden = true;
  document.getElementById("newsletter-thanks").textContent = "Thank you. The next letter is yours.";
}
