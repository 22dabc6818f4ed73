import { deepEqual, doesNotMatch, equal, match, ok } from "node:assert/strict";
import { retry } from "@std/async/retry";
import { z } from "zod";
import { FACTS } from "../../server/core/contract/facts.ts";
import { FORMATS } from "../../server/program/watch/log_format.ts";
import { api, type Call } from "../harness/api.ts";
import { startServer } from "../harness/start_server.ts";
import { writeFormat1 } from "../history/format_1.ts";
import { rowOf, temporaryFolder } from "../history/support.ts";

const PLUGINS = [{ source: new URL("../../plugins/virtual", import.meta.url).pathname }];

/** What a server printed to its log, without the lines that are for standard output. */
function logLines(output: string): string[] {
  return output.trimEnd().split("\n").filter((line) => /^(?:\d{4}-|\{)/.test(line));
}

const Line = z.looseObject({
  "@timestamp": z.iso.datetime(),
  level: z.enum(["DEBUG", "INFO", "WARN", "WARNING", "ERROR"]),
  logger: z.string().startsWith("switchroom."),
  message: z.string().min(1),
});

async function lightLamp(call: Call, { name }: { name: string }) {
  const { body: { application } } = await call<{ application: string }>("POST", "/v1/applications", { body: { name } });
  const { body: { handle } } = await call<{ handle: string }>("POST", `/v1/applications/${application}/handles`, {
    body: { phone: "virtual:desk-1", privilege: "owner" },
  });
  const { body } = await call<{ requestId: number }>("POST", `/v1/handles/${handle}/requests`, {
    body: { operation: "setDisplay", row: 0, column: 0, text: "a secret word" },
    headers: { prefer: "wait=10" },
  });
  equal((await call("DELETE", `/v1/applications/${application}`)).status, 204);
  return { application, handle, requestId: body.requestId };
}

Deno.test("at the level info the log tells of starts, stops and plugins, and nothing of ordinary calls", async () => {
  await using server = await startServer();
  await retry(() => match(server.output(), / info history: checkpoint /), { minTimeout: 10, maxTimeout: 50 });
  const before = server.output();
  const call = api(server);
  await lightLamp(call, { name: "quiet" });
  equal((await call("GET", "/v1/phones/virtual:none")).status, 404);
  equal((await call("GET", "/v1/phones", { headers: { authorization: "Bearer wrong" } })).status, 401);
  equal(server.output(), before);
  await server.stop();
  const lines = logLines(server.output()).map((line) => line.replace(/^\S+ /, ""))
    .map((line) => line.replace(/(?<=^info history: checkpoint) .*/, ""));
  const [started = "", ...others] = lines.filter((line) => line !== "info plugin virtual: plugin ready");
  match(started, /^info server: server started version=\S+ recovered=0 migrated=\[/);
  equal(lines.length, others.length + 2);
  deepEqual(others, [
    "info history: checkpoint",
    'info plugin virtual: plugin stopped cause=pluginStop detail="it was told to stop"',
    "info server: server stopped signal=SIGTERM",
    "info history: checkpoint",
  ]);
});

Deno.test("a start that must bring the history of an older build to its tables says so before it does, with the room that the copy takes", async () => {
  using folder = temporaryFolder();
  await writeFormat1(folder.path, [[rowOf("withdrawn", [9])]]);
  const { size } = await Deno.stat(`${folder.path}/history.db`);
  await using server = await startServer({ data: folder.path });
  const [first = "", ...others] = logLines(server.output());
  match(first, /info history: migrating: .* nothing listens .* migrations="0003_format_2 0004_token_life" /);
  ok(first.endsWith(` bytes=${size}`), first);
  ok(others.some((line) => line.includes("server started") && line.includes("0003_format_2")));
});

Deno.test("at the level debug every application, handle and request has its lines, with the request's id, and no secret", async () => {
  await using server = await startServer({ config: { plugins: PLUGINS, log: { level: "debug", format: "json" } } });
  const call = api(server);
  const { application, handle, requestId } = await lightLamp(call, { name: "talkative" });
  equal((await call("GET", "/v1/phones", { headers: { authorization: "Bearer a-wrong-secret" } })).status, 401);
  equal((await call("POST", "/v1/applications", { body: { "a secret word": 1 } })).status, 400);
  await server.stop();
  const lines = logLines(server.output()).map((line) => Line.parse(JSON.parse(line)));
  const find = (message: string) => {
    const line = lines.find((one) => one.message === message);
    ok(line, `${message} is told in ${server.output()}`);
    return line;
  };
  equal((find("token created")["subject"] as string).slice(0, 2), "t-", "the first token's fact is told too");
  equal(find("application started").application, application);
  equal(find("handle opened").handle, handle);
  deepEqual([find("call refused").status, find("call refused").logger], [400, "switchroom.http"]);
  equal(find("handle closed").logger, "switchroom.core");
  equal(find("plugin ready").logger, "switchroom.plugin.virtual");
  const asked = { requestId, operation: "setDisplay", phone: "virtual:desk-1", plugin: "virtual" };
  const { ms, ...completed } = find("request completed");
  for (
    const [line, expected] of [[find("request accepted"), asked], [completed, {
      ...asked,
      outcome: "succeeded",
    }]] as const
  ) {
    const { "@timestamp": _, level, logger, message: __, ...fields } = line;
    deepEqual([level, logger, fields], ["DEBUG", "switchroom.core", expected]);
  }
  equal(typeof ms, "number");
  for (const secret of [server.token, "a-wrong-secret", "a secret word", "Bearer "]) {
    equal(logLines(server.output()).some((line) => line.includes(secret)), false, secret);
  }
});

Deno.test("nothing that comes from outside can forge a line of the log or turn it", () => {
  const evil = 'a\r\n2026-01-01T00:00:00.000Z error server: forged \u001b[2J\u202E\u2028\u0085" x=1';
  const record = {
    category: ["switchroom", "core"],
    level: "info",
    message: [evil],
    rawMessage: "",
    timestamp: 0,
    properties: { name: evil, requestId: 7, long: "x".repeat(1_000_000) },
  } as const;
  for (const format of [FORMATS.text, FORMATS.json]) {
    const line = format(record);
    doesNotMatch(line, /[\p{Cc}\p{Zl}\p{Zp}\u202E]/u);
    ok(line.length < 10_000, "it is bounded");
  }
  const json = JSON.parse(FORMATS.json(record));
  deepEqual([json.name, json.requestId], [evil, 7]);
  match(FORMATS.text(record), / name="a\\r\\n2026-[^"]*\\" x=1" requestId=7 long="x+…"$/);
});

Deno.test("no field of a fact is called as one of each line's own, which LogTape would let it overwrite", () => {
  const own = Object.keys(Line.shape);
  for (const [type, { has, mayHave, detail }] of Object.entries(FACTS)) {
    deepEqual([...has, ...mayHave, ...Object.keys(detail)].filter((name) => own.includes(name)), [], type);
  }
});

Deno.test("an error that nobody catches ends the process with 70 and one line (api section 1)", async () => {
  for (
    const [format, words] of [["json", /^\{"@timestamp":.*"internal error".*out of a timer/], [
      "none",
      /^switchroom: internal error: Error: out of a timer/,
    ]] as const
  ) {
    const { code, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-prompt", new URL("faulty_process.ts", import.meta.url).href, format],
      env: { NO_COLOR: "1" },
    }).output();
    const text = new TextDecoder().decode(stderr);
    deepEqual([code, text.trimEnd().split("\n").length], [70, 1], text);
    match(text, words);
  }
});

Deno.test("a value that could be taken for two is quoted, a plain one is not", () => {
  const line = FORMATS.text({
    category: ["switchroom", "plugin", "door"],
    level: "warning",
    message: ["plugin fault"],
    rawMessage: "plugin fault",
    timestamp: Date.UTC(2026, 0, 2),
    properties: { phone: "door:front-1", fault: "it hung", empty: "", count: 3, list: ["a b"] },
  });
  equal(
    line,
    '2026-01-02T00:00:00.000Z warning plugin door: plugin fault phone=door:front-1 fault="it hung" empty="" count=3 list=["a b"]',
  );
});
