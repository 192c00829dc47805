import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { tarOf } from "../../../tests/support/tar-writer.ts";
import { cancelled } from "../errors.ts";
import { containersOf } from "./containers.ts";

const ARCHIVE = gzipSync(
	tarOf({ "a.json": "[1]", "b.json": "[2]", "c.txt": "no" }),
);

/** The files that are found, until the reader has been asked so often whether to go on. */
async function found(steps: number, bytes: Uint8Array<ArrayBuffer>) {
	const files: string[] = [];
	const faults: string[] = [];
	let left = steps;
	const containers = containersOf(
		[{ path: "posts.tar.gz", blob: new Blob([bytes]) }],
		{
			fault: (path, { message }) => faults.push(`${path}: ${message}`),
			wants: (path) => path.endsWith(".json"),
			goOn: () => {
				left -= 1;
				if (left < 0) throw cancelled();
			},
		},
	);
	for await (const list of containers)
		files.push(...list.map(({ path }) => path));
	return { files, faults };
}

test("of a packed archive what is wanted is found, and damage is told", async () => {
	const all = ["posts.tar.gz/a.json", "posts.tar.gz/b.json"];
	expect(await found(99, ARCHIVE)).toEqual({ files: all, faults: [] });
	const { faults } = await found(99, ARCHIVE.subarray(0, -20));
	expect(faults).toEqual([
		"posts.tar.gz: the compressed data are cut off or damaged",
	]);
});

test("who gives up within a packed archive is not told that it is damaged", async () => {
	for (const steps of [0, 1])
		await expect(found(steps, ARCHIVE)).rejects.toMatchObject({
			name: "CancelledError",
		});
});
