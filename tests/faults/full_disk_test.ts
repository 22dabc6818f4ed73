import { deepEqual, equal, match, ok } from "node:assert/strict";
import { deadline } from "@std/async/deadline";
import { audit } from "../crash/audit.ts";
import { Book } from "../crash/book.ts";
import { eventually } from "../crash/eventually.ts";
import { startServer } from "../harness/start_server.ts";
import {
  assertRefused,
  factsOf,
  fill,
  FULL,
  LAMP,
  oneOpenRequest,
  PHONE,
  readiness,
  requestUntilRefused,
} from "./full_disk.ts";
import { cli } from "../cli/support/cli.ts";
import { smallDisk, whyNoMount } from "./mounts.ts";
import { runServer } from "./operator.ts";
import { skipLoudly } from "./temporary.ts";

const ignore = skipLoudly(whyNoMount(), "a full disk");

/** What api section 1 promises of an orderly end, whatever the disk does. */
const ORDERLY_END_MS = 10_000;

const CONFIG = { bounds: { closeRowsMs: 500 } };

Deno.test({
  name: "a full disk refuses what is new, releases a phone that is closed, and service resumes by itself (invariant 9)",
  ignore,
  async fn() {
    using disk = smallDisk(4);
    const book = new Book();
    await using server = await startServer({ data: `${disk.path}/data`, config: CONFIG });
    const { call, application, handle, open } = await oneOpenRequest(server, book);
    const ballast = await fill(disk.path);
    await requestUntilRefused(call, { handle, book });

    assertRefused(await call("POST", `/v1/handles/${handle}/requests`, { body: LAMP }));
    assertRefused(await call("POST", "/v1/applications", { body: { name: "late" } }));
    assertRefused(
      await call("POST", `/v1/applications/${application}/handles`, { body: { phone: PHONE, privilege: "monitor" } }),
    );
    const unready = await readiness(server);
    equal(unready.status, 503);
    match(unready.reasons, FULL);
    equal((await call("GET", "/healthz")).status, 200);
    equal((await call("GET", `/v1/handles/${handle}/lamps/12`)).status, 200, "a getter needs no disk");

    const closed = await call<{ detail: string }>("DELETE", `/v1/handles/${handle}`);
    equal(closed.status, 503);
    match(closed.body.detail, /500 ms; .*closed.*released/);
    equal((await call("GET", `/v1/handles/${handle}/lamps/12`)).status, 404, "the handle must be void");
    const { body: phone } = await call("GET", `/v1/phones/${PHONE}`);
    deepEqual([phone.owner, phone.monitors], [null, 0]);

    await Deno.remove(ballast);
    await eventually(async () => equal((await readiness(server)).status, 200));
    const { body: { handle: next } } = await call("POST", `/v1/applications/${application}/handles`, {
      body: { phone: PHONE, privilege: "owner" },
    });
    const lit = await call("POST", `/v1/handles/${next}/requests`, { body: LAMP, headers: { prefer: "wait=10" } });
    deepEqual([lit.status, lit.body.outcome], [200, "succeeded"]);
    const { body: waited } = await call("GET", `/v1/requests/${open}`);
    deepEqual([waited.outcome, waited.cause, waited.reply], ["aborted", "close", "suppressed"]);
    deepEqual(await factsOf(call, "handleClosed"), [handle]);
    equal((await factsOf(call, "historyFailed")).length, 1);
    equal((await factsOf(call, "historyResumed")).length, 1);

    equal((await server.stop()).code, 0, server.output());
    const { faults, lost } = audit(server.data, book);
    deepEqual([faults, lost], [[], 0]);
  },
});

Deno.test({
  name:
    "a server that is killed, started and stopped on a full disk loses nothing acknowledged, says why it cannot start, and ends in time (api section 1, invariants 7 and 9)",
  ignore,
  async fn() {
    using disk = smallDisk(4);
    const data = `${disk.path}/data`;
    const book = new Book();
    let token: string;
    let ballast: string;
    {
      await using server = await startServer({ data, config: CONFIG });
      token = server.token;
      const { call, handle } = await oneOpenRequest(server, book);
      ballast = await fill(disk.path);
      await requestUntilRefused(call, { handle, book });
      equal((await call("DELETE", `/v1/handles/${handle}`)).status, 503);
      await server.kill();
    }
    const { code, stdout, stderr } = await runServer(["--data", data, "--listen", "127.0.0.1:0"], { token });
    deepEqual([code, stdout], [2, ""], stderr);
    match(stderr, /^switchroom: Cannot .*(?:full|space|I\/O).*\n$/);

    await Deno.remove(ballast);
    {
      await using server = await startServer({ data, token, config: CONFIG });
      const { faults, lost } = audit(data, book);
      deepEqual(faults, []);
      ok(lost > 0, "the request whose end did not reach the disk must be lost");
      const { call, handle } = await oneOpenRequest(server, book);
      ballast = await fill(disk.path);
      await requestUntilRefused(call, { handle, book });
      const { code } = await deadline(server.stop(), ORDERLY_END_MS);
      equal(code, 0, server.output());
    }
    await Deno.remove(ballast);
    await using server = await startServer({ data, token, config: CONFIG });
    deepEqual(audit(data, book).faults, []);
    equal((await server.stop()).code, 0, server.output());
  },
});

Deno.test({
  name: "a first start on a full disk exits 2 with the reason, and the next one with room begins the history",
  ignore,
  async fn() {
    using disk = smallDisk(1);
    const data = `${disk.path}/data`;
    const token = crypto.randomUUID();
    const ballast = await fill(disk.path);
    const { code, stdout, stderr } = await runServer(["--data", data, "--listen", "127.0.0.1:0"], { token });
    deepEqual([code, stdout], [2, ""], stderr);
    match(stderr, /^switchroom: Cannot .*\n$/);
    await Deno.remove(ballast);
    await using server = await startServer({ data, token });
    deepEqual(audit(data, new Book()).faults, []);
    equal((await server.stop()).code, 0, server.output());
  },
});

Deno.test({
  name:
    "doctor calls no healthy history damaged because the disk is full: a killed server's, and one that was left in order",
  ignore,
  async fn() {
    for (const end of ["kill", "stop"] as const) {
      using disk = smallDisk(4);
      const data = `${disk.path}/data`;
      {
        await using server = await startServer({ data, args: ["--safe"] });
        await server[end]();
      }
      if (end === "kill") await Deno.remove(`${data}/history.db-shm`);
      const ballast = await fill(disk.path);
      const history = async () => {
        const { stdout } = await cli(["doctor", "--data", data, "--listen", "127.0.0.1:0"]);
        return stdout.split("\n").find((line) => line.includes(" history: "));
      };
      // What SQLite makes beside the file has room, or has none.
      const where = "Make space where it lies, and ask again";
      match(
        await history() ?? "",
        new RegExp(`^(✓ history: |! history: It could not be looked at: .*(full|I/O).*${where}$)`),
      );
      await Deno.remove(ballast);
      match(await history() ?? "", /^✓ history: /);
    }
  },
});
