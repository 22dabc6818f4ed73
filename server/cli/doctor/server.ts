/**
 * The server: where it would listen, and what it says of itself where it runs.
 *
 * @module
 */
import { warningOf } from "../../access/mod.ts";
import { cannotListen, Misuse, readCertificate, readCheckpointKey } from "../../program/mod.ts";
import { withServer } from "../calling/with_server.ts";
import { about, type Check } from "./check.ts";

/** Whether the certificate can be used. */
export const checkCertificate: Check = async ({ configuration }) => {
  if (configuration?.tls === undefined) return [];
  const { good, bad } = about("certificate");
  try {
    await readCertificate(configuration.tls);
    return [good(configuration.tls.cert)];
  } catch (error) {
    if (error instanceof Misuse) return [bad(error.message)];
    throw error;
  }
};

/** Whether checkpoints can be signed, and by nobody else. */
export const checkKey: Check = async ({ configuration, data }) => {
  const key = configuration?.checkpoints.key;
  if (key === undefined) return [];
  const { good, odd, bad } = about("checkpoints.key");
  try {
    const { isOpen } = await readCheckpointKey(key, data);
    return [isOpen ? odd(`${key} is open to other users of this machine`, `chmod 600 ${key}`) : good(key)];
  } catch (error) {
    if (error instanceof Misuse) return [bad(error.message)];
    throw error;
  }
};

/** Whether the address is free, where no server of this data folder has it. */
export const checkAddress: Check = ({ configuration, owner }) => {
  if (configuration === undefined || owner !== undefined) return Promise.resolve([]);
  const { good, odd, bad } = about("address");
  const { listen } = configuration;
  try {
    Deno.listen(listen).close();
    return Promise.resolve([good(`${listen.hostname}:${listen.port} is free`)]);
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) {
      const { hostname, port } = listen;
      return Promise.resolve([odd(`Whether ${hostname}:${port} is free is not known: only a server may listen there`)]);
    }
    const why = cannotListen(error, listen);
    if (!(why instanceof Misuse)) throw why;
    return Promise.resolve([bad(why.message)]);
  }
};

/** Whether a running server is ready, in its own words. */
export const checkReadiness: Check = async ({ data, owner }) => {
  if (owner === undefined) return [];
  const { good, odd, bad } = about("server");
  const { ready, reasons, plugins } = await withServer({ data }, ({ server }) => server.readiness());
  if (reasons.length === 0) return [good("It is ready")];
  return reasons.map((reason) => {
    const plugin = plugins.find(({ name }) => reason.startsWith(`Plugin ${name} is `));
    const remedy = plugin &&
      `See plugin list and plugin log ${plugin.name}; plugin start ${plugin.name} starts it again`;
    return ready ? odd(reason, remedy) : bad(reason, remedy);
  });
};

/** Whether tokens of a running server soon come to their end: those that it has warned of. */
export const checkTokens: Check = async ({ configuration, data, owner }) => {
  if (configuration === undefined || owner === undefined) return [];
  const { odd } = about("tokens");
  const tokens = await withServer({ data }, ({ server }) => server.tokens());
  return tokens.flatMap(({ id, name, createdAt, expiresAt }) => {
    if (expiresAt === undefined) return [];
    const life = { createdAt: Date.parse(createdAt), expiresAt: Date.parse(expiresAt) };
    if (Date.now() < warningOf(life, configuration.http.tokenWarningDays)) return [];
    return [odd(`${id} "${name}" ends at ${expiresAt}`, `If it is still needed: token rotate ${id} --expires 90d`)];
  });
};
