/** Edgee's wire format, with the calls' own ids, times and pages beside what Edgee's events say. */
import type { Entry } from "./journal-format";

export const collected = (calls: Entry[], more: object) => ({
  data_collection: {
    events: calls.map(({ method, arguments: [data, components], ...rest }) => ({
      ...rest,
      type: method,
      data,
      components,
    })),
    ...more,
  },
});
