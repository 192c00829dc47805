import { fileURLToPath } from "node:url";
import { type ParseArgsConfig, parseArgs } from "node:util";
import type { DatasetDefinition } from "../datasets/dataset.ts";
import { DEFAULT_KEEP } from "../publish/publication.ts";
import {
	type BuildOptions,
	DEFAULT_MAX_REJECTED,
	DEFAULT_PARSE_OPTIONS,
} from "../steps/settings/build-options.ts";
import { isFolder } from "../storage/folders.ts";

const DEFAULT_OUT = fileURLToPath(
	new URL("../../public/lake", import.meta.url),
);

const DEFAULT_QUIET_MINUTES = 45;

const DEFAULT_LOOK_SECONDS = 10;

/** What `--help` prints. */
export async function usage(): Promise<string> {
	const { DATASETS } = await import("../datasets/registry.ts");
	const folders = DATASETS.map(({ folder }) => `${folder}/`).join(" ");
	return `npm run data -- [options]                    build a lake
npm run data -- explain [DATASET] [options]  a dataset's steps, their SQL and their files
npm run data -- log [TEXT] [options]         logs of the last build's jobs, of those with TEXT in their names
npm run data -- status --queue URL [--json]  what waits and runs in a queue

  --input DIR          folder with any of ${folders}; without it, the demo
  --out ADDRESS        where the lake goes, a folder or s3://bucket/prefix; default: public/lake, which npm start serves
  --work ADDRESS       what a build leaves to the next, a folder or, with --queue, s3://bucket/prefix; default: in .cache/work
  --endpoint URL       of an S3-compatible store; default: AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL, or Amazon's
  --queue URL          redis://host:port: workers elsewhere do the jobs (npm run worker)
  --processes N        processes of this machine that work; default: one a core
  --keep N             publications that stay; default: ${DEFAULT_KEEP}
  --max-rejected N%    a dataset of more rejected records is left as it was; default: ${DEFAULT_MAX_REJECTED * 100}%
  --rejects no         leave the table of rejects empty; default: publish
  --max-gap-seconds N  a ride's line breaks where two points lie further apart; default: ${DEFAULT_PARSE_OPTIONS.maxGapSeconds}
  --max-gap-meters N   the same in metres; default: ${DEFAULT_PARSE_OPTIONS.maxGapMeters}
  --watch              stay, and take up what comes to the input
  --quiet-period MIN   a station's or all rides' month is rebuilt once nothing has come for it for so long; default: ${DEFAULT_QUIET_MINUTES}
  --look-every SEC     how often to look for what has come; default: ${DEFAULT_LOOK_SECONDS}
  --dry-run            print what would be done, and do nothing
  --on-failure CMD     run a command where something failed; it finds LAKESIDE_ERROR and LAKESIDE_EXIT_CODE in its environment
  --quiet              say nothing but what failed
  --json               print one JSON object (of a build: BuildReport in scripts/steps/report.ts)

Exit code: 0 nothing was rejected, 1 something was and the rest is published, 2 nothing was published,
130 stopped by Ctrl-C.`;
}

/** The command line cannot be meant so; the message says what is wrong. */
export class UsageError extends Error {
	override readonly name = "UsageError";
}

/** Where the lake and the work of a build lie. */
export type Places = Pick<BuildOptions, "out" | "work" | "endpoint">;

export interface BuildCommand {
	readonly name: "build";
	/** Null for the demo. */
	readonly input: string | null;
	readonly build: Omit<BuildOptions, "input">;
	readonly isDryRun: boolean;
	/** Null for a single build. */
	readonly watch: { readonly quietMs: number; readonly lookMs: number } | null;
	readonly onFailure: string | null;
	readonly isQuiet: boolean;
	readonly isJson: boolean;
}

export type Command =
	| { readonly name: "help" }
	| BuildCommand
	| {
			readonly name: "explain";
			/** Null for all. */
			readonly dataset: DatasetDefinition | null;
			readonly places: Places;
			readonly isJson: boolean;
	  }
	| {
			readonly name: "log";
			readonly text: string;
			readonly places: Places;
			readonly isJson: boolean;
	  }
	| {
			readonly name: "status";
			readonly queue: string;
			readonly isJson: boolean;
	  };

const COMMANDS = ["explain", "log", "status"] as const;

