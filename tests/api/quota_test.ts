import { throws } from "node:assert/strict";
import { PhoneError } from "../../server/core/contract/errors.ts";
import { quota } from "../../server/api/mod.ts";

Deno.test("one token cannot take every place, and a place that is left twice is left once", () => {
  const begin = quota("exports", { most: 3, each: 2 });
  const leave = begin("a");
  begin("a");
  throws(() => begin("a"), PhoneError);
  begin("b");
  throws(() => begin("c"), { code: "PHONEERR_REQUESTOVERRUN" });
  leave();
  leave();
  begin("c");
  throws(() => begin("b"), PhoneError);
});
