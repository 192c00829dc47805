import { expect, test } from "vitest";
import type { ManifestFile } from "../../../src/lib/catalog/catalog.ts";
import type { TableContract } from "../../../src/lib/catalog/tables.ts";
import { assembleManifest } from "./manifest.ts";

type Range = readonly [min: string | null, max: string | null];

/** Bounds that a block of row groups with these ranges is given. */
async function bounds(type: string, ranges: readonly Range[]) {
	const contract = {
		columns: [{ name: "x", type, unit: null, description: "" }],
		partitionKeys: [],
		sortKeys: ["x"],
	} as unknown as TableContract;
	const files: ManifestFile[] = ranges.map(([min, max], index) => ({
		path: `x/${index}.parquet`,
		bytes: 100,
		tailStart: 50,
		tailChecksum: "",
		partition: {},
		rowGroups: [{ rows: 10, chunks: [[0, 50, "", min, max, 0]] }],
	}));
	const { blocks } = await assembleManifest(contract, files);
	const { x } = blocks[0]?.bounds ?? {};
	return [x?.min, x?.max];
}

test.each([
	["TIMESTAMP", ["2024-01-01 00:00:00", "2024-06-30 00:00:00"], ["2024-06-30 00:00:00", "12024-07-01 00:00:00"]], // biome-ignore format: one line a type
	["DATE", ["0044-03-15", "9999-12-31"], ["10000-01-01", "10000-01-02"]],
	["DOUBLE", ["-inf", "-9.5"], ["-10.0", "inf"]],
	["FLOAT", ["-1e-07", "9.0"], ["2.0", "10.0"]],
	["BIGINT", ["-9223372036854775808", "9"], ["-9", "10"]],
	["VARCHAR", ["", "！"], ["a", "😀"]],
	["BOOLEAN", ["false", "false"], ["false", "true"]],
] as const)(
	"a block of %s reaches from the least value to the greatest, in whatever order",
	async (type, one, other) => {
		const expected = [one[0], other[1]];
		expect(await bounds(type, [one, other])).toEqual(expected);
		expect(await bounds(type, [other, one])).toEqual(expected);
	},
);

test.each([
	["TIMESTAMP", ["2024-01-01 00:00:00", "infinity"]],
	["DATE", ["0044-03-15 (BC)", "2024-01-01"]],
	["DOUBLE", ["1.0", "nan"]],
	["DOUBLE", [null, "1.0"]],
] as const)(
	"a block of %s has no bounds where %j is one of its row groups'",
	async (type, range) => {
		const usual: Range =
			type === "DOUBLE"
				? ["1.0", "2.0"]
				: (["2024-01-01", "2024-01-02"].map((day) =>
						type === "DATE" ? day : `${day} 00:00:00`,
					) as [string, string]);
		expect(await bounds(type, [usual])).toEqual(usual);
		expect(await bounds(type, [usual, range])).toEqual([null, null]);
		expect(await bounds(type, [range])).toEqual([null, null]);
	},
);
