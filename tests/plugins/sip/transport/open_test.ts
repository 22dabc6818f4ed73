import { deepEqual, equal, rejects } from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { Ears } from "./support/ears.ts";

Deno.test("a name or a wildcard is no address to listen at: Via and Contact could not name it", async () => {
  for (const host of ["localhost", "0.0.0.0", "::", "0:0:0:0:0:0:0:0", "", "192.168.4"]) {
    await rejects(Ears.open({ listen: [{ host, port: 0 }] }), /must be an IP address of this machine/);
  }
});

Deno.test("an address that cannot be had is refused, and what was opened before it is closed", async () => {
  await using us = await Ears.open();
  for (const transport of ["udp", "tcp"] as const) {
    const { host, port } = us.at(transport);
    const listen = [{ host, port: 0 }, { host, port }];
    await rejects(
      Ears.open({ listen, transports: [transport] }),
      new RegExp(`Cannot listen at ${transport} 127.0.0.1:${port}`),
    );
  }
});

Deno.test("an address that was not granted is refused, and the process ends by itself when all is closed", async () => {
  const program = fileURLToPath(new URL("support/program.ts", import.meta.url));
  const flags = ["--no-prompt", "--no-config", "--no-lock", "--no-remote", "--cached-only", "--allow-net=127.0.0.0/8"];
  const command = new Deno.Command(Deno.execPath(), { args: ["run", ...flags, program], stderr: "piped" });
  const { code, stdout, stderr } = await command.output();
  equal(new TextDecoder().decode(stderr), "");
  const [heard, ...refused] = new TextDecoder().decode(stdout).trim().split("\n");
  equal(heard, "udp tcp");
  deepEqual(refused.map((line) => /^Cannot listen at (\w+) 192\.0\.2\.1:0: NotCapable/.exec(line)?.[1]), [
    "udp",
    "tcp",
  ]);
  equal(code, 0);
});
