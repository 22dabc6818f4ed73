import { deepEqual, equal } from "node:assert/strict";
import { Fixture, follow } from "./fixture.ts";

Deno.test("a stop waits until the close of a crash has been told: PHONE_CLOSE comes before the stream ends", async () => {
  const fixture = new Fixture();
  const application = await fixture.application();
  const handle = await fixture.open(application);
  const id = await fixture.light(handle);
  const events = follow(application);
  fixture.disk.failing = true;
  fixture.events.gone("pluginCrash", "it exited with 1");
  let stopped = false;
  const stop = fixture.core.lifecycle.stop().then(() => stopped = true);
  await fixture.pass(1_000);
  equal(stopped, false, "the rows of the crash are not on disk");
  fixture.disk.failing = false;
  await fixture.over(stop, 10_000);
  deepEqual([fixture.row(id)?.outcome, fixture.row(id)?.cause], ["lost", "pluginCrash"]);
  deepEqual(
    events.flatMap((event) => "cause" in event ? [[event.type, event.cause]] : []),
    [["PHONE_REPLY", "pluginCrash"], ["PHONE_CLOSE", "pluginCrash"]],
  );
});
