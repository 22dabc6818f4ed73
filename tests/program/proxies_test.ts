import { deepEqual, equal, ok } from "node:assert/strict";
import { plan } from "../../server/program/launch/plan.ts";
import { runServer } from "../faults/operator.ts";
import { temporaryFolder } from "../faults/temporary.ts";
import { api } from "../harness/api.ts";
import { type RunningServer, startServer } from "../harness/start_server.ts";

/** The addresses that the history names for a call with these headers that is refused. */
async function recorded(server: RunningServer, calls: Record<string, string>[]): Promise<unknown[]> {
  const call = api(server);
  for (const headers of calls) equal((await call("GET", "/v1/requests?limit=none", { headers })).status, 400);
  // What has been asked before stands in the history before it.
  equal((await call("POST", "/v1/applications", { body: { name: "barrier" } })).status, 201);
  const { body } = await call<{ events: { address: string }[] }>("GET", "/v1/history/events?type=callRefused");
  return body.events.map(({ address }) => address).reverse();
}

Deno.test("the history names the caller that a trusted proxy tells of, and the peer for anybody else's word", async () => {
  await using server = await startServer({ config: { trustedProxies: ["127.0.0.1"] } });
  deepEqual(
    await recorded(server, [
      {},
      { "x-forwarded-for": "198.51.100.1" },
      { "x-forwarded-for": "203.0.113.9, 198.51.100.2, 127.0.0.1" },
      { "x-forwarded-for": "nobody" },
    ]),
    ["127.0.0.1", "198.51.100.1", "198.51.100.2", "127.0.0.1"],
  );
});

Deno.test("without trustedProxies nobody's X-Forwarded-For counts", async () => {
  await using server = await startServer();
  deepEqual(await recorded(server, [{ "x-forwarded-for": "198.51.100.1" }]), ["127.0.0.1"]);
});

Deno.test("with trustedProxies the server may listen on every address, of IPv4 and of IPv6", async () => {
  for (const [listen, reached] of [["0.0.0.0:0", "127.0.0.1"], ["[::]:0", "[::1]"]] as const) {
    await using server = await startServer({
      config: { trustedProxies: ["10.0.0.0/8"] },
      args: ["--listen", listen],
      untilListening: true,
    });
    ok(server.output().includes(`listening on http://${listen.slice(0, -1)}`));
    const reachable = { ...server, url: `http://${reached}:${new URL(server.url).port}` };
    equal((await api(reachable)("GET", "/v1/phones")).status, 200);
  }
});

Deno.test("an address of this machine's own that the configuration names is listened on", async () => {
  await using server = await startServer({ listen: "127.0.0.2:0", untilListening: true });
  equal(new URL(server.url).hostname, "127.0.0.2");
});

Deno.test("an address that this machine has not is wrong use: exit 2, and the line says so (api section 1)", async () => {
  using folder = temporaryFolder();
  const path = `${folder.path}/config.json`;
  await Deno.writeTextFile(path, JSON.stringify({ listen: "192.0.2.1:0", trustedProxies: ["10.0.0.1"], data: "data" }));
  const { code, stderr } = await runServer(["--config", path]);
  equal(stderr, "switchroom: Cannot listen on 192.0.2.1:0: no network interface of this machine has it\n");
  equal(code, 2);
});

/** Connects to each host, and says how that ended. */
const REACH = `for (const hostname of Deno.args) {
  const word = await Deno.connect({ hostname, port: 9 }).then(() => "Connected", ({ name }) => name);
  console.log(word);
}`;

/** How connecting to each host ends, with the permissions of a command line. */
async function reached(args: readonly string[], hosts: readonly string[]): Promise<string[]> {
  const flags = (await plan(args)).filter((word) => word.startsWith("--allow-net"));
  equal(flags.length, 1);
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", ...flags, `data:text/javascript,${encodeURIComponent(REACH)}`, ...hosts],
  }).output();
  return new TextDecoder().decode(stdout).trim().split("\n");
}

Deno.test("the command line reaches nobody but this machine, and the one host that --url names", async () => {
  const strangers = ["192.0.2.1", "2001:db8::1", "10.0.0.1", "stranger.invalid"];
  deepEqual(await reached(["phone", "list"], strangers), strangers.map(() => "NotCapable"));
  // The probe connects to port 9.
  const named = await reached(["phone", "list", "--url", "http://stranger.invalid:9"], strangers);
  deepEqual(named.slice(0, 3), strangers.slice(0, 3).map(() => "NotCapable"));
  ok(named[3] !== "NotCapable" && named[3] !== "Connected", named[3]);
});

Deno.test("of --url its host and port are permitted, as the command line itself will read it, and of what is none nothing", async () => {
  const here = "127.0.0.1,[::1],localhost,0.0.0.0,[::]";
  for (
    const [args, more] of [
      ["--url https://phones.example", ",phones.example:443"],
      ["phone list --url=http://phones.example/x?y", ",phones.example:80"],
      ["--url http://one.example phone list --url https://user:word@TWO.example:8443", ",two.example:8443"],
      ["phone list --url http://[2001:db8::1]:8274", ",[2001:db8::1]:8274"],
      ["phone list --url ftp://phones.example", ""],
      // Deno would take it for two hosts.
      ["phone list --url http://a,b/", ""],
      ["phone list --url phones.example", ""],
      ["phone list --url", ""],
      ["phone show --name --url=x --name=http://phones.example", ""],
      ["phone show -- --url http://phones.example", ""],
    ] as const
  ) {
    equal((await plan(args.split(" "))).find((word) => word.startsWith("--allow-net")), `--allow-net=${here}${more}`);
  }
});
