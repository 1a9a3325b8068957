// RudderStack's build with its plug-ins in it; the other one fetches them from RudderStack's servers.
import { RudderAnalytics } from "@rudderstack/analytics-js/bundled";

const analytics = new RudderAnalytics();
analytics.load("bench", SINK, { configUrl: SINK });
analytics.page();
window.track = ({ name, properties }) => analytics.track(name, properties);
