/** Something is not as the chain says. */
export class Mismatch extends Error {
  /** The row that it is, where one is. */
  readonly row: number | undefined;

  /** What is wrong, in words. */
  constructor(problem: string, options?: { row: number }) {
    super(problem);
    this.row = options?.row;
  }
}
