import { mountIsland } from "../charts/mount.tsx";
import { openCatalog, readRollup } from "../shared/lake/lake.ts";
import { PostsIsland, start } from "./island.tsx";
import { postsData } from "./model.ts";

void mountIsland({
	async load() {
		const { catalog } = await openCatalog();
		if (!catalog.datasets.some(({ name }) => name === "posts")) return null;
		const [funnel, topTags, days] = await Promise.all([
			readRollup("post_funnel"),
			readRollup("post_top_tags"),
			readRollup("posts_per_day"),
		]);
		return postsData(catalog, { funnel, topTags, days });
	},
	view(data) {
		start(data);
		return <PostsIsland />;
	},
	missing() {
		start(null);
		return <PostsIsland />;
	},
});
