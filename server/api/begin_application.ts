import type { Core } from "../core/core.ts";
import { requireValid } from "../access/authentication.ts";
import { seesOf } from "../access/phone_globs.ts";
import type { HttpPorts } from "../http/routes/ports.ts";
import type { Token } from "../access/token.ts";

/**
 * Begins an application for a token, whatever the transport: it sees the phones of the token.
 *
 * @throws {Refusal} `unauthorized` if the token has been revoked since the call was admitted: the application would outlive the revocation.
 * @throws {PhoneError} As `core.initialize`.
 */
export async function beginApplication(
  { core, tokens }: HttpPorts,
  token: Token,
  { name, ...lease }: { name: string; leaseSeconds?: number },
): ReturnType<Core["initialize"]> {
  requireValid(token, tokens);
  return await core.initialize(name, { token: token.id, sees: seesOf(token), ...lease });
}
