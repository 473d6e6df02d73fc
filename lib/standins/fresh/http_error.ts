// The error that carries an HTTP status.

/** The statuses of errors. */
// deno-fmt-ignore
export type ErrorStatus =
  | 400 | 401 | 402 | 403 | 404 | 405 | 406 | 407 | 408 | 409 | 410 | 411 | 412
  | 413 | 414 | 415 | 416 | 417 | 418 | 421 | 422 | 423 | 424 | 425 | 426 | 428
  | 429 | 431 | 451 | 500 | 501 | 502 | 503 | 504 | 505 | 506 | 507 | 508 | 510
  | 511;

/**
 * Throw it to answer with `status`. Its message reaches the client where no
 * `_error` page stands in between, for 5xx too: keep secrets out of it.
 */
export class HttpError extends Error {
  override name = "HttpError";

  constructor(
    readonly status: ErrorStatus,
    message?: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
