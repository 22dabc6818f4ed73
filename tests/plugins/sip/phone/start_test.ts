import { deepEqual, equal, match } from "node:assert/strict";
import { api } from "../../../harness/api.ts";
import { startServer } from "../../../harness/start_server.ts";

const SOURCE = new URL("../../../../plugins/sip", import.meta.url).pathname;

/** A server with the plugin, told to listen at an address. */
async function listenAt(address: string, config: Record<string, unknown> = {}) {
  const server = await startServer({
    config: {
      log: { level: "error" },
      bounds: { backOffMs: 600_000 },
      plugins: [{
        source: SOURCE,
        grants: { net: ["127.0.0.0/8", "192.0.2.0/24"] },
        config: { listen: [address], realm: "phones.test", transports: ["tcp"], accounts: [], ...config },
      }],
    },
  });
  const call = api(server);
  const { body: { plugins: [plugin] } } = await call<{ plugins: { state: string; reason?: string }[] }>(
    "GET",
    "/v1/plugins",
  );
  return { server, call, plugin, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

Deno.test("a port that another program holds is waited for", async () => {
  using other = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = other.addr;
  await using listening = await listenAt(`127.0.0.1:${port}`);
  equal(listening.plugin?.state, "backingOff");
  match(listening.plugin?.reason ?? "", /^it cannot start yet: Cannot listen at tcp 127\.0\.0\.1:\d+: AddrInUse/);
  other.close();
  equal((await listening.call("POST", "/v1/plugins/sip/start")).status, 200);
});

Deno.test("an address that the machine does not have yet is waited for: a network may come up after the server", async () => {
  await using listening = await listenAt("192.0.2.77:5070");
  equal(listening.plugin?.state, "backingOff");
  match(listening.plugin?.reason ?? "", /^it cannot start yet: Cannot listen at tcp 192\.0\.2\.77:5070: AddrNotAvail/);
});

Deno.test("a configuration that contradicts itself is not tried again, and the reason says what would be right", async () => {
  await using listening = await listenAt("127.0.0.1:0", { register: { leastSeconds: 100, mostSeconds: 60 } });
  const { state, reason } = listening.plugin ?? {};
  equal(state, "stopped");
  match(reason ?? "", /could not start: The configuration's register is not right: leastSeconds 100 must not be more/);
  deepEqual((await listening.call("POST", "/v1/plugins/sip/start")).status, 409);
});
