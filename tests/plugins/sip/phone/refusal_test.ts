import { deepEqual, equal } from "node:assert/strict";
import { RequestRefused } from "../../../../plugins/sip/lib/dialog/mod.ts";
import { SipHeaders } from "../../../../plugins/sip/lib/message/mod.ts";
import { bestRefusal, errorOfStatus, isRefusedForSound, meaningOf } from "../../../../plugins/sip/phone/refusal.ts";
import { PhoneError } from "../../../../server/plugin/mod.ts";

const refused = (status: number, reason: string) => new RequestRefused({ status, reason });

Deno.test("a phone's refusal is a telephony error that names the SIP status and the phone's own words", () => {
  const error = meaningOf(refused(486, "Busy Here"), "ring 1001");
  equal(error instanceof PhoneError && error.code, "PHONEERR_RESOURCEUNAVAIL");
  equal((error as Error).message, "Cannot ring 1001: SIP 486 Busy Here");
});

Deno.test("what a phone says at length, or with control characters, does not fill a record or turn a terminal", () => {
  const error = meaningOf(refused(486, `\u001b[31m${"x".repeat(8_000)}`), "ring 1001");
  equal((error as Error).message, `Cannot ring 1001: SIP 486 \ufffd[31m${"x".repeat(195)}`);
});

Deno.test("what is no refusal of a phone stays what it is", () => {
  const error = new PhoneError("INVALPHONESTATE", "It has unregistered");
  equal(meaningOf(error, "ring 1001"), error);
});

Deno.test("docs/sip.md tells the same meaning of every status", async () => {
  const page = await Deno.readTextFile(new URL("../../../../docs/sip.md", import.meta.url));
  const told = new Map<string, number[]>();
  for (const [, statuses = "", name = ""] of page.matchAll(/^\| ([\d, ]+?) +\| `(\w+)`/gm)) {
    told.set(name, statuses.split(", ").map(Number));
  }
  deepEqual([...told.keys()], ["INVALPHONESTATE", "RESOURCEUNAVAIL", "OPERATIONUNAVAIL"]);
  const listed = [...told.values()].flat();
  for (let status = 300; status < 700; status++) {
    const name = [...told].find(([, statuses]) => statuses.includes(status))?.[0] ?? "OPERATIONFAILED";
    equal(errorOfStatus(status), name, String(status));
  }
  equal(new Set(listed).size, listed.length);
});

Deno.test("docs/sip.md tells the statuses at which a number is told though the call is refused", async () => {
  const page = await Deno.readTextFile(new URL("../../../../docs/sip.md", import.meta.url));
  const told = /no sound in it \(([\d,\s]+)\)/.exec(page)?.[1]?.split(/,\s+/).map(Number);
  const statuses = Array.from({ length: 400 }, (_, index) => 300 + index);
  deepEqual(statuses.filter((status) => isRefusedForSound({ by: "us", status })), told);
  deepEqual(statuses.filter((status) => isRefusedForSound({ by: "phone", status })), []);
});

Deno.test("RFC 3261 16.7: of several refusals that of the whole phone or of its person counts, else the lowest", () => {
  const [busy, gone, declined] = [refused(486, "Busy Here"), refused(404, "Not Found"), refused(603, "Decline")];
  equal(bestRefusal([busy, gone, declined]), declined);
  equal(bestRefusal([busy, gone]), gone);
  const other = new Error("something else");
  equal(bestRefusal([other, busy]), busy);
  equal(bestRefusal([other]), other);
});

Deno.test("of several refusals what a phone has said counts, not our own 408 or 503 for a contact that says nothing", () => {
  const said = (status: number) => new RequestRefused({ status, reason: "", headers: new SipHeaders() });
  const busy = said(486);
  equal(bestRefusal([refused(408, "Request Timeout"), busy, refused(503, "No route")]), busy);
  const timeout = said(408);
  equal(bestRefusal([busy, timeout]), timeout);
});
