/**
 * Bounds on what is dear.
 *
 * @module
 */
import { PhoneError } from "../core/contract/errors.ts";

/**
 * So many at once.
 *
 * @param most How many.
 * @param what What they are, as a refusal calls them.
 * @returns Takes a place, and gives back how it is left; leaving it again does nothing. Throws `REQUESTOVERRUN` if there is none.
 */
export function places(most: number, what: string): () => () => void {
  let taken = 0;
  return () => {
    if (taken >= most) {
      throw new PhoneError("REQUESTOVERRUN", `${most} ${what} at once are possible; ask again when one has ended`);
    }
    taken++;
    let left = false;
    return () => {
      if (!left) taken--;
      left = true;
    };
  };
}
