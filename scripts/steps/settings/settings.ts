import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { StartView, Synthetic } from "../../../src/lib/catalog/catalog.ts";
import {
	MAX_PLACE_NAME,
	type NamedPlace,
	placeName,
} from "../../../src/lib/rides/start-place.ts";
import {
	parseSources,
	type SourceSettings,
} from "../../sources/source-settings.ts";
import { type PrivacySettings, parsePrivacy } from "./privacy.ts";
import {
	flag,
	optional,
	record,
	SETTINGS_FILE,
	SettingsError,
	sentence,
	within,
	wrong,
} from "./settings-checks.ts";

export { SETTINGS_FILE, SettingsError };

/** As editors and other systems spell the name of the settings. */
const MISNAMED = /^lakeside\.json[c5]?(\.txt)?$/i;

export interface DatasetSettings {
	readonly title?: string;
	readonly description?: string;
	readonly source?: string;
	readonly licence?: string;
	readonly synthetic?: Synthetic;
	readonly startView?: StartView | null;
	/** Of rides that differ, but that two devices recorded at the same time on the same way, one counts. */
	readonly onePerTrip?: boolean;
}

export interface InputSettings {
	readonly title?: string;
	readonly datasets: Readonly<Record<string, DatasetSettings>>;
	/** What is fetched before the input is read. */
	readonly sources: readonly SourceSettings[];
	/** What of the rides is not published. */
	readonly privacy?: PrivacySettings;
	/** Where rides start, by the publisher's names. */
	readonly places?: readonly NamedPlace[];
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
		if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
		await refuseMisnamed(folder);
		return { datasets: {}, sources: [] };
	}
	return parseSettings(text, datasetNames);
}

/** Settings that are not read would leave in public what they keep private. */
async function refuseMisnamed(folder: string): Promise<void> {
	for (const name of await readdir(folder))
		if (MISNAMED.test(name))
			throw new SettingsError(
				`${name} would not be read: call it ${SETTINGS_FILE}, or remove it`,
			);
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
	const root = record(value, SETTINGS_FILE, [
		"title",
		"datasets",
		"sources",
		"privacy",
		"places",
	]);
	const datasets = record(root.datasets ?? {}, "datasets", datasetNames);
	return {
		title: "title" in root ? sentence(root.title, "title") : undefined,
		datasets: Object.fromEntries(
			Object.entries(datasets).map(([name, entry]) => [
				name,
				datasetSettings(entry, name),
			]),
		),
		sources: parseSources(root.sources ?? [], "sources", datasetNames),
		privacy:
			"privacy" in root ? parsePrivacy(root.privacy, "privacy") : undefined,
		places: "places" in root ? parsePlaces(root.places, "places") : undefined,
	};
}

function datasetSettings(value: unknown, name: string): DatasetSettings {
	const place = `datasets.${name}`;
	const entry = record(value, place, [
		"title",
		"description",
		"source",
		"licence",
		"synthetic",
		"startView",
		...(name === "rides" ? ["onePerTrip"] : []),
	]);
	return {
		title: optional(entry, "title", place, sentence),
		description: optional(entry, "description", place, sentence),
		source: optional(entry, "source", place, sentence),
		licence: optional(entry, "licence", place, sentence),
		synthetic: optional(entry, "synthetic", place, synthetic),
		startView: optional(entry, "startView", place, startView),
		onePerTrip: optional(entry, "onePerTrip", place, flag),
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

function parsePlaces(value: unknown, place: string): NamedPlace[] {
	if (!Array.isArray(value)) throw wrong(place, "a list", value);
	return value.map((item, index) => {
		const here = `${place}[${index}]`;
		const entry = record(item, here, ["name", "latitude", "longitude"]);
		return {
			name: nameOfPlace(entry.name, `${here}.name`),
			latitude: within(entry.latitude, -90, 90, `${here}.latitude`),
			longitude: within(entry.longitude, -180, 180, `${here}.longitude`),
		};
	});
}

function nameOfPlace(value: unknown, place: string): string {
	const name = sentence(value, place);
	if (placeName(name) === null)
		throw wrong(
			place,
			`a visible text of at most ${MAX_PLACE_NAME} letters`,
			name,
		);
	return name;
}

function synthetic(value: unknown, place: string): Synthetic {
	if (typeof value !== "boolean" && value !== "partly")
		throw wrong(place, 'true, false or "partly"', value);
	return value;
}
