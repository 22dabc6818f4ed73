import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { deadline } from "@std/async/deadline";
import { retry } from "@std/async/retry";
import type { Certificate } from "../../server/http/mod.ts";
import { runServer } from "../faults/operator.ts";
import { temporaryFolder } from "../faults/temporary.ts";
import { type RunningServer, startServer } from "../harness/start_server.ts";
import { makeCertificate } from "./support/certificate.ts";

const FIRST = await makeCertificate("first");
const SECOND = await makeCertificate("second");

/** How often tests look for what comes by itself: 30 s at most, never a measure. */
const LOOKING = { minTimeout: 10, maxTimeout: 50, jitter: 0, maxAttempts: 600 };

/** Puts a certificate into a folder, as a new file each time: a link leads to the newest, as certbot does it. */
async function write(folder: string, { cert, key }: Certificate): Promise<{ cert: string; key: string }> {
  const version = crypto.randomUUID();
  for (const [name, text] of Object.entries({ cert, key })) {
    await Deno.writeTextFile(`${folder}/${name}-${version}.pem`, text);
    await Deno.symlink(`${name}-${version}.pem`, `${folder}/${name}.new`);
    await Deno.rename(`${folder}/${name}.new`, `${folder}/${name}.pem`);
  }
  return { cert: `${folder}/cert.pem`, key: `${folder}/key.pem` };
}

/** A server that shows the certificate of a folder and looks every 20 ms whether it has changed. */
async function startTls(
  folder: string,
  certificate: Certificate,
  { args = [] }: { args?: string[] } = {},
): Promise<RunningServer> {
  const tls = await write(folder, certificate);
  return await startServer({ config: { tls, bounds: { tlsCheckMs: 20 } }, args, untilListening: true });
}

/** A client that trusts this certificate alone. */
function clientOf({ cert }: Certificate) {
  const client = Deno.createHttpClient({ caCerts: [cert] });
  const open = ({ url, token }: RunningServer, path: string, { headers, ...init }: RequestInit = {}) =>
    fetch(url.replace("0.0.0.0", "127.0.0.1") + path, {
      ...init,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json", ...headers },
      signal: AbortSignal.timeout(30_000),
      client,
    });
  return {
    client,
    open,
    async call(server: RunningServer, path: string, options: RequestInit = {}) {
      const answer = await open(server, path, options);
      const text = await answer.text();
      return { status: answer.status, body: text === "" ? undefined : JSON.parse(text) };
    },
    async post(server: RunningServer, path: string, { body, headers = {} }: { body: unknown; headers?: HeadersInit }) {
      const answer = await this.call(server, path, { method: "POST", body: JSON.stringify(body), headers });
      ok(answer.status < 300, `${path}: ${answer.status} ${answer.body?.detail}`);
      return answer.body;
    },
    [Symbol.dispose]: () => client.close(),
  };
}

/** Waits until the server shows a certificate. */
async function untilShown(server: RunningServer, certificate: Certificate): Promise<void> {
  await retry(async () => {
    using client = clientOf(certificate);
    await client.call(server, "/healthz");
  }, LOOKING);
}

async function untilLogged(server: RunningServer, words: RegExp): Promise<void> {
  await retry(() => match(server.output(), words), LOOKING);
}

Deno.test("with tls.cert and tls.key the server speaks HTTPS at its address and nothing else, and says so", async () => {
  using folder = temporaryFolder();
  await using server = await startTls(folder.path, FIRST);
  using client = clientOf(FIRST);
  match(server.url, /^https:\/\/127\.0\.0\.1:\d+$/);
  equal(JSON.parse(await Deno.readTextFile(`${server.data}/server.json`)).url, server.url);
  equal((await client.call(server, "/v1/phones")).status, 200);
  await rejects(fetch(server.url.replace("https", "http")));
  using stranger = clientOf(SECOND);
  await rejects(stranger.call(server, "/healthz"));
});

Deno.test("with TLS the server may listen on every address", async () => {
  using folder = temporaryFolder();
  await using server = await startTls(folder.path, FIRST, { args: ["--listen", "0.0.0.0:0"] });
  using client = clientOf(FIRST);
  match(server.output(), /^listening on https:\/\/0\.0\.0\.0:\d+$/m);
  equal((await client.call(server, "/v1/phones")).status, 200);
});

Deno.test("a certificate that changes is shown at once, while an answer under way and an event stream go on", async () => {
  using folder = temporaryFolder();
  await using server = await startTls(folder.path, FIRST);
  using before = clientOf(FIRST);
  const { application } = await retry(
    () => before.post(server, "/v1/applications", { body: { name: "test" } }),
    LOOKING,
  );
  const { phones: [{ phone }] } = (await before.call(server, "/v1/phones")).body;
  const { handle } = await before.post(server, `/v1/applications/${application}/handles`, {
    body: { phone, privilege: "owner" },
  });
  const requests = `/v1/handles/${handle}/requests`;
  await before.post(server, requests, {
    body: { operation: "devSpecific", params: btoa(JSON.stringify({ next: { count: 1, delayMs: 60_000 } })) },
    headers: { prefer: "wait=30" },
  });
  const underWay = before.post(server, requests, {
    body: { operation: "setRing", mode: 0, volume: 0 },
    headers: { prefer: "wait=30" },
  });
  const stream = await before.open(server, `/v1/applications/${application}/events`);
  const events = stream.body!.pipeThrough(new TextDecoderStream()).getReader();

  await write(folder.path, SECOND);
  await untilShown(server, SECOND);
  await untilLogged(server, /certificate has changed/);

  using after = clientOf(SECOND);
  equal((await after.call(server, `/v1/handles/${handle}`, { method: "DELETE" })).status, 200);
  equal((await underWay).outcome, "aborted");
  const again = await after.post(server, `/v1/applications/${application}/handles`, {
    body: { phone, privilege: "owner" },
  });
  const { requestId } = await after.post(server, `/v1/handles/${again.handle}/requests`, {
    body: { operation: "setRing", mode: 0, volume: 0 },
  });
  let text = "";
  while (!text.includes(`"requestId":${requestId}`)) {
    const { value, done } = await events.read();
    ok(!done, `the stream was cut after ${text}`);
    text += value;
  }
  await events.cancel();

  await write(folder.path, FIRST);
  await untilShown(server, FIRST);
  equal((await server.stop()).code, 0, server.output());
});

