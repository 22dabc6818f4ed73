import { equal, match, notEqual, ok } from "node:assert/strict";
import { temporaryFolder } from "../faults/temporary.ts";
import { api } from "../harness/api.ts";
import { startServer } from "../harness/start_server.ts";
import { eventually } from "./eventually.ts";
import { markedPlugin } from "./marked_plugin.ts";
import { processesWith, untilGone } from "./processes.ts";
import { crash } from "./rounds.ts";

const KILLS = 20;

Deno.test(`after each of ${KILLS} kills at random moments under load everything acknowledged is there, with exactly one outcome, and no plugin is left (invariants 1, 2, 4 and 7)`, async () => {
  const seed = crypto.getRandomValues(new Uint32Array(1))[0]!;
  console.log(`kills from seed ${seed}: deno task crash --seed ${seed} --kills ${KILLS}`);
  const { acknowledged, lost } = await crash({ kills: KILLS, seed });
  ok(acknowledged > KILLS, `only ${acknowledged} requests were acknowledged: the load does too little`);
  ok(lost > 0, "no request was open at any kill: the load does too little");
});

Deno.test("a plugin in an endless loop outlives a killed server, and the next start ends it (architecture section 4)", async () => {
  using folder = temporaryFolder();
  await using plugin = await markedPlugin(new URL("./endless/", import.meta.url), folder.path);
  const options = {
    data: `${folder.path}/data`,
    token: crypto.randomUUID(),
    config: { plugins: [{ source: plugin.source }] },
  };
  let requestId: number;
  let looping: number;
  {
    await using server = await startServer(options);
    const call = api(server);
    const { body: { application } } = await call("POST", "/v1/applications", { body: { name: "crash" } });
    const phone = { phone: "endless:phone", privilege: "owner" };
    const { body: { handle } } = await call("POST", `/v1/applications/${application}/handles`, { body: phone });
    const path = `/v1/handles/${handle}/requests`;
    const accepted = await call<{ requestId: number }>("POST", path, {
      body: { operation: "devSpecific", params: "" },
    });
    equal(accepted.status, 202);
    requestId = accepted.body.requestId;
    await eventually(() => match(server.output(), /in the loop/));
    Deno.kill(server.pid, "SIGKILL");
    await server.exit;
    const [process, ...others] = await processesWith(plugin.mark);
    ok(process, "the plugin noticed that the server has gone: the loop does not loop");
    equal(others.length, 0);
    looping = process.pid;
  }
  await using server = await startServer(options);
  await eventually(() => match(server.output(), /1 processes of an earlier server were still running and were ended/));
  const [process, ...others] = await processesWith(plugin.mark);
  equal(others.length, 0);
  notEqual(process?.pid, looping);
  const { body } = await api(server)("GET", `/v1/requests/${requestId}`);
  equal(`${body.outcome} ${body.cause} ${body.reply}`, "lost serverRestart suppressed");
  await server.stop();
  await untilGone(plugin.mark);
});
