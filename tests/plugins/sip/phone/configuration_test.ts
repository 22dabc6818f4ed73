import { deepEqual, doesNotThrow, equal, match, throws } from "node:assert/strict";
import { type GivenConfiguration, readConfiguration } from "../../../../plugins/sip/configuration.ts";
import manifest from "../../../../plugins/sip/plugin.json" with { type: "json" };
import { checkConfig } from "../../../../server/host/config_check.ts";

const ACCOUNT = { user: "1001", secret: "s3cret" };
/** What the host makes of what an operator has written. */
const check = (config: Record<string, unknown>) => checkConfig(manifest.config, config);
/** What the plugin makes of that. */
const read = (config: Record<string, unknown>) => readConfiguration(check(config) as GivenConfiguration);

Deno.test("accounts alone are a configuration, and everything else has a default that the host hands over", () => {
  const written = { accounts: [ACCOUNT] };
  doesNotThrow(() => check(written));
  deepEqual(read(written), {
    listen: [{ host: "127.0.0.1", port: 5060 }],
    transports: ["udp", "tcp"],
    realm: "switchroom",
    algorithms: ["SHA-256", "MD5"],
    register: { leastSeconds: 60, mostSeconds: 300 },
    rtpPorts: [10_000, 11_999],
    offHookSeconds: 60,
    keepAliveSeconds: 30,
    rings: [
      "",
      "<urn:alert:source:internal>;info=alert-internal",
      "<urn:alert:source:external>;info=alert-external",
      "<urn:alert:priority:high>;info=alert-group",
    ],
    accounts: [{
      ...ACCOUNT,
      name: "1001",
      display: { rows: 4, columns: 40 },
      lamps: [],
      allow: { methods: [], events: [] },
    }],
    remarks: [],
  });
});

Deno.test("what is written in part has the same defaults for the rest as what is not written at all", () => {
  const { register, accounts: [left] } = read({ accounts: [ACCOUNT] });
  const allows = [{}, { methods: ["INFO"] }, { events: ["hold"] }];
  const { accounts } = read({ accounts: allows.map((allow, index) => ({ ...ACCOUNT, user: `${index}`, allow })) });
  deepEqual(accounts.map(({ allow }) => allow), allows.map((allow) => ({ ...left?.allow, ...allow })));
  for (const part of [{}, { leastSeconds: 1 }, { mostSeconds: 3_600 }]) {
    deepEqual(read({ accounts: [], register: part }).register, { ...register, ...part });
  }
});

Deno.test("the name that an account is given is its own", () => {
  deepEqual(read({ accounts: [{ ...ACCOUNT, name: "Front desk" }] }).accounts[0]?.name, "Front desk");
});

Deno.test("docs/sip.md names every key of the configuration, and the default that the host hands over for it", async () => {
  const page = await Deno.readTextFile(new URL("../../../../docs/sip.md", import.meta.url));
  const rows = page.matchAll(/^\| `(\w+)` +\| (.+?) +\| .* \|$/gm).map(([, key = "", left = ""]) =>
    [key, left] as const
  );
  const told = new Map(rows.filter(([key]) => key in manifest.config.properties));
  deepEqual([...told.keys()], Object.keys(manifest.config.properties));
  const given: Record<string, unknown> = { ...check({ accounts: [] }) as GivenConfiguration };
  for (const [key, left] of told) {
    const [, json] = /^`(.+)`$/.exec(left) ?? [];
    if (json !== undefined) deepEqual(JSON.parse(json), given[key], key);
  }
  deepEqual([...told].filter(([, left]) => !left.startsWith("`")), [["rings", "four"], ["accounts", "must be given"]]);
});

Deno.test("the manifest refuses what cannot be meant, and tells no secret", () => {
  const wrong: Record<string, unknown>[] = [
    {},
    { accounts: [{ user: "1001" }] },
    { accounts: [{ ...ACCOUNT, user: "" }] },
    { accounts: [{ ...ACCOUNT, secret: 1_234_567 }] },
    { accounts: [{ ...ACCOUNT, display: { rows: 0, columns: 1 } }] },
    { accounts: [{ ...ACCOUNT, display: { rows: 1, columns: 1, bytes: 0 } }] },
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
  throws(() => read({ accounts, rtpPorts: [10_000, 10_000] }), /at least one even port/);
  throws(() => read({ accounts, register: { leastSeconds: 9, mostSeconds: 8 } }), /leastSeconds 9/);
  for (const listen of ["127.0.0.1", "host:5060", "::1:5060", "127.0.0.1:65536", "[::1]"]) {
    throws(() => read({ accounts, listen: [listen] }), /must be an address with its port/, listen);
  }
});

Deno.test("an account that cannot be is left out with its value and what would be right, and the others are taken", () => {
  const good = [ACCOUNT, { ...ACCOUNT, user: "1002" }];
  for (
    const [account, fault] of [
      [{ ...ACCOUNT, user: "+49 30 1234" }, /^accounts: "\+49 30 1234" is left out, .* must be 1 to 64 of letters/],
      [{ ...ACCOUNT, user: "x".repeat(65) }, /must be 1 to 64 of letters/],
      [{ ...ACCOUNT, user: "a\r\nb" }, /^accounts: "a\\r\\nb" is left out/],
      [{ ...ACCOUNT, secret: "another" }, /^accounts: "1001" is left out, the others work: it must be there once$/],
      [{ ...ACCOUNT, user: "1003", lamps: ["a", "b", "a"] }, /^accounts: "1003" .* it must watch "a" once$/],
    ] as const
  ) {
    const { accounts, remarks } = read({ accounts: [...good, account] });
    deepEqual(accounts.map(({ user, secret }) => [user, secret]), [["1001", "s3cret"], ["1002", "s3cret"]]);
    equal(remarks.length, 1);
    match(remarks[0] ?? "", fault);
  }
});

Deno.test("RFC 8760 2.3, seen of twinkle, which looks at the last challenge alone: MD5 before SHA-256 is turned round, with the reason", () => {
  const of = (algorithms: string[]) => read({ accounts: [], algorithms });
  const { algorithms, remarks } = of(["MD5", "SHA-256"]);
  deepEqual(algorithms, ["SHA-256", "MD5"]);
  deepEqual(remarks, [
    "algorithms: SHA-256 is asked for before MD5, not after it: many phones look at the last challenge alone",
  ]);
  for (const right of [["SHA-256", "MD5"], ["SHA-256"], ["MD5"]]) {
    const { algorithms, remarks } = of(right);
    deepEqual([algorithms, remarks], [right, []]);
  }
});

Deno.test("IPv6 addresses are written in brackets", () => {
  const { listen } = read({ accounts: [], listen: ["[::1]:5062", "10.0.0.1:0"] });
  deepEqual(listen, [{ host: "::1", port: 5062 }, { host: "10.0.0.1", port: 0 }]);
});

Deno.test("secrets are marked as such in the manifest", () => {
  equal(manifest.config.properties.accounts.items.properties.secret.writeOnly, true);
});
