import type { ComponentChildren } from "preact";
import { formatBytes } from "../../lib/format.ts";

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

/** An error as a sentence for people. */
export function sentenceOf(error: unknown): string {
	const message = error instanceof Error ? error.message : String(error);
	// A path or a name of SQL keeps its letters.
	const sentence = /^[a-z]+(?=[\s,:]|$)/.test(message)
		? message.charAt(0).toUpperCase() + message.slice(1)
		: message;
	return /[.!?]$/.test(sentence) ? sentence : `${sentence}.`;
}

function isUnfetched(error: unknown): boolean {
	return (
		error instanceof Error && ["FetchError", "GoneError"].includes(error.name)
	);
}

function isOffline(error: unknown): boolean {
	return !navigator.onLine && isUnfetched(error);
}
