import { Events, STATES, STATE_WORDS, searchable } from "./events.js";
import { coverage, nextBest } from "./quality.js";
import { Row } from "./row.js";

/** Where the browser has given the feed up (it answered 4xx), ask again after a while. */
const RECONNECT_MS = 3000;

const by = (id) => document.getElementById(id);
const events = new Events();
const rows = new Map();
const chosen = new Set();
const held = [];
const changed = new Set();
let paused = false;
let isDrawing = false;

function connect() {
  const feed = new EventSource(new URL("feed", import.meta.url));
  feed.onopen = () => showConnection("live", "Live");
  feed.onmessage = ({ data }) => receive(data);
  feed.onerror = () => {
    showConnection("lost", "The relay does not answer; trying again…");
    if (feed.readyState === EventSource.CLOSED) setTimeout(connect, RECONNECT_MS);
  };
}

function showConnection(state, text) {
  by("connection").dataset.state = state;
  by("connection").textContent = text;
}

function receive(text) {
  const message = JSON.parse(text);
  if (paused) {
    held.push(message);
    showPause();
  } else take(message);
}

function take(message) {
  const item = events.take(message);
  if (!item) return;
  changed.add(item);
  drawSoon();
}

/** A burst of messages is drawn once. */
function drawSoon() {
  if (isDrawing) return;
  isDrawing = true;
  requestAnimationFrame(() => {
    isDrawing = false;
    draw();
  });
}

function draw() {
  for (const item of changed) {
    const row = rows.get(item);
    if (row) row.update();
    else if (events.has(item)) {
      const made = new Row(item);
      rows.set(item, made);
      by("events").prepend(made.element);
    }
  }
  changed.clear();
  for (const [item, row] of rows) {
    if (events.has(item)) continue;
    row.element.remove();
    rows.delete(item);
  }
  filter();
  showQuality();
}

function filter() {
  const words = by("search").value.toLowerCase().split(/\s+/).filter(Boolean);
  const counts = Object.fromEntries(STATES.map((state) => [state, 0]));
  let shown = 0;
  for (const [item, row] of rows) {
    const text = searchable(item);
    const isFound = words.every((word) => text.includes(word));
    if (isFound) counts[item.state] += 1;
    const isShown = isFound && (!chosen.size || chosen.has(item.state));
    row.element.hidden = !isShown;
    shown += Number(isShown);
  }
  for (const state of STATES) by(`count-${state}`).textContent = counts[state];
  by("empty").hidden = rows.size > 0;
  by("shown").textContent = shown === rows.size ? "" : `${shown} of ${rows.size} events match.`;
}

function showQuality() {
  const mapped = events.list().flatMap(({ event }) => event ?? []);
  const sums = coverage(mapped);
  by("quality-note").textContent = mapped.length
    ? `What Pinterest can recognise a person or an order by, over ${mapped.length === 1 ? "one event" : `${mapped.length} events`}.`
    : "What Pinterest can recognise a person or an order by. Fills as events come in.";
  by("quality").replaceChildren(...sums.map(bar));
  by("advice").textContent = mapped.length ? nextBest(sums) : "";
}

function bar({ name, label, of, carried }) {
  const item = document.createElement("li");
  item.dataset.identifier = name;
  item.innerHTML = `<span></span><span class="count"></span><span class="track"><i></i></span>`;
  const [labelled, count, track] = item.children;
  labelled.textContent = label;
  count.textContent = of ? `${carried} of ${of}` : "–";
  track.firstChild.style.width = of ? `${(100 * carried) / of}%` : "0";
  return item;
}

function showStates() {
  for (const state of STATES) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = `chip ${state}`;
    button.title = STATE_WORDS[state];
    button.dataset.testid = `state-${state}`;
    button.setAttribute("aria-pressed", "false");
    button.innerHTML = `${state} <b id="count-${state}">0</b>`;
    button.addEventListener("click", () => {
      if (!chosen.delete(state)) chosen.add(state);
      button.setAttribute("aria-pressed", String(chosen.has(state)));
      filter();
    });
    by("states").append(button);
  }
}

function togglePause() {
  paused = !paused;
  by("pause").setAttribute("aria-pressed", String(paused));
  if (!paused) held.splice(0).forEach(take);
  showPause();
}

function showPause() {
  const waiting = held.length ? ` (${held.length} new)` : "";
  by("pause").textContent = paused ? `Resume${waiting}` : "Pause";
}

function clear() {
  events.clear();
  held.length = 0;
  showPause();
  draw();
}

/** "/" goes to the filter, the arrows walk from event to event. */
function onKey(event) {
  const { key, target } = event;
  if (key === "/" && target.tagName !== "INPUT") {
    event.preventDefault();
    by("search").focus();
  }
  const step = { ArrowDown: 1, ArrowUp: -1 }[key];
  if (!step || !(target.matches(".line") || target === by("search"))) return;
  const lines = [...document.querySelectorAll("#events > li:not([hidden]) > .line")];
  const next = target === by("search") ? lines[0] : lines[lines.indexOf(target) + step];
  if (!next) return;
  event.preventDefault();
  next.focus();
}

const { pathname } = new URL("../sdk.js", import.meta.url);
by("tag").textContent = `<script async id="__EDGEE_SDK__" src="${pathname}"></script>`;
by("search").addEventListener("input", filter);
by("pause").addEventListener("click", togglePause);
by("clear").addEventListener("click", clear);
document.addEventListener("keydown", onKey);
showStates();
draw();
connect();
