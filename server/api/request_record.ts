/**
 * Records of requests, as a token may read them.
 *
 * @module
 */
import type { RequestRecord } from "../core/contract/record.ts";
import { mayRead } from "../access/authentication.ts";
import type { HttpPorts } from "../http/routes/ports.ts";
import type { Token } from "../access/token.ts";
import { Refusal } from "./refusals/refusal.ts";

type Ports = Pick<HttpPorts, "core" | "reader">;

/** A record as of now. One that is open on disk and unknown to the core was completed between the two looks: a state never goes back. */
export async function latestRecord(record: RequestRecord, { core, reader }: Ports): Promise<RequestRecord> {
  const current = core.current(record);
  return current.state === "accepted" ? await reader.request(record.requestId) ?? current : current;
}

/**
 * Reads the record of a request.
 *
 * @throws {Refusal} `not-found`, also for one that the token may not read.
 */
export async function readRecord(id: number, { token, ports }: { token: Token; ports: Ports }): Promise<RequestRecord> {
  const record = Number.isSafeInteger(id) && id > 0 ? await ports.reader.request(id) : undefined;
  if (record && mayRead(record, token)) return await latestRecord(record, ports);
  throw new Refusal("not-found", "No request of this token has that id");
}
