import { testInNamespace } from "./support/test_in_namespace.ts";

testInNamespace("baresip is a phone like any other", "baresip.ts");
