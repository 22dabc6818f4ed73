import { testInNamespace } from "./support/test_in_namespace.ts";

testInNamespace("a crowd of phones is rung at once", { file: "crowd.ts", phones: ["sipp"] });
