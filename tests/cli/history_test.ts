import { deepEqual, equal, match, ok } from "node:assert/strict";
import { temporaryFolder } from "../faults/temporary.ts";
import { startServer } from "../harness/start_server.ts";
import { access, open } from "../http/support/access.ts";
import { cli, jsonLines } from "./support/cli.ts";
import { refused } from "./support/refused.ts";

Deno.test("the history is listed, filtered, shown and verified from a shell", async () => {
  await using server = await startServer();
  const at = ["--data", server.data];
  const lamp = (lamp: number) =>
    cli(["request", "setLamp", "virtual:desk-1", `lamp=${lamp}`, "mode=steady", "--json", ...at]);
  const [good, bad] = [jsonLines(await lamp(20))[0], jsonLines(await lamp(99))[0]];

  const narrow = await cli(["history", "list", ...at]);
  match(narrow.stdout, /^ID +ACCEPTED +PHONE +OPERATION +OUTCOME\n/);
  match(narrow.stdout, /\n\d+ +[\d-]+T[\d:]{8}Z +virtual:desk-1 +setLamp +failed INVALBUTTONLAMPID\n/);
  const list = await cli(["history", "list", "--wide", ...at]);
  match(list.stdout, /^ID +ACCEPTED +PHONE +OPERATION +PARAMETERS +OUTCOME +WHY +TOKEN +APPLICATION\n/);
  match(
    list.stdout,
    /\n\d+ +\S+Z +virtual:desk-1 +setLamp +lamp=99 mode=steady +failed +PHONEERR_INVALBUTTONLAMPID +operator +command line\n/,
  );
  equal(list.stderr, "");
  equal(
    (await cli(["history", "list", "--limit", "1", ...at])).stderr,
    "There are more: these are the newest 1, see --limit\n",
  );
  const ids = async (...filter: string[]) =>
    jsonLines(await cli(["history", "list", "--json", ...filter, ...at])).map(({ requestId }) => requestId);
  deepEqual(await ids(), [bad?.["requestId"], good?.["requestId"]]);
  deepEqual(await ids("--outcome", "succeeded", "--phone", "virtual:desk-1"), [good?.["requestId"]]);
  deepEqual(await ids("--from", String(bad?.["acceptedAt"])), [bad?.["requestId"]]);
  deepEqual(await ids("--to", String(bad?.["acceptedAt"]).replace("Z", "+00:00")), [good?.["requestId"]]);
  deepEqual(await ids("--limit", "1"), [bad?.["requestId"]]);
  deepEqual(await ids("--operation", "setRing"), []);
  refused(await cli(["history", "list", "--from", "yesterday", ...at]), {
    code: 2,
    words: /--from cannot be "yesterday": it must be as 2026-03-01 or/,
  });
  deepEqual(await ids("--from", String(bad?.["acceptedAt"]).slice(0, 10)), [bad?.["requestId"], good?.["requestId"]]);
  deepEqual(await ids("--to", "2026-01-02"), []);

  const show = (...args: string[]) => cli(["history", "show", ...args, ...at]);
  deepEqual(jsonLines(await show(String(good?.["requestId"]), "--json"))[0], good);
  match(
    (await show(String(good?.["requestId"]))).stdout,
    /\nparams +\{"lamp":20,"mode":"steady"\}\n[^]*\noutcome +succeeded\n/,
  );
  match((await show(String(good?.["requestId"]))).stdout, /\naddress +127\.0\.0\.1\n/);
  const opened = jsonLines(await cli(["history", "events", "--type", "handleOpened", "--json", ...at]))[0];
  for (
    const [id, what] of [
      [999_999, "nor has a row of the history"],
      [Number(good?.["requestId"]) + 1, `it is the row of the completion of request ${good?.["requestId"]}`],
      [opened?.["seq"], "it is the row of the fact handleOpened, one of the events of the history"],
    ] as const
  ) {
    refused(await show(String(id)), { code: 1, words: new RegExp(`No request has that id: ${what}`) });
  }
  refused(await show("first"), { code: 2, words: /ID cannot be "first"/ });

  const events = jsonLines(await cli(["history", "events", "--type", "handleOpened", "--json", ...at]));
  deepEqual(events.map(({ type, phone, token }) => [type, phone, token]), [
    ["handleOpened", "virtual:desk-1", "operator"],
    ["handleOpened", "virtual:desk-1", "operator"],
  ]);
  match(
    (await cli(["history", "events", "--limit", "1", "--wide", ...at])).stdout,
    /^SEQ +AT +TYPE +ABOUT +ADDRESS +APPLICATION +TOKEN +CODE +DETAIL\n/,
  );
  const facts = await cli(["history", "events", ...at]);
  for (const line of facts.stdout.trimEnd().split("\n")) ok([...line].length <= 80, line);
  match(facts.stdout, /^SEQ +AT +TYPE +ABOUT +DETAIL\n/);
  match(facts.stdout, / virtual:desk-1 +cause=shutdown .*…\n/);
  equal(facts.stderr, "What ends with … is cut: --wide shows all\n");
  match((await cli(["history", "verify", ...at])).stdout, /^The history is whole: \d+ blocks, \d+ rows\n$/);
  equal(jsonLines(await cli(["history", "verify", "--json", ...at]))[0]?.["ok"], true);
});

