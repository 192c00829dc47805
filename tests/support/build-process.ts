/** A build for tests: `buildLake` with the options that the command line names as JSON. */
import { buildLake } from "../../scripts/steps/build.ts";
import { DEFAULT_PARSE_OPTIONS } from "../../scripts/steps/settings/build-options.ts";

await buildLake(
	{ ...DEFAULT_PARSE_OPTIONS, ...JSON.parse(process.argv[2] ?? "{}") },
	async () => {},
);
