import { csvRecords } from "../formats/csv-records.ts";
import { FileError } from "../formats/file-error.ts";
import { shortText } from "../formats/short-text.ts";
import { kindNamed } from "./kind.ts";
import { rideFormatOf } from "./ride-format.ts";

/** What Strava's `activities.csv` says of a ride, see `shortText`; null where it says nothing. */
export type DescribedRide = {
	readonly name: string | null;
	readonly kind: string | null;
	/** The kind is in the language of the owner, and not in English. */
	readonly isLocalized: boolean;
};

/** Where the columns stand in each language that Strava exports in. */
const NAME_COLUMN = 2;
const KIND_COLUMN = 3;

/** Whether a file is the list of a Strava export, by its name. */
export function isActivitiesCsv(path: string): boolean {
	return /(?:^|\/)activities\.csv$/i.test(path);
}

/**
 * Reads Strava's `activities.csv`, in any language: what it says of each ride, by the
 * path of its file from the folder of the list. Headers differ by language, so the
 * column of files is known by what stands in it; where the header is not English, names
 * and kinds are the third and fourth column. Throws a {@link FileError} where it is no
 * such list.
 */
export function readActivities(text: string): Map<string, DescribedRide> {
	const [header = [], ...rows] = csvRecords(text);
	const fileColumn = columnOfFiles(header, rows);
	if (fileColumn === null)
		throw new FileError(
			"no column names files of rides: this is not the activities.csv of a Strava export",
			{ line: 1, sample: header.join(",").slice(0, 200) },
		);
	const isLocalized = !header.includes("Activity Type");
	const nameColumn = isLocalized
		? NAME_COLUMN
		: header.indexOf("Activity Name");
	const kindColumn = isLocalized
		? KIND_COLUMN
		: header.indexOf("Activity Type");
	const described = new Map<string, DescribedRide>();
	for (const row of rows) {
		const file = row[fileColumn]?.trim() ?? "";
		if (file === "") continue;
		described.set(file, {
			name: shortText(row[nameColumn]?.trim() ?? "") || null,
			kind: kindNamed(shortText(row[kindColumn] ?? "")),
			isLocalized,
		});
	}
	return described;
}

/** Null where no column has files of rides; a list without a ride has its column by name. */
function columnOfFiles(
	header: readonly string[],
	rows: readonly (readonly string[])[],
): number | null {
	const counts = header.map(
		(_, column) =>
			rows.filter((row) => rideFormatOf(row[column]?.trim() ?? "") !== null)
				.length,
	);
	const most = Math.max(0, ...counts);
	if (most > 0) return counts.indexOf(most);
	const named = header.indexOf("Filename");
	return named < 0 ? null : named;
}

/**
 * A ride with what a list says of it: its name, and its kind unless that is in some
 * other language and the file has one of its own.
 */
export function describedRide<
	Ride extends { readonly name: string | null; readonly kind: string | null },
>(ride: Ride, described: DescribedRide | null): Ride {
	if (described === null) return ride;
	const { name, kind, isLocalized } = described;
	return {
		...ride,
		name: name ?? ride.name,
		kind: isLocalized ? (ride.kind ?? kind) : (kind ?? ride.kind),
	};
}
