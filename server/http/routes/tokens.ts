/**
 * Access tokens: how operators make, list and revoke them.
 *
 * @module
 */
import { json, noContent } from "../answering/answer.ts";
import { requireValid } from "../../access/authentication.ts";
import { readJson } from "../reading/body.ts";
import { addressOf } from "../caller/call_source.ts";
import { type Call, type Endpoint, pathValue } from "./endpoint.ts";
import { NewToken } from "../../access/new_token.ts";
import type { KeptToken } from "../../access/contract.ts";
import type { HttpPorts } from "./ports.ts";
import { TokenId } from "../../api/schemas/names.ts";
import { MadeToken, TokenList } from "../../api/schemas/token.ts";
import { fit } from "../../api/shapes/shape.ts";
import { createToken, type Operator, tokenRevoker } from "../../access/token_keeper.ts";
import type { Waits } from "../../api/waits.ts";

/** The routes of tokens. */
export function tokenEndpoints(ports: HttpPorts & { waits: Waits }): Endpoint[] {
  const revokeToken = tokenRevoker(ports);
  return [
    {
      method: "POST",
      path: "/v1/tokens",
      scope: "admin",
      description: {
        id: "createToken",
        tag: "operator",
        summary: "Make a token",
        body: NewToken,
        answers: {
          201: {
            description: "The token is valid. Its secret is shown this once.",
            body: MadeToken,
            headers: ["Location"],
          },
        },
        problems: ["conflict"],
      },
      async run(call) {
        const body = await readJson(call.context.req.raw, ports.limits);
        requireValid(call.token, ports.tokens);
        const asked = fit(body, { shape: NewToken, place: "body" });
        const { kept, secret } = await createToken(ports, asked, { by: operatorOf(call) });
        return json({ token: secret, ...viewOf(kept) }, {
          status: 201,
          headers: { location: `/v1/tokens/${kept.id}` },
        });
      },
    },
    {
      method: "GET",
      path: "/v1/tokens",
      scope: "admin",
      description: {
        id: "listTokens",
        tag: "operator",
        summary: "List the tokens",
        answers: { 200: { description: "Every token, oldest first, without its secret.", body: TokenList } },
      },
      run: () => json({ tokens: ports.tokenStore.list().map(viewOf) }),
    },
    {
      method: "DELETE",
      path: "/v1/tokens/:id",
      scope: "admin",
      description: {
        id: "revokeToken",
        tag: "operator",
        summary: "Revoke a token",
        description:
          "Ends its applications. With 503 the token is void all the same, until the server is started anew.",
        path: { id: TokenId },
        answers: { 204: { description: "The token is void, and its applications are no more." } },
        problems: ["not-found", "conflict"],
      },
      async run(call) {
        await revokeToken(pathValue(call, "id"), { by: operatorOf(call) });
        return noContent();
      },
    },
  ];
}

function operatorOf(call: Call): Operator {
  return { token: call.token.id, address: addressOf(call.context) };
}

/** A token as an operator is shown it: nothing of its secret. */
function viewOf({ id, name, scopes, phones, createdAt }: KeptToken) {
  return { id, name, scopes, phones, createdAt: new Date(createdAt).toISOString() };
}
