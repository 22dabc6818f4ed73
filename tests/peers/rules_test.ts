import { testInNamespace } from "./support/test_in_namespace.ts";

testInNamespace("the contract's rules on a real phone", { file: "rules.ts", phones: ["baresip"] });
