import { testInNamespace } from "./support/test_in_namespace.ts";

testInNamespace("phones behind kamailio", {
  file: "proxied.ts",
  phones: ["baresip", "twinkle-console"],
  // kamailio must be installed.
  flag: "SWITCHROOM_PROXIES",
});
