import { equal } from "node:assert/strict";
import { temporaryFolder } from "../faults/temporary.ts";

Deno.test("field of docs/using.md gives one field, shows the whole answer, and truncates no file that standard error is", async () => {
  const page = await Deno.readTextFile(new URL("../../docs/using.md", import.meta.url));
  const definition = /^field\(\) .*$/m.exec(page)?.[0];
  using folder = temporaryFolder();
  const script = `${definition}\necho before >&2\necho '{"application":"a1","leaseSeconds":60}' | field application`;
  const log = `${folder.path}/log`;
  const { stdout } = await new Deno.Command("sh", { args: ["-c", `{ ${script}\n} 2> ${log}`] }).output();
  equal(new TextDecoder().decode(stdout), "a1\n");
  equal(await Deno.readTextFile(log), 'before\n{"application":"a1","leaseSeconds":60}\n');
});