const COMMON = {
	json: { type: "boolean" },
	help: { type: "boolean", short: "h" },
} as const;

const PLACES = {
	out: { type: "string" },
	work: { type: "string" },
	endpoint: { type: "string" },
} as const;

/**
 * Reads a command line; throws a {@link UsageError} for what it does not know. Datasets
 * are loaded where their names are asked for: a build loads them while its engine starts.
 */
export async function readCommand(args: readonly string[]): Promise<Command> {
	const [name] = args;
	switch (name) {
		case "explain":
			return explainCommand(args.slice(1));
		case "log":
			return logCommand(args.slice(1));
		case "status":
			return statusCommand(args.slice(1));
		default:
			return buildCommand(args);
	}
}

function buildCommand(args: readonly string[]): Command {
	const { values } = parse(args, false, {
		...COMMON,
		...PLACES,
		input: { type: "string" },
		queue: { type: "string" },
		processes: { type: "string" },
		keep: { type: "string" },
		"max-rejected": { type: "string" },
		rejects: { type: "string" },
		"max-gap-seconds": { type: "string" },
		"max-gap-meters": { type: "string" },
		watch: { type: "boolean" },
		"quiet-period": { type: "string" },
		"look-every": { type: "string" },
		"dry-run": { type: "boolean" },
		"on-failure": { type: "string" },
		quiet: { type: "boolean" },
	});
	if (values.help) return { name: "help" };
	const { input, processes, keep, rejects } = values;
	const isWatching = values.watch ?? false;
	if (input !== undefined && !isFolder(input))
		throw new UsageError(`there is no folder ${input}`);
	if (processes !== undefined && values.queue !== undefined)
		throw new UsageError(
			"--processes is for this machine; with --queue, workers have their own",
		);
	if (isWatching && values["dry-run"])
		throw new UsageError("--dry-run does nothing, so it cannot --watch");
	if (isWatching && input === undefined)
		throw new UsageError("--watch needs an --input to look at");
	for (const option of ["quiet-period", "look-every"] as const)
		if (values[option] !== undefined && !isWatching)
			throw new UsageError(`--${option} goes with --watch`);
	if (rejects !== undefined && rejects !== "no" && rejects !== "publish")
		throw new UsageError(`--rejects must be no or publish, not ${rejects}`);
	const quietMinutes = positive(
		values["quiet-period"],
		"--quiet-period",
		DEFAULT_QUIET_MINUTES,
	);
	const lookSeconds = positive(
		values["look-every"],
		"--look-every",
		DEFAULT_LOOK_SECONDS,
	);
	return {
		name: "build",
		input: input ?? null,
		build: {
			...places(values),
			queue: values.queue === undefined ? undefined : redis(values.queue),
			processes:
				processes === undefined ? undefined : whole(processes, "--processes"),
			keep: keep === undefined ? undefined : whole(keep, "--keep"),
			maxRejected: share(values["max-rejected"]),
			withRejects: rejects !== "no",
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
		},
		isDryRun: values["dry-run"] ?? false,
		watch: isWatching
			? { quietMs: quietMinutes * 60_000, lookMs: lookSeconds * 1000 }
			: null,
		onFailure: values["on-failure"] ?? null,
		isQuiet: values.quiet ?? false,
		isJson: values.json ?? false,
	};
}

async function explainCommand(args: readonly string[]): Promise<Command> {
	const { values, positionals } = parse(args, true, { ...COMMON, ...PLACES });
	if (values.help) return { name: "help" };
	const name = atMostOne(positionals);
	const { DATASETS } = await import("../datasets/registry.ts");
	const dataset = DATASETS.find((entry) => entry.name === name) ?? null;
	if (name !== undefined && dataset === null)
		throw new UsageError(
			`there is no dataset ${name}; there are ${DATASETS.map((entry) => entry.name).join(", ")}`,
		);
	return {
		name: "explain",
		dataset,
		places: places(values),
		isJson: values.json ?? false,
	};
}

function logCommand(args: readonly string[]): Command {
	const { values, positionals } = parse(args, true, { ...COMMON, ...PLACES });
	if (values.help) return { name: "help" };
	return {
		name: "log",
		text: atMostOne(positionals) ?? "",
		places: places(values),
		isJson: values.json ?? false,
	};
}

