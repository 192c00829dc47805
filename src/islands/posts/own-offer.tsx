const ENDINGS = ".js,.json,.jsonl,.ndjson,.csv,.tsv,.gz";

/** The button that opens the visitor's own posts, and what it takes. */
export function OwnOffer(props: {
	/** Where there is nothing yet to read them, or they are being read. */
	readonly isDisabled?: boolean;
	readonly onFiles?: (files: readonly File[]) => void;
}) {
	return (
		<div class="own-line">
			<label class="button">
				Open your own posts
				<input
					class="visually-hidden"
					type="file"
					multiple
					accept={ENDINGS}
					disabled={props.isDisabled}
					onChange={({ currentTarget }) => {
						props.onFiles?.([...(currentTarget.files ?? [])]);
						currentTarget.value = "";
					}}
				/>
			</label>
			<p class="small muted">
				A Twitter archive, Mastodon's outbox.json, JSON Lines or CSV, also
				dropped on the page. Nothing of it leaves this browser.
			</p>
		</div>
	);
}
