/**
 * `token`: who may get in. Through the server where one runs; without one in its data folder, so that a lost token
 * locks nobody out.
 *
 * @module
 */
import type { z } from "zod";
import type { OpenHistory } from "../../history/mod.ts";
import { endTrouble, type KeptToken, makeRotation, makeToken, tokenView } from "../../access/mod.ts";
import { DEFAULT_API_BOUNDS, NewToken } from "../../api/mod.ts";
import { printable } from "../../core/contract/text.ts";
import {
  LONGEST_OVERLAP,
  type MadeToken,
  type RotationSpec,
  type Scope,
  SCOPES,
  type TokenSpec,
  type TokenView,
} from "../../core/contract/token.ts";
import { EXIT, Failure, FIRST_TOKEN, hadTokens, Misuse, OPERATOR } from "../../program/mod.ts";
import { given } from "../../tools/mod.ts";
import { SERVER_OPTIONS } from "../calling/find_server.ts";
import { withServer } from "../calling/with_server.ts";
import { isServed, withHistory } from "../offline.ts";
import { print, printAside, printJson, printList, toSeconds } from "../output.ts";
import { command, JSON_OPTION, WIDE_OPTION } from "../parsing/command.ts";
import { readMoment, readSpan } from "../parsing/values.ts";

/** What an application needs that drives phones. */
const USUAL_SCOPES: readonly Scope[] = ["phones:monitor", "phones:control"];

const WHEN_SAYS = "when it ends by itself: 2027-03-01, 2027-03-01T09:30:00Z, or after 90d, 12h or 30m";

/** `token create`. */
export const tokenCreate = command({
  words: "token create",
  says: "Makes a token and prints its secret, which is shown this once",
  more: "Without a running server it is made in the data folder.",
  parameters: { name: { value: "NAME", says: "what the token is for" } },
  options: {
    scope: {
      type: "string",
      value: "SCOPE",
      says: `what it allows (${USUAL_SCOPES.join(" ")})`,
      choices: SCOPES,
      multiple: true,
    },
    phones: { type: "string", value: "GLOB", says: "the phones that it may see (all)", multiple: true },
    expires: { type: "string", value: "WHEN", says: `${WHEN_SAYS} (never)` },
    ...SERVER_OPTIONS,
    json: JSON_OPTION,
  },
  examples: [
    'token create "front desk" --phones "virtual:*"',
    "token create auditor --scope history:read",
    "token create rescue --scope admin --expires 12h",
  ],
  async run({ name, scope = USUAL_SCOPES, phones, expires, json, ...server }) {
    const expiresAt = readEnd(expires);
    const checked = NewToken.safeParse({ name, scopes: scope, ...given({ phones, expiresAt }) });
    if (!checked.success) throw new Misuse(wrong(checked.error));
    const token = server.url === undefined && !await isServed(server.data)
      ? await withHistory(server.data, (opened) => createOffline(opened, checked.data))
      : await withServer(server, ({ server }) => server.createToken(checked.data));
    show(token, json);
    return EXIT.orderly;
  },
});

/** `token first`. */
export const tokenFirst = command({
  words: "token first",
  says: "Makes the first token, the admin's, and prints its secret, which is shown this once",
  more:
    "A server prints that by itself at its first start, unless a service manager has started it: a journal is read " +
    "by more people than may have it. Whoever can read the data folder can ask for it here, root or the service's user. " +
    "It fails once there has been a token.",
  parameters: {},
  options: { data: SERVER_OPTIONS.data, json: JSON_OPTION },
  examples: ["token first", "token first --data /var/lib/switchroom"],
  async run({ data, json }) {
    const token = !await isServed(data)
      ? await withHistory(data, async (opened) => {
        if (await hadTokens(opened.reader)) throw new Failure(NO_FIRST);
        return await createOffline(opened, FIRST_TOKEN);
      })
      : await withServer({ data }, async ({ server }) => {
        for await (const _ of server.events({ type: "tokenCreated" }, { limit: 1 })) throw new Failure(NO_FIRST);
        return await server.createToken(FIRST_TOKEN);
      });
    show(token, json);
    return EXIT.orderly;
  },
});

const NO_FIRST =
  "There has been a token already: token list names those that are valid, token create NAME --scope admin makes another";

/** `token list`. */
export const tokenList = command({
  words: "token list",
  says: "Lists the tokens, without their secrets",
  parameters: {},
  options: { ...SERVER_OPTIONS, wide: WIDE_OPTION, json: JSON_OPTION },
  examples: ["token list"],
  async run({ json, wide, ...server }) {
    const tokens = server.url === undefined && !await isServed(server.data)
      ? await withHistory(server.data, (opened) => Promise.resolve(opened.tokens.list().map(tokenView)))
      : await withServer(server, ({ server }) => server.tokens());
    await printList(tokens, {
      json,
      columns: {
        ID: ({ id }) => id,
        ...(wide && {
          CREATED: ({ createdAt }: TokenView) => createdAt,
          USED: ({ lastUsedAt = "never" }: TokenView) => lastUsedAt,
        }),
        EXPIRES: ({ expiresAt }) => expiresAt === undefined ? "never" : wide ? expiresAt : toSeconds(expiresAt),
        SCOPES: ({ scopes }) => scopes.join(" "),
        PHONES: ({ phones }) => phones?.join(" ") ?? "all",
        NAME: ({ name }) => name,
      },
      yielding: wide ? [] : ["PHONES", "NAME", "SCOPES"],
      none: "There are no tokens",
    });
    return EXIT.orderly;
  },
});

