import { deepEqual, equal, throws } from "node:assert/strict";
import { SipHeaders } from "../../../../plugins/sip/lib/message/mod.ts";
import { readCommand, tellAnswer, tellDialled } from "../../../../plugins/sip/phone/command.ts";
import { PhoneError } from "../../../../server/plugin/mod.ts";

const bytes = (value: unknown) => new TextEncoder().encode(typeof value === "string" ? value : JSON.stringify(value));
const text = (value: Uint8Array) => new TextDecoder().decode(value);

Deno.test("devSpecific asks for digits, hold or a request", () => {
  deepEqual(readCommand(bytes({ digits: "12#*A" })), { do: "digits", digits: "12#*A" });
  deepEqual(readCommand(bytes({ hold: false })), { do: "hold", on: false });
  deepEqual(readCommand(bytes({ request: { method: "OPTIONS" } })), {
    do: "request",
    request: { method: "OPTIONS", event: undefined, inDialog: false, headers: [], body: undefined },
  });
  const request = {
    method: "NOTIFY",
    event: "talk",
    inDialog: true,
    headers: { "X-A": "b" },
    contentType: "text/plain",
    body: "x",
  };
  deepEqual(readCommand(bytes({ request })), {
    do: "request",
    request: {
      method: "NOTIFY",
      event: "talk",
      inDialog: true,
      headers: [["X-A", "b"]],
      body: { type: "text/plain", text: "x" },
    },
  });
});

Deno.test("R31: what is not understood is INVALPOINTER, with what would be right", () => {
  const wrong: [unknown, RegExp][] = [
    ["", /must be a JSON object/],
    ["[]", /must be a JSON object/],
    ["{", /must be a JSON object/],
    [{}, /one key/],
    [{ hold: true, digits: "1" }, /one key/],
    [{ dance: 1 }, /"dance" is not known; request, digits and hold are/],
    [{ digits: "" }, /1 to 32/],
    [{ digits: "1".repeat(33) }, /1 to 32/],
    [{ digits: "1;" }, /1 to 32/],
    [{ hold: "yes" }, /true or false/],
    [{ request: 1 }, /must be an object/],
    [{ request: { method: "options" } }, /"method"/],
    [{ request: { method: "OPTIONS", to: "sip:x" } }, /may have/],
    [{ request: { method: "NOTIFY" } }, /"event" must be there/],
    [{ request: { method: "INFO", event: "talk" } }, /"event" must be there/],
    [{ request: { method: "NOTIFY", event: "a\r\nVia: x" } }, /one line/],
    [{ request: { method: "INFO", headers: { "X-A": "b\r\nVia: x" } } }, /one line/],
    [{ request: { method: "INFO", headers: { "X A": "b" } } }, /name of a header/],
    [{ request: { method: "INFO", headers: { "vIa": "b" } } }, /by Switchroom alone/],
    [{ request: { method: "INFO", headers: { "f": "b" } } }, /must be written out/],
    [{ request: { method: "INFO", headers: { "P-Asserted-Identity": "b" } } }, /by Switchroom alone/],
    [{ request: { method: "INFO", body: "x" } }, /"contentType"/],
    [{ request: { method: "INFO", contentType: "text/plain" } }, /"body"/],
    [{ request: { method: "INFO", contentType: "text/plain\r\nVia: x", body: "" } }, /"contentType"/],
    [{ request: { method: "INFO", contentType: "text/plain", body: "x".repeat(8_193) } }, /"body"/],
  ];
  for (const [value, why] of wrong) {
    throws(() => readCommand(bytes(value)), (error) => {
      equal(error instanceof PhoneError && error.code, "PHONEERR_INVALPOINTER");
      return why.test((error as Error).message);
    }, JSON.stringify(value));
  }
});

Deno.test("an application is told what a phone has answered and dialled as JSON", () => {
  const headers = new SipHeaders([["Content-Type", "text/plain"]]);
  deepEqual(JSON.parse(text(tellAnswer({ status: 200, reason: "OK", headers, body: bytes("Hi") }, 7))), {
    answer: { requestId: 7, status: 200, reason: "OK", contentType: "text/plain", body: "Hi" },
  });
  deepEqual(JSON.parse(text(tellAnswer({ status: 486, reason: "Busy Here" }, 8))), {
    answer: { requestId: 8, status: 486, reason: "Busy Here" },
  });
  deepEqual(JSON.parse(text(tellDialled("100"))), { dialled: "100" });
});
