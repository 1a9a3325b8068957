import { price, productById } from "../catalogue.js";
import { html, render } from "../html.js";

const STORIES = [
  {
    id: "first-light",
    title: "First light",
    text: "Six in the morning belongs to nobody. A globe on the sideboard, coffee, the window turning from blue to gold. Mira is bright enough to find the milk by and gentle enough to leave the house asleep.",
    alt: "A glowing globe lamp and a steaming cup on a sideboard beside a window at sunrise.",
    lamp: "mira",
  },
  {
    id: "long-table",
    title: "The long table",
    text: "Three Sols over one table, hung low: sixty-five centimetres above the plates. Faces are lit from below by the tablecloth, nobody squints, and the washing-up stays in the dark where it should.",
    alt: "Three brass pendants above a long set dining table.",
    lamp: "sol",
  },
  {
    id: "reading-hour",
    title: "Reading hour",
    text: "A lamp behind the left shoulder, a chair that knows you, one chapter that becomes four. Junco stands far enough back to light the page and the ceiling, so that the room does not vanish.",
    alt: "A tripod floor lamp beside a terracotta armchair with an open book, in front of a bookshelf.",
    lamp: "junco",
  },
  {
    id: "blue-hour",
    title: "Blue hour",
    text: "The last swim is over and no one wants to go in. Carry the light out instead. Farol burns for thirty hours at candle level, which is, we have checked, longer than any conversation.",
    alt: "Three lanterns on a sea wall at night under a crescent moon.",
    lamp: "farol",
  },
];

const view = document.getElementById("story");

let lit = true;

const address = (story) => `/lookbook/?story=${story.id}`;

function currentStory() {
  const asked = new URLSearchParams(location.search).get("story");
  return STORIES.find(({ id }) => id === asked) ?? STORIES[0];
}

function show() {
  const story = currentStory();
  const next = STORIES[(STORIES.indexOf(story) + 1) % STORIES.length];
  const lamp = productById(story.lamp);
  document.title = `${story.title} · Lookbook · Halflight`;
  render(
    view,
    html`
      <nav class="filter" aria-label="Stories">
        ${STORIES.map(
          (each) =>
            html`<a href="${address(each)}" data-route="push" data-testid="story-${each.id}" ${each === story ? html`aria-current="page"` : ""}>${each.title}</a>`,
        )}
      </nav>
      <figure class="story" id="story-figure">
        <img src="/art/story-${story.id}.svg" alt="${story.alt}" width="1200" height="800">
        <button type="button" class="switch" id="story-light">Light</button>
      </figure>
      <div class="prose">
        <h1 id="story-title" tabindex="-1">${story.title}</h1>
        <p>${story.text}</p>
        <p class="choices">
          <a class="button" href="/products/${lamp.id}.html" id="story-product">${lamp.name}, ${price(lamp.price)}</a>
          <a class="button quiet" href="${address(next)}" data-route="replace" id="story-next">Next: ${next.title}</a>
        </p>
      </div>
    `,
  );
  showLight();
}

function showLight() {
  document.getElementById("story-light").setAttribute("aria-pressed", String(lit));
  document.getElementById("story-figure").classList.toggle("dark", !lit);
}

/** A chosen story gets its place in the history; leafing on takes the place of the last one. */
function go(event) {
  const link = event.target.closest("a[data-route]");
  if (!link || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  if (link.dataset.route === "push") history.pushState(null, "", link.href);
  else history.replaceState(null, "", link.href);
  show();
  document.getElementById("story-title").focus({ preventScroll: true });
  window.scrollTo({ top: 0 });
}

view.addEventListener("click", (event) => {
  if (event.target.id !== "story-light") return go(event);
  lit = !lit;
  showLight();
});
window.addEventListener("popstate", show);
show();
