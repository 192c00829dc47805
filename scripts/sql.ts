import { parseArgs } from "node:util";
import {
	type Cell,
	distinctNames,
	readAnswer,
} from "../src/lake/arrow/rows.ts";
import { unverifiedWords } from "../src/lake/plan/unverified.ts";
import { isExplanation } from "../src/lib/sql/explanation.ts";
import { formatBytes } from "../src/lib/text/format.ts";
import { printable } from "../src/lib/text/printable.ts";
import type { QueryAnswer } from "../workers/engine-api.ts";
import { openLake } from "./lake/open-lake.ts";

const DEFAULT_LAKE = "public/lake";

const USAGE = `npm run sql -- [--lake ADDRESS] [--endpoint URL] [--json] "select …"

  --lake ADDRESS  a folder, https://…, or s3://bucket/prefix; default: ${DEFAULT_LAKE}
  --endpoint URL  of a store that is compatible with S3; default: AWS_ENDPOINT_URL_S3,
                  AWS_ENDPOINT_URL, or Amazon's
  --json          print columns, rows and plan as one JSON object

Keys of a private bucket come from where the AWS tools have them: AWS_ACCESS_KEY_ID,
AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN, AWS_PROFILE, or the machine's role; the
region from AWS_REGION or the profile. They are used for that store only, also for
files there that the SQL names. Exit code: 0 an answer, 1 an error, told on stderr.`;

/** The page's planner and engine on the command line. */
async function main(): Promise<void> {
	const { values, positionals } = parseArgs({
		options: {
			lake: { type: "string", default: DEFAULT_LAKE },
			endpoint: { type: "string" },
			json: { type: "boolean", default: false },
			help: { type: "boolean", short: "h", default: false },
		},
		allowPositionals: true,
	});
	if (values.help) {
		console.log(USAGE);
		return;
	}
	const [sql, ...rest] = positionals;
	if (sql === undefined || rest.length > 0)
		throw new Error(`give one statement, in quotes\n\n${USAGE}`);
	const { lake, endpoint } = values;
	if (endpoint !== undefined && !URL.canParse(endpoint))
		throw new Error(
			`--endpoint must be a whole address, as https://s3.example.org, not ${endpoint}`,
		);
	const session = await openLake(lake, { endpoint });
	try {
		const answer = await session.query({ sql });
		process.stdout.write(values.json ? asJson(answer) : asText(answer));
	} finally {
		await session.close();
	}
}

function asJson(answer: QueryAnswer): string {
	const names = distinctNames(answer.columns.map((column) => column.name));
	const columns = answer.columns.map(({ type }, index) => ({
		name: names[index],
		type,
	}));
	const { estimated, actual, stagesMs, scans, slices } = answer.plan;
	const rows = rowsOf(answer).map((row) =>
		Object.fromEntries(row.map((cell, column) => [names[column], cell])),
	);
	return `${JSON.stringify({
		columns,
		rows,
		plan: { estimated, actual, stagesMs, scans, slices },
		version: answer.version,
	})}\n`;
}

function asText(answer: QueryAnswer): string {
	const heads = answer.columns.map((column) => column.name);
	const cells = rowsOf(answer);
	if (isExplanation(answer.columns)) {
		const drawn = cells.map((row) => printable(String(row[1]), "\n"));
		return `${[...drawn, ...planLines(answer)].join("\n")}\n`;
	}
	const rows = cells.map((row) => row.map(text));
	const widths = heads.map((head, column) =>
		rows.reduce(
			(width, row) => Math.max(width, [...(row[column] ?? "")].length),
			[...head].length,
		),
	);
	const right = answer.columns.map(({ type }) =>
		/INT|^(DOUBLE|FLOAT|DECIMAL)/.test(type),
	);
	const line = (cells: readonly string[]) =>
		cells
			.map((cell, column) => {
				const space = " ".repeat(
					Math.max(0, (widths[column] ?? 0) - [...cell].length),
				);
				return right[column] ? space + cell : cell + space;
			})
			.join("  ")
			.trimEnd();
	const rule = widths.map((width) => "─".repeat(width)).join("  ");
	return `${[line(heads), rule, ...rows.map(line), "", ...planLines(answer)].join("\n")}\n`;
}

function rowsOf({ ipc, columns }: QueryAnswer): Cell[][] {
	const { rows, cell } = readAnswer(ipc, columns);
	return Array.from({ length: rows }, (_, row) =>
		columns.map((_, column) => cell(row, column)),
	);
}

/** A cell on one line: control characters as escapes, null as a word. */
function text(cell: Cell): string {
	if (cell === null) return "NULL";
	return printable(
		typeof cell === "object" ? JSON.stringify(cell) : String(cell),
	);
}

function planLines({ rows, plan, version }: QueryAnswer): string[] {
	const { estimated, actual, stagesMs, scans, slices } = plan;
	const count = (number: number, what: string) =>
		`${number} ${what}${number === 1 ? "" : "s"}`;
	const stages = Object.entries(stagesMs)
		.map(([stage, milliseconds]) => `${stage} ${milliseconds.toFixed(0)}`)
		.join(", ");
	return [
		count(rows, "row"),
		...scans.map((scan) => {
			const filters = scan.filters
				.map(
					(filter) => `${filter.text}${filter.prunes ? "" : " (not pruning)"}`,
				)
				.join(" and ");
			const notes =
				scan.unverified === undefined
					? []
					: [unverifiedWords(scan.unverified), ...scan.unverified.notes];
			return `reads ${scan.table} (${scan.columns.join(", ")}): ${scan.rowGroups} of ${count(scan.rowGroupsTotal, "row group")}, ${formatBytes(scan.bytes)}${filters && `, where ${filters}`}${notes.map((note) => `\n  ${note}`).join("")}`;
		}),
		`estimated ${count(estimated.files, "file")}, ${count(estimated.rowGroups, "row group")}, ${count(estimated.requests, "request")}, ${formatBytes(estimated.bytes)}`,
		`fetched ${count(actual.files, "file")}, ${count(actual.rowGroups, "row group")}, ${count(actual.requests, "request")}, ${formatBytes(actual.bytes)}, ${formatBytes(actual.cachedBytes)} from the cache`,
		...(slices === null
			? []
			: [`larger than memory may hold: ran in ${count(slices, "slice")}`]),
		`milliseconds: ${stages}`,
		`lake ${version}`,
	];
}

try {
	await main();
} catch (error) {
	console.error(error instanceof Error ? error.message : String(error));
	// Not by `exitCode`: an engine that was still starting would set it back as it ends.
	process.exit(1);
}
