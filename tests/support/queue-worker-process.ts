/** A worker for tests: `workQueue` with the options that the command line names as JSON. */
import { workQueue } from "../../scripts/jobs/queue-worker.ts";
import { KINDS } from "./job-kinds.ts";

const ending = new AbortController();
process.on("SIGTERM", () => ending.abort());
try {
	await workQueue({
		...JSON.parse(process.argv[2] ?? "{}"),
		kinds: KINDS,
		signal: ending.signal,
		say: (line) => console.log(line),
	});
	console.log("ended");
} catch (error) {
	console.log((error as Error).message);
	process.exitCode = 1;
}
