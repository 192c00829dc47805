import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import { codeVersion, hashOf, modulesFrom } from "./code-version.ts";

test("the version is the same each time and can stand in a key", async () => {
	expect(await codeVersion()).toMatch(/^[0-9a-f]{16}$/);
	expect(await codeVersion()).toBe(await codeVersion());
});

test("the code of a job is what it imports, and what that imports, in circles too", async () => {
	const folder = await mkdtemp(join(tmpdir(), "lakeside-version-"));
	try {
		const files = {
			"a.ts": `import { b } from "./b.ts";\nimport "node:fs";\nimport x from "package";`,
			"b.ts": `export {\n\tc,\n} from "./c.ts";\nconst d = await import("./d.ts");`,
			"c.ts": `import "./a.ts";`,
			"d.ts": "",
			"e.ts": "",
		};
		for (const [name, text] of Object.entries(files))
			await writeFile(join(folder, name), text);
		const found = modulesFrom([pathToFileURL(join(folder, "a.ts"))]);
		expect([...found.keys()].map((path) => path.slice(-4)).sort()).toEqual([
			"a.ts",
			"b.ts",
			"c.ts",
			"d.ts",
		]);
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
});

test("the hash of files tells any of them, and where it lies", () => {
	const files = [
		["/a.ts", Buffer.from("a")],
		["/b.ts", Buffer.from("b")],
	] as const;
	const hash = hashOf(new Map(files));
	expect(hash).toMatch(/^[0-9a-f]{16}$/);
	expect(hashOf(new Map(files.toReversed()))).toBe(hash);
	for (const other of [
		["/b.ts", Buffer.from("c")],
		["/c.ts", Buffer.from("b")],
	] as const)
		expect(hashOf(new Map([files[0], other]))).not.toBe(hash);
});

test("the code of a build is found from its steps: what plans jobs, and what publishes", () => {
	const entry = new URL("../steps/build-run.ts", import.meta.url);
	const found = [...modulesFrom([entry]).keys()].join("\n");
	for (const name of ["pieces.ts", "lake-catalog.ts", "publication.ts"])
		expect(found).toContain(name);
});

test("the pipeline's code is found from what executes jobs", async () => {
	const entry = new URL("./job-process.ts", import.meta.url);
	const found = [...modulesFrom([entry]).keys()].join("\n");
	for (const name of ["execute.ts", "store.ts", "memory.ts"])
		expect(found).toContain(name);
});
