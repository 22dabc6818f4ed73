import { deepEqual, equal } from "node:assert/strict";
import { audit } from "../crash/audit.ts";
import { Book } from "../crash/book.ts";
import { whyNoStrace } from "../crash/strace.ts";
import { api } from "../harness/api.ts";
import { startServer } from "../harness/start_server.ts";
import { runServer } from "./operator.ts";
import { skipLoudly, temporaryFolder } from "./temporary.ts";

const ignore = skipLoudly(await whyNoStrace(), "a migration cut short at each of its writes");

/**
 * Where a first start is cut off: before one of its writes and syncs (of the journal, the new tables, the log, the birth of the history), or before
 * it removes the journal, which is what makes the migration count.
 */
const CUTS = [
  ...[1, 3, 11, 18, 19, 24, 30].map((time) => ({ call: "pwrite64", time })),
  ...[1, 3, 5].map((time) => ({ call: "fsync", time })),
  ...[1, 2].map((time) => ({ call: "unlink", time })),
];

for (const { call, time } of CUTS) {
  Deno.test({
    name: `a first start that is killed before its ${call} number ${time} does not keep the next one from working`,
    ignore,
    async fn() {
      using folder = temporaryFolder();
      const data = `${folder.path}/data`;
      const token = crypto.randomUUID();
      const files = ["", "-journal", "-wal"].flatMap((suffix) => ["-P", `${data}/history.db${suffix}`]);
      const kill = ["-e", `trace=${call}`, "-e", `inject=${call}:signal=SIGKILL:when=${time}`];
      const { signal, stderr } = await runServer(["--data", data, "--listen", "127.0.0.1:0", "--safe"], {
        token,
        under: ["strace", "-f", "-q", "-o", `${folder.path}/log`, ...files, ...kill],
      });
      equal(signal, "SIGKILL", `it was not killed, for it did not come so far: ${stderr}`);
      await using server = await startServer({ data, token, args: ["--safe"] });
      deepEqual(audit(data, new Book()).faults, []);
      equal((await api(server)("GET", "/v1/phones")).status, 200);
      equal((await server.stop()).code, 0, server.output());
    },
  });
}
