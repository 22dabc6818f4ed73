/**
 * Our own row: the server of a checkout, started as README says, with a plugin whose operation does nothing; then its
 * phone is opened, and `load.json` says what to send. Gets `CHECKOUT`, `PORT` and `DATA`, prints `ready`, ends at SIGTERM.
 *
 * @module
 */
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const PATIENCE_MS = 20_000;
const AGAIN_MS = 50;
/** As long as all loads of one row take, and longer. */
const LEASE_SECONDS = 300;

const { CHECKOUT = "", PORT = "", DATA = "" } = Deno.env.toObject();
const token = crypto.randomUUID() + crypto.randomUUID();
const url = `http://127.0.0.1:${PORT}`;
const headers = { Authorization: `Bearer ${token}`, "Content-Type": "application/json" };

async function start(): Promise<Deno.ChildProcess> {
  const configuration = {
    configuration: 1,
    listen: `127.0.0.1:${PORT}`,
    data: `${DATA}/data`,
    log: { level: "error" },
    plugins: [{ source: fileURLToPath(new URL("plugin", import.meta.url)) }],
  };
  await Deno.writeTextFile(`${DATA}/config.json`, JSON.stringify(configuration));
  return new Deno.Command(Deno.execPath(), {
    args: ["task", "start", "--config", `${DATA}/config.json`],
    cwd: CHECKOUT,
    env: { SWITCHROOM_BOOTSTRAP_TOKEN: token },
    stdin: "null",
    stdout: "null",
    stderr: "inherit",
  }).spawn();
}

async function untilReady(): Promise<void> {
  for (const end = performance.now() + PATIENCE_MS; performance.now() < end;) {
    // Nobody listens at first.
    const answer = await fetch(`${url}/readyz`).catch(() => undefined);
    await answer?.body?.cancel();
    if (answer?.ok) return;
    await delay(AGAIN_MS);
  }
  throw new Error(`The server of ${CHECKOUT} is not ready after ${PATIENCE_MS} ms`);
}

async function post(path: string, body: object): Promise<Record<string, unknown>> {
  const answer = await fetch(url + path, { method: "POST", headers, body: JSON.stringify(body) });
  const text = await answer.text();
  if (answer.status !== 201) throw new Error(`${path} is answered with ${answer.status}: ${text}`);
  return JSON.parse(text);
}

async function openPhone(): Promise<void> {
  const { application } = await post("/v1/applications", { name: "Peers' bench", leaseSeconds: LEASE_SECONDS });
  const { handle } = await post(`/v1/applications/${application}/handles`, { phone: "noop:one", privilege: "owner" });
  const load = {
    path: `/v1/handles/${handle}/requests`,
    headers: { ...headers, Prefer: "wait=30" },
    body: JSON.stringify({ operation: "setDisplay", row: 0, column: 0, text: "x".repeat(150) }),
  };
  await Deno.writeTextFile(`${DATA}/load.json`, JSON.stringify(load));
}

const server = await start();
// The task hands it on to the server.
Deno.addSignalListener("SIGTERM", () => server.kill("SIGTERM"));
await untilReady();
await openPhone();
console.log("ready");
Deno.exit((await server.status).code);
