/**
 * The refusal of a REGISTER.
 *
 * @module
 */
import type { Header } from "../lib/message/mod.ts";

/** Says why a REGISTER changes nothing. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  /** Headers that go with the status. */
  readonly headers: readonly Header[];

  /**
   * @param status The status of the answer.
   * @param reason The reason phrase: it never repeats what came from outside.
   */
  constructor(
    readonly status: number,
    readonly reason: string,
    { headers = [] }: { headers?: readonly Header[] } = {},
  ) {
    super(`${status} ${reason}`);
    this.headers = headers;
  }
}
