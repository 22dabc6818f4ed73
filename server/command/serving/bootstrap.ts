import type { OpenHistory } from "../../history/mod.ts";
import { makeToken } from "../../http/new_token.ts";
import { Misuse } from "../misuse.ts";

const VARIABLE = "SWITCHROOM_BOOTSTRAP_TOKEN";
const SHORTEST = 32;

/**
 * Makes the first admin token if there is none yet: the one of `SWITCHROOM_BOOTSTRAP_TOKEN`, or a random one of 256 bits.
 *
 * @returns The random one, to be printed once; undefined otherwise.
 * @throws {Misuse} If the variable is set to fewer than 32 characters.
 */
export async function bootstrap(opened: OpenHistory): Promise<string | undefined> {
  const given = Deno.env.get(VARIABLE);
  if (given !== undefined && given.length < SHORTEST) {
    throw new Misuse(`${VARIABLE} has ${given.length} characters: it must have at least ${SHORTEST}`);
  }
  if (opened.tokens.list().length > 0) return undefined;
  const { kept, secret } = makeToken({ name: "bootstrap", scopes: ["admin"] }, {
    now: Date.now(),
    ...(given !== undefined && { secret: given }),
  });
  const { id, name, scopes, phones } = kept;
  await opened.tokens.add(kept);
  await opened.history.note({ type: "tokenCreated", token: id, detail: { id, name, scopes, phones } });
  return given === undefined ? secret : undefined;
}
