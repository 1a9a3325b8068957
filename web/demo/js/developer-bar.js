import { chosenConsent, defaultConsent } from "./consent.js";
import { html, render } from "./html.js";

const MOST_ROWS = 20;

/** The strip at the bottom: what this page has sent, told by the SDK's own window events. */
export function showDeveloperBar() {
  const bar = document.createElement("aside");
  bar.className = "developer";
  bar.id = "developer-bar";
  bar.setAttribute("aria-label", "For developers");
  render(
    bar,
    html`
      <details>
        <summary id="developer-summary">
          <span class="title">What this page sent</span>
          <span id="developer-state" role="status"></span>
          <span><b id="developer-delivered">0</b> delivered</span>
          <span><b id="developer-refused">0</b> refused</span>
          <span class="consent-state">consent <b id="developer-consent"></b></span>
        </summary>
        <ol id="developer-events"></ol>
        <p>${otherMode()}</p>
      </details>
      <nav aria-label="Developer tools">
        <a href="/_edgee/inspector" id="inspector-link">Inspector</a>
        <a href="/_sandbox/" id="sandbox-link">Sandbox</a>
      </nav>
    `,
  );
  document.body.append(bar);
  const update = () => showState(window.halflight);
  for (const type of ["loaded", "ready", "delivered", "refused"]) {
    window.addEventListener(`edgee:${type}`, update);
  }
  document.getElementById("__EDGEE_SDK__")?.addEventListener("error", update);
  window.addEventListener("consent:change", update);
  update();
}

function showState(seen) {
  const of = (type) => seen.filter((each) => each.type === type);
  const outcomes = seen.filter(({ type }) => type === "edgee:delivered" || type === "edgee:refused");
  setText("developer-state", stateText(of));
  setText("developer-delivered", of("edgee:delivered").length);
  setText("developer-refused", of("edgee:refused").length);
  setText("developer-consent", chosenConsent() ?? defaultConsent());
  const rows = outcomes.slice(-MOST_ROWS).reverse().map(row);
  render(document.getElementById("developer-events"), rows.length ? rows : html`<li>Nothing yet.</li>`);
}

function otherMode() {
  return defaultConsent() === "granted"
    ? html`<a href="?consent=pending" id="consent-mode">Run this shop opt-in</a>: calls wait on the device until consent is granted.`
    : html`<a href="?consent=granted" id="consent-mode">Run this shop opt-out</a>: events are sent unless consent is denied.`;
}

function stateText(of) {
  if (of("missing").length) return "No relay here: /_edgee/sdk.js did not load";
  if (of("edgee:ready").length) return `Python ready${readyAfter()}`;
  if (of("edgee:delivered").length) return "Delivered; Python is not running";
  if (of("edgee:loaded").length) return "Python is starting…";
  return "Loading the SDK…";
}

function readyAfter() {
  const [mark] = performance.getEntriesByName("edgee:ready", "mark");
  return mark ? ` after ${(mark.startTime / 1000).toFixed(1)} s` : "";
}

function row({ type, detail }) {
  const outcome = type.replace("edgee:", "");
  const { method, event_name: name = method, event, message, event_id: id = "" } = detail ?? {};
  const about = event?.custom_data?.content_name;
  return html`
    <li class="${outcome}">
      <b>${outcome}</b>
      <span>${[name, about, message].filter(Boolean).join(" · ")}</span>
      <code>${id.slice(0, 18)}</code>
    </li>
  `;
}

function setText(id, text) {
  document.getElementById(id).textContent = text;
}
