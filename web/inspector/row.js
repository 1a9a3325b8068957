import { about, written } from "./events.js";
import { detail } from "./detail.js";
import { element } from "./dom.js";
import { day, number, time } from "./locale.js";
import { why } from "./words.js";

let rows = 0;

/** One event in the list: a line that opens to all that is known of it. `around` holds guide and health. */
export class Row {
  constructor(item, around) {
    this.item = item;
    this.around = around;
    const id = `row-${++rows}`;
    this.detail = element("div", { className: "detail", id, hidden: true });
    this.button = element("button", { type: "button", className: "line", ariaExpanded: "false" });
    this.button.setAttribute("aria-controls", id);
    this.button.addEventListener("click", () => this.toggle());
    this.element = element("li", {}, this.button, this.detail);
    this.update();
  }

  get isOpen() {
    return !this.detail.hidden;
  }

  /** Show what the event has become. */
  update() {
    const { item } = this;
    Object.assign(this.element.dataset, { eventId: item.id, state: item.state });
    this.button.replaceChildren(
      element("time", { dateTime: new Date(item.at).toISOString(), title: day(item.at), textContent: time(item.at) }),
      cell("call", "Call", written(item)),
      element(
        "span",
        { className: "event" },
        item.name ? element("b", { textContent: item.name }) : element("span", { className: "none", textContent: item.state === "held" ? "no event yet" : "no event" }),
        element("span", { className: "about" }, ...spaced(about(item))),
      ),
      element(
        "span",
        { className: "state" },
        element("span", { className: `chip ${item.state}`, textContent: item.state }),
        element("span", { className: "why", textContent: why(item) }),
      ),
      this.match(),
    );
    if (this.isOpen) this.fill();
  }

  /** How many of the identifiers it could carry it carries, drawn. */
  match() {
    const { quality } = this.item;
    if (!quality) return element("span", { className: "match" });
    const { guide } = this.around;
    const carried = guide.filter(({ name }) => quality.carried.includes(name));
    const of = carried.length + guide.filter(({ name, rare }) => !rare && quality.lacking.includes(name)).length;
    const meter = element("span", { className: "meter", ariaHidden: "true" }, element("i"));
    meter.firstChild.style.width = `${(100 * carried.length) / Math.max(1, of)}%`;
    const label = element("span", { className: "unseen", textContent: `${number(carried.length)} of ${number(of)} identifiers` });
    return element("span", { className: "match", title: label.textContent }, meter, element("span", { ariaHidden: "true", textContent: `${number(carried.length)}/${number(of)}` }), label);
  }

  toggle() {
    this.detail.hidden = !this.detail.hidden;
    this.button.ariaExpanded = String(this.isOpen);
    if (this.isOpen) this.fill();
    else this.detail.replaceChildren();
  }

  fill() {
    this.detail.replaceChildren(...detail(this.item, this.around));
  }
}

/** Texts of the shop's own, each in its own direction. */
function spaced(texts) {
  return texts.flatMap((textContent, index) => [index ? " · " : "", element("bdi", { textContent })]);
}

function cell(className, label, text) {
  return element("span", { className }, element("span", { className: "unseen", textContent: `${label}: ` }), element("code", { textContent: text || "–" }));
}
