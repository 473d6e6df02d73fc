// What islands and pages share with the framework; safe in the browser.
export { asset } from "./asset.ts";
export { HttpError } from "./http_error.ts";

/** True in a browser, false while the server renders. */
export const IS_BROWSER = typeof document !== "undefined";
