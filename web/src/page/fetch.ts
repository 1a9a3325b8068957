/** The browser's own, before a page could put another in its place. */
export const request = fetch;
