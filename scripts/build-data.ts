import { cacheCompiledCode } from "./data/compiled-code.ts";

cacheCompiledCode();
await import("./data/main.ts");
