import { hashOf, modulesFrom } from "../jobs/code-version.ts";
import type { Json } from "../jobs/job.ts";
import { identityOf } from "./jobs.ts";
import type { ScannedInput } from "./read/scan.ts";
import type { BuildOptions } from "./settings/build-options.ts";
import type { InputSettings } from "./settings/settings.ts";

/** Where the code begins that makes jobs, and a catalog of what they have made. */
const BUILD = new URL("./build-run.ts", import.meta.url);

/** Names all that decides what is published; `version` is that of the code that does jobs. */
export function fingerprintOf(
	version: string,
	options: BuildOptions,
	settings: InputSettings,
	{ found, ignored }: ScannedInput,
): string {
	const { maxGapSeconds, maxGapMeters, maxRejected, keep } = options;
	return identityOf(
		version,
		hashOf(modulesFrom([BUILD])),
		{
			maxGapSeconds,
			maxGapMeters,
			maxRejected: maxRejected ?? null,
			keep: keep ?? null,
			withRejects: options.withRejects ?? true,
		},
		settings as unknown as Json,
		found.map(({ dataset, files, duplicates }) => [
			dataset.name,
			files.map(({ path, content, about }) => [path, content, about ?? null]),
			duplicates.map(({ file, original }) => [file.path, original.path]),
		]),
		ignored as unknown as Json,
	);
}
