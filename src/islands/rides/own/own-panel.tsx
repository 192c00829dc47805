import { type Signal, useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { GivenFile } from "../../../lake/own-data/containers.ts";
import type { ReadReport } from "../../../lake/own-data/read-rides.ts";
import { formatCount } from "../../../lib/text/format.ts";
import { sentenceOf } from "../../shared/error-sentence.ts";
import { chosenFiles } from "../../shared/own-data/dropped-files.ts";
import {
	cancelReading,
	ownProblem,
	ownProgress,
	ownReport,
} from "./own-rides.ts";
import { progressText, reportSentences } from "./words.ts";

const ENDINGS = ".gpx,.fit,.tcx,.kml,.kmz,.gz,.zip,.csv";

/** Where files are chosen, their reading is followed, and what became of them is told. */
export function OwnPanel(props: {
	readonly isOpen: Signal<boolean>;
	readonly onFiles: (files: readonly GivenFile[]) => void;
	/** Called once it is closed, however that came. */
	readonly onClosed: () => void;
}) {
	const { isOpen, onFiles, onClosed } = props;
	const dialog = useRef<HTMLDialogElement>(null);
	const isShown = isOpen.value;
	useEffect(() => {
		if (isShown) dialog.current?.showModal();
		else dialog.current?.close();
	}, [isShown]);
	const progress = ownProgress.value;
	const isReading = progress !== null;
	useEffect(() => {
		const box = dialog.current;
		if (box?.open !== true || box.contains(document.activeElement)) return;
		// What had the focus has made room for the other.
		box
			.querySelector<HTMLElement>(".own-progress button, .own-choose input")
			?.focus();
	}, [isReading]);
	const report = ownReport.value;
	return (
		<dialog
			ref={dialog}
			class="own-panel"
			aria-labelledby="own-title"
			onClose={() => {
				isOpen.value = false;
				onClosed();
			}}
		>
			<div class="own-panel-box">
				<header>
					<h2 id="own-title">Your own rides</h2>
					<button
						type="button"
						class="button"
						onClick={() => {
							isOpen.value = false;
						}}
					>
						Close
					</button>
				</header>
				<p>
					See where you ride most, on this map and with these filters. Your
					files are read on this device and never leave it: nothing is uploaded.
					The address of the page says which place you look at, and the host of
					the site sees it when the page is loaded.
				</p>
				{progress === null ? (
					<Choosers onFiles={onFiles} />
				) : (
					<div class="own-progress">
						<p>{progressText(progress)}</p>
						<progress
							aria-label="Reading your files"
							max={Math.max(1, progress.totalBytes)}
							value={progress.bytes}
						/>
						<button type="button" class="button" onClick={cancelReading}>
							Cancel
						</button>
					</div>
				)}
				<div role="status" class="own-report">
					{progress === null && ownProblem.value !== null && (
						<p class="own-fault">{problemSentence(ownProblem.value)}</p>
					)}
					{report !== null && <Report report={report} />}
				</div>
			</div>
		</dialog>
	);
}

function Choosers(props: {
	readonly onFiles: (files: readonly GivenFile[]) => void;
}) {
	return (
		<div class="own-choose">
			<p>
				Drop files, folders, or the export of Strava or Garmin as it is (
				<code>.zip</code>) anywhere on this page, or choose them. GPX, FIT, TCX,
				KML and KMZ are read, also packed (<code>.gz</code>).
			</p>
			<div class="controls">
				<Chooser accept={ENDINGS} onFiles={props.onFiles}>
					Choose files
				</Chooser>
				<Chooser isFolder onFiles={props.onFiles}>
					Choose a folder
				</Chooser>
			</div>
		</div>
	);
}

function Chooser(props: {
	readonly accept?: string;
	readonly isFolder?: boolean;
	readonly onFiles: (files: readonly GivenFile[]) => void;
	readonly children: ComponentChildren;
}) {
	return (
		<label class="button own-chooser">
			{props.children}
			<input
				class="visually-hidden"
				type="file"
				multiple
				accept={props.accept}
				ref={(input) => {
					if (input !== null) input.webkitdirectory = props.isFolder === true;
				}}
				onChange={({ currentTarget }) => {
					const files = chosenFiles(currentTarget.files);
					currentTarget.value = "";
					if (files.length > 0) props.onFiles(files);
				}}
			/>
		</label>
	);
}

function Report({ report }: { readonly report: ReadReport }) {
	const { problems, problemCount } = report;
	const isOpen = useSignal(problemCount <= 5);
	return (
		<>
			<p>{reportSentences(report).join(" ")}</p>
			{problems.length > 0 && (
				<details
					open={isOpen.value}
					onToggle={({ currentTarget }) => {
						isOpen.value = currentTarget.open;
					}}
				>
					<summary>What could not be used</summary>
					<ul>
						{problems.map(({ path, line, reason }, at) => (
							<li key={at}>
								<b>{path}</b>
								{line !== null && `, line ${formatCount(line)}`}: {reason}
							</li>
						))}
						{problemCount > problems.length && (
							<li>and {formatCount(problemCount - problems.length)} others</li>
						)}
					</ul>
				</details>
			)}
		</>
	);
}

/** What went wrong, and what still works. */
export function problemSentence(problem: unknown): string {
	return problem instanceof Error && problem.name === "QuotaExceededError"
		? "The browser has no room to keep these rides. They are here until you leave the page."
		: sentenceOf(problem);
}
