import { testInNamespace } from "./support/test_in_namespace.ts";

testInNamespace("the foreign phones work with one another", "drivers.ts");
