/**
 * A time-stamping authority: `openssl ts` behind a small server.
 *
 * @module
 */
import { type TemporaryFolder, temporaryFolder } from "../../faults/temporary.ts";

const CONFIGURATION = `[tsa]
default_tsa = one
[one]
serial = serial
signer_cert = authority.pem
signer_key = authority.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
ess_cert_id_alg = sha256
[extensions]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,timeStamping
`;

/** An authority. */
export interface Authority extends AsyncDisposable {
  readonly url: string;
  /** The certificate that vouches for it, PEM. */
  readonly root: string;
  /** What the answer to a question is; undefined: never. */
  answer: (question: Uint8Array) => Promise<BodyInit | undefined>;
  /** The answer to a question as it should be. */
  stamp(question: Uint8Array): Promise<Uint8Array<ArrayBuffer>>;
}

/** Starts an authority. */
export async function authority(): Promise<Authority> {
  const folder = temporaryFolder();
  const { path } = folder;
  const openssl = (...args: string[]) => run(folder, args);
  await Deno.writeTextFile(`${path}/tsa.cnf`, CONFIGURATION);
  await Deno.writeTextFile(`${path}/serial`, "01\n");
  const keys = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
  await openssl(
    "req",
    "-x509",
    ...keys,
    "-keyout",
    "root.key",
    "-out",
    "root.pem",
    "-days",
    "3650",
    "-subj",
    "/CN=root",
  );
  await openssl("req", ...keys, "-keyout", "authority.key", "-out", "authority.csr", "-subj", "/CN=authority");
  await openssl(
    ...["x509", "-req", "-in", "authority.csr", "-CA", "root.pem", "-CAkey", "root.key", "-set_serial", "2"],
    ...["-days", "3650", "-extfile", "tsa.cnf", "-extensions", "extensions", "-out", "authority.pem"],
  );
  const { promise: never, resolve: over } = Promise.withResolvers<Response>();
  let asked = 0;
  const onError = () => new Response(null, { status: 500 });
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {}, onError }, async (request) => {
    if (request.headers.get("content-type") !== "application/timestamp-query") {
      return new Response(null, { status: 415 });
    }
    const body = await running.answer(await request.bytes());
    return body === undefined
      ? await never
      : new Response(body, { headers: { "content-type": "application/timestamp-reply" } });
  });
  const running: Authority = {
    url: `http://127.0.0.1:${server.addr.port}/stamps`,
    root: await Deno.readTextFile(`${path}/root.pem`),
    answer: (question) => running.stamp(question),
    async stamp(question) {
      const name = `question-${++asked}`;
      await Deno.writeFile(`${path}/${name}`, question);
      await openssl("ts", "-reply", "-config", "tsa.cnf", "-queryfile", name, "-out", `${name}.answer`);
      return await Deno.readFile(`${path}/${name}.answer`);
    },
    async [Symbol.asyncDispose]() {
      over(new Response());
      await server.shutdown();
      folder[Symbol.dispose]();
    },
  };
  return running;
}

async function run({ path }: TemporaryFolder, args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command("openssl", { args, cwd: path, stdin: "null" }).output();
  if (!success) throw new Error(`openssl ${args.join(" ")}: ${new TextDecoder().decode(stderr)}`);
}
