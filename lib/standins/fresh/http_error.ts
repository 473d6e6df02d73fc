// The error that carries an HTTP status.

// deno-fmt-ignore
/** The statuses of errors that this project knows; upstream has them all. */
type ErrorStatus =
  | 400 | 401 | 403 | 404 | 405 | 409 | 413 | 415 | 418 | 429 | 500 | 503;

/**
 * Throw it to answer with `status`. Its message reaches the client where no
 * `_error` page stands in between, for 5xx too: keep secrets out of it.
 */
export class HttpError extends Error {
  override name = "HttpError";

  constructor(readonly status: ErrorStatus, message?: string) {
    super(message);
  }
}
