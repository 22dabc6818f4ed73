import { deepEqual, equal } from "node:assert/strict";
import { PHONE_ERRORS, PhoneError, type PhoneErrorName } from "../../server/core/contract/errors.ts";
import { refusalOf } from "../../server/client/answers.ts";
import { CallRefused } from "../../server/client/mod.ts";
import { Refusal, type RefusalKind, REFUSALS, rpcErrorOf } from "../../server/api/mod.ts";

Deno.test("every telephony error has its own signed number and its name in JSON-RPC (api section 2)", () => {
  for (const name of Object.keys(PHONE_ERRORS) as PhoneErrorName[]) {
    const { value: code } = PHONE_ERRORS[name];
    deepEqual(rpcErrorOf(new PhoneError(name, "words")), {
      code,
      message: "words",
      data: { code: `PHONEERR_${name}` },
    });
  }
});

Deno.test("a vendor's own error has its number and no name (api section 2)", () => {
  const value = -1073741823;
  deepEqual(rpcErrorOf(new PhoneError(0xC0000001, "words")), { code: value, message: "words", data: { value } });
});

Deno.test("a vendor's own number is never read as one of JSON-RPC's, and comes back from the client (JSON-RPC 2.0, 5.1)", () => {
  for (const value of [-32_768, -32_700, -32_601, -32_002, -32_000, -32_769, -31_999, -1, -0x4000_0000]) {
    const error = rpcErrorOf(new PhoneError(value, "words"));
    const isKept = value >= -32_768 && value <= -32_000;
    deepEqual(error, { code: isKept ? -32_000 : value, message: "words", data: { value } });
    const read = refusalOf(JSON.parse(JSON.stringify(error)), "The answer");
    equal(read instanceof PhoneError && read.value, value);
  }
  equal(refusalOf(rpcErrorOf(new Refusal("unknown-method", "words")), "The answer") instanceof CallRefused, true);
});

Deno.test("every other refusal has the number of the table (api section 2)", () => {
  const table: [code: number, kinds: RefusalKind[]][] = [
    [-32700, ["unparsable"]],
    [-32600, ["invalid-message", "conflict", "too-large", "not-json", "upgrade-required"]],
    [-32601, ["unknown-method", "method-not-allowed"]],
    [-32602, ["bad-request", "not-found"]],
    [-32001, ["unauthorized", "missing-scope", "foreign-origin"]],
    [-32002, ["too-many", "too-many-calls", "too-many-attempts"]],
  ];
  deepEqual(table.flatMap(([, kinds]) => kinds).sort(), Object.keys(REFUSALS).sort(), "every kind has its number");
  for (const [code, kinds] of table) {
    for (const kind of kinds) equal(rpcErrorOf(new Refusal(kind, "words")).code, code, kind);
  }
});

Deno.test("a fault of ours is JSON-RPC's internal error and tells nothing of itself", () => {
  equal(rpcErrorOf(new Error("the inside")).code, -32603);
  equal(rpcErrorOf("the inside").message.includes("inside"), false);
});
