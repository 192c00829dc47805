import { useSignal } from "@preact/signals";
import { useId, useRef } from "preact/hooks";
import { signIn } from "../engine/engine.ts";
import { sentenceOf } from "../error-sentence.ts";
import { signOut } from "../settings/device.ts";
import { signedInBuckets } from "./keys.ts";

/** AWS's own hosts name their region; others mostly take this one. */
const USUAL_REGION = "us-east-1";

/**
 * Asks for the keys of a private bucket and keeps them in this tab's memory.
 * Nothing of it is remembered by the browser: the fields are neither named nor sent
 * as a form, and the secret ones are emptied at once.
 */
export function BucketKeysForm(props: {
	/** An address below which the keys may apply, to begin with; or nothing. */
	readonly address: string;
	readonly onSignedIn?: () => void;
}) {
	const id = useId();
	const problem = useSignal("");
	const said = useSignal("");
	const bucketUrl = useRef<HTMLInputElement>(null);
	const region = useRef<HTMLInputElement>(null);
	const accessKeyId = useRef<HTMLInputElement>(null);
	const secretAccessKey = useRef<HTMLInputElement>(null);
	const sessionToken = useRef<HTMLInputElement>(null);
	const text = (field: { readonly current: HTMLInputElement | null }) =>
		field.current?.value.trim() ?? "";

	const submit = async (event: Event) => {
		event.preventDefault();
		problem.value = "";
		said.value = "";
		try {
			await signIn({
				bucketUrl: text(bucketUrl),
				region: text(region) || regionOf(text(bucketUrl)),
				accessKeyId: text(accessKeyId),
				secretAccessKey: text(secretAccessKey),
				sessionToken: text(sessionToken) || undefined,
			});
		} catch (error) {
			problem.value = sentenceOf(error);
			bucketUrl.current?.focus();
			return;
		}
		for (const field of [secretAccessKey, sessionToken])
			if (field.current !== null) field.current.value = "";
		said.value = "The keys are in use until you leave or reload this page.";
		props.onSignedIn?.();
	};

	return (
		<form class="bucket-keys" autocomplete="off" onSubmit={submit}>
			<p class="bucket-keys-about" id={`${id}-about`}>
				Keys stay in this tab's memory, sign only what is read below this
				address, and are gone when you reload or leave the page. Use keys that
				may only read.
			</p>
			<div class="field bucket-keys-wide">
				<label for={`${id}-url`}>Bucket's address</label>
				<input
					ref={bucketUrl}
					id={`${id}-url`}
					type="url"
					required
					autocomplete="off"
					spellcheck={false}
					placeholder="https://s3.example.org/bucket/"
					defaultValue={props.address}
					aria-describedby={`${id}-about ${id}-problem`}
					aria-invalid={problem.value !== ""}
				/>
			</div>
			<div class="field">
				<label for={`${id}-key`}>Access key</label>
				<input
					ref={accessKeyId}
					id={`${id}-key`}
					type="text"
					required
					autocomplete="off"
					autocapitalize="off"
					spellcheck={false}
				/>
			</div>
			<div class="field">
				<label for={`${id}-secret`}>Secret key</label>
				<input
					ref={secretAccessKey}
					id={`${id}-secret`}
					type="password"
					required
					autocomplete="off"
				/>
			</div>
			<div class="field">
				<label for={`${id}-token`}>Session token, if there is one</label>
				<input
					ref={sessionToken}
					id={`${id}-token`}
					type="password"
					autocomplete="off"
				/>
			</div>
			<div class="field">
				<label for={`${id}-region`}>Region, if not as the address says</label>
				<input
					ref={region}
					id={`${id}-region`}
					type="text"
					autocomplete="off"
					autocapitalize="off"
					spellcheck={false}
					placeholder={regionOf(props.address)}
				/>
			</div>
			<p class="bucket-keys-problem" id={`${id}-problem`} role="alert">
				{problem.value}
			</p>
			<button type="submit" class="button">
				Use these keys
			</button>
			<p class="bucket-keys-said" role="status">
				{said.value}
			</p>
		</form>
	);
}

/** The buckets that keys were entered for, and the way out. */
export function SignedInBuckets() {
	const buckets = signedInBuckets.value;
	if (buckets.length === 0) return null;
	return (
		<div class="bucket-list">
			<p>Read with your keys:</p>
			<ul>
				{buckets.map((bucketUrl) => (
					<li key={bucketUrl}>
						<code>{bucketUrl}</code>
					</li>
				))}
			</ul>
			<button type="button" class="button" onClick={() => void signOut()}>
				Sign out
			</button>
			<p>
				Signing out forgets the keys, empties this browser's cache of the lake
				and reloads the page. Leaving the page forgets the keys, too, but what
				was read stays in the cache.
			</p>
		</div>
	);
}

/** As AWS's and Backblaze's hosts name it: `s3.eu-west-1.amazonaws.com`, `b.s3.us-west-004.backblazeb2.com`. */
export function regionOf(address: string): string {
	if (!URL.canParse(address)) return USUAL_REGION;
	const { hostname } = new URL(address);
	if (hostname.endsWith(".r2.cloudflarestorage.com")) return "auto";
	return (
		/(?:^|\.)s3[.-](?:dualstack\.)?([a-z0-9-]+)\.(?:amazonaws\.com(?:\.cn)?|backblazeb2\.com)$/.exec(
			hostname,
		)?.[1] ?? USUAL_REGION
	);
}
