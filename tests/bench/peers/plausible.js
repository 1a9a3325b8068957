// Plausible's own package; without captureOnLocalhost it says nothing on this machine.
import { init, track } from "@plausible-analytics/tracker";

init({ domain: "shop.example", endpoint: `${SINK}/api/event`, captureOnLocalhost: true });
window.track = ({ name, properties }) => track(name, { props: properties });
