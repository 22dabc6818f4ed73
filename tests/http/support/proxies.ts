/**
 * Reverse proxies as Debian ships them, in front of a server under test.
 *
 * @module
 */
import { retry } from "@std/async/retry";

/** A proxy that runs. The end of its block ends it. */
export interface RunningProxy extends AsyncDisposable {
  /** Where it listens. */
  readonly url: string;
}

/** What a proxy's file is made of: where it listens, whom it asks, and a folder of its own. */
interface Place {
  readonly port: number;
  readonly upstream: string;
  readonly folder: string;
}

/** A proxy that can be started. */
export interface Proxy {
  readonly program: string;
  /** The whole configuration, as a text. */
  configure(place: Place): string | Promise<string>;
  /** How it is started on its file, to stay in the foreground. */
  args(file: string): string[];
}

/** As docs/running.md has it. */
export const NGINX: Proxy = {
  program: "nginx",
  configure: async ({ port, upstream, folder }) =>
    (await Deno.readTextFile("/etc/nginx/nginx.conf"))
      .replace(/^pid .*$/m, `pid ${folder}/nginx.pid;\ndaemon off;`)
      .replaceAll(/\/var\/log\/nginx/g, folder)
      .replace(/^\s*include \/etc\/nginx\/conf\.d.*$/m, "")
      .replace(
        /^\s*include \/etc\/nginx\/sites-enabled.*$/m,
        `map $http_upgrade $connection_upgrade { default upgrade; "" close; }
         server {
           listen 127.0.0.1:${port};
           location / {
             proxy_pass ${upstream};
             proxy_http_version 1.1;
             proxy_set_header Host $http_host;
             proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
             proxy_set_header X-Forwarded-Proto $scheme;
             proxy_set_header Upgrade $http_upgrade;
             proxy_set_header Connection $connection_upgrade;
           }
         }`,
      ),
  args: (file) => ["-c", file],
};

/** With nothing said but whom to ask, as nobody should leave it: all but WebSockets must work all the same. */
export const BARE_NGINX: Proxy = {
  ...NGINX,
  configure: async (place) => (await NGINX.configure(place)).replaceAll(/^\s*proxy_(?:http|set).*$/gm, ""),
};

/** As docs/running.md has it. */
export const CADDY: Proxy = {
  program: "caddy",
  configure: ({ port, upstream }) => `{\n\tadmin off\n}\nhttp://127.0.0.1:${port} {\n\treverse_proxy ${upstream}\n}\n`,
  args: (file) => ["run", "--adapter", "caddyfile", "--config", file],
};

/** Starts a proxy in front of a server, and waits until it passes calls on. */
export async function startProxy(proxy: Proxy, upstream: string): Promise<RunningProxy> {
  await using undo = new AsyncDisposableStack();
  const folder = await Deno.makeTempDir({ prefix: "switchroom_proxy_" });
  undo.defer(() => Deno.remove(folder, { recursive: true }));
  const port = freePort();
  const file = `${folder}/proxy.conf`;
  await Deno.writeTextFile(file, await proxy.configure({ port, upstream, folder }));
  const child = new Deno.Command(proxy.program, {
    args: proxy.args(file),
    env: { HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder },
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  undo.defer(async () => {
    try {
      child.kill("SIGTERM");
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
    }
    await child.status;
  });
  const url = `http://127.0.0.1:${port}`;
  await retry(async () => {
    const response = await fetch(`${url}/healthz`);
    await response.body?.cancel();
    if (!response.ok) throw new Error(`${proxy.program} answers ${response.status}`);
  }, { minTimeout: 20, maxTimeout: 200, jitter: 0, maxAttempts: 100 });
  const running = undo.move();
  return { url, [Symbol.asyncDispose]: () => running.disposeAsync() };
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}
