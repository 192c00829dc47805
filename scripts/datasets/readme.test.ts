import { readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { randomFrom } from "../../src/lib/random.ts";
import { buildFrom } from "../../tests/support/in-memory-build.ts";
import type { DatasetDefinition } from "./dataset.ts";

const README = await readFile(
	new URL("../../README.md", import.meta.url),
	"utf8",
);
const [, section = ""] = README.split("### A dataset of your own\n");
const code = (
	/(?:^(?: {4}.*)?\n)*^ {4}import(?:.*\n)(?:^(?: {4}.*)?\n)*/m.exec(
		section,
	)?.[0] ?? ""
)
	.replace(/^ {4}/gm, "")
	.trim();
const sample = /^ {4}(\S.*\[.*)$/m.exec(section)?.[1] ?? "";

/** The dataset that README shows, loaded as it stands there. */
async function datasetOfReadme(): Promise<DatasetDefinition> {
	const here = fileURLToPath(new URL(".", import.meta.url));
	const file = join(tmpdir(), `lakeside-readme-${process.pid}.ts`);
	await writeFile(
		file,
		code.replace(
			/from "(\.[^"]*)"/g,
			(_, path: string) => `from ${JSON.stringify(join(here, path))}`,
		),
	);
	try {
		const module = await import(/* @vite-ignore */ pathToFileURL(file).href);
		return module.access;
	} finally {
		await rm(file);
	}
}

test("README's dataset is a whole file of at most 30 lines", () => {
	expect(code).toContain("export const access: DatasetDefinition");
	expect(code.split("\n").length).toBeLessThanOrEqual(30);
});

test("README's sample is a line of its dataset", async () => {
	const lake = await buildFrom(await datasetOfReadme(), {
		"access/access.log": `${sample}\n`,
	});
	expect(lake.rejects).toEqual([]);
	expect(await lake.query("FROM requests")).toEqual([
		{
			ts: new Date("2024-05-01T10:00:00Z"),
			backend: "10.0.0.2:8080",
			request: "GET /rides HTTP/2.0",
			status: 200,
			seconds: 0.043,
		},
	]);
	lake.close();
});

test("README's dataset tells mean and standard deviation by backend", async () => {
	const random = randomFrom(8);
	const times = new Map<string, number[]>();
	const lines: string[] = [];
	for (let index = 0; index < 5000; index++) {
		const backend = `10.0.0.${1 + Math.floor(random() * 3)}:8080`;
		const seconds = (0.01 / (0.01 + random())).toFixed(3);
		times.set(backend, [...(times.get(backend) ?? []), Number(seconds)]);
		lines.push(sample.replace("10.0.0.2:8080 0.043", `${backend} ${seconds}`));
	}
	times.set("10.0.0.9:80", [1.5]);
	lines.push(sample.replace("10.0.0.2:8080 0.043", "10.0.0.9:80 1.5"));
	// Answered by the server itself, and two that are rejected.
	lines.push(sample.replace("10.0.0.2:8080 0.043", "- 0.001"));
	lines.push(sample.slice(0, -9), sample.replace("0.043", "0.0.43"));

	const lake = await buildFrom(await datasetOfReadme(), {
		"access/access.log": lines.slice(0, 2000).join("\n"),
		"access/access.log.1.gz": gzipSync(`${lines.slice(2000).join("\n")}\n`),
	});
	const rows = await lake.query(
		"FROM response_times WHERE backend IS NOT NULL",
	);
	expect(rows).toEqual(
		[...times]
			.sort(([a], [b]) => (a < b ? -1 : 1))
			.map(([backend, values]) => {
				const mean = values.reduce((sum, value) => sum + value) / values.length;
				const squares = values.reduce(
					(sum, value) => sum + (value - mean) ** 2,
					0,
				);
				return {
					backend,
					requests: BigInt(values.length),
					mean: expect.closeTo(mean, 10),
					deviation:
						values.length === 1
							? null
							: expect.closeTo(Math.sqrt(squares / (values.length - 1)), 10),
				};
			}),
	);
	expect(lake.rejects.map(({ reason }) => reason)).toEqual([
		"not a line of the declared form",
		"seconds: not a DOUBLE: 0.0.43",
	]);
	expect(
		await lake.query("SELECT count(*)::INTEGER AS n FROM requests"),
	).toEqual([{ n: 5002 }]);
	lake.close();
});
