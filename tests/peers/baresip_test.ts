import { testInNamespace } from "./support/test_in_namespace.ts";

testInNamespace("baresip is a phone like any other", { file: "baresip.ts", phones: ["baresip"] });
