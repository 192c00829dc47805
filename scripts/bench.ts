import { parseArgs } from "node:util";
import type { Figure } from "./bench/figure.ts";

/** Figures by name; each measures on its own and cleans up after itself. */
const BENCHES: Readonly<
	Record<string, () => Promise<{ bench(): Promise<Figure[]> }>>
> = {
	reader: () => import("./bench/reader.ts"),
	threads: () => import("./bench/threads.ts"),
	pipeline: () => import("./bench/pipeline.ts"),
	memory: () => import("./bench/memory.ts"),
	rides: () => import("./bench/rides.ts"),
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
	for (const name of names)
		if (BENCHES[name] === undefined)
			throw new Error(
				`unknown figure: ${name} (there are ${Object.keys(BENCHES).join(", ")})`,
			);
	const figures: Figure[] = [];
	for (const name of names) {
		const measured = await (await BENCHES[name]?.())?.bench();
		for (const figure of measured ?? []) {
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
