import { parseArgs } from "node:util";
import type { Figure } from "./bench/figure.ts";

type Bench = () => Promise<{ bench(): Promise<Figure[]> }>;

const threads: Bench = () => import("./bench/threads.ts");
const memory: Bench = () => import("./bench/memory.ts");
const ownRides: Bench = () => import("./bench/own-rides.ts");

/** Figures by name; each bench measures on its own and cleans up after itself. */
const BENCHES: Readonly<Record<string, readonly Bench[]>> = {
	reader: [() => import("./bench/reader.ts"), threads, memory],
	pipeline: [() => import("./bench/pipeline.ts")],
	incremental: [() => import("./bench/incremental.ts")],
	fetch: [() => import("./bench/fetch.ts")],
	rides: [() => import("./bench/rides.ts"), ownRides],
	posts: [() => import("./bench/posts.ts")],
	queue: [() => import("./bench/queue.ts")],
};
/** Parts of a figure, for a look at one alone. */
const PARTS: Readonly<Record<string, readonly Bench[]>> = {
	threads: [threads],
	memory: [memory],
	"own-rides": [ownRides],
};

/**
 * `npm run bench [-- NAME …] [--json]`: all figures or those named. With `--json`
 * an array of `Figure` and nothing else on stdout. Exit 1 where a target is missed.
 */
async function main(): Promise<void> {
	const { values, positionals } = parseArgs({
		options: { json: { type: "boolean", default: false } },
		allowPositionals: true,
	});
	const names = positionals.length > 0 ? positionals : Object.keys(BENCHES);
	const benches = names.flatMap((name) => {
		const named = BENCHES[name] ?? PARTS[name];
		if (named === undefined)
			throw new Error(
				`unknown figure: ${name} (there are ${Object.keys({ ...BENCHES, ...PARTS }).join(", ")})`,
			);
		return named;
	});
	const figures: Figure[] = [];
	for (const load of benches) {
		const { bench } = await load();
		for (const figure of await bench()) {
			figures.push(figure);
			if (!values.json) console.log(lineOf(figure));
		}
	}
	if (values.json) console.log(JSON.stringify(figures, null, "\t"));
	if (figures.some((figure) => figure.met === false)) process.exitCode = 1;
}

function lineOf({ id, what, value, unit, target, met }: Figure): string {
	const verdict = met === null ? "    " : met ? "ok  " : "MISS";
	const goal = target === null ? "" : ` (target ${target})`;
	const number = value.toLocaleString("en", { maximumSignificantDigits: 4 });
	return `${verdict} ${id}: ${number} ${unit}${goal}\n     ${what}`;
}

try {
	await main();
} catch (error) {
	console.error(error instanceof Error ? error.message : error);
	process.exitCode = 1;
}