/** A socket, its first message answered. */
async function openSocket(
  server: RunningServer,
  { client, ...first }: { client: Deno.HttpClient; method: string; params: object },
) {
  const socket = new WebSocket(`${server.url.replace("https", "wss")}/v1/socket`, {
    headers: { authorization: `Bearer ${server.token}` },
    client,
  });
  const closed = new Promise<CloseEvent>((resolve) => socket.onclose = resolve);
  const answer = new Promise<MessageEvent>((resolve) => socket.onmessage = resolve);
  await deadline(Promise.race([new Promise((resolve) => socket.onopen = resolve), closed]), 30_000);
  socket.send(JSON.stringify({ jsonrpc: "2.0", id: 1, ...first }));
  const { result } = JSON.parse((await deadline(answer, 30_000)).data);
  return { socket, closed, result };
}

Deno.test("at a change of the certificate a socket is told 1001, and its application is taken up again over another", async () => {
  using folder = temporaryFolder();
  await using server = await startTls(folder.path, FIRST);
  await untilLogged(server, /plugin ready/);
  using before = clientOf(FIRST);
  const first = await openSocket(server, {
    client: before.client,
    method: "phoneInitializeEx",
    params: { name: "test" },
  });
  await write(folder.path, SECOND);
  equal((await deadline(first.closed, 30_000)).code, 1001);
  await untilShown(server, SECOND);
  using after = clientOf(SECOND);
  const { application } = first.result;
  const again = await openSocket(server, { client: after.client, method: "resume", params: { application } });
  equal(again.result.application, application);
  again.socket.close();
  await again.closed;
});

Deno.test("a new certificate that cannot be used leaves the one before, and is logged once; the next good one is taken", async () => {
  using folder = temporaryFolder();
  await using server = await startTls(folder.path, FIRST);
  await write(folder.path, { cert: SECOND.cert, key: FIRST.key });
  await untilLogged(server, /warning.*certificate in use is kept.*KeyMismatch/);
  await Deno.remove(`${folder.path}/key.pem`);
  await untilLogged(server, /warning.*certificate in use is kept.*tls\.key/);
  await untilShown(server, FIRST);
  await write(folder.path, SECOND);
  await untilShown(server, SECOND);
  equal(server.output().match(/KeyMismatch/g)?.length, 1, server.output());
  equal((await server.stop()).code, 0);
});

Deno.test("a named pipe in the place of a certificate is no file, and holds up nobody: the next good one is taken", async () => {
  using folder = temporaryFolder();
  await using server = await startTls(folder.path, FIRST);
  await Deno.remove(`${folder.path}/cert.pem`);
  const { success } = await new Deno.Command("mkfifo", { args: [`${folder.path}/cert.pem`] }).output();
  ok(success, "mkfifo made a named pipe");
  await untilLogged(server, /warning.*certificate in use is kept.*tls\.cert .*it is not a file/);
  await untilShown(server, FIRST);
  await write(folder.path, SECOND);
  await untilShown(server, SECOND);
  equal((await server.stop()).code, 0);
});

const BAD: Record<string, { certificate: Certificate; words: RegExp }> = {
  "of which the key is another's": {
    certificate: { cert: FIRST.cert, key: SECOND.key },
    words: /KeyMismatch.*own key/,
  },
  "that is no PEM": { certificate: { cert: "hello", key: FIRST.key }, words: /tls\.cert .*No certificates found/ },
  "of which the key is no PEM": { certificate: { cert: FIRST.cert, key: "hello" }, words: /tls\.key .*No keys found/ },
};

for (const [what, { certificate, words }] of Object.entries(BAD)) {
  Deno.test(`a certificate ${what} is wrong configuration: exit 2, and one line says so (api section 1)`, async () => {
    using folder = temporaryFolder();
    const config = `${folder.path}/config.json`;
    await Deno.writeTextFile(config, JSON.stringify({ tls: await write(folder.path, certificate), data: "data" }));
    const { code, stdout, stderr } = await runServer(["--listen", "127.0.0.1:0", "--config", config]);
    match(stderr, words);
    deepEqual({ code, stdout, lines: stderr.trimEnd().split("\n").length }, { code: 2, stdout: "", lines: 1 }, stderr);
  });
}

Deno.test("a certificate that is not there is wrong configuration: exit 2, and nothing is left behind (api section 1)", async () => {
  using folder = temporaryFolder();
  const config = `${folder.path}/config.json`;
  await Deno.writeTextFile(config, JSON.stringify({ tls: { cert: "cert.pem", key: "key.pem" }, data: "data" }));
  const { code, stderr } = await runServer(["--listen", "127.0.0.1:0", "--config", config]);
  equal(code, 2);
  match(stderr, /Cannot read tls\.cert .*\/cert\.pem/);
  deepEqual([...Deno.readDirSync(folder.path)].map(({ name }) => name), ["config.json"]);
});
