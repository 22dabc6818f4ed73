import { testInNamespace } from "./support/test_in_namespace.ts";

testInNamespace("jami is a phone like any other", { file: "jami.ts", phones: ["jamid"] });
