// A single-page shop: run by Node it prints what the server sends, in a browser it draws or takes that over.
import { StrictMode, useEffect, useState } from "react";
import { createRoot, hydrateRoot } from "react-dom/client";
import { renderToString } from "react-dom/server";
import { EdgeeDataLayer, EdgeeSdk, useEdgeeDataCollection } from "edgee-py/react";

const layer = { data_collection: { context: { page: { name: "</script>Lamp" } } } };

function Lamp() {
  const calls = useEdgeeDataCollection();
  const [seen] = useState(calls);
  useEffect(() => calls.track("shown"), [calls]);
  const buy = () => {
    calls.user({ user_id: "u-1", edgee_id: "x" });
    calls.track({ name: "bought", properties: { same: seen === calls } });
    calls.track({ name: "not for Pinterest" }, { pinterest_capi: false });
  };
  return <button id="buy" onClick={buy}>Buy</button>;
}

export const Shop = () => (
  <>
    <StrictMode>
      <EdgeeDataLayer data={layer} />
      <EdgeeSdk src="/_edgee/sdk.js" />
    </StrictMode>
    <Lamp />
    <button id="go" onClick={() => history.pushState({}, "", "/t/npm/cart.html")}>Cart</button>
  </>
);

if (typeof document === "undefined") {
  console.log(renderToString(<Shop />));
} else {
  const root = document.getElementById("root")!;
  if (root.hasChildNodes()) hydrateRoot(root, <Shop />);
  else createRoot(root).render(<Shop />);
}
