import { equal, ok, rejects } from "node:assert/strict";
import { ownerOfDataFolder, takeDataFolder } from "../../server/history/mod.ts";
import { runModule } from "./processes.ts";
import { openIn, temporaryFolder } from "./support.ts";

Deno.test("a data folder that is taken is refused with 2, and the message names the owner's pid", async () => {
  using folder = temporaryFolder();
  {
    using _taken = await takeDataFolder(folder.path);
    await rejects(takeDataFolder(folder.path), {
      name: "HistoryError",
      exitCode: 2,
      message: `Cannot use the data folder ${folder.path}: it is in use by process ${Deno.pid}. ` +
        "Stop that one first, or name another folder",
    });
  }
  using taken = await takeDataFolder(folder.path);
  equal(taken.path, folder.path);
});

Deno.test("a killed owner's folder can be taken at once", async () => {
  using folder = temporaryFolder();
  const writing = runModule("./writing_process.ts", { args: [folder.path] });
  equal((await writing.lines.next()).value, "ready");
  await rejects(takeDataFolder(folder.path), { message: /in use by process \d+/ });
  await writing.kill();
  await using opened = await openIn(folder.path);
  equal(opened.history.trouble, undefined);
});

Deno.test("a data folder stays taken although its lock file is deleted or replaced, and says so", async () => {
  using folder = temporaryFolder();
  const lock = `${folder.path}/lock`;
  {
    using _taken = await takeDataFolder(folder.path);
    await Deno.remove(lock);
    equal(await ownerOfDataFolder(folder.path), "another process");
    await rejects(takeDataFolder(folder.path), { exitCode: 2, message: /it is in use by another process\. Stop that/ });
    await Deno.rename(lock, `${lock}.old`);
    await Deno.writeTextFile(lock, "1\n");
    await rejects(takeDataFolder(folder.path), { exitCode: 2, message: /it is in use by process 1\. Stop that/ });
  }
  equal(await ownerOfDataFolder(folder.path), undefined);
  using _taken = await takeDataFolder(folder.path);
});

Deno.test("a data folder that an older build has taken, by its lock file alone, is refused", async () => {
  using folder = temporaryFolder();
  using file = await Deno.open(`${folder.path}/lock`, { write: true, create: true });
  await file.write(new TextEncoder().encode("7\n"));
  ok(await file.tryLock(true));
  equal(await ownerOfDataFolder(folder.path), "process 7");
  await rejects(takeDataFolder(folder.path), { exitCode: 2, message: /it is in use by process 7\. Stop that/ });
});

Deno.test("a data folder that cannot be made is refused with 2", async () => {
  using folder = temporaryFolder();
  Deno.writeTextFileSync(`${folder.path}/file`, "");
  await rejects(takeDataFolder(`${folder.path}/file`), {
    name: "HistoryError",
    exitCode: 2,
    message: /Cannot use the data folder/,
  });
  await rejects(takeDataFolder(`${folder.path}/file/data`), { name: "HistoryError", exitCode: 2 });
});
