import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { StartView, Synthetic } from "../../src/lib/catalog.ts";

/** The publisher's own words beside the input, and where pages open. */
export const SETTINGS_FILE = "lakeside.json";

export interface DatasetSettings {
	readonly title?: string;
	readonly description?: string;
	readonly source?: string;
	readonly licence?: string;
	readonly synthetic?: Synthetic;
	readonly startView?: StartView | null;
}

export interface InputSettings {
	readonly title?: string;
	readonly datasets: Readonly<Record<string, DatasetSettings>>;
}

/** The file says something that cannot be meant; the message names the place. */
export class SettingsError extends Error {
	override readonly name = "SettingsError";
}

/** Reads the settings of an input folder; empty where there is no such file. */
export async function readSettings(
	folder: string,
	datasetNames: readonly string[],
): Promise<InputSettings> {
	let text: string;
	try {
		text = await readFile(join(folder, SETTINGS_FILE), "utf8");
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === "ENOENT")
			return { datasets: {} };
		throw error;
	}
	return parseSettings(text, datasetNames);
}

/** Checks every member; throws a {@link SettingsError} for the first that is wrong. */
export function parseSettings(
	text: string,
	datasetNames: readonly string[],
): InputSettings {
	let value: unknown;
	try {
		// Some editors begin a file with a mark.
		value = JSON.parse(text.replace(/^\uFEFF/, ""));
	} catch (cause) {
		throw new SettingsError(
			`${SETTINGS_FILE} is not JSON: ${(cause as Error).message}`,
			{ cause },
		);
	}
	const root = record(value, SETTINGS_FILE, ["title", "datasets"]);
	const datasets = record(root.datasets ?? {}, "datasets", datasetNames);
	return {
		title: "title" in root ? sentence(root.title, "title") : undefined,
		datasets: Object.fromEntries(
			Object.entries(datasets).map(([name, entry]) => [
				name,
				datasetSettings(entry, `datasets.${name}`),
			]),
		),
	};
}

function datasetSettings(value: unknown, place: string): DatasetSettings {
	const entry = record(value, place, [
		"title",
		"description",
		"source",
		"licence",
		"synthetic",
		"startView",
	]);
	return {
		title: optional(entry, "title", place, sentence),
		description: optional(entry, "description", place, sentence),
		source: optional(entry, "source", place, sentence),
		licence: optional(entry, "licence", place, sentence),
		synthetic: optional(entry, "synthetic", place, synthetic),
		startView: optional(entry, "startView", place, startView),
	};
}

function startView(value: unknown, place: string): StartView | null {
	if (value === null) return null;
	const view = record(value, place, ["center", "zoom"]);
	const center = view.center;
	if (!Array.isArray(center) || center.length !== 2)
		throw wrong(`${place}.center`, "[longitude, latitude]", center);
	return {
		center: [
			within(center[0], -180, 180, `${place}.center[0]`),
			within(center[1], -85, 85, `${place}.center[1]`),
		],
		zoom: within(view.zoom, 0, 22, `${place}.zoom`),
	};
}

function within(
	value: unknown,
	low: number,
	high: number,
	place: string,
): number {
	if (typeof value !== "number" || !(value >= low && value <= high))
		throw wrong(place, `a number from ${low} to ${high}`, value);
	return value;
}

function record(
	value: unknown,
	place: string,
	known: readonly string[],
): Record<string, unknown> {
	if (typeof value !== "object" || value === null || Array.isArray(value))
		throw wrong(place, "an object", value);
	for (const name of Object.keys(value))
		if (!known.includes(name))
			throw new SettingsError(
				`${SETTINGS_FILE}: ${place} has no member ${JSON.stringify(name)}; it may have ${known.join(", ")}`,
			);
	return value as Record<string, unknown>;
}

function optional<T>(
	entry: Record<string, unknown>,
	name: string,
	place: string,
	read: (value: unknown, place: string) => T,
): T | undefined {
	return name in entry ? read(entry[name], `${place}.${name}`) : undefined;
}

function sentence(value: unknown, place: string): string {
	if (typeof value !== "string" || value.trim() === "")
		throw wrong(place, "a text", value);
	return value;
}

function synthetic(value: unknown, place: string): Synthetic {
	if (typeof value !== "boolean" && value !== "partly")
		throw wrong(place, 'true, false or "partly"', value);
	return value;
}

function wrong(place: string, wanted: string, value: unknown): SettingsError {
	return new SettingsError(
		`${SETTINGS_FILE}: ${place} must be ${wanted}, not ${JSON.stringify(value)}`,
	);
}
