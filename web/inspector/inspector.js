import { element } from "./dom.js";
import { Events, STATES, searchable } from "./events.js";
import { number, percent } from "./locale.js";
import { bar, coverage, missing, nextBest, share } from "./quality.js";
import { Row } from "./row.js";
import { stateWords } from "./words.js";

/** Where the browser has given the feed up (it answered 4xx), ask again after a while. */
const RECONNECT_MS = 3000;
/** In a burst the page is drawn so often. */
const DRAW_MS = 80;
/** So many rows are drawn at first, and whenever the end of the list comes into view. */
const PAGE = 100;
/** While paused so many messages wait; more than the relay keeps need not. */
const MOST_WAITING = 20_000;

const by = (id) => document.getElementById(id);
const events = new Events();
const around = { guide: [], health: null };
const rows = new Map();
const chosen = new Set();
const changed = new Set();
let waiting = [];
let paused = false;
let limit = PAGE;
let drawing;

function connect() {
  const feed = new EventSource(new URL("feed", import.meta.url));
  feed.onopen = () => showConnection("live", "Live");
  feed.onmessage = ({ data }) => receive(JSON.parse(data));
  feed.addEventListener("welcome", ({ data }) => {
    around.guide = JSON.parse(data).identifiers;
    drawSoon();
  });
  feed.onerror = () => {
    showConnection("lost", "The relay does not answer; trying again…");
    if (feed.readyState === EventSource.CLOSED) setTimeout(connect, RECONNECT_MS);
  };
}

function showConnection(state, text) {
  by("connection").dataset.state = state;
  by("connection").textContent = text;
}

function receive(message) {
  if (message.health) return showHealth(message);
  if (!paused) return take(message);
  waiting.push(message);
  if (waiting.length > MOST_WAITING) waiting.shift();
  drawSoon();
}

function take(message) {
  for (const item of events.take(message)) changed.add(item);
  drawSoon();
}

function showHealth(message) {
  around.health = message;
  by("health").hidden = message.ok || message.health.endsWith("not running");
  by("health").textContent = `${message.health}.`;
}

/** A burst of messages is drawn now and then, and while nobody looks not at all. */
function drawSoon() {
  drawing ??= setTimeout(() => requestAnimationFrame(draw), DRAW_MS);
}

function draw() {
  drawing = undefined;
  const { found, counts, matching } = select();
  place(found.slice(0, limit));
  for (const state of STATES) by(`count-${state}`).textContent = number(counts[state]);
  by("empty").hidden = events.size > 0;
  by("nothing").hidden = !events.size || found.length > 0;
  by("columns").hidden = !found.length;
  by("shown").textContent = isFiltered() && events.size ? `${number(found.length)} of ${number(events.size)} match.` : "";
  by("more").hidden = found.length <= limit;
  by("more").textContent = `Show older ones (${number(found.length - limit)})`;
  by("clear-filter").hidden = !isFiltered();
  showQuality(isFiltered() ? matching : events);
  showPause();
}

const isFiltered = () => chosen.size > 0 || by("search").value.trim() !== "";

/** The events to show; how many of each state the text finds. */
function select() {
  const words = by("search").value.toLowerCase().split(/\s+/).filter(Boolean);
  const counts = Object.fromEntries([...STATES, "done", "duplicate"].map((state) => [state, 0]));
  const found = [];
  for (const item of events) {
    if (words.length && !words.every((word) => searchable(item).includes(word))) continue;
    counts[item.state] += 1;
    if (!chosen.size || chosen.has(item.state)) found.push(item);
  }
  return { found, counts, matching: found };
}

/** Makes the list hold exactly these, in this order; rows that stay are not touched, so that focus stays. */
function place(items) {
  const kept = new Set(items);
  for (const [item, row] of rows) {
    if (kept.has(item)) continue;
    row.element.remove();
    rows.delete(item);
  }
  let next = by("events").firstChild;
  for (const item of items) {
    let row = rows.get(item);
    if (!row) rows.set(item, (row = new Row(item, around)));
    else if (changed.has(item)) row.update();
    if (row.element === next) next = next.nextSibling;
    else by("events").insertBefore(row.element, next);
  }
  changed.clear();
}

