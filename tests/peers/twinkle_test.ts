import { testInNamespace } from "./support/test_in_namespace.ts";

testInNamespace("twinkle is a phone like any other", { file: "twinkle.ts", phones: ["twinkle-console"] });
