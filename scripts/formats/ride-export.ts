import { createWriteStream } from "node:fs";
import { rm } from "node:fs/promises";
import { dirname, join } from "node:path/posix";
import { pipeline } from "node:stream/promises";
import { FileError } from "../../src/lib/formats/file-error.ts";
import {
	type DescribedRide,
	isActivitiesCsv,
	readActivities,
} from "../../src/lib/rides/activities-csv.ts";
import {
	isRideArchive,
	rideFormatOf,
} from "../../src/lib/rides/ride-format.ts";
import type { ParseOutput, SourceFile } from "../datasets/dataset.ts";
import type { ArchivedFile } from "./archives/archived-file.ts";
import { zipEntries } from "./archives/zip.ts";
import { entryBytes, fileBytes } from "./bytes.ts";
import { scratchPath } from "./declared/format.ts";

/** A longer list is none: Strava writes less than a kB a ride. */
const MAX_LIST_BYTES = 256 * 2 ** 20;

/** A file of a ride within an export. */
export interface ExportedRide {
	/** In a zip within the zip, with that one's name before it. */
	readonly name: string;
	readonly described: DescribedRide | null;
	/** The plain bytes, from the start each time. */
	open(): AsyncGenerator<Uint8Array>;
}

/** A file of an export that cannot be used; the others can. */
export interface ExportFault {
	readonly name: string;
	readonly fault: FileError;
}

/**
 * The rides of an export's zip, as Strava and Garmin give them out, in the zip's own
 * order; each is to be read before the next. Garmin's holds zips that hold the rides.
 * What an `activities.csv` says of a ride comes with it. Throws a FileError where the zip
 * is damaged, or holds no ride.
 */
export async function* exportedRides(
	file: SourceFile,
	out: ParseOutput,
): AsyncGenerator<ExportedRide | ExportFault> {
	yield* ridesIn(file, "", out);
}

/** What an `activities.csv` says, by paths from the folder that it lies in. */
export async function readList(
	chunks: AsyncIterable<Uint8Array>,
): Promise<Map<string, DescribedRide>> {
	const decoder = new TextDecoder();
	let text = "";
	for await (const chunk of chunks) {
		text += decoder.decode(chunk, { stream: true });
		if (text.length > MAX_LIST_BYTES)
			throw new FileError(
				`a list of more than ${MAX_LIST_BYTES / 2 ** 20} MB is none of rides`,
			);
	}
	return readActivities(text + decoder.decode());
}

/** What the `activities.csv` of an unpacked export says, by paths below the input folder. */
export async function readListFile(
	file: Pick<SourceFile, "path" | "absolutePath" | "bytes">,
): Promise<Map<string, DescribedRide>> {
	const described = await readList(fileBytes(file));
	return below(dirname(file.path), described);
}

/** `prefix` is the name of a zip within the zip, and a slash; empty for the zip itself. */
async function* ridesIn(
	file: Pick<SourceFile, "absolutePath" | "bytes">,
	prefix: string,
	out: ParseOutput,
): AsyncGenerator<ExportedRide | ExportFault> {
	const accepts = (name: string) =>
		rideFormatOf(name) !== null || (prefix === "" && isRideArchive(name));
	const described = new Map<string, DescribedRide>();
	let rides = 0;
	for await (const { name, bytes } of zipEntries(file, isAny, ignore)) {
		if (accepts(name)) rides++;
		if (isActivitiesCsv(name))
			try {
				const list = below(dirname(name), await readList(bytes));
				for (const [path, about] of list) described.set(path, about);
			} catch (error) {
				yield { name: prefix + name, fault: asFault(error) };
			}
	}
	if (rides === 0 && prefix !== "") {
		out.note("left out of the zip: zips within it that hold no ride");
		return;
	}
	const isWanted = (name: string) => accepts(name) || isActivitiesCsv(name);
	for await (const entry of zipEntries(file, isWanted, out.note)) {
		const name = prefix + entry.name;
		if (isActivitiesCsv(name)) continue;
		if (isRideArchive(name)) yield* ridesOfInner(entry, name, out);
		else
			yield {
				name,
				described: described.get(entry.name) ?? null,
				open: () => entryBytes(entry),
			};
	}
}

async function* ridesOfInner(
	entry: ArchivedFile,
	name: string,
	out: ParseOutput,
): AsyncGenerator<ExportedRide | ExportFault> {
	const absolutePath = scratchPath(out);
	try {
		const written = createWriteStream(absolutePath);
		await pipeline(entry.bytes, written);
		const bytes = written.bytesWritten;
		yield* ridesIn({ absolutePath, bytes }, `${name}/`, out);
	} catch (error) {
		yield { name, fault: asFault(error) };
	} finally {
		await rm(absolutePath, { force: true });
	}
}

function isAny(): boolean {
	return true;
}

function ignore(): void {}

/** Throws what a file is not to blame for. */
function asFault(error: unknown): FileError {
	if (error instanceof FileError) return error;
	throw error;
}

function below<Value>(
	folder: string,
	byPath: ReadonlyMap<string, Value>,
): Map<string, Value> {
	return new Map(
		[...byPath].map(([path, value]) => [join(folder, path), value]),
	);
}
