/**
 * Access tokens: how operators make, list, rotate and revoke them.
 *
 * @module
 */
import { endTrouble, requireValid, tokenView } from "../../access/mod.ts";
import { fit, NewToken, Refusal, TokenRotation } from "../../api/mod.ts";
import { MadeToken, TokenId, TokenList } from "../../core/contract/shapes/mod.ts";
import type { MadeToken as Made } from "../../core/contract/token.ts";
import { json, noContent } from "../answering/answer.ts";
import { anyBodyOf, bodyOf, callerOf, type Endpoint, pathValue } from "./endpoint.ts";
import type { AppPorts } from "./ports.ts";

/** The routes of tokens. */
export function tokenEndpoints(
  { tokens, tokenStore, tokenKeeper, bounds, clock }: Pick<
    AppPorts,
    "tokens" | "tokenStore" | "tokenKeeper" | "bounds" | "clock"
  >,
): Endpoint[] {
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
      async serve(call) {
        const body = await bodyOf(call, bounds);
        requireValid(call.token, tokens);
        const asked = fit(body, { shape: NewToken, place: "body" });
        requireFuture(asked.expiresAt, { now: clock.wall() });
        const { kept, secret } = await tokenKeeper.create(asked, { by: callerOf(call) });
        const made: Made = { token: secret, ...tokenView(kept) };
        return json(made, {
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
      serve: () => json({ tokens: tokenStore.list().map(tokenView) }),
    },
    {
      method: "POST",
      path: "/v1/tokens/:id/rotate",
      scope: "admin",
      description: {
        id: "rotateToken",
        tag: "operator",
        summary: "Give a token another secret",
        description:
          "The secret before stays valid for the overlap; then what was opened by it, streams, sockets and sessions, is cut off and can go on by the new one. " +
          "Applications go on. With 503 the new secret is not shown: rotate the token again. The body may be left out.",
        path: { id: TokenId },
        body: TokenRotation,
        optionalBody: true,
        answers: { 200: { description: "The new secret is valid. It is shown this once.", body: MadeToken } },
        problems: ["not-found", "conflict"],
      },
      async serve(call) {
        const body = await anyBodyOf(call, bounds) ?? {};
        requireValid(call.token, tokens);
        const { overlapSeconds = bounds.tokenOverlapSeconds, expiresAt } = fit(body, {
          shape: TokenRotation,
          place: "body",
        });
        requireFuture(expiresAt, { now: clock.wall() });
        const asked = { overlapMs: overlapSeconds * 1_000, ...(expiresAt !== undefined && { expiresAt }) };
        const { kept, secret } = await tokenKeeper.rotate(pathValue(call, "id"), asked, { by: callerOf(call) });
        const made: Made = { token: secret, ...tokenView(kept) };
        return json(made);
      },
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
      async serve(call) {
        await tokenKeeper.revoke(pathValue(call, "id"), { by: callerOf(call) });
        return noContent();
      },
    },
  ];
}

/**
 * Refuses a time at which no token may end.
 *
 * @throws {Refusal} `bad-request`.
 */
function requireFuture(expiresAt: string | null | undefined, options: { now: number }): void {
  const trouble = expiresAt == null ? undefined : endTrouble(expiresAt, options);
  if (trouble !== undefined) throw new Refusal("bad-request", `body.expiresAt ${trouble}`);
}
