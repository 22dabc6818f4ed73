import { deepEqual } from "node:assert/strict";
import { given } from "../../server/tools/mod.ts";

/** As those who use it have it: a field is there or it is not. */
interface Reply {
  readonly requestId: number;
  readonly code?: string;
  readonly cause?: string;
}

Deno.test("fields without a value are left out, those that only look empty stay", () => {
  deepEqual(given({ a: undefined, b: null, c: 0, d: "", e: false, f: [] }), { c: 0, d: "", e: false, f: [] });
  deepEqual(given({}), {});
});

Deno.test("what it gives can be spread into an object whose optional fields must not be undefined", () => {
  const of = (code: string | undefined, cause: string | null): Reply => ({ requestId: 1, ...given({ code, cause }) });
  deepEqual(of(undefined, null), { requestId: 1 });
  deepEqual(of("PHONEERR_INUSE", "close"), { requestId: 1, code: "PHONEERR_INUSE", cause: "close" });
});
