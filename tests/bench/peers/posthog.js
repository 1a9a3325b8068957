import posthog from "posthog-js";

// The filter for headless browsers is off: it would keep the benchmark's from sending anything.
posthog.init("bench", { api_host: SINK, defaults: "latest", opt_out_useragent_filter: true });
window.track = ({ name, properties }) => posthog.capture(name, properties);
