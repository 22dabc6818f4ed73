import { testInNamespace } from "./support/test_in_namespace.ts";

testInNamespace("phones of different makes", {
  file: "makes.ts",
  phones: ["baresip", "linphone-daemon", "twinkle-console", "jamid"],
});
