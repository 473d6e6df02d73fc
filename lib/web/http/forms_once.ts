// Does once what a form asks for, though it be sent twice, as by a double click.
import { h } from "preact";

/** How many forms are remembered, and for how long, in milliseconds. */
const MAX_FORMS = 1_000;
const REMEMBERED_FOR = 60_000;

const ID = /^[0-9a-f-]{36}$/;

/** The name of the field that tells one form on one page that was sent from all others. */
export const FORM = "form";

/** Goes into a form that is to be taken once. */
export const FormID = () =>
  h("input", { type: "hidden", name: FORM, value: crypto.randomUUID() });

/**
 * What forms have led to, in the memory of this process. Who knows a form's ID
 * gets that, so it is as secret as the page that it is on.
 */
export class FormsOnce {
  readonly #results = new Map<string, { at: number; result: unknown }>();

  /**
   * What `act` gives, or what it has given or is about to give for the same
   * form with the same `fields`. A form that has no ID, as one on a page of an
   * older build, and one that failed, act anew.
   */
  async do<T>(
    form: string,
    fields: readonly string[],
    act: () => Promise<T>,
  ): Promise<T> {
    if (!ID.test(form)) return await act();
    const key = JSON.stringify([form, ...fields]);
    const now = Date.now();
    const known = this.#results.get(key);
    if (known && now - known.at < REMEMBERED_FOR) {
      return await known.result as T;
    }
    const result = act();
    this.#results.delete(key);
    this.#results.set(key, { at: now, result });
    if (this.#results.size > MAX_FORMS) {
      this.#results.delete(this.#results.keys().next().value!);
    }
    try {
      return await result;
    } catch (error) {
      this.#results.delete(key);
      throw error;
    }
  }
}
