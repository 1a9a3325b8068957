// The loader without React. `window.told` says what came of it.
import { edgee, load } from "edgee-py";

edgee.track("one", { pinterest_capi: true }).consent("granted");
const came = await load({ consent: "granted" });
const again = await load({ consent: "denied" });
const { waiting } = await edgee.flush();
Object.assign(window, { told: { came: came && again, waiting: waiting ?? 0 } });
