import { deepEqual, equal, match } from "node:assert/strict";
import { z } from "zod";
import { PROGRAM } from "../cli/support/cli.ts";
import { eventually } from "../crash/eventually.ts";
import { skipLoudly, temporaryFolder } from "../faults/temporary.ts";

const MANIFEST = new URL("../../deno.json", import.meta.url).pathname;
const ServerFile = z.object({ pid: z.int() });

async function outputOf(program: string, ...args: string[]): Promise<string> {
  const { stdout } = await new Deno.Command(program, { args }).output();
  return new TextDecoder().decode(stdout);
}

const noNpx = await outputOf("npx", "--version").then(() => undefined, () => "there is no npx");

/** What runs with this word among its own, as ps has it; what has ended and is not waited for does not. */
async function running(word: string): Promise<string[]> {
  const lines = (await outputOf("ps", "-ww", "-eo", "stat=,args=")).split("\n");
  return lines.filter((line) => line.includes(word) && !line.startsWith("Z") && !/^\S+ +ps /.test(line));
}

/** How somebody starts the server by npx, who has the program, or only Deno, in `node_modules`. */
const WAYS: Record<string, string[]> = {
  "npx switchroom serve": ["switchroom", "serve"],
  "npx deno task start": ["deno", "task", "--quiet", "--config", MANIFEST, "start"],
};

for (const [way, words] of Object.entries(WAYS)) {
  Deno.test({
    name: `SIGTERM or SIGKILL to npx alone, or Ctrl-C, ends the server of ${way} in order, and nothing is left running`,
    ignore: skipLoudly(noNpx, way),
    async fn() {
      // To npx alone SIGINT does nothing: its shell waits for what it has started, and tells it nothing.
      for (const [signal, whom] of [["TERM", ""], ["KILL", ""], ["INT", "-"]] as const) {
        using folder = temporaryFolder();
        const bin = `${folder.path}/node_modules/.bin`;
        await Deno.mkdir(bin, { recursive: true });
        await Deno.writeTextFile(`${folder.path}/package.json`, "{}");
        await Deno.symlink(PROGRAM, `${bin}/switchroom`);
        await Deno.symlink(Deno.execPath(), `${bin}/deno`);
        const data = `${folder.path}/data`;
        // A process group of its own, as a terminal's.
        const npx = new Deno.Command("setsid", {
          args: ["npx", "--no", ...words, "--data", data, "--listen", "127.0.0.1:0", "--safe"],
          cwd: folder.path,
          stdin: "null",
          stdout: "piped",
          stderr: "piped",
        }).spawn();
        const output = npx.output();
        const { pid } = await eventually(async () =>
          ServerFile.parse(JSON.parse(await Deno.readTextFile(`${data}/server.json`)))
        );
        await outputOf("kill", "-s", signal, "--", `${whom}${npx.pid}`);
        // Nobody has standard error any more, the server neither.
        const stderr = new TextDecoder().decode((await output).stderr);
        match(stderr, / server stopped signal=SIG(TERM|INT)$/m, signal);
        equal(await outputOf("ps", "-o", "args=", "-p", String(pid)).then((args) => args.includes(data)), false);
        await eventually(async () => deepEqual(await running(data), []));
      }
    },
  });
}

/** Kills a server of npx, gives its number to another process, ends npx, and says what the watch for that one has left. */
const REUSED = `
(
  printf 'npm exec switchroom' > /proc/self/comm
  npm_command=exec "$1" serve --safe --data "$2" --listen 127.0.0.1:0 > /dev/null 2>&1 &
  server=$!
  until [ -e "$2/server.json" ]; do sleep 0.1; done
  kill -s KILL $server
  wait $server
  other=
  until [ "$other" = $server ]; do
    [ -z "$other" ] || kill $other
    echo $((server - 1)) > /proc/sys/kernel/ns_last_pid
    setsid sleep 1000 &
    other=$!
  done
  echo $other > "$2/other"
) 2> /dev/null
while ps -eo args= | grep -q '[s]witchroom serve'; do sleep 0.1; done
kill -0 "$(cat "$2/other")" && echo alive`;

const noNamespace = await new Deno.Command("unshare", { args: ["--pid", "--fork", "--mount-proc", "true"] }).output()
  .then(({ success }) => success ? undefined : "no namespace of processes can be made", () => "there is no unshare");

Deno.test({
  name: "the end of npx ends nobody who was given the number of a server that has ended",
  ignore: skipLoudly(noNamespace, "the watch for npx, and a number that is given again"),
  async fn() {
    using folder = temporaryFolder();
    const args = ["--pid", "--fork", "--mount-proc", "sh", "-c", REUSED, "sh", PROGRAM, `${folder.path}/data`];
    equal(await outputOf("unshare", ...args), "alive\n");
  },
});
