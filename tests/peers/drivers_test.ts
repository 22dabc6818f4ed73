import { testInNamespace } from "./support/test_in_namespace.ts";

testInNamespace("the foreign phones work with one another", {
  file: "drivers.ts",
  phones: ["baresip", "linphone-daemon", "sipp"],
});
