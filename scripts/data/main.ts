import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { formatCounted } from "../../src/lib/format.ts";
import { printable } from "../../src/lib/printable.ts";
import {
	type BuildCommand,
	readCommand,
	UsageError,
	usage,
} from "./arguments.ts";
import { failureLines } from "./failures.ts";
import { INTERRUPTED_CODE, Interrupted, onInterrupt } from "./interrupt.ts";
import { runBuild, tellFailure } from "./run-build.ts";
import { Terminal } from "./terminal.ts";

/** What a command alone needs is loaded by it: a small build takes long to load. */
async function main(): Promise<void> {
	const command = await readCommand(process.argv.slice(2));
	switch (command.name) {
		case "help":
			console.log(await usage());
			return;
		case "build":
			await (command.isDryRun ? plan(command) : build(command));
			return;
		case "explain": {
			const { explain, explanationLines, overviewLines } = await import(
				"./explain.ts"
			);
			const { dataset, places } = command;
			const all = await explain(places, dataset ? [dataset] : undefined);
			if (command.isJson) print(dataset ? all[0] : all);
			else
				printLines(
					dataset ? all.flatMap(explanationLines) : overviewLines(all),
				);
			return;
		}
		case "log": {
			const { logLines, readLog } = await import("./job-log.ts");
			const log = await readLog(command.places, command.text);
			if (command.isJson) print(log);
			else printLines(logLines(log, command.text));
			return;
		}
		case "status": {
			const { queueStatus, statusLines } = await import(
				"../jobs/queue-status.ts"
			);
			const status = await queueStatus(command.queue);
			if (command.isJson) print(status);
			else printLines(statusLines(status));
			return;
		}
		default:
			throw new Error(`unknown command: ${JSON.stringify(command)}`);
	}
}

function print(value: unknown): void {
	console.log(JSON.stringify(value, null, "\t"));
}

function printLines(lines: readonly string[]): void {
	for (const line of lines) console.log(printable(line, "\n\t"));
}

async function plan(command: BuildCommand): Promise<void> {
	const input = command.input ?? demoFolder();
	if (!existsSync(input)) {
		printLines([`Would make the demo in ${input} first. Nothing was changed.`]);
		return;
	}
	const { planBuild, planLines } = await import("./plan.ts");
	const plan = await planBuild({ ...command.build, input });
	if (command.isJson) print(plan);
	else printLines(planLines(plan));
}

async function build(command: BuildCommand): Promise<void> {
	const terminal = new Terminal(process.stderr, command.isQuiet);
	const signal = onInterrupt(() =>
		terminal.say("Stopping; once more ends it at once."),
	);
	try {
		const input = command.input ?? (await makeDemo(terminal));
		signal.throwIfAborted();
		const options = { ...command.build, input, signal };
		if (command.watch !== null) {
			const { watch } = await import("./watch.ts");
			await watch({ ...command, watch: command.watch }, options, terminal);
		}
		const { exitCode } = await runBuild(command, options, terminal);
		process.exitCode = exitCode;
	} catch (error) {
		if (!(error instanceof Interrupted)) {
			await tellFailure(command, error, terminal);
			process.exitCode = 2;
			return;
		}
		if (command.watch !== null && !terminal.isBuilding) {
			terminal.note("Ended.");
			return;
		}
		process.exitCode = INTERRUPTED_CODE;
		terminal.say(
			`Stopped: the lake is as the last build left it. ${formatCounted(terminal.jobsDone, "job")} of this one ${terminal.jobsDone === 1 ? "is" : "are"} done and kept; the same command goes on from there.`,
		);
	}
}

/** Makes the demo's raw files, where they are not there yet, and gives their folder. */
async function makeDemo(terminal: Terminal): Promise<string> {
	const { makeDemo } = await import("../demo/demo.ts");
	const folder = demoFolder();
	await makeDemo(folder, (what) => terminal.passing(`make demo ${what}`));
	return folder;
}

function demoFolder(): string {
	return fileURLToPath(new URL("../../.cache/demo-input", import.meta.url));
}

// Whoever reads our output may have read enough: `| head`.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
	if (error.code !== "EPIPE") throw error;
	process.exit();
});

main().catch((error: unknown) => {
	process.exitCode = 2;
	if (error instanceof UsageError)
		console.error(
			`${error.message}\n\nnpm run data -- --help tells all options`,
		);
	else
		for (const line of failureLines(error, ""))
			console.error(printable(line, "\n\t"));
});
