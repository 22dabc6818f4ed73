import { deepEqual, equal } from "node:assert/strict";
import { type GivenConfiguration, readConfiguration } from "../../../plugins/sip/configuration.ts";
import manifest from "../../../plugins/sip/plugin.json" with { type: "json" };
import { openSwitchboard } from "../../../plugins/sip/switchboard.ts";
import { checkConfig } from "../../../server/host/config_check.ts";
import type { Host, NewPhone, Phone } from "../../../server/plugin/mod.ts";
import { HandMadePhone } from "./support/phone.ts";
import { freePort } from "./support/sip_server.ts";

Deno.test("an account whose phone the server has refused does not get in, with its secret neither", async () => {
  const port = freePort();
  const refused: string[] = [];
  const log = { debug() {}, info() {}, warn() {}, error: (text: string) => void refused.push(text) };
  const host = {
    log,
    addPhone: ({ id }: NewPhone) =>
      id === "1002"
        ? Promise.reject(new Error("there is no room"))
        : Promise.resolve({ connected: false, state() {} } as unknown as Phone),
  } as unknown as Host;
  const given = {
    listen: [`127.0.0.1:${port}`],
    transports: ["udp"],
    realm: "phones.test",
    accounts: ["1001", "1002"].map((user) => ({ user, secret: `secret of ${user}` })),
  };
  const switchboard = await openSwitchboard(
    host,
    readConfiguration(checkConfig(manifest.config, given) as GivenConfiguration),
  );
  const server = { host: "127.0.0.1", port };
  const register = async (user: string): Promise<number> => {
    await using phone = await HandMadePhone.open({ server, user, secret: `secret of ${user}`, realm: "phones.test" });
    return (await phone.register()).status;
  };
  try {
    deepEqual(refused, ["accounts: 1002 is left out, the others work: there is no room"]);
    equal(await register("1001"), 200);
    equal(await register("1002"), 401);
  } finally {
    await switchboard.close();
  }
});