/** `token rotate`. */
export const tokenRotate = command({
  words: "token rotate",
  says: "Gives a token another secret and prints that, which is shown this once",
  more: "The secret before stays valid for the overlap; then what was opened by it is cut off. Applications go on. " +
    "Without a running server it is done in the data folder.",
  parameters: { id: { value: "ID", says: "the token's id, as token list says it" } },
  options: {
    overlap: {
      type: "string",
      value: "TIME",
      says: "how long the secret before stays valid, such as 1h; 0 makes it void at once (as configured)",
    },
    expires: { type: "string", value: "WHEN", says: `${WHEN_SAYS}; or never (as it was)` },
    ...SERVER_OPTIONS,
    json: JSON_OPTION,
  },
  examples: ["token rotate t-0123456789ab --overlap 1d", "token rotate t-0123456789ab --overlap 0 --expires 90d"],
  async run({ id, overlap, expires, json, ...server }) {
    const overlapMs = readSpan(overlap, { name: "--overlap", most: LONGEST_OVERLAP * 1_000 });
    const expiresAt = expires === "never" ? null : readEnd(expires);
    const asked: RotationSpec = {
      ...(overlapMs !== undefined && { overlapSeconds: Math.ceil(overlapMs / 1_000) }),
      ...(expiresAt !== undefined && { expiresAt }),
    };
    const token = server.url === undefined && !await isServed(server.data)
      ? await withHistory(server.data, (opened) => rotateOffline(opened, { id, asked }))
      : await withServer(server, ({ server }) => server.rotateToken(id, asked));
    show(token, json);
    return EXIT.orderly;
  },
});

/** `token revoke`. */
export const tokenRevoke = command({
  words: "token revoke",
  says: "Makes a token void and ends its applications",
  more: "Without a running server it is removed from the data folder.",
  parameters: { id: { value: "ID", says: "the token's id, as token list says it" } },
  options: SERVER_OPTIONS,
  examples: ["token revoke t-0123456789ab"],
  async run({ id, ...server }) {
    if (server.url === undefined && !await isServed(server.data)) {
      await withHistory(server.data, (opened) => revokeOffline(opened, id));
    } else {
      await withServer(server, ({ server }) => server.revokeToken(id));
    }
    return EXIT.orderly;
  },
});

/** Prints a secret, and to people whose it is. */
function show(token: MadeToken, json: boolean | undefined): void {
  if (json) return printJson(token);
  const { id, name, scopes, oldSecretUntil } = token;
  const before = oldSecretUntil === undefined ? "" : `the one before is valid until ${toSeconds(oldSecretUntil)}; `;
  // Not to standard output, where a script reads the secret.
  printAside(`${id} "${name}", ${scopes.join(" ")}; ${before}its secret is shown this once:`);
  print(printable(token.token));
}

/** Who acts where no server runs. */
const BY = { token: OPERATOR };

async function createOffline({ tokens }: OpenHistory, wish: TokenSpec): Promise<MadeToken> {
  const { kept, secret } = makeToken(wish, { now: Date.now() });
  await tokens.add(kept, { by: BY });
  return { token: secret, ...tokenView(kept) };
}

async function rotateOffline(
  { tokens }: OpenHistory,
  { id, asked: { overlapSeconds = DEFAULT_API_BOUNDS.tokenOverlapSeconds, ...asked } }: {
    id: string;
    asked: RotationSpec;
  },
): Promise<MadeToken> {
  const { rotation, secret } = makeRotation(find(tokens, id), {
    asked: { overlapMs: overlapSeconds * 1_000, ...asked },
    now: Date.now(),
  });
  await tokens.rotate(id, { ...rotation, by: BY });
  await tokens.settle();
  return { token: secret, ...tokenView(find(tokens, id)) };
}

/** @throws {Failure} If there is none. */
function find(tokens: OpenHistory["tokens"], id: string): KeptToken {
  const token = tokens.list().find((token) => token.id === id);
  if (token === undefined) throw new Failure(`No token has the id ${id}: token list says which there are`);
  return token;
}

async function revokeOffline({ tokens }: OpenHistory, id: string): Promise<void> {
  find(tokens, id);
  await tokens.remove(id, BY);
}

/**
 * Reads when a token is to end.
 *
 * @throws {Misuse} If it is no time, or one at which no token may end.
 */
function readEnd(text: string | undefined): string | undefined {
  const now = Date.now();
  const expiresAt = readMoment(text, { name: "--expires", now });
  const trouble = expiresAt && endTrouble(expiresAt, { now });
  if (trouble) throw new Misuse(`--expires cannot be ${JSON.stringify(text)}: it ${trouble}`);
  return expiresAt;
}

function wrong({ issues }: z.ZodError): string {
  const [issue] = issues;
  const options: Record<string, string> = { name: "NAME", scopes: "--scope", phones: "--phones" };
  return `${options[String(issue?.path[0])] ?? "The token"} ${issue?.message}`;
}
