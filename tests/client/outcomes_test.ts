/**
 * What becomes of an operation that has not succeeded: it rejects, and `try` tells.
 *
 * @module
 */
import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { type Application, connect, NotSucceeded, PhoneError } from "../../server/client/mod.ts";
import { sharedServer } from "../harness/shared_server.ts";
import { startServer } from "../harness/start_server.ts";
import { writePlugin } from "../host/testbed.ts";

const OWNER = { privilege: "owner" } as const;
const MONITOR = { privilege: "monitor" } as const;
const LIT = { lamp: 20, mode: "steady" } as const;
const MINI_LIT = { lamp: 12, mode: "steady" } as const;

/** What the virtual phones take as `devSpecific`. */
function person(act: object): { params: string } {
  return { params: btoa(JSON.stringify(act)) };
}

/**
 * The next operation of a virtual phone takes this long, unless its close or its deadline aborts it. It may not have
 * reached the phone then, so that another waits for it: the small phone is slow in this file, the other never.
 */
const SLOW = person({ next: { count: 1, delayMs: 60_000 } });

const server = sharedServer();

function begin(): Promise<Application> {
  const { url, token } = server();
  return connect(url, { name: "outcomes test", token });
}

/** What an operation rejects with that was accepted. */
async function endOf(asked: Promise<unknown>): Promise<NotSucceeded> {
  const error = await asked.then(() => new Error("It has succeeded"), (error: unknown) => error);
  if (!(error instanceof NotSucceeded)) throw error;
  return error;
}

Deno.test("an operation that failed rejects with what was attempted and why, and the history has it", async () => {
  await using application = await begin();
  await using phone = await application.open("virtual:desk-1", OWNER);
  const error = await endOf(phone.setRing({ mode: 9, volume: 0 }, { reference: "mine" }));
  ok(error instanceof PhoneError);
  const { requestId, name, message, ...rest } = error;
  equal(name, "NotSucceeded");
  deepEqual({ ...rest }, {
    outcome: "failed",
    cause: undefined,
    code: "PHONEERR_INVALRINGMODE",
    value: -1879048169,
    reference: "mine",
  });
  const record = await application.request(requestId);
  deepEqual([record.outcome, record.reference], ["failed", "mine"]);
  equal(message, `setRing of virtual:desk-1 failed: ${record.message}`);
});

Deno.test("tried, the same operation resolves with how it ended; what is refused rejects in both forms, without a request", async () => {
  await using application = await begin();
  await using phone = await application.open("virtual:desk-1", OWNER);
  const { outcome, code } = await phone.try.setRing({ mode: 9, volume: 0 });
  deepEqual([outcome, code], ["failed", "PHONEERR_INVALRINGMODE"]);
  equal((await phone.try.setLamp(LIT)).outcome, "succeeded");

  await using listener = await application.open("virtual:desk-1", MONITOR);
  for (const operations of [listener, listener.try]) {
    await rejects(
      operations.setLamp(LIT),
      (error) =>
        error instanceof PhoneError && !(error instanceof NotSucceeded) && error.code === "PHONEERR_NOTOWNER" &&
        !("requestId" in error),
    );
  }
});

Deno.test("R56 an operation that a close aborts rejects with whose close it was: by force, and by the application itself", async () => {
  await using application = await begin();
  await using listener = await application.open("virtual:mini-1", MONITOR);
  const forced = await application.open("virtual:mini-1", OWNER);
  await forced.devSpecific(SLOW);
  const aborted = endOf(forced.setLamp(MINI_LIT));
  await listener.try.devSpecific(person({ forceClose: true }));
  const { outcome, cause, code, message } = await aborted;
  deepEqual({ outcome, cause, code }, {
    outcome: "aborted",
    cause: "forcedClose",
    code: "PHONEERR_OPERATIONFAILED",
  });
  equal(message, "setLamp of virtual:mini-1 was aborted (forcedClose): The phone is closing");

  await forced.closed;
  const own = await application.open("virtual:mini-1", OWNER);
  await own.devSpecific(SLOW);
  const closed = endOf(own.setLamp(MINI_LIT));
  await own.close();
  // In the driver's words, unless the close was quicker than the way to it.
  match((await closed).message, /^setLamp of virtual:mini-1 was aborted \(close\)(: The phone is closing)?$/);
});

Deno.test("an operation whose deadline passes rejects as timed out", async () => {
  await using application = await begin();
  await using phone = await application.open("virtual:mini-1", OWNER);
  await phone.devSpecific(SLOW);
  const { outcome, cause, code, message } = await endOf(phone.setLamp(MINI_LIT, { deadlineMs: 20 }));
  deepEqual({ outcome, cause, code }, { outcome: "timedOut", cause: "deadline", code: "PHONEERR_OPERATIONFAILED" });
  equal(message, "setLamp of virtual:mini-1 timed out (deadline)");
});

