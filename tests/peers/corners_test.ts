import { testInNamespace } from "./support/test_in_namespace.ts";

testInNamespace("phones in less common ways", { file: "corners.ts", phones: ["baresip", "sipp"] });
