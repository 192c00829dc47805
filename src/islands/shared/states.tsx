import type { ComponentChildren } from "preact";
import { formatBytes } from "../../lib/text/format.ts";
import { sentenceOf } from "./error-sentence.ts";
import { keepFocus } from "./focus.ts";
import { BucketKeysForm } from "./lake/bucket-keys.tsx";
import { lakeUrl } from "./lake/lake.ts";

/**
 * A skeleton in the shape of its box, with what comes and how much of it is here; how much
 * changes too often to be read aloud.
 */
export function Loading(props: {
	/** What is loading, as it stands in a sentence: `the engine`. */
	readonly what: string;
	readonly bytes?: number;
	/** Undefined or 0 where the size is not known. */
	readonly totalBytes?: number;
	/** How much of it is here, where that is not told in bytes. */
	readonly amount?: string;
}) {
	const { what, bytes = 0, totalBytes = 0 } = props;
	const amount = props.amount ?? amountOf(bytes, totalBytes);
	return (
		<div class="state state-loading">
			<p>
				<span role="status">{`Loading ${what}`}</span>
				{amount === "" ? " …" : `: ${amount}`}
			</p>
			{totalBytes > 0 && (
				<progress
					aria-label={`Loading ${what}`}
					max={totalBytes}
					value={Math.min(bytes, totalBytes)}
				/>
			)}
		</div>
	);
}

function amountOf(bytes: number, totalBytes: number): string {
	if (totalBytes === 0) return bytes > 0 ? formatBytes(bytes) : "";
	return bytes < totalBytes
		? `${formatBytes(bytes)} of ${formatBytes(totalBytes)}`
		: `${formatBytes(totalBytes)} read …`;
}

/** Nothing to show, and that is right: says why and what to change. */
export function Empty(props: { readonly children: ComponentChildren }) {
	return <div class="state state-empty">{props.children}</div>;
}

/** Where to look for what was given to the build and is not here, of a page right below the root. */
export function WhyNotHere() {
	return (
		<p>
			What you have put there and is not here, <a href="../data/">Data</a> tells
			why: it lists what could not be used.
		</p>
	);
}

/** What happened, what still works, and a way on. */
export function Failure(props: {
	readonly error: unknown;
	/** May give a promise of its end. */
	readonly onRetry?: () => unknown;
}) {
	const { error, onRetry } = props;
	if (error instanceof Error && isMissingOffline(error.name))
		return <Offline onRetry={onRetry} />;
	if (isForbidden(error)) return <Forbidden error={error} onRetry={onRetry} />;
	return (
		<div class="state state-failure" role="alert">
			<p>
				{isUnfetched(error) && "The data did not come. "}
				{sentenceOf(error)}
			</p>
			{onRetry !== undefined && <TryAgain onPress={onRetry} />}
		</div>
	);
}

/** The lake lies in a private bucket: its keys, and once more. */
function Forbidden(props: {
	readonly error: unknown;
	readonly onRetry: (() => unknown) | undefined;
}) {
	const { onRetry } = props;
	return (
		<div class="state state-failure">
			<p role="alert">{sentenceOf(props.error)}</p>
			<BucketKeysForm
				address={lakeUrl()}
				onSignedIn={onRetry && (() => keepFocus(onRetry))}
			/>
		</div>
	);
}

/** Makes way for what is tried. */
export function TryAgain({ onPress }: { readonly onPress: () => unknown }) {
	return (
		<button type="button" class="button" onClick={() => keepFocus(onPress)}>
			Try again
		</button>
	);
}

/** What is missing while the network is off. */
export const NOT_KEPT =
	"You are offline, and this part is not kept on this device: it was not looked at while online, or has been cleared since.";

/** The network is off, and this is not kept. */
export function Offline(props: {
	readonly onRetry?: (() => unknown) | undefined;
}) {
	return (
		<div class="state state-offline" role="status">
			<p>{NOT_KEPT}</p>
			{props.onRetry !== undefined && <TryAgain onPress={props.onRetry} />}
		</div>
	);
}

const UNFETCHED: ReadonlySet<string> = new Set(["FetchError", "GoneError"]);

function isUnfetched(error: unknown): boolean {
	return error instanceof Error && UNFETCHED.has(error.name);
}

function isForbidden(error: unknown): boolean {
	return error instanceof Error && error.name === "ForbiddenError";
}

/** Whether an error of that name comes of the network being off. */
export function isMissingOffline(errorName: string): boolean {
	return !navigator.onLine && UNFETCHED.has(errorName);
}
