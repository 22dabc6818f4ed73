/**
 * A quota on what is dear: past so many at once, in all and of each token, another is refused.
 *
 * @module
 */
import { PhoneError } from "../core/contract/errors.ts";

/**
 * Takes a place for a token, and gives back how it is left; leaving it again does nothing.
 *
 * @throws {PhoneError} `REQUESTOVERRUN` if there is none.
 */
export type Quota = (token: string) => () => void;

/**
 * So many at once, and so many of them for each token: nobody can keep all others out alone.
 *
 * @param what What they are, as a refusal calls them.
 * @param options.most How many in all.
 * @param options.each How many of each token.
 */
export function quota(what: string, { most, each }: { most: number; each: number }): Quota {
  const taken: string[] = [];
  return (token) => {
    const own = taken.filter((taker) => taker === token).length;
    if (taken.length >= most || own >= each) {
      throw new PhoneError(
        "REQUESTOVERRUN",
        `${most} ${what} at once are possible, ${each} of them with one token; ask again when one has ended`,
      );
    }
    taken.push(token);
    let left = false;
    return () => {
      if (!left) taken.splice(taken.indexOf(token), 1);
      left = true;
    };
  };
}
