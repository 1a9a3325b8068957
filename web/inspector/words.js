/** What a state means and what to do about it, in words a site owner understands. */

import { number } from "./locale.js";

const WORDS = {
  held: "Waits on the visitor's device for consent.",
  sending: "On its way from the browser to the relay.",
  queued: "Stored by the relay; waits for Pinterest.",
  delivered: "Taken by Pinterest.",
  parked: "Refused by Pinterest; kept in the outbox for 30 days.",
  refused: "Refused; it goes no further.",
  duplicate: "Taken before: an event of this id and name counts once.",
  done: "Does its work on the device; makes no event.",
};

/** On a state's button in the filter. */
export const stateWords = (state) => WORDS[state];

/** One sentence or two for the list. */
export function why(item) {
  const { calls } = item;
  return calls?.size > 1 ? `${reason(item)} ${number(calls.size)} calls have its id.` : reason(item);
}

function reason({ state, message, response, call }) {
  if (state === "refused") return message || WORDS.refused;
  if (state === "parked") return `Pinterest: ${message || response?.error_message || "no reason given"}`;
  if (state === "delivered" && response?.warning_message) return `With a warning: ${response.warning_message}`;
  const left = state === "delivered" ? (call?.notes ?? []) : [];
  return [WORDS[state] ?? "", ...left].join(" ");
}

/** What a person can do: sentences, the most urgent first. `health` is how forwarding stands. */
export function whatToDo({ state, message, response, call, calls }, health) {
  const advice = [];
  if (calls?.size > 1) advice.push(`${number(calls.size)} calls gave this event_id, and so they are one event: the first. Give each its own id where they are several.`);
  if (state === "refused") advice.push(message || WORDS.refused);
  if (state === "parked") {
    advice.push(`Pinterest says: “${message || response?.error_message || "nothing"}” Mend what it names where the call is made. The command “edgee outbox retry” sends this one again, as it is.`);
  }
  if (state === "held") advice.push('edgee.consent("granted") lets it go, edgee.consent("denied") drops it. The choice must come from the visitor.');
  if (state === "duplicate") advice.push("The relay had an event of this id and name before, perhaps from a page that was loaded again. Where this is another event, give it an event_id of its own.");
  if (state === "queued" && health && !health.ok) advice.push(`${health.health}.`);
  if (response?.warning_message) advice.push(`Pinterest warns: “${response.warning_message}”`);
  return [...advice, ...(call?.notes ?? [])];
}
