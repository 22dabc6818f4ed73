/**
 * The synchronous getters: the plugin is asked, nothing is guessed, nothing recorded (contract 2.2).
 *
 * @module
 */
import { checkGetter } from "./check_parameters.ts";
import { PhoneError } from "./contract/errors.ts";
import type { GetterName, GetterParameters, GetterResults, PhoneStatus } from "./contract/operations.ts";
import { monitors, owners } from "./deliver.ts";
import type { Handle } from "./exchange.ts";
import { requireOpen } from "./lookup.ts";
import { query } from "./query.ts";

/**
 * Queries a getter of an open phone.
 *
 * @throws {PhoneError} `OPERATIONUNAVAIL` if the driver has no such getter, the driver's own error, or as {@linkcode
 * query}.
 */
export async function get<Name extends GetterName>(
  handle: Handle,
  { getter, params }: { getter: Name; params: GetterParameters[Name] },
): Promise<GetterResults[Name]> {
  requireOpen(handle);
  checkGetter(getter, params);
  const { phone } = handle;
  // The SDK answers getStatus for every driver: a status works even where nothing else does (R100).
  if (getter !== "getStatus" && !phone.methods.has(getter)) {
    throw new PhoneError("OPERATIONUNAVAIL", `${phone.id} does not offer ${getter}`);
  }
  const result = await query(phone, (process) => process.get(phone.localId, { getter, params }));
  // After its close nothing comes from the phone any more.
  requireOpen(handle);
  return getter === "getStatus" ? { ...result, ...serverPart(handle, result as PhoneStatus) } : result;
}

/** The fields of a status that only the server knows (R100, contract 6.2). */
function serverPart(handle: Handle, status: PhoneStatus): Partial<PhoneStatus> {
  const { phone } = handle;
  return {
    numOwners: owners(phone),
    numMonitors: monitors(phone),
    ownerName: phone.owner?.application.name ?? "",
    phoneFeatures: status.phoneFeatures.filter((feature) => handle.privilege === "owner" || !feature.startsWith("set")),
  };
}