function showQuality(items) {
  const { events: count, sums } = coverage(around.guide, items);
  const best = nextBest(sums);
  const part = share(sums);
  by("quality-note").textContent = count
    ? `How much of what Pinterest recognises a person or an order by ${count === 1 ? "this event carries" : `these ${number(count)} events carry`}${isFiltered() ? ", in the filter" : ""}.`
    : "What Pinterest can recognise a person or an order by. Fills as events come in.";
  by("ring").style.strokeDashoffset = String(100 - 100 * part);
  by("share").textContent = count ? percent(part) : "–";
  by("quality").replaceChildren(...sums.map((sum) => bar(sum, sum === best)));
  by("advice").hidden = !count;
  by("advice").replaceChildren(
    ...(best
      ? [element("b", { textContent: `Next best: ${best.label}` }), element("span", { textContent: best.how }), element("span", { className: "note", textContent: missing(best) })]
      : [element("b", { textContent: "Every event carries everything it can." })]),
  );
}

function showStates() {
  for (const state of STATES) {
    const button = element(
      "button",
      { type: "button", className: `chip ${state}`, title: stateWords(state), ariaPressed: "false", dataset: { testid: `state-${state}` } },
      `${state} `,
      element("b", { id: `count-${state}`, textContent: number(0) }),
    );
    button.addEventListener("click", () => {
      if (!chosen.delete(state)) chosen.add(state);
      button.ariaPressed = String(chosen.has(state));
      refilter();
    });
    by("states").append(button);
  }
}

function refilter() {
  limit = PAGE;
  draw();
}

function clearFilter() {
  by("search").value = "";
  chosen.clear();
  for (const button of by("states").children) button.ariaPressed = "false";
  refilter();
  by("search").focus();
}

function togglePause() {
  paused = !paused;
  by("pause").ariaPressed = String(paused);
  if (!paused) for (const message of waiting.splice(0)) take(message);
  showPause();
}

function showPause() {
  by("pause").textContent = paused ? `Resume${waiting.length ? ` (${number(waiting.length)} new)` : ""}` : "Pause";
}

function clear() {
  for (const message of waiting.splice(0)) take(message);
  events.clear();
  changed.clear();
  refilter();
}

function showMore() {
  limit += PAGE;
  draw();
}

/** "/" goes to the filter, the arrows (or j and k) walk from event to event, "p" pauses, Escape ends the filter, then leaves its field. */
function onKey(event) {
  const { key, target } = event;
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const isTyping = target === by("search");
  if (key === "Escape" && isFiltered()) clearFilter();
  else if (isTyping && key === "Escape") target.blur();
  else if (!isTyping && key === "/") by("search").focus();
  else if (!isTyping && key === "p") togglePause();
  else if (!walk(isTyping ? { ArrowDown: 1 }[key] : { ArrowDown: 1, ArrowUp: -1, j: 1, k: -1 }[key], target)) return;
  event.preventDefault();
}

function walk(step, target) {
  if (!step || target.closest("pre")) return false;
  const lines = [...document.querySelectorAll("#events > li > .line")];
  const at = lines.indexOf(target.closest("#events > li")?.firstChild);
  const next = at < 0 ? lines[0] : lines[at + step];
  if (!next) return step < 0 && at === 0 && (by("search").focus(), true);
  next.focus();
  return true;
}

const { pathname } = new URL("../sdk.js", import.meta.url);
by("tag").textContent = `<script async id="__EDGEE_SDK__" src="${pathname}"></script>`;
by("search").addEventListener("input", refilter);
by("pause").addEventListener("click", togglePause);
by("clear").addEventListener("click", clear);
by("clear-filter").addEventListener("click", clearFilter);
by("more").addEventListener("click", showMore);
new IntersectionObserver(([entry]) => entry.isIntersecting && showMore(), { rootMargin: "400px" }).observe(by("more"));
document.addEventListener("keydown", onKey);
if (matchMedia("(max-width: 60rem)").matches) by("quality-box").open = false;
showStates();
draw();
connect();
