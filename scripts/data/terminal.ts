import { formatBytes, formatCount } from "../../src/lib/text/format.ts";
import { printable } from "../../src/lib/text/printable.ts";
import type {
	BuildProgress,
	BuildStep,
} from "../steps/settings/build-options.ts";

/** A line that changes does so no more often, in milliseconds. */
const REDRAW_MS = 100;

/** Where no line can change, one is written so often. */
const LINE_MS = 30_000;

/** Before so much is done, nothing is said of the time left. */
const FORESEEABLE = { share: 0.02, seconds: 2 };

const STEPS: Readonly<Record<BuildStep, string>> = {
	supply: "put files into the store",
	read: "read files",
	compare: "compare copies",
	write: "write tables",
	aggregate: "aggregate roll-ups",
	publish: "publish",
};

/** What a terminal is to us: standard error, or a test's. */
export interface Screen {
	readonly isTTY?: boolean;
	readonly columns?: number;
	write(text: string): unknown;
}

/** Shows how far a build is, and lines about it that stay. */
export class Terminal {
	readonly #screen: Screen;
	readonly #isQuiet: boolean;
	readonly #clock: () => number;
	readonly #jobs = new Map<BuildStep, number>();
	#isBuilding = false;
	#step: BuildStep | null = null;
	#stepAt = 0;
	#shownAt = 0;
	#isShown = false;

	/** `clock` gives milliseconds. Where it is quiet, only {@link say} writes. */
	constructor(
		screen: Screen,
		isQuiet: boolean,
		clock: () => number = () => performance.now(),
	) {
		this.#screen = screen;
		this.#isQuiet = isQuiet;
		this.#clock = clock;
	}

	/** Jobs that were done in the build that is shown. */
	get jobsDone(): number {
		return this.#jobs.values().reduce((sum, jobs) => sum + jobs, 0);
	}

	get isBuilding(): boolean {
		return this.#isBuilding;
	}

	/** A build begins. */
	begin(): void {
		this.#isBuilding = true;
		this.#step = null;
		this.#jobs.clear();
	}

	/** The build has ended, well or not. */
	end(): void {
		this.#isBuilding = false;
		this.clear();
	}

	progress(progress: BuildProgress): void {
		if (progress.step !== "supply")
			this.#jobs.set(progress.step, progress.jobs);
		if (this.#isQuiet) return;
		const now = this.#clock();
		const isNew = progress.step !== this.#step;
		if (isNew) {
			this.#step = progress.step;
			this.#stepAt = now;
		}
		const text = (width = Number.POSITIVE_INFINITY) =>
			progressText(progress, (now - this.#stepAt) / 1000, width);
		if (this.#screen.isTTY) {
			if (!isNew && now - this.#shownAt < REDRAW_MS) return;
			this.#draw(text(this.#width));
		} else {
			if (!isNew && now - this.#shownAt < LINE_MS) return;
			this.#screen.write(`${isNew ? STEPS[progress.step] : text()}\n`);
		}
		this.#shownAt = now;
	}

	/** Shows a line until the next one. */
	passing(text: string): void {
		if (this.#isQuiet) return;
		if (this.#screen.isTTY) this.#draw(text);
		else this.#screen.write(`${printable(text)}\n`);
	}

	/** A line that stays, unless it is quiet here. */
	note(line: string): void {
		if (!this.#isQuiet) this.say(line);
	}

	/** A line that stays, or several. */
	say(text: string): void {
		this.clear();
		this.#screen.write(`${printable(text, "\n\t")}\n`);
	}

	/** Takes away the line that changes. */
	clear(): void {
		if (this.#isShown) this.#screen.write("\r\x1b[2K");
		this.#isShown = false;
	}

	/** Of a line that does not wrap: one that does could not be taken away again. */
	get #width(): number {
		return (this.#screen.columns || 80) - 1;
	}

	#draw(text: string): void {
		const width = this.#width;
		const shown = text.length > width ? `${text.slice(0, width - 1)}…` : text;
		this.#screen.write(`\r\x1b[2K${printable(shown)}`);
		this.#isShown = true;
	}
}

/** `seconds` since the step began. Where `width` has no room for all, what matters less is left out. */
export function progressText(
	progress: BuildProgress,
	seconds: number,
	width: number,
): string {
	const { step, jobs, totalJobs, bytes, totalBytes, rows, totalRows } =
		progress;
	const partitions = `${formatCount(jobs)} of ${formatCount(totalJobs)} partitions`;
	const sizes = [
		...(totalBytes > 0
			? [`${formatBytes(bytes)} of ${formatBytes(totalBytes)}`]
			: []),
		...(totalRows > 0
			? [`${formatCount(rows)} of ${formatCount(totalRows)} rows`]
			: []),
	];
	const share =
		totalBytes > 0
			? bytes / totalBytes
			: totalRows > 0
				? rows / totalRows
				: jobs / Math.max(1, totalJobs);
	const left =
		share < 1 && share > FORESEEABLE.share && seconds > FORESEEABLE.seconds
			? [`${secondsText((seconds * (1 - share)) / share)} left`]
			: [];
	const percent = `${Math.floor(share * 100)} %`;
	const texts = [
		[partitions, ...sizes, ...left],
		[...(sizes.length > 0 ? sizes : [partitions]), ...left],
		[percent, ...left],
	].map((parts) => `${STEPS[step]}: ${parts.join(", ")}`);
	return texts.find((text) => text.length <= width) ?? (texts[2] as string);
}

function secondsText(seconds: number): string {
	if (seconds < 90) return `${Math.ceil(seconds)} s`;
	return seconds < 5400
		? `${Math.round(seconds / 60)} min`
		: `${(seconds / 3600).toFixed(1)} h`;
}