Deno.test("a shell tells from where, by which application and with which token a phone was opened and a call was refused (SECURITY.md)", async () => {
  await using server = await startServer();
  const at = ["--data", server.data];
  const { id, call } = await access(server, { scopes: ["phones:monitor", "phones:control"] });
  const { application } = await open(call, { privilege: "owner" });
  const body = { phone: "virtual:desk-1", privilege: "owner" };
  equal((await call("POST", `/v1/applications/${application}/handles`, { body })).status, 409);
  const [{ name } = { name: undefined }] = jsonLines(await cli(["token", "list", "--json", ...at]))
    .filter((token) => token["id"] === id);
  const who = `127\\.0\\.0\\.1 +${application} +${id} \\(${name}\\)`;
  for (const [type, about] of [["handleOpened", "virtual:desk-1"], ["callRefused", "127\\.0\\.0\\.1"]]) {
    const { stdout } = await cli(["history", "events", "--type", `${type}`, "--wide", ...at]);
    match(stdout, new RegExp(`${type} +${about} +${who} +`));
  }
});

Deno.test("a checkpoint that is kept as it was printed shows whether the history is still the same", async () => {
  using folder = temporaryFolder();
  const file = `${folder.path}/checkpoint.json`;
  await using server = await startServer({ args: ["--safe"] });
  const history = (...args: string[]) => cli(["history", ...args, "--data", server.data]);
  const kept = await history("checkpoint");
  const verify = () => history("verify", "--checkpoint", file);

  await Deno.writeTextFile(file, kept.stdout);
  equal((await verify()).code, 0);
  await Deno.writeTextFile(file, kept.stdout.replace(/"block":\d+/, '"block":9999'));
  const cut = await verify();
  equal(cut.code, 1);
  match(cut.stdout, /the block is missing: a checkpoint says that there was a block 9999/);
  await Deno.writeTextFile(file, kept.stdout.replace(/"block":\d+/, '"block":"first"'));
  refused(await verify(), {
    code: 2,
    words: /^switchroom: Cannot use the checkpoints of \S+: block of line 1 is no number of a block\. Each line/,
  });
  await Deno.remove(file);
  refused(await verify(), { code: 2, words: /Cannot use the checkpoints of \S+checkpoint\.json: / });
});

