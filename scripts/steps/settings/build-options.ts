import {
	MAX_GAP_METERS,
	MAX_GAP_SECONDS,
} from "../../../src/lib/rides/tracks.ts";
import type {
	DatasetDefinition,
	ParseOptions,
} from "../../datasets/dataset.ts";
import type { Job } from "../../jobs/job.ts";
import { ridePrivacyOf } from "./privacy.ts";
import type { InputSettings } from "./settings.ts";

/** A dataset of more rejected records than this share is not published. */
export const DEFAULT_MAX_REJECTED = 0.5;

/** Where two points of a ride lie further apart, its line breaks. */
export const DEFAULT_PARSE_OPTIONS = {
	maxGapSeconds: MAX_GAP_SECONDS,
	maxGapMeters: MAX_GAP_METERS,
} as const satisfies ParseOptions;

/** What parsing a dataset has to know of a build's options and of the publisher's settings. */
export function parseOptionsOf(
	{
		maxGapSeconds,
		maxGapMeters,
	}: Pick<BuildOptions, "maxGapSeconds" | "maxGapMeters">,
	{
		privacy,
		places,
		datasets,
	}: Pick<InputSettings, "privacy" | "places" | "datasets">,
	{
		name,
		isPrivate = false,
		hasLines = false,
	}: Pick<DatasetDefinition, "name" | "isPrivate" | "hasLines">,
): ParseOptions {
	return {
		maxGapSeconds,
		maxGapMeters,
		...(isPrivate &&
			privacy !== undefined && { privacy: ridePrivacyOf(privacy) }),
		...(hasLines && places !== undefined && { places }),
		...(datasets[name]?.onePerTrip && { onePerTrip: true }),
	};
}

export interface BuildOptions
	extends Pick<ParseOptions, "maxGapSeconds" | "maxGapMeters"> {
	readonly input: string;
	/** A folder, or `s3://bucket/prefix`. */
	readonly out: string;
	/**
	 * Where a build leaves what the next can use: a folder of this machine, by default
	 * in the project's cache, or a bucket's prefix that workers elsewhere reach. Rows
	 * lie there as they were read: it is not for the public.
	 */
	readonly work?: string;
	/** Of an S3-compatible store, where it is not the vendor's own. */
	readonly endpoint?: string;
	/** `redis://host:port`: workers elsewhere do the jobs. */
	readonly queue?: string;
	/** Processes that work; default: one a core. Any number gives the same lake. */
	readonly processes?: number;
	/** Publications that stay on the store. */
	readonly keep?: number;
	/** A dataset of more rejected records than this share is left as it was; from 0 to 1. */
	readonly maxRejected?: number;
	/** Whether the table of rejects is published; otherwise it is empty, and the report tells. Default: true. */
	readonly withRejects?: boolean;
	/** Which files of the input, by their paths, are left out as if they were not there yet. */
	readonly holds?: (path: string) => boolean;
	readonly signal?: AbortSignal;
	readonly onProgress?: (progress: BuildProgress) => void;
	/** A job failed and is tried again. */
	readonly onRetry?: (job: Job, reason: string, attempt: number) => void;
	/** Something that may pass, for people: a line. */
	readonly onTrouble?: (line: string) => void;
}

/**
 * The steps in their order; a step ends when each of its jobs has. Where workers
 * elsewhere do the jobs, they are first supplied with what they read.
 */
export type BuildStep =
	| "supply"
	| "read"
	| "compare"
	| "write"
	| "aggregate"
	| "publish";

export interface BuildProgress {
	readonly step: BuildStep;
	/** What was done last. */
	readonly label: string;
	readonly jobs: number;
	readonly totalJobs: number;
	/** Of the input, while it is read. */
	readonly bytes: number;
	readonly totalBytes: number;
	readonly rows: number;
	readonly totalRows: number;
}
