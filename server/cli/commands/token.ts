/**
 * `token`: who may get in. Through the server where one runs; without one in its data folder, so that a lost token
 * locks nobody out.
 *
 * @module
 */
import { z } from "zod";
import type { OpenHistory } from "../../history/mod.ts";
import { makeToken, SCOPES } from "../../access/mod.ts";
import { NewToken } from "../../api/mod.ts";
import { EXIT, Failure, Misuse, OPERATOR } from "../../program/mod.ts";
import { Token } from "../calling/answers.ts";
import { connect, DATA, SERVER_OPTIONS } from "../calling/connect.ts";
import { isServed, withHistory } from "../offline.ts";
import { print, printAside, printJson, printList } from "../output.ts";
import { command, JSON_OPTION } from "../parsing/command.ts";

/** What an application needs that drives phones. */
const USUAL_SCOPES = ["phones:monitor", "phones:control"];

const made = Token.extend({ token: z.string() });

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
    ...SERVER_OPTIONS,
    json: JSON_OPTION,
  },
  examples: [
    'token create "front desk" --phones "virtual:*"',
    "token create auditor --scope history:read",
    "token create rescue --scope admin",
  ],
  async run({ name, scope = USUAL_SCOPES, phones, json, ...server }) {
    const checked = NewToken.safeParse({ name, scopes: scope, ...(phones && { phones }) });
    if (!checked.success) throw new Misuse(wrong(checked.error));
    const token = server.url === undefined && !await isServed(server.data ?? DATA)
      ? await withHistory(server.data ?? DATA, (opened) => createOffline(opened, checked.data))
      : await (await connect(server)).call("POST /v1/tokens", { shape: made, body: checked.data });
    if (json) printJson(token);
    else {
      // Not to standard output, where a script reads the secret.
      printAside(`${token.id} "${token.name}", ${token.scopes.join(" ")}; its secret is shown this once:`);
      print(token.token);
    }
    return EXIT.orderly;
  },
});

/** `token list`. */
export const tokenList = command({
  words: "token list",
  says: "Lists the tokens, without their secrets",
  parameters: {},
  options: { ...SERVER_OPTIONS, json: JSON_OPTION },
  examples: ["token list"],
  async run({ json, ...server }) {
    const tokens = server.url === undefined && !await isServed(server.data ?? DATA)
      ? await withHistory(server.data ?? DATA, (opened) => Promise.resolve(opened.tokens.list().map(viewOf)))
      : (await (await connect(server)).call("GET /v1/tokens", { shape: z.object({ tokens: z.array(Token) }) })).tokens;
    await printList(tokens, {
      json,
      columns: {
        ID: ({ id }) => id,
        CREATED: ({ createdAt }) => createdAt,
        SCOPES: ({ scopes }) => scopes.join(" "),
        PHONES: ({ phones }) => phones?.join(" ") ?? "all",
        NAME: ({ name }) => name,
      },
    });
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
    if (server.url === undefined && !await isServed(server.data ?? DATA)) {
      await withHistory(server.data ?? DATA, (opened) => revokeOffline(opened, id));
    } else {
      const connection = await connect(server);
      await connection.call(`DELETE /v1/tokens/${encodeURIComponent(id)}`, { shape: z.undefined() });
    }
    return EXIT.orderly;
  },
});

async function createOffline(
  { tokens, history }: OpenHistory,
  wish: z.output<typeof NewToken>,
): Promise<z.infer<typeof made>> {
  const { kept, secret } = makeToken(wish, { now: Date.now() });
  const { id, name, scopes, phones } = kept;
  await tokens.add(kept);
  await history.note({ type: "tokenCreated", token: OPERATOR, detail: { subject: id, name, scopes, phones } });
  return { token: secret, ...viewOf(kept) };
}

async function revokeOffline({ tokens, history }: OpenHistory, id: string): Promise<void> {
  const token = tokens.list().find((token) => token.id === id);
  if (token === undefined) throw new Failure(`No token has the id ${id}: token list says which there are`);
  await tokens.remove(id);
  await history.note({ type: "tokenRevoked", token: OPERATOR, detail: { subject: id, name: token.name } });
}

/** A token as the server would show it. */
function viewOf({ id, name, scopes, phones, createdAt }: ReturnType<OpenHistory["tokens"]["list"]>[number]): Token {
  return { id, name, scopes, phones, createdAt: new Date(createdAt).toISOString() };
}

function wrong({ issues }: z.ZodError): string {
  const [issue] = issues;
  const options: Record<string, string> = { name: "NAME", scopes: "--scope", phones: "--phones" };
  return `${options[String(issue?.path[0])] ?? "The token"} ${issue?.message}`;
}
