import { enableCompileCache } from "node:module";
import { fileURLToPath } from "node:url";

// What Node makes of the code that is loaded from here on is kept, for this process and
// those that it starts: a small build takes longer to load than to work. So this file is
// no TypeScript: to read a single one that is not kept, Node loads a compiler.
process.env.NODE_COMPILE_CACHE ??= fileURLToPath(
	new URL("../.cache/compiled-code", import.meta.url),
);
enableCompileCache(process.env.NODE_COMPILE_CACHE);
// DuckDB's statements and what waits for the disk take the same threads: of the usual four,
// files that are synced would leave a statement none.
process.env.UV_THREADPOOL_SIZE ??= "8";
await import("./data/main.ts");
