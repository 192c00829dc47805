import type { ComponentChildren } from "preact";
import { formatBytes } from "../../lib/format.ts";
import { BucketKeysForm } from "./bucket-keys.tsx";
import { sentenceOf } from "./error-sentence.ts";
import { lakeUrl } from "./lake.ts";

/** A skeleton in the shape of its box, with what comes and how much of it is here. */
export function Loading(props: {
	/** What is loading, as it stands in a sentence: `the engine`. */
	readonly what: string;
	readonly bytes?: number;
	/** Undefined or 0 where the size is not known. */
	readonly totalBytes?: number;
}) {
	const { what, bytes, totalBytes } = props;
	const isKnown =
		bytes !== undefined && totalBytes !== undefined && totalBytes > 0;
	return (
		<div class="state state-loading" role="status">
			<p>
				Loading {what}
				{isKnown
					? `: ${formatBytes(Math.min(bytes, totalBytes))} of ${formatBytes(totalBytes)}`
					: bytes !== undefined && bytes > 0
						? `: ${formatBytes(bytes)}`
						: " …"}
			</p>
			{isKnown && (
				<progress
					aria-label={`Loading ${what}`}
					max={totalBytes}
					value={Math.min(bytes, totalBytes)}
				/>
			)}
		</div>
	);
}

/** Nothing to show, and that is right: says why and what to change. */
export function Empty(props: { readonly children: ComponentChildren }) {
	return <div class="state state-empty">{props.children}</div>;
}

/** What happened, what still works, and a way on. */
export function Failure(props: {
	readonly error: unknown;
	readonly onRetry?: () => void;
}) {
	const { error, onRetry } = props;
	if (isOffline(error)) return <Offline onRetry={onRetry} />;
	if (isForbidden(error)) return <Forbidden error={error} onRetry={onRetry} />;
	return (
		<div class="state state-failure" role="alert">
			<p>
				{isUnfetched(error) && "The data did not come. "}
				{sentenceOf(error)}
			</p>
			{onRetry !== undefined && (
				<button type="button" class="button" onClick={onRetry}>
					Try again
				</button>
			)}
		</div>
	);
}

/** The lake lies in a private bucket: its keys, and once more. */
function Forbidden(props: {
	readonly error: unknown;
	readonly onRetry: (() => void) | undefined;
}) {
	return (
		<div class="state state-failure">
			<p role="alert">{sentenceOf(props.error)}</p>
			<BucketKeysForm address={lakeUrl()} onSignedIn={props.onRetry} />
		</div>
	);
}

/** The network is off, and this was not seen before. */
export function Offline(props: {
	readonly onRetry?: (() => void) | undefined;
}) {
	return (
		<div class="state state-offline" role="status">
			<p>
				You are offline, and this part was not looked at while online. What was
				seen before is still here.
			</p>
			{props.onRetry !== undefined && (
				<button type="button" class="button" onClick={props.onRetry}>
					Try again
				</button>
			)}
		</div>
	);
}

function isUnfetched(error: unknown): boolean {
	return (
		error instanceof Error && ["FetchError", "GoneError"].includes(error.name)
	);
}

function isForbidden(error: unknown): boolean {
	return error instanceof Error && error.name === "ForbiddenError";
}

function isOffline(error: unknown): boolean {
	return !navigator.onLine && isUnfetched(error);
}
