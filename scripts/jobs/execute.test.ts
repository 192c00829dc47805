import { createHash } from "node:crypto";
import {
	mkdir,
	mkdtemp,
	readdir,
	readFile,
	rm,
	writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import {
	countRuns,
	jobOf,
	type KindName,
	kinds,
} from "../../tests/support/job-kinds.ts";
import { FolderStore } from "../storage/folder-store.ts";
import { type ExecuteOptions, executeJob } from "./execute.ts";
import { type Job, recordKey } from "./job.ts";

let folder: string;
let stores: { lake: FolderStore; work: FolderStore };

beforeEach(async () => {
	folder = await mkdtemp(join(tmpdir(), "lakeside-execute-"));
	stores = {
		lake: new FolderStore(join(folder, "lake")),
		work: new FolderStore(join(folder, "work")),
	};
});
afterEach(() => rm(folder, { recursive: true, force: true }));

function execute(job: Job, options: Partial<ExecuteOptions> = {}) {
	const kind = kinds[job.kind as KindName];
	if (kind === undefined) throw new Error(job.kind);
	return executeJob(job, kind, stores, {
		scratch: join(folder, "scratch"),
		...options,
	});
}

const make = (runs = join(folder, "runs")) =>
	jobOf("make", { seed: 1, bytes: 1000, ms: 0, runs });

test("a job's declared outputs are in their stores, and its record tells them", async () => {
	const record = await execute(make());
	const [lake, work] = record.outputs;
	expect(lake).toMatchObject({ store: "lake", bytes: 1000 });
	expect(work).toMatchObject({ store: "work", bytes: 64 });
	expect(await stores.lake.size(lake?.key ?? "")).toBe(1000);
	expect(await stores.work.size(work?.key ?? "")).toBe(64);
	expect(record).toMatchObject({
		value: { seed: 1 },
		log: ["made 1000 bytes from 1"],
	});
	expect(record.peakBytes).toBeGreaterThan(10e6);
	const kept = await stores.work.read(recordKey(record.id));
	expect(JSON.parse(String(kept))).toEqual(record);
});

test("a job that is done is not done again, unless an output is gone", async () => {
	const runs = join(folder, "runs");
	const record = await execute(make());
	expect(await execute(make())).toEqual(record);
	expect(await countRuns(runs)).toBe(1);
	await stores.lake.remove([record.outputs[0]?.key ?? ""]);
	expect((await execute(make())).outputs).toEqual(record.outputs);
	expect(await countRuns(runs)).toBe(2);
});

test("a lake file that is there already is not put again", async () => {
	await execute(make());
	let puts: string[] = [];
	stores.lake.put = async (_file, key) => void puts.push(`lake ${key}`);
	const other = make(join(folder, "other"));
	const { outputs } = await execute(other);
	expect(puts).toEqual([]);
	await stores.lake.write(outputs[0]?.key ?? "", Buffer.from("damaged"));
	puts = [];
	await execute(make(join(folder, "third")));
	expect(puts).toEqual([`lake ${outputs[0]?.key}`]);
});

test("inputs come from stores and from this machine under the names that the job gives them", async () => {
	await stores.work.write("parts/a", Buffer.from("from a store, "));
	await writeFile(join(folder, "b.txt"), "from a disk");
	const job = jobOf("digest", { runs: join(folder, "runs") }, [
		{ name: "1", from: { store: "work", key: "parts/a" }, bytes: 14 },
		{ name: "2", from: { file: join(folder, "b.txt") }, bytes: 11 },
	]);
	const { outputs } = await execute(job);
	const digest = await stores.lake.read(outputs[0]?.key ?? "");

	expect(String(digest)).toBe(
		createHash("sha256").update("from a store, from a disk").digest("hex"),
	);
	expect(await readFile(join(folder, "b.txt"), "utf8")).toBe("from a disk");
});

test("an input that is gone or has another size is not worked on", async () => {
	const runs = join(folder, "runs");
	const file = join(folder, "input");
	const job = jobOf("digest", { runs }, [
		{ name: "input", from: { file }, bytes: 5 },
	]);
	await expect(execute(job)).rejects.toMatchObject({
		name: "MissingFileError",
		message: "input is gone",
	});
	await writeFile(file, "longer than that");
	await expect(execute(job)).rejects.toThrow("16 bytes instead of 5");
	expect(await countRuns(runs)).toBe(0);
});

test("what a job leaves behind is removed, also where it fails", async () => {
	const scratch = join(folder, "scratch");
	const { value } = await execute(jobOf("litter", {}));
	expect(value).toContain(scratch);
	expect(await readdir(scratch)).toEqual([]);
	const failing = jobOf("fail", {
		how: "unknown",
		times: 1,
		runs: join(folder, "runs"),
	});
	await expect(execute(failing)).rejects.toThrow("nobody knows this");
	expect(await readdir(scratch)).toEqual([]);
});

test("a job that names an output which is none fails, and has no record", async () => {
	await mkdir(join(folder, "in"));
	const file = join(folder, "in", "input");
	await writeFile(file, "12345");
	const inputs = [{ name: "input", from: { file }, bytes: 5 }];
	for (const how of ["missing", "link"] as const) {
		const job = jobOf("cheat", { how }, inputs);
		await expect(execute(job)).rejects.toThrow();
		expect(await stores.work.read(recordKey(job.id))).toBe(null);
	}
	expect(await readFile(file, "utf8")).toBe("12345");
});

test("a job that is aborted has no record and no folder", async () => {
	const controller = new AbortController();
	const runs = join(folder, "runs");
	const job = jobOf("sleep", { ms: 60_000, runs });
	const running = execute(job, { signal: controller.signal });
	await expect.poll(() => countRuns(runs)).toBe(1);
	controller.abort();
	await expect(running).rejects.toThrow("aborted");
	expect(await readdir(join(folder, "scratch"))).toEqual([]);
	expect(await stores.work.read(recordKey(job.id))).toBe(null);
});
