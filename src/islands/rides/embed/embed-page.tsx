import { siteRoot } from "../../shared/lake/lake.ts";
import { pageAddress } from "../../shared/url-state.ts";
import { creditsOf } from "../map/credits.ts";
import { MapPanel } from "../map/map-panel.tsx";
import type { RidesParts } from "../open-parts.ts";
import { sentenceOf, totalOf } from "../sentence.ts";

/** The map alone, for a frame in another page: with its legend, its sources, and the way to all else. */
export function EmbedPage(props: RidesParts) {
	const { opened, model, publisher } = props;
	const picture = model.picture.value;
	const { search } = new URL(pageAddress.value);
	return (
		<div class="rides rides-embed">
			<h1 class="visually-hidden">Where do I ride most?</h1>
			<p
				class="rides-embed-sentence"
				role="status"
				aria-busy={model.loading.value !== null}
			>
				{picture === null
					? `${totalOf(opened.timeline)}.`
					: sentenceOf(picture.seen, picture.filter, opened.timeline)}
			</p>
			<MapPanel {...props} isEmbedded onOpen={() => {}} />
			<footer class="rides-embed-foot">
				<span>{creditsOf(opened.dataset, publisher?.attribution ?? null)}</span>
				<a
					href={new URL(`rides/${search}`, siteRoot()).href}
					target="_blank"
					rel="noopener"
				>
					Open in Lakeside
				</a>
			</footer>
		</div>
	);
}
