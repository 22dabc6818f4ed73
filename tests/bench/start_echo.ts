import { deadline } from "@std/async/deadline";
import { collect } from "../harness/printed.ts";

const PATIENCE_MS = 10_000;
const LISTENING = /^listening on (http:\/\/\S+)\n/m;

/** The echo server in a process of its own. The end of its block ends it. */
export async function startEcho(): Promise<AsyncDisposable & { url: string; pid: number }> {
  const module = new URL("processes/echo_server.ts", import.meta.url).href;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-prompt", "--allow-net=127.0.0.1", module],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const printed = collect([child.stdout, child.stderr]);
  const exit = child.status.finally(() => printed.end());
  return {
    pid: child.pid,
    url: await deadline(printed.match(LISTENING), PATIENCE_MS),
    async [Symbol.asyncDispose]() {
      child.kill();
      await exit;
    },
  };
}
