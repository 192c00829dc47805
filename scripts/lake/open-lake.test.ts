import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readAnswer } from "../../src/lake/arrow/rows.ts";
import { writeTestLake } from "../../tests/support/test-lake.ts";
import { openLake } from "./open-lake.ts";

const STATIONS = ["a/b", "a b", "a%2Fb", "ü", "a=b", "?q#h", "+", null];

let folder: string;
let server: Server;
let root: string;
/** How the host answers. */
let host: "plain" | "ignores Range" | "redirects" | "lacks files" = "plain";

beforeAll(async () => {
	folder = await mkdtemp(join(tmpdir(), "lakeside 100%25 "));
	const names = STATIONS.map((name) => (name === null ? "NULL" : `'${name}'`));
	await writeTestLake(folder, [
		{
			name: "stations",
			select: `SELECT i::INTEGER AS i, [${names}][1 + i % 8] AS station FROM range(4000) r(i)`,
			partitionKeys: ["station"],
		},
		{ name: "one", select: "SELECT 1 AS a, 'x' AS b" },
		{ name: "none", select: "SELECT 1 AS a, 'x' AS b WHERE false" },
		{
			name: "many",
			select: "SELECT i::INTEGER AS i FROM range(5200) r(i)",
			rowsPerFile: 20,
			rowGroupsPerBlock: 256,
		},
	]);
	server = createServer(async (request, response) => {
		const { pathname } = new URL(request.url ?? "/", "http://host");
		const path = decodeURIComponent(pathname.replace(/^(\/moved)?\/lake/, ""));
		const bytes = await readFile(join(folder, path)).catch(() => null);
		const isLost = host === "lacks files" && path.endsWith(".parquet");
		if (bytes === null || isLost || !pathname.includes("/lake/")) {
			response.writeHead(404).end();
		} else if (host === "redirects" && !pathname.startsWith("/moved")) {
			response.writeHead(302, { Location: `/moved${pathname}` }).end();
		} else {
			const range = /bytes=(\d+)-(\d+)/.exec(request.headers.range ?? "");
			if (range === null || host === "ignores Range") {
				response.end(bytes);
				return;
			}
			const [first, last] = [Number(range[1]), Number(range[2])];
			response
				.writeHead(206, {
					"Content-Range": `bytes ${first}-${last}/${bytes.length}`,
				})
				.end(bytes.subarray(first, last + 1));
		}
	});
	await new Promise<void>((resolve) =>
		server.listen(0, "127.0.0.1", () => resolve()),
	);
	root = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(async () => {
	server.closeAllConnections();
	server.close();
	await rm(folder, { recursive: true });
});

async function answers(lake: string, queries: readonly string[]) {
	const session = await openLake(lake);
	try {
		const found = [];
		for (const sql of queries) {
			const { ipc, columns } = await session.query({ sql });
			const { rows, cell } = readAnswer(ipc, columns);
			found.push(
				Array.from({ length: rows }, (_, row) =>
					columns.map((_, column) => cell(row, column)),
				),
			);
		}
		return found;
	} finally {
		await session.close();
	}
}

const QUERIES = [
	"SELECT station, count(i), min(i) FROM stations GROUP BY station ORDER BY 3",
	"SELECT min(i) FROM stations WHERE station = 'a%2Fb'",
	"SELECT max(i) FROM stations WHERE station = 'a/b'",
	"FROM one",
	"SELECT count(*), max(b) FROM none",
	// Across the edge of two manifest blocks.
	"SELECT count(*), sum(i) FROM many WHERE i BETWEEN 5100 AND 5139",
];
const EXPECTED = [
	STATIONS.map((name, index) => [name, 500, index]),
	[[2]],
	[[3992]],
	[[1, "x"]],
	[[0, null]],
	[[40, 204_780]],
];

test("a lake answers the same from a folder and from a host, whatever its names are", async () => {
	for (const lake of [folder, `${folder}/`, `${root}/lake/`])
		expect(await answers(lake, QUERIES), lake).toEqual(EXPECTED);
});

test.each(["ignores Range", "redirects"] as const)(
	"a host that %s is read as well",
	async (kind) => {
		host = kind;
		expect(await answers(`${root}/lake`, QUERIES)).toEqual(EXPECTED);
		host = "plain";
	},
);

test("an error says what is not there", async () => {
	host = "lacks files";
	await expect(answers(`${root}/lake`, ["FROM one"])).rejects.toMatchObject({
		name: "GoneError",
		message: expect.stringMatching(/one\/part-\d+\.parquet: .*404/),
	});
	host = "plain";
	await expect(openLake(`${root}/elsewhere`)).rejects.toThrow(
		`catalog.json: there is no lake at ${root}/elsewhere/`,
	);
	await expect(openLake(join(folder, "none such"))).rejects.toThrow(
		"there is no lake in",
	);
});
