import { testInNamespace } from "./support/test_in_namespace.ts";

testInNamespace("phones and servers that lose their power", { file: "lost.ts", phones: ["baresip"] });
