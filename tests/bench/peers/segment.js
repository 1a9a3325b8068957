// Segment's own quick start; settings and deliveries come from and go to the sink.
import { AnalyticsBrowser } from "@segment/analytics-next";

const analytics = AnalyticsBrowser.load({ writeKey: "bench", cdnURL: SINK });
analytics.page();
window.track = ({ name, properties }) => analytics.track(name, properties);
