// A page as react-edgee's own README and types have it; only the package's name is another.
import * as React from "react";
import Sdk, {
  type ConsentStatus,
  type EdgeeDataLayerObject,
  type EdgeeDataLayerProps,
  type EdgeeMethod,
  type EdgeeSdkProps,
  EdgeeDataLayer,
  EdgeeSdk,
  type PageData,
  type TrackData,
  type UserData,
  useEdgeeDataCollection,
} from "edgee-py/react";
import { type Delivered, type Edgee, edgee, load } from "edgee-py";

const layer: EdgeeDataLayerObject = {
  data_collection: {
    events: [{ type: "track", data: { name: "Declared" }, components: { all: true } }],
    context: { page: { name: "Lamp", keywords: ["light"] }, user: { user_id: "u-1", properties: { plan: "pro" } } },
    components: { pinterest_capi: true },
  },
};
const sdk: EdgeeSdkProps = { src: "/_edgee/sdk.js", dataInline: false };
const declared: EdgeeDataLayerProps = { data: layer };

export function Buttons(): React.ReactElement {
  const { track, user, page, consent } = useEdgeeDataCollection();
  const method: EdgeeMethod<TrackData> = track;
  const data: TrackData = { name: "button_click", properties: { value: 1 } };
  const who: UserData = { user_id: "12345", edgee_id: "edgee-abc" };
  const where: PageData = { name: "HomePage", url: "https://example.com" };
  const status: ConsentStatus = "granted";
  return (
    <>
      <button onClick={() => method(data)}>Click Me</button>
      <button onClick={() => track("by name", { pinterest_capi: false })}>Click Me</button>
      <button onClick={() => user(who)}>Identify User</button>
      <button onClick={() => page(where)}>Track Page</button>
      <button onClick={() => consent(status)}>Accept Consent</button>
    </>
  );
}

export const App = () => (
  <div>
    <EdgeeDataLayer {...declared} />
    <EdgeeSdk {...sdk} />
    <Sdk src="/_edgee/sdk.js" />
    <Buttons />
  </div>
);

// @ts-expect-error there is no such consent
export const wrongConsent = () => useEdgeeDataCollection().consent("perhaps");
// @ts-expect-error a number is no event
export const wrongTrack = () => useEdgeeDataCollection().track(7);
// @ts-expect-error a relay's path is a string
export const wrongSource = <EdgeeSdk src={7} />;

export async function byHand(): Promise<number | undefined> {
  const came: boolean = await load({ consent: "pending", spa: true, nonce: "n" });
  const chained: Edgee = edgee.page().track("one").user({ user_id: "u" });
  addEventListener("edgee:delivered", (event: CustomEvent<Delivered>) => event.detail.event_id);
  return came ? (await chained.flush()).delivered : (await window.edgee.flush()).waiting;
}
