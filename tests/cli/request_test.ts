import { deepEqual, equal, match, ok } from "node:assert/strict";
import { retry } from "@std/async/retry";
import { FakeTime } from "@std/testing/time";
import { untilEnded } from "../../server/cli/commands/request.ts";
import { Failure } from "../../server/program/mod.ts";
import { temporaryFolder } from "../faults/temporary.ts";
import { api } from "../harness/api.ts";
import { type RunningServer, startServer } from "../harness/start_server.ts";
import { cli, jsonLines, spawnCli } from "./support/cli.ts";
import { refused } from "./support/refused.ts";

Deno.test("a phone is driven from a shell: opened, asked, waited for and closed (exit 0 only on success)", async () => {
  await using server = await startServer();
  const request = (...args: string[]) => cli(["request", ...args, "--data", server.data]);

  const lamp = await request("setLamp", "virtual:desk-1", "lamp=20", "mode=steady", "--reference", "front door");
  match(lamp.stdout, /^setLamp of virtual:desk-1 succeeded \(request \d+\)\n$/);
  deepEqual({ code: lamp.code, stderr: lamp.stderr }, { code: 0, stderr: "" });

  const failed = await request("setLamp", "virtual:desk-1", "lamp=99", "mode=steady");
  equal(failed.code, 1);
  match(failed.stdout, /^setLamp of virtual:desk-1 failed \(request \d+\): PHONEERR_INVALBUTTONLAMPID, .*99\n$/);

  const record = jsonLines(await request("setDisplay", "0", "row=0", "column=0", "text=20 = a, b", "--json"))[0];
  deepEqual(record?.["params"], { row: 0, column: 0, text: "20 = a, b" });
  deepEqual([record?.["outcome"], record?.["token"], record?.["phone"]], ["succeeded", "operator", "virtual:desk-1"]);

  const list = await request("setHookSwitch", "virtual:desk-1", "devices=handset,speaker", "mode=onHook", "--json");
  deepEqual(jsonLines(list)[0]?.["params"], { devices: ["handset", "speaker"], mode: "onHook" });

  const button = ["button=12", "mode=feature", "function=hold", "text=Hold"];
  equal(jsonLines(await request("setButtonInfo", "virtual:desk-1", ...button, "--json"))[0]?.["outcome"], "succeeded");

  const { body } = await api(server)<{ requests: { reference?: string }[] }>(
    "GET",
    "/v1/requests?reference=front+door",
  );
  equal(body.requests.length, 1);
  const phone = await api(server)("GET", "/v1/phones/virtual:desk-1");
  deepEqual([phone.body["owner"], phone.body["monitors"]], [null, 0]);
});

Deno.test("bytes come as base64, from a file or from the standard input, and devSpecific needs no owner", async () => {
  await using server = await startServer();
  await using _owner = await own(server);
  const press = '{"press": 12}';
  const file = await Deno.makeTempFile();
  try {
    await Deno.writeTextFile(file, press);
    for (const [value, stdin] of [[btoa(press)], [`@${file}`], ["@-", press]]) {
      const ended = await cli(
        ["request", "devSpecific", "virtual:desk-1", `params=${value}`, "--data", server.data],
        stdin === undefined ? {} : { stdin },
      );
      equal(ended.code, 0, ended.stdout + ended.stderr);
    }
  } finally {
    await Deno.remove(file);
  }
  const owner = ["request", "devSpecific", "virtual:desk-1", `params=${btoa(press)}`, "--owner", "--data", server.data];
  refused(await cli(owner), { code: 1, words: /PHONEERR_INUSE/ });
  refused(await cli(["request", "setLamp", "virtual:desk-1", "lamp=20", "mode=off", "--data", server.data]), {
    code: 1,
    words: /INUSE/,
  });
});

const WRONG: Record<string, { args: string[]; words: RegExp }> = {
  "a parameter that is missing": { args: ["setLamp", "x:1", "lamp=20"], words: /setLamp needs mode=…/ },
  "a parameter of no operation": {
    args: ["setLamp", "x:1", "lmap=1"],
    words: /setLamp has no lmap: did you mean lamp\?/,
  },
  "a parameter of another operation": {
    args: ["setLamp", "x:1", "row=1"],
    words: /setLamp has no row: it takes lamp, mode/,
  },
  "a parameter twice": { args: ["setLamp", "x:1", "lamp=1", "lamp=2"], words: /given lamp twice/ },
  "what is no parameter": { args: ["setLamp", "x:1", "20"], words: /cannot take "20": it must be KEY=VALUE/ },
  "a text for a number": {
    args: ["setLamp", "x:1", "lamp=top", "mode=on"],
    words: /lamp cannot be "top": it must be a number, and one that a double holds/,
  },
  "a number that no computer holds": {
    args: ["setLamp", "x:1", `lamp=${"9".repeat(400)}`, "mode=on"],
    words: /lamp cannot be "9+": it must be a number/,
  },
  "a number that would be changed": {
    args: ["setLamp", "x:1", "lamp=9007199254740993", "mode=on"],
    words: /lamp cannot be "9007199254740993": it must be a number, and one that a double holds/,
  },
  "base64 with a space in it": {
    args: ["devSpecific", "x:1", "params=AA AA"],
    words: /params cannot be "AA AA": it must be base64/,
  },
  "what is no base64": { args: ["devSpecific", "x:1", "params=#"], words: /params cannot be "#": it must be base64/ },
  "a file that is not there": {
    args: ["setData", "x:1", "dataId=0", "data=@/nowhere"],
    words: /Cannot read \/nowhere/,
  },
  "a timeout of no length": {
    args: ["setLamp", "x:1", "lamp=1", "mode=off", "--timeout", "0"],
    words: /--timeout.*1 to/,
  },
};

