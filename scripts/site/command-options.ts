import { parseArgs } from "node:util";

/**
 * The options of a command, each of which takes a value. Where they cannot be
 * understood, or `--help` is one of them, the process ends with how the command is used.
 */
export function commandOptions<Name extends string>(
	usage: string,
	names: readonly Name[],
): Partial<Record<Name, string>> {
	try {
		const { help, ...values } = parseArgs({
			options: {
				...Object.fromEntries(
					names.map((name) => [name, { type: "string" } as const]),
				),
				help: { type: "boolean", short: "h" },
			},
		}).values;
		if (help !== true) return values as Partial<Record<Name, string>>;
	} catch (error) {
		endWith(usage, (error as Error).message);
	}
	console.log(usage);
	process.exit(0);
}

/** A port, null where none is given. The process ends where it is none. */
export function portOf(usage: string, text: string | undefined): number | null {
	if (text === undefined) return null;
	if (/^\d{1,5}$/.test(text) && Number(text) < 65_536) return Number(text);
	return endWith(usage, `--port: not a number from 0 to 65535: ${text}`);
}

function endWith(usage: string, why: string): never {
	console.error(`${why}\n\n${usage}`);
	process.exit(2);
}