Deno.test("facts are found by their phone, by who acted and by whom they befell", async () => {
  await using server = await startServer();
  const at = ["--data", server.data];
  const [made] = jsonLines(await cli(["token", "create", "desk", "--json", ...at]));
  const id = String(made?.["id"]);
  await cli(["request", "setLamp", "virtual:mini-1", "lamp=12", "mode=steady", ...at]);
  await cli(["token", "revoke", id, ...at]);
  const facts = async (...filter: string[]) =>
    jsonLines(await cli(["history", "events", "--json", ...filter, ...at])).map(({ type }) => type);
  deepEqual(await facts("--subject", id), ["tokenRevoked", "tokenCreated"]);
  deepEqual(await facts("--token", id), []);
  deepEqual(await facts("--token", "operator", "--phone", "virtual:mini-1"), ["handleClosed", "handleOpened"]);
  deepEqual(await facts("--token", "operator", "--subject", id, "--limit", "1"), ["tokenRevoked"]);
  deepEqual(await facts("--phone", "virtual:mini-1", "--type", "phoneAdded"), ["phoneAdded"]);
  const [asked] = jsonLines(await cli(["history", "list", "--json", ...at]));
  const { id: application } = asked?.["application"] as { id: string };
  // An id may begin with a hyphen.
  deepEqual(await facts(`--application=${application}`), [
    "applicationEnded",
    "handleClosed",
    "handleOpened",
    "applicationStarted",
  ]);
  deepEqual(await facts(`--application=${application}`, "--type", "handleOpened"), ["handleOpened"]);
  deepEqual(await facts("--application", "nobody"), []);
});

Deno.test("a filter that nothing can fit is refused, and one that nothing fits is told: no empty table stands for itself", async () => {
  await using server = await startServer();
  const list = (...args: string[]) => cli(["history", ...args, "--data", server.data]);
  for (
    const [option, value, right] of [
      ["--token", "front desk", "a token's id, as token list says it"],
      ["--token", "desk", "a token's id, as token list says it"],
      ["--phone", "virtual:*", "the whole name of one phone, PLUGIN:ID"],
      ["--phone", "0", "the whole name of one phone, PLUGIN:ID"],
    ] as const
  ) {
    refused(await list("list", option, value), {
      code: 2,
      words: new RegExp(`${option} cannot be "${value.replace("*", "\\*")}": it must be ${right}`),
    });
  }
  equal((await list("list")).stderr, "No request stands in the history\n");
  const { stdout, stderr, code } = await list("list", "--token", "operator", "--phone", "virtual:desk-9");
  deepEqual([code, stdout.split("\n").length, stderr], [
    0,
    2,
    "No request in the history fits --phone and --token\n",
  ]);
  equal((await list("events", "--type", "historyFailed")).stderr, "No fact in the history fits --type\n");
  equal((await list("list", "--json")).stderr, "", "a script counts what it gets");
});

Deno.test("a list goes on from page to page until there is enough, also over an empty page", async () => {
  const event = (seq: number) => ({
    seq,
    at: "2026-03-01T09:30:00.000Z",
    type: "pluginReady",
    plugin: "x",
    detail: {},
  });
  const pages = new Map<string | null, { events: unknown[]; next: string | null }>([
    [null, { events: [event(9), event(8)], next: "b8" }],
    ["b8", { events: [], next: "b5" }],
    ["b5", { events: [event(4), event(3)], next: "b3" }],
    ["b3", { events: [event(2)], next: null }],
  ]);
  const asked: string[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, ({ url }) => {
    const { searchParams } = new URL(url);
    asked.push(searchParams.get("limit") ?? "");
    return Response.json(pages.get(searchParams.get("cursor")));
  });
  const list = async (...args: string[]) => {
    const url = `http://127.0.0.1:${server.addr.port}`;
    const env = { SWITCHROOM_TOKEN: "any" };
    return jsonLines(await cli(["history", "events", "--json", "--url", url, ...args], { env })).map(({ seq }) => seq);
  };
  try {
    deepEqual(await list(), [9, 8, 4, 3, 2]);
    deepEqual(asked.splice(0), ["50", "48", "48", "46"]);
    deepEqual(await list("--limit", "4"), [9, 8, 4, 3]);
    deepEqual(asked.splice(0), ["4", "2", "2"]);
    await list("--limit", "1000");
    equal(asked[0], "500");
  } finally {
    await server.shutdown();
  }
});
