import { testInNamespace } from "./support/test_in_namespace.ts";

testInNamespace("phones in less common ways", "corners.ts");
