/**
 * The refusal of a REGISTER.
 *
 * @module
 */

/** Says why a REGISTER changes nothing. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  /** Headers that go with the status. */
  readonly headers: readonly (readonly [name: string, value: string])[];

  /**
   * @param status The status of the answer.
   * @param reason The reason phrase: it never repeats what came from outside.
   */
  constructor(
    readonly status: number,
    readonly reason: string,
    { headers = [] }: { headers?: readonly (readonly [name: string, value: string])[] } = {},
  ) {
    super(`${status} ${reason}`);
    this.headers = headers;
  }
}
