import Plausible from "plausible-tracker";

const { enableAutoPageviews, trackEvent } = Plausible({ domain: "shop.example", apiHost: SINK, trackLocalhost: true });
enableAutoPageviews();
window.track = ({ name, properties }) => trackEvent(name, { props: properties });
