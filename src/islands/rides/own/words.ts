import type {
	ReadProgress,
	ReadReport,
} from "../../../lake/own-data/read-rides.ts";
import type { CountedTrips } from "../../../lib/rides/ride-store.ts";
import {
	formatBytes,
	formatCount,
	formatCounted,
} from "../../../lib/text/format.ts";

/** How far the reading is: `312 of 1,000 files, 73 MB of 234 MB`. */
export function progressText({
	files,
	totalFiles,
	bytes,
	totalBytes,
}: ReadProgress): string {
	return `${formatCount(files)} of ${formatCounted(totalFiles, "file")}, ${formatBytes(bytes)} of ${formatBytes(totalBytes)}`;
}

/** What became of the files, in sentences. */
export function reportSentences(report: ReadReport): string[] {
	const { added, duplicates, otherFiles, notRides, problemCount } = report;
	const sentences: string[] = [];
	if (added > 0)
		sentences.push(
			`${formatCounted(added, "ride")} ${are(added)} on the map now.`,
		);
	else if (duplicates === 0) sentences.push("There is no ride in these files.");
	if (duplicates > 0)
		sentences.push(
			added === 0
				? `${formatCounted(duplicates, "ride")} ${are(duplicates)} here already.`
				: `${formatCounted(duplicates, "file")} ${duplicates === 1 ? "holds a ride" : "hold rides"} that ${are(duplicates)} here already.`,
		);
	for (const { reason, files } of notRides)
		sentences.push(`${formatCounted(files, "file")} ${reason}.`);
	if (otherFiles > 0)
		sentences.push(
			`${formatCounted(otherFiles, "file")} of other kinds ${otherFiles === 1 ? "was" : "were"} left out.`,
		);
	if (problemCount > 0)
		sentences.push(
			`${formatCount(problemCount)} ${problemCount === 1 ? "fault was" : "faults were"} found; the rest is unharmed.`,
		);
	return sentences;
}

/** Which rides count, and what became of the others. */
export function tripsSentence(counted: CountedTrips, leftOut: number): string {
	if (counted === "all")
		return "Rides that two devices recorded on one trip count twice.";
	return leftOut === 0
		? "No two rides are of one trip."
		: `${formatCounted(leftOut, "ride")} ${are(leftOut)} left out: another device recorded the same trip at the same time, with more points.`;
}

function are(count: number): string {
	return count === 1 ? "is" : "are";
}
