import { randomBytes } from "node:crypto";
import type { OpenHistory } from "../history/mod.ts";
import { hashSecret } from "../http/mod.ts";
import { Misuse } from "./misuse.ts";

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
  const secret = given ?? randomBytes(32).toString("base64url");
  const id = `t-${randomBytes(6).toString("hex")}`;
  await opened.tokens.add({
    id,
    name: "bootstrap",
    hash: hashSecret(secret),
    scopes: ["admin"],
    phones: null,
    createdAt: Date.now(),
  });
  await opened.history.note({ type: "tokenCreated", token: id, detail: { name: "bootstrap", scopes: ["admin"] } });
  return given === undefined ? secret : undefined;
}