function statusCommand(args: readonly string[]): Command {
	const { values } = parse(args, false, {
		...COMMON,
		queue: { type: "string" },
	});
	if (values.help) return { name: "help" };
	if (values.queue === undefined)
		throw new UsageError("status needs the --queue to look at");
	return {
		name: "status",
		queue: redis(values.queue),
		isJson: values.json ?? false,
	};
}

function parse<T extends NonNullable<ParseArgsConfig["options"]>>(
	args: readonly string[],
	allowPositionals: boolean,
	options: T,
) {
	try {
		return parseArgs({ args: [...args], allowPositionals, options });
	} catch (cause) {
		throw new UsageError(misuse(cause as Error, args, Object.keys(options)), {
			cause,
		});
	}
}

/** What is wrong with a command line, and what may be meant. */
function misuse(
	{ message }: Error,
	args: readonly string[],
	options: readonly string[],
): string {
	const [, option] = /^Unknown option '--(.+?)'/.exec(message) ?? [];
	const meant = option && options.find((name) => isNear(option, name));
	if (meant) return `there is no option --${option}: is --${meant} meant?`;
	const [, word] = /^Unexpected argument '(.*?)'/.exec(message) ?? [];
	if (word === undefined) return message;
	const command = COMMANDS.find((name) => isNear(word, name));
	if (command !== undefined && args[0] === word)
		return `there is no command ${word}: is ${command} meant?`;
	return isFolder(word)
		? `a folder goes behind its option: --input ${word}`
		: `${word} belongs to no option; the commands are ${COMMANDS.join(", ")}`;
}

/** Whether one is the other with a letter too many, too few, another, or two exchanged. */
function isNear(typed: string, name: string): boolean {
	if (typed === name || Math.abs(typed.length - name.length) > 1) return false;
	let start = 0;
	while (start < typed.length && typed[start] === name[start]) start++;
	const typedEnd = typed.slice(start);
	const nameEnd = name.slice(start);
	return (
		typedEnd.slice(1) === nameEnd.slice(1) ||
		typedEnd.slice(1) === nameEnd ||
		typedEnd === nameEnd.slice(1) ||
		`${typedEnd[1]}${typedEnd[0]}${typedEnd.slice(2)}` === nameEnd
	);
}

function places(values: {
	readonly out?: string;
	readonly work?: string;
	readonly endpoint?: string;
}): Places {
	const { out = DEFAULT_OUT, work, endpoint } = values;
	if (
		endpoint !== undefined &&
		!(URL.canParse(endpoint) && /^https?:$/.test(new URL(endpoint).protocol))
	)
		throw new UsageError(
			`--endpoint must be an address such as https://host, not ${endpoint}`,
		);
	return {
		out: address(out, "--out"),
		work: work === undefined ? undefined : address(work, "--work"),
		endpoint,
	};
}

function address(text: string, name: string): string {
	// "s3:/bucket" would be a folder of that name.
	const isAddress = text.startsWith("s3:") || text.includes("://");
	if (text === "" || (isAddress && !/^s3:\/\/[^/?#]+/.test(text)))
		throw new UsageError(
			`${name} must be a folder or s3://bucket/prefix, not ${JSON.stringify(text)}`,
		);
	return text;
}

/** It may hold a password, so that no message repeats it. */
function redis(url: string): string {
	if (!URL.canParse(url) || !/^rediss?:$/.test(new URL(url).protocol))
		throw new UsageError(
			"--queue must be an address such as redis://host:6379",
		);
	return url;
}

function atMostOne(positionals: readonly string[]): string | undefined {
	if (positionals.length > 1)
		throw new UsageError(`one word is enough: ${positionals.join(" ")}`);
	return positionals[0];
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

function whole(text: string, name: string): number {
	const value = Number(text);
	if (!Number.isInteger(value) || value < 1)
		throw new UsageError(`${name} must be a whole number above 0, not ${text}`);
	return value;
}

/** `20%` as 0.2. */
function share(text: string | undefined): number | undefined {
	if (text === undefined) return undefined;
	const [, percent] = /^(\d+(?:\.\d+)?)%$/.exec(text) ?? [];
	if (percent === undefined || Number(percent) > 100)
		throw new UsageError(
			`--max-rejected must be a share from 0% to 100%, not ${text}`,
		);
	return Number(percent) / 100;
}
