import { deepEqual, doesNotThrow, equal, throws } from "node:assert/strict";
import { completeConfiguration } from "../../../../plugins/sip/configuration.ts";
import manifest from "../../../../plugins/sip/plugin.json" with { type: "json" };
import { checkConfig } from "../../../../server/host/config_check.ts";

const ACCOUNT = { user: "1001", secret: "s3cret" };
const check = (config: Record<string, unknown>) => checkConfig(manifest.config, config);

Deno.test("accounts alone are a configuration, and everything else has a default that the manifest tells", () => {
  const written = { accounts: [ACCOUNT] };
  doesNotThrow(() => check(written));
  const { accounts, listen, rings, rtpPorts, register, ...others } = completeConfiguration(written);
  const { properties } = manifest.config;
  deepEqual(listen, [{ host: "127.0.0.1", port: 5060 }]);
  deepEqual(properties.listen.default, ["127.0.0.1:5060"]);
  deepEqual(rtpPorts, properties.rtpPorts.default);
  deepEqual(register, {
    leastSeconds: properties.register.properties.leastSeconds.default,
    mostSeconds: properties.register.properties.mostSeconds.default,
  });
  deepEqual(others, {
    transports: properties.transports.default,
    realm: properties.realm.default,
    algorithms: properties.algorithms.default,
    offHookSeconds: properties.offHookSeconds.default,
    keepAliveSeconds: properties.keepAliveSeconds.default,
  });
  equal(rings[0], "");
  deepEqual(accounts, [{
    ...ACCOUNT,
    name: "1001",
    display: properties.accounts.items.properties.display.default,
    lamps: [],
    allow: { methods: [], events: [] },
  }]);
});

Deno.test("the manifest refuses what cannot be meant, and tells no secret", () => {
  const wrong: Record<string, unknown>[] = [
    {},
    { accounts: [{ user: "1001" }] },
    { accounts: [{ ...ACCOUNT, user: "a b" }] },
    { accounts: [{ ...ACCOUNT, secret: 1_234_567 }] },
    { accounts: [{ ...ACCOUNT, display: { rows: 0, columns: 1 } }] },
    { accounts: [{ ...ACCOUNT, lamps: ["a>b"] }] },
    { accounts: [{ ...ACCOUNT, allow: { methods: ["INVITE"] } }] },
    { accounts: [ACCOUNT], rings: [] },
    { accounts: [ACCOUNT], rings: ["a\r\nVia: b"] },
    { accounts: [ACCOUNT], realm: "a b" },
    { accounts: [ACCOUNT], transports: ["tls"] },
    { accounts: [ACCOUNT], rtpPorts: [10_000] },
    { accounts: [ACCOUNT], offHookSeconds: 0 },
    { accounts: [ACCOUNT], unknown: 1 },
  ];
  for (const config of wrong) {
    throws(() => check(config), ({ message }: Error) => !/s3cret|1234567/.test(message), JSON.stringify(config));
  }
});

Deno.test("parts that contradict one another are refused in words", () => {
  const accounts = [ACCOUNT];
  throws(() => completeConfiguration({ accounts: [ACCOUNT, ACCOUNT] }), /1001 must be there once/);
  throws(() => completeConfiguration({ accounts: [{ ...ACCOUNT, lamps: ["a", "a"] }] }), /each resource once/);
  throws(() => completeConfiguration({ accounts, rtpPorts: [10_000, 10_000] }), /at least one even port/);
  throws(() => completeConfiguration({ accounts, register: { leastSeconds: 9, mostSeconds: 8 } }), /leastSeconds 9/);
  for (const listen of ["127.0.0.1", "host:5060", "::1:5060", "127.0.0.1:65536", "[::1]"]) {
    throws(() => completeConfiguration({ accounts, listen: [listen] }), /must be an address with its port/, listen);
  }
});

Deno.test("IPv6 addresses are written in brackets", () => {
  const { listen } = completeConfiguration({ accounts: [], listen: ["[::1]:5062", "10.0.0.1:0"] });
  deepEqual(listen, [{ host: "::1", port: 5062 }, { host: "10.0.0.1", port: 0 }]);
});

Deno.test("secrets are marked as such in the manifest", () => {
  equal(manifest.config.properties.accounts.items.properties.secret.writeOnly, true);
});
