import { spawnSync } from "node:child_process";

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
for (const [what, command, args] of CHECKS) {
	const started = performance.now();
	const { status } = spawnSync(command, args, { stdio: "inherit" });
	const seconds = ((performance.now() - started) / 1000).toFixed(1);
	console.log(`${status === 0 ? "ok  " : "FAIL"} ${what} (${seconds} s)`);
	if (status !== 0) failed += 1;
}
process.exitCode = failed === 0 ? 0 : 1;