for (const [what, { args, words }] of Object.entries(WRONG)) {
  Deno.test(`${what} is wrong use of request: exit 2, before anything is asked`, async () => {
    refused(await cli(["request", ...args]), { code: 2, words });
  });
}

Deno.test("a request that takes longer than --timeout is given up by the server, exit 1", async () => {
  await using server = await startServer();
  await delayNext(server);
  const ended = await cli([
    ...["request", "setLamp", "virtual:desk-1", "lamp=20", "mode=steady"],
    ...["--timeout", "1", "--data", server.data],
  ]);
  equal(ended.code, 1, ended.stderr);
  match(ended.stdout, /^setLamp of virtual:desk-1 timedOut \(request \d+\): deadline, PHONEERR_OPERATIONFAILED/);
});

Deno.test("paths are relative to where the command was started", async () => {
  using folder = temporaryFolder();
  const cwd = folder.path;
  refused(await cli(["request", "setData", "x:1", "dataId=0", "data=@bytes"], { cwd }), {
    code: 2,
    words: new RegExp(`Cannot read bytes: .*${folder.path}/bytes`),
  });
  refused(await cli(["phone", "list", "--data", "here"], { cwd }), {
    code: 1,
    words: new RegExp(`data folder ${folder.path}/here:`),
  });
});

Deno.test("a request whose end nobody tells is given up, and said to be accepted: exit 1", async () => {
  using time = new FakeTime();
  const { error } = console;
  const told: string[] = [];
  console.error = (line: string) => void told.push(line);
  /** Waits for a request, and says after how many seconds it was given up, and how. */
  const wait = async (atMost: number) => {
    const signal = new AbortController().signal;
    const began = Date.now();
    let failure: unknown;
    const waiting = untilEnded({ requestId: 7, reply: new Promise(() => {}) }, { atMost, signal })
      .catch((error) => failure = error);
    while (failure === undefined) {
      await time.tickAsync(1_000);
      await time.runMicrotasks();
    }
    await waiting;
    ok(failure instanceof Failure);
    equal(failure.exitCode, 1);
    match(failure.message, /^Request 7 is accepted, but its end is not told: see history show 7/);
    return (Date.now() - began) / 1_000;
  };
  try {
    equal(await wait(20), 20);
    deepEqual(told, []);
    equal(await wait(115), 115);
    deepEqual(told, ["request 7 is accepted, and its end is not told yet"]);
  } finally {
    console.error = error;
  }
});

Deno.test("Ctrl-C closes the phone: the request is aborted, and the next one finds the phone free", async () => {
  await using server = await startServer();
  await delayNext(server);
  const command = spawnCli(["request", "setLamp", "virtual:desk-1", "lamp=20", "mode=steady", "--data", server.data]);
  const call = api(server);
  await retry(async () => {
    const { body } = await call<{ requests: unknown[] }>("GET", "/v1/requests?operation=setLamp&state=dispatched");
    if (body.requests.length === 0) throw new Error("It is not under way yet");
  }, { minTimeout: 10, maxTimeout: 50, maxAttempts: 200, jitter: 0 });
  // A terminal's reaches a command under `deno task` twice.
  command.kill("SIGINT");
  command.kill("SIGINT");
  const { code, stdout, stderr } = await command.ended;
  deepEqual({ code, stdout, stderr }, { code: 130, stdout: "", stderr: "switchroom: interrupted\n" });
  const { body } = await call<{ requests: { outcome: string; cause: string }[] }>(
    "GET",
    "/v1/requests?operation=setLamp",
  );
  deepEqual(body.requests.map(({ outcome, cause }) => [outcome, cause]), [["aborted", "shutdown"]]);
  equal((await call("GET", "/v1/phones/virtual:desk-1")).body["owner"], null);
});

/** Makes the next operation of the desk phone take a minute. */
async function delayNext(server: RunningServer): Promise<void> {
  const next = btoa('{"next": {"count": 1, "delayMs": 60000}}');
  const { code } = await cli(["request", "devSpecific", "virtual:desk-1", `params=${next}`, "--data", server.data]);
  equal(code, 0);
}

/** Owns the desk phone until the end of the block. */
async function own(server: RunningServer): Promise<AsyncDisposable> {
  const call = api(server);
  const { body } = await call<{ application: string }>("POST", "/v1/applications", { body: { name: "owner" } });
  const path = `/v1/applications/${body.application}`;
  await call("POST", `${path}/handles`, { body: { phone: "virtual:desk-1", privilege: "owner" } });
  return {
    async [Symbol.asyncDispose]() {
      await call("DELETE", path);
    },
  };
}
