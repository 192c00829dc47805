import { expect, test } from "vitest";
import { batchesAfter, batchesOf, isSorted } from "./batches.ts";
import type { ScannedFile } from "./scan.ts";

const file = (path: string, bytes = 50_000): ScannedFile => ({
	path,
	absolutePath: `/${path}`,
	bytes,
	content: path,
});

test("a file that comes or goes changes its own batch, and no more than the next", () => {
	const files = Array.from({ length: 700 }, (_, index) =>
		file(`rides/${String(index).padStart(4, "0")}.gpx`),
	);
	const before = new Set(
		batchesOf(files).map((batch) => JSON.stringify(batch)),
	);
	expect(before.size).toBeGreaterThan(20);
	for (const index of [0, 17, 350, 699]) {
		const fewer = batchesOf(files.toSpliced(index, 1));
		const more = batchesOf(
			files.toSpliced(
				index,
				0,
				file(`rides/${String(index).padStart(4, "0")}-new.gpx`),
			),
		);
		for (const batches of [fewer, more])
			expect(
				batches.filter((batch) => !before.has(JSON.stringify(batch))).length,
			).toBeLessThanOrEqual(2);
	}
});

const jobOf = (files: readonly ScannedFile[]) =>
	JSON.stringify(files.map(({ path, content }) => [path, content]));

const jobOfOne = (one: ScannedFile) => jobOf([one]);

const named = (batches: readonly (readonly ScannedFile[])[]) =>
	batches.map((files) => ({
		job: jobOf(files),
		files: files.map(({ path }) => path),
	}));

test("new files are read by themselves while they are few, and what was read stays as it was", () => {
	let files = Array.from({ length: 700 }, (_, index) =>
		file(`rides/${String(index).padStart(4, "0")}.gpx`),
	);
	let former = named(batchesOf(files));
	for (let ride = 0; ride < 40; ride++) {
		const fresh = file(`rides/0700-${String(ride).padStart(3, "0")}.gpx`);
		files = [...files, fresh].sort((a, b) => (a.path < b.path ? -1 : 1));
		const batches = batchesAfter(former, files, jobOf);
		expect(batches.flat().map(jobOfOne).sort()).toEqual(
			files.map(jobOfOne).sort(),
		);
		expect(batches.length).toBeLessThanOrEqual(2 * batchesOf(files).length);
		const known = new Set(former.map(({ job }) => job));
		const read = batches.filter((batch) => !known.has(jobOf(batch)));
		expect(read.flat()).toContainEqual(fresh);
		if (ride === 0) expect(read).toEqual([[fresh]]);
		former = named(batches);
		expect(batchesAfter(former, files, jobOf)).toEqual(batches);
	}
});

test("what was read apart stays apart, whichever comes first by path", () => {
	const files = [file("a", 10_000), file("b", 50_000)];
	const former = named(files.map((each) => [each]));
	expect(batchesAfter(former, files, jobOf)).toEqual([[files[1]], [files[0]]]);
	expect(batchesOf(files)).toHaveLength(1);
});

test("a batch of which a file has changed or is gone is read anew, as a whole", () => {
	const files = Array.from({ length: 700 }, (_, index) =>
		file(`rides/${String(index).padStart(4, "0")}.gpx`),
	);
	const former = named(batchesOf(files));
	const changed = files.with(350, { ...file("rides/0350.gpx"), content: "x" });
	for (const now of [changed, files.toSpliced(350, 1)])
		expect(batchesAfter(former, now, jobOf)).toEqual(batchesOf(now));
});

test("files that memory sorts one at a time are not read together", () => {
	const files = Array.from({ length: 40 }, (_, index) =>
		file(`flights/${String(index).padStart(2, "0")}.parquet`, 28e6),
	);
	expect(batchesOf(files)).toEqual(files.map((each) => [each]));
	expect(batchesOf(files).every(isSorted)).toBe(true);
	const plain = files.map(({ path }) => file(`${path}.csv`, 28e6));
	expect(batchesOf(plain).length).toBeLessThan(40);
});

test("batches hold all files in order, and a large file stands alone", () => {
	const files = [
		...Array.from({ length: 10 }, (_, index) => file(`a/${index}.csv`)),
		file("b/large.csv", 2 ** 30),
		...Array.from({ length: 10 }, (_, index) => file(`c/${index}.csv`)),
	];
	const batches = batchesOf(files);
	expect(batches.flat()).toEqual(files);
	expect(batches).toContainEqual([file("b/large.csv", 2 ** 30)]);
	expect(batchesOf([])).toEqual([]);
});
