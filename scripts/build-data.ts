import { stat } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { formatBytes, formatCount } from "../src/lib/format.ts";
import {
	type BuildProgress,
	buildLake,
	DEFAULT_PARSE_OPTIONS,
} from "./steps/build.ts";
import { BusyError, OutputError } from "./steps/publish.ts";
import { reportJson, reportLines } from "./steps/report.ts";
import { SettingsError } from "./steps/settings.ts";

const USAGE = `npm run data -- [--input DIR] [--out DIR] [--json] [--max-gap-seconds N] [--max-gap-meters N]

  --input DIR          folder with any of rides/ posts/ weather/ flights/; without it, the demo
  --out DIR            where the lake goes; default: public/lake, which npm start serves
  --json               print one JSON object (BuildReport in scripts/steps/report.ts)
  --max-gap-seconds N  a ride's line breaks where two points lie further apart; default: ${DEFAULT_PARSE_OPTIONS.maxGapSeconds}
  --max-gap-meters N   the same in metres; default: ${DEFAULT_PARSE_OPTIONS.maxGapMeters}

Exit code: 0 nothing was rejected, 1 something was and the rest is published, 2 nothing was published.`;

class UsageError extends Error {}

async function main(): Promise<void> {
	const options = readArguments();
	if (options === null) {
		console.log(USAGE);
		return;
	}
	const { json, ...build } = options;
	await buildLake(
		{
			...build,
			input: await inputFolder(build.input),
			onProgress: showProgress(),
		},
		async (report) => {
			clearProgress();
			const parts = json ? reportJson(report) : reportLines(report);
			for await (const part of parts)
				process.stdout.write(json ? part : `${part}\n`);
			process.exitCode = report.exitCode;
		},
	);
}

/** Null where help is asked for. */
function readArguments() {
	let values: ReturnType<typeof parse>["values"];
	try {
		values = parse().values;
	} catch (cause) {
		throw new UsageError((cause as Error).message, { cause });
	}
	if (values.help) return null;
	return {
		input: values.input,
		out:
			values.out ?? fileURLToPath(new URL("../public/lake", import.meta.url)),
		json: values.json ?? false,
		maxGapSeconds: positive(
			values["max-gap-seconds"],
			"--max-gap-seconds",
			DEFAULT_PARSE_OPTIONS.maxGapSeconds,
		),
		maxGapMeters: positive(
			values["max-gap-meters"],
			"--max-gap-meters",
			DEFAULT_PARSE_OPTIONS.maxGapMeters,
		),
	};
}

function parse() {
	return parseArgs({
		options: {
			input: { type: "string" },
			out: { type: "string" },
			json: { type: "boolean" },
			"max-gap-seconds": { type: "string" },
			"max-gap-meters": { type: "string" },
			help: { type: "boolean", short: "h" },
		},
	});
}

function positive(
	text: string | undefined,
	name: string,
	fallback: number,
): number {
	if (text === undefined) return fallback;
	const value = Number(text);
	if (!(value > 0) || !Number.isFinite(value))
		throw new UsageError(`${name} must be a number above 0, not ${text}`);
	return value;
}

/** The publisher's folder, or the demo's, which is made first. */
async function inputFolder(input: string | undefined): Promise<string> {
	if (input !== undefined) {
		const status = await stat(input).catch(() => null);
		if (status?.isDirectory() !== true)
			throw new UsageError(`there is no folder ${input}`);
		return input;
	}
	const folder = fileURLToPath(
		new URL("../.cache/demo-input", import.meta.url),
	);
	const { makeDemo } = await import("./demo/demo.ts");
	await makeDemo(folder, showDemoProgress);
	return folder;
}

function showDemoProgress(what: string): void {
	process.stderr.write(
		process.stderr.isTTY ? `\r\x1b[2Kmake demo ${what}` : `make demo ${what}\n`,
	);
}

/** On a terminal one line that changes, elsewhere a line where a step begins. */
function showProgress(): (progress: BuildProgress) => void {
	let last = "";
	let shownAt = 0;
	return (progress) => {
		const text = progressText(progress);
		if (process.stderr.isTTY) {
			const now = performance.now();
			if (now - shownAt < 100 && progress.step === "parse") return;
			shownAt = now;
			process.stderr.write(`\r\x1b[2K${text}`);
			return;
		}
		const [step = ""] = text.split(":");
		if (step !== last) process.stderr.write(`${step}\n`);
		last = step;
	};
}

function clearProgress(): void {
	if (process.stderr.isTTY) process.stderr.write("\r\x1b[2K");
}

function progressText(progress: BuildProgress): string {
	switch (progress.step) {
		case "parse":
			return `parse ${progress.dataset}: ${formatCount(progress.files)} of ${formatCount(progress.totalFiles)} files, ${formatBytes(progress.bytes)} of ${formatBytes(progress.totalBytes)}`;
		case "table":
			return `write ${progress.table}: ${formatCount(progress.rows)} rows`;
		case "rollup":
			return `aggregate ${progress.rollup}`;
		case "publish":
			return "publish";
		default:
			throw new Error(
				`unknown step: ${JSON.stringify(progress satisfies never)}`,
			);
	}
}

main().catch((error: unknown) => {
	clearProgress();
	process.exitCode = 2;
	if (error instanceof UsageError)
		console.error(`${error.message}\n\n${USAGE}`);
	else if (
		error instanceof SettingsError ||
		error instanceof BusyError ||
		error instanceof OutputError
	)
		console.error(error.message);
	else console.error(error);
});
