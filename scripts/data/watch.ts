import { existsSync } from "node:fs";
import { stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { formatCounted } from "../../src/lib/text/format.ts";
import { DATASETS } from "../datasets/registry.ts";
import { ownFolders, placesOf } from "../steps/places.ts";
import { InputError, isOf, listInput } from "../steps/read/scan.ts";
import type { BuildOptions } from "../steps/settings/build-options.ts";
import { SETTINGS_FILE } from "../steps/settings/settings.ts";
import type { BuildCommand } from "./arguments.ts";
import { Arrivals, type Due } from "./arrivals.ts";
import { type KeyedFile, keysOfFiles } from "./file-keys.ts";
import { Alarm, runBuild, tellFailure } from "./run-build.ts";
import type { Terminal } from "./terminal.ts";

/** The keys of a rebuild that are named, when there are more. */
const NAMED_KEYS = 3;

/**
 * Builds what is there, and then again whenever what has come is due, until the signal
 * of `options` fires, whose reason it throws. A build that fails is told and tried
 * again after the quiet period.
 */
export async function watch(
	command: BuildCommand & {
		readonly watch: NonNullable<BuildCommand["watch"]>;
	},
	options: BuildOptions,
	terminal: Terminal,
): Promise<never> {
	const { quietMs, lookMs } = command.watch;
	const inbox = new Inbox(options);
	const alarm = new Alarm(command, terminal);
	let arrivals: Arrivals | null = null;
	let againAt = Number.POSITIVE_INFINITY;
	let told = "";
	/** No rejects have been told yet; afterwards they are of what was taken since. */
	let isFirst = true;
	const untold = new Set<string>();
	const build = async (taken: Arrivals) => {
		const { mayPass } = await runBuild(
			command,
			{ ...options, holds: (path) => isRaw(path) && !taken.isTaken(path) },
			terminal,
			alarm,
			(file) => isFirst || isFromOneOf(untold, file),
		);
		againAt = mayPass ? performance.now() + quietMs : Number.POSITIVE_INFINITY;
		if (!mayPass) {
			isFirst = false;
			untold.clear();
		}
		if (!options.signal?.aborted)
			terminal.note(`Watching ${resolve(options.input)}; Ctrl-C ends it.`);
	};
	for (;;) {
		options.signal?.throwIfAborted();
		try {
			const there = await inbox.list();
			if (arrivals === null) {
				arrivals = new Arrivals(quietMs, there);
				await build(arrivals);
				continue;
			}
			const settled = arrivals.look(performance.now(), there);
			if (settled.length > 0) {
				const keys = await inbox.keysOf(settled);
				for (const path of settled) arrivals.know(path, keys.get(path) ?? []);
				// Meanwhile more may have come.
				continue;
			}
			const due = arrivals.due(performance.now());
			if (due !== null) {
				terminal.note(dueText(due, there, arrivals.waiting));
				arrivals.take(due);
				for (const path of due.paths) untold.add(path);
			}
			if (due !== null || performance.now() >= againAt) await build(arrivals);
			told = "";
		} catch (error) {
			options.signal?.throwIfAborted();
			// What is wrong with the folder is wrong at each look.
			const message = String(error);
			if (message !== told) await tellFailure(command, error, terminal, alarm);
			told = message;
		}
		await sleep(lookMs, undefined, { signal: options.signal }).catch(() =>
			options.signal?.throwIfAborted(),
		);
	}
}

/** What a build takes up: `2 files and 1 file gone for weather/roof/2024/202405, 3 files wait`. */
function dueText(
	{ paths, keys }: Due,
	there: ReadonlyMap<string, string>,
	waiting: number,
): string {
	const gone = paths.filter((path) => !there.has(path)).length;
	const came = paths.length - gone;
	const files = [
		...(came > 0 ? [formatCounted(came, "file")] : []),
		...(gone > 0 ? [`${formatCounted(gone, "file")} gone`] : []),
	].join(" and ");
	const left = waiting - paths.length;
	return `${files} for ${keysText(keys)}${left > 0 ? `, ${formatCounted(left, "file")} wait` : ""}`;
}

function keysText(keys: readonly string[]): string {
	const named = keys.slice(0, NAMED_KEYS).join(", ");
	return keys.length > NAMED_KEYS
		? `${named} and ${keys.length - NAMED_KEYS} more`
		: named;
}

/** Whether a reject's file, which may be an entry of an archive, is or lies in one of the paths. */
function isFromOneOf(paths: ReadonlySet<string>, file: string): boolean {
	for (let end = file.length; end > 0; end = file.lastIndexOf("/", end - 1))
		if (paths.has(file.slice(0, end))) return true;
	return false;
}

function isRaw(path: string): boolean {
	return DATASETS.some((dataset) => isOf(path, dataset));
}

/** The publisher's folder, looked at again and again. */
class Inbox {
	readonly #options: BuildOptions;
	/** Raw files as they were listed last, by path. */
	#files = new Map<string, KeyedFile>();

	constructor(options: BuildOptions) {
		this.#options = options;
	}

	/** The states of all files that decide what the lake holds, by path. */
	async list(): Promise<Map<string, string>> {
		const input = resolve(this.#options.input);
		if (!existsSync(input))
			throw new InputError(
				`there is no folder ${input} any more: what is watched goes on once it is back`,
			);
		const { accepted } = await listInput(
			[input],
			ownFolders(placesOf(this.#options)),
			DATASETS,
		);
		this.#files = new Map(
			[...accepted].flatMap(([dataset, files]) =>
				files.map((file) => [file.path, { dataset, file }] as const),
			),
		);
		const there = new Map(
			[...this.#files].map(([path, { file }]) => [path, file.status]),
		);
		const settings = await stat(join(input, SETTINGS_FILE)).catch(() => null);
		if (settings !== null)
			there.set(SETTINGS_FILE, `${settings.size},${settings.mtimeMs}`);
		return there;
	}

	/** Keys of files that were listed; none of those that hold no rows. */
	async keysOf(
		paths: readonly string[],
	): Promise<ReadonlyMap<string, readonly string[]>> {
		const files = paths.flatMap((path) => this.#files.get(path) ?? []);
		if (files.length === 0) return new Map();
		return keysOfFiles(files, this.#options);
	}
}
