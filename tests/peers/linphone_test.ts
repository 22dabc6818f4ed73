import { testInNamespace } from "./support/test_in_namespace.ts";

testInNamespace("linphone is a phone like any other", { file: "linphone.ts", phones: ["linphone-daemon"] });
