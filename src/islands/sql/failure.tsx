import type { ScanSummary } from "../../../workers/engine-api.ts";
import { folderOf } from "../../lake/signing/key-ring.ts";
import type { CatalogTable } from "../../lib/catalog/catalog.ts";
import { sentenceOf } from "../shared/error-sentence.ts";
import { keepFocus } from "../shared/focus.ts";
import { BucketKeysForm } from "../shared/lake/bucket-keys.tsx";
import { lakeUrl } from "../shared/lake/lake.ts";
import { isMissingOffline, NOT_KEPT, TryAgain } from "../shared/states.tsx";
import type { Place } from "./error-place.ts";
import { Scan } from "./plan.tsx";
import { narrowings } from "./words.ts";
import type { Failed } from "./workbench.ts";

const TITLES: Readonly<Record<string, string>> = {
	SqlError: "DuckDB cannot run this",
	FetchError: "The lake could not be read",
	GoneError: "The lake's files have moved on",
	EngineLostError: "The engine was lost",
	ForbiddenError: "The host refuses to give this",
	OverBudgetError: "This reads more than the memory budget",
	UnsupportedError: "Not possible in the page",
};

/** What would fail again, whatever the network and the engine do. */
const FINAL: ReadonlySet<string> = new Set([
	"SqlError",
	"UnsupportedError",
	"OverBudgetError",
]);

/** Why a query did not run, where in the text, and what to do. */
export function FailureCard(props: {
	readonly failure: Failed;
	/** What the query would read, where that is known. */
	readonly scans: readonly ScanSummary[];
	readonly tables: readonly CatalogTable[];
	readonly onShow: (place: Place) => void;
	readonly onRetry: () => void;
}) {
	const { failure, scans, tables, onShow, onRetry } = props;
	const { place, text } = failure.problem;
	const isUnkept = isMissingOffline(failure.name);
	const isOverBudget = failure.name === "OverBudgetError";
	const advice = isOverBudget ? narrowings(scans, tables) : [];
	return (
		<>
			<div class="failure" role="alert">
				<h2 class="failure-title">
					{isUnkept
						? "This is not on this device"
						: (TITLES[failure.name] ?? "Something went wrong")}
				</h2>
				<p class="failure-text">
					{isUnkept && `${NOT_KEPT} `}
					{failure.name === "SqlError" ? text : sentenceOf(new Error(text))}
				</p>
				{place !== null && (
					<button type="button" class="button" onClick={() => onShow(place)}>
						Go to line {place.line}, column {place.column}
					</button>
				)}
				{advice.length > 0 && (
					<ul class="failure-advice">
						{advice.map((sentence) => (
							<li key={sentence}>{sentence}</li>
						))}
					</ul>
				)}
				{isOverBudget &&
					scans.map((scan) => <Scan key={scan.table} scan={scan} />)}
				{!FINAL.has(failure.name) && <TryAgain onPress={onRetry} />}
			</div>
			{failure.name === "ForbiddenError" && (
				<div class="failure-keys">
					<BucketKeysForm
						address={bucketIn(text) ?? lakeUrl()}
						onSignedIn={() => keepFocus(onRetry)}
					/>
				</div>
			)}
		</>
	);
}

/** Where the file lies that an error names by its whole address; null for one of the lake. */
function bucketIn(message: string): string | null {
	const [address] = /https?:\/\/[^\s'"?]+/.exec(message) ?? [];
	return address === undefined ? null : folderOf(address);
}
