import { expect, test } from "vitest";
import { readableFiles } from "./readable-files.ts";

const blob = new Blob();
const given = (...paths: string[]) => paths.map((path) => ({ path, blob }));

test("of a folder only what SQL reads is taken, and the rest is counted", () => {
	const readable = [
		...["a/rides.parquet", "a/b/notes.CSV.gz", "a/points.gpx"],
		...["a/days.ndjson", "a/b/c/list.txt"],
	];
	const photos = Array.from({ length: 20_000 }, (_, at) => `a/${at}.jpg`);
	const { files, others } = readableFiles(
		given(...readable, ...photos, "a/._notes.csv", "a/.DS_Store", "a/x.zip"),
	);
	expect(files.map(({ path }) => path)).toEqual(readable);
	expect(others).toBe(20_003);
});

test("a file that was given by itself is tried, whatever its name", () => {
	const files = given("photo.jpg", "notes.csv");
	expect(readableFiles(files)).toEqual({ files, others: 0 });
});
