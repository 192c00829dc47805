import { spawn } from "node:child_process";
import { availableParallelism } from "node:os";
import { text } from "node:stream/consumers";

/** What `npm run check` holds the code to, in the order of how fast each answers. */
const CHECKS = [
	["format and lint", "biome", ["ci", "--error-on-warnings", "."]],
	["types of scripts", "tsc", ["-p", "scripts"]],
	["types of workers", "tsc", ["-p", "workers"]],
	[
		"types of pages",
		"astro",
		[
			"check",
			"--tsconfig",
			"src/tsconfig.json",
			"--minimumFailingSeverity",
			"hint",
		],
	],
	[
		"imports one way",
		"depcruise",
		[
			"--config",
			"scripts/check/imports.config.mjs",
			"--ts-pre-compilation-deps",
			"--ts-config",
			"src/tsconfig.json",
			"--progress",
			"none",
			"src",
			"workers",
			"scripts",
		],
	],
] as const;

let failed = 0;

/** Does one check and tells of it at its end: others run at the same time. */
async function check([what, command, args]: (typeof CHECKS)[number]) {
	const started = performance.now();
	const { stdout, stderr, status } = await run(command, args);
	const seconds = ((performance.now() - started) / 1000).toFixed(1);
	process.stdout.write(stdout);
	process.stderr.write(stderr);
	console.log(`${status === 0 ? "ok  " : "FAIL"} ${what} (${seconds} s)`);
	if (status !== 0) failed += 1;
}

async function run(command: string, args: readonly string[]) {
	const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"] });
	const ended = new Promise<number | null>((resolve, reject) => {
		child.on("close", resolve);
		child.on("error", reject);
	});
	const [stdout, stderr, status] = await Promise.all([
		text(child.stdout),
		text(child.stderr),
		ended,
	]);
	return { stdout, stderr, status };
}

const waiting = CHECKS.values();
await Promise.all(
	Array.from({ length: Math.min(2, availableParallelism()) }, async () => {
		for (const one of waiting) await check(one);
	}),
);
process.exitCode = failed === 0 ? 0 : 1;
