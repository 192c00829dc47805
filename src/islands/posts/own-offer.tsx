import type { GivenFile } from "../../lake/own-data/containers.ts";
import { chosenFiles } from "../shared/own-data/dropped-files.ts";

const ENDINGS = ".zip,.tar,.tgz,.js,.json,.jsonl,.ndjson,.csv,.tsv,.gz";

/** The button that opens the visitor's own posts, and what it takes. */
export function OwnOffer(props: {
	/** Where there is nothing yet to read them. */
	readonly isDisabled?: boolean;
	readonly onFiles?: (files: readonly GivenFile[]) => void;
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
						const files = chosenFiles(currentTarget.files);
						currentTarget.value = "";
						props.onFiles?.(files);
					}}
				/>
			</label>
			<p class="small muted">
				A Twitter archive (.zip or its .js files), Mastodon's archive (.tar.gz,
				or its outbox.json), JSON Lines or CSV, also dropped on the page,
				folders too. Nothing of it leaves this browser.
			</p>
		</div>
	);
}
