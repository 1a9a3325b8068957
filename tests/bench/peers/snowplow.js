import { newTracker, trackPageView, trackSelfDescribingEvent } from "@snowplow/browser-tracker";

newTracker("bench", SINK, { appId: "bench" });
trackPageView();
const schema = "iglu:example.shop/order/jsonschema/1-0-0";
window.track = ({ properties }) => trackSelfDescribingEvent({ event: { schema, data: properties } });