/** A phone that is rung with a vendor's error, dies of what is sent to it, and has a button that nobody presses from afar. */
const BRITTLE = `import { definePlugin, PhoneError } from "switchroom/plugin";
export default definePlugin((host) => ({
  async start() {
    const capabilities = { ringModes: 1, buttons: [{ id: 0, mode: "feature", function: "hold" }] };
    await host.addPhone({ id: "p", name: "P", capabilities }, {
      setRing() { throw new PhoneError(0xC0000001, "The bell is out of order"); },
      devSpecific() { Deno.exit(3); },
    });
  },
}));`;

Deno.test("a vendor's error and a lost operation reject too; what is not pressable is not pressed, and nothing is sent", async () => {
  const folder = await Deno.makeTempDir();
  await using removing = new AsyncDisposableStack();
  removing.defer(() => Deno.remove(folder, { recursive: true }));
  const source = await writePlugin(folder, { code: BRITTLE, manifest: { name: "brittle" } });
  await using server = await startServer({ config: { plugins: [{ source }] } });
  await using application = await connect(server.url, { name: "outcomes test", token: server.token });
  await using phone = await application.open("brittle:p", OWNER);

  const vendor = await endOf(phone.setRing({ mode: 1, volume: 0 }));
  deepEqual([vendor.value, vendor.code], [-1073741823, undefined]);
  equal(vendor.message, "setRing of brittle:p failed: The bell is out of order");

  const hold = await phone.button("hold");
  equal(hold.id, 0);
  await rejects(phone.press(hold.id), (error) => {
    equal(error instanceof PhoneError && error.code, "PHONEERR_OPERATIONUNAVAIL");
    equal(
      String(error),
      "PhoneError: Button 0 of brittle:p cannot be pressed from afar; those can that are pressable in its capabilities",
    );
    return true;
  });

  const { outcome, cause, message } = await endOf(phone.devSpecific({ params: "" }));
  deepEqual([outcome, cause], ["lost", "pluginCrash"]);
  equal(message, "devSpecific of brittle:p was lost, and may have been done (pluginCrash)");
});

Deno.test("a button or lamp is found by its function, as that is now", async () => {
  await using application = await begin();
  await using phone = await application.open("virtual:desk-1", OWNER);
  const lamp = await phone.button("msgIndicator");
  deepEqual([lamp.id, lamp.mode], [20, "dummy"]);
  await phone.setLamp({ lamp: lamp.id, mode: "flash" });
  equal((await phone.getLamp({ lamp: lamp.id })).mode, "flash");

  await rejects(phone.button("nonsense" as "park"), {
    code: "PHONEERR_INVALPARAM",
    message:
      /^No button is for nonsense: functions are unknown .*conference.*, and a vendor's are numbers from 2147483648/,
  });
  await rejects(phone.button(7 as 0x8000_0000), { code: "PHONEERR_INVALPARAM" });
  await rejects(phone.button("park"), {
    name: "PhoneError",
    code: "PHONEERR_INVALBUTTONLAMPID",
    message: "virtual:desk-1 has no button or lamp for park; its capabilities name the buttons it has",
  });
  await phone.setButtonInfo({ button: 15, mode: "feature", function: "park", text: "Park" });
  equal((await phone.button("park")).id, 15);
  await phone.setButtonInfo({ button: 15, mode: "feature", function: "unknown", text: "" });
  await rejects(phone.button("park", { signal: AbortSignal.abort(new Error("no more patience")) }), /no more patience/);
});

Deno.test("R88 a button that is pressed from afar goes down and up, for a monitor too; one that is not there is refused", async () => {
  await using application = await begin();
  await using phone = await application.open("virtual:desk-1", MONITOR);
  await phone.setStatusMessages({ states: [], buttonModes: ["keypad"], buttonStates: ["down", "up"] });
  const events = phone.events();
  const { outcome, reference } = await phone.press(5, { reference: "five" });
  deepEqual([outcome, reference], ["succeeded", "five"]);
  const pressed: unknown[] = [];
  for await (const event of events) {
    if (event.type === "PHONE_BUTTON") pressed.push([event.button, event.state]);
    if (pressed.length === 2) break;
  }
  deepEqual(pressed, [[5, "down"], [5, "up"]]);

  await rejects(phone.press(99), {
    name: "PhoneError",
    code: "PHONEERR_INVALBUTTONLAMPID",
    message: "virtual:desk-1 has no button 99; its capabilities name the buttons it has",
  });
  await rejects(phone.press(20), { name: "PhoneError", code: "PHONEERR_OPERATIONUNAVAIL" });
  // Unplugged, it is the phone that says no: an operation that failed.
  await phone.devSpecific(person({ connected: false }));
  equal((await endOf(phone.press(5))).outcome, "failed");
  await phone.devSpecific(person({ connected: true }));
});
