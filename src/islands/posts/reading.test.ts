import { h } from "preact";
import { renderToString } from "preact-render-to-string";
import { expect, test } from "vitest";
import { postList } from "../../queries/posts.ts";
import { ALL_TIME } from "../../queries/time-window.ts";
import { DEFAULT_CHOICE, ownData, type PostsData } from "./model.ts";
import { Reading, type ReadingAnswer } from "./reading.tsx";

const own = () =>
	ownData(
		{
			...{ files: ["a.json"], posts: 1, lastPost: 0, days: [] },
			...{ rejected: 0, rejects: [] },
		},
		{
			posts: { sql: "posts", params: [], display: "posts" },
			postTags: { sql: "post_tags", params: [], display: "post_tags" },
		},
	) as PostsData;

const answer = (
	data: PostsData,
	tags: readonly string[],
	text: string | null,
): ReadingAnswer => ({
	data,
	choice: { ...DEFAULT_CHOICE, tags },
	query: postList({ window: ALL_TIME, withReposts: true, tags }, 10, 0),
	...{ bytes: 0, milliseconds: 0 },
	posts: [
		{
			...{ id: "1", author: null, createdAt: new Date(0), isRepost: false },
			...{ text, url: null },
		},
	],
});

const shown = (data: PostsData, answered: ReadingAnswer) =>
	renderToString(
		h(Reading, {
			data,
			tags: ["b"],
			counts: null,
			answer: answered,
			isBusy: true,
			status: null,
			onMore: () => {},
		}),
	);

test("posts of other tags, or of other files, do not stand under the chosen ones", () => {
	const data = own();
	expect(shown(data, answer(data, ["b"], "of b"))).toContain("of b");
	expect(shown(data, answer(data, ["a"], "of a"))).not.toContain("of a");
	expect(shown(own(), answer(data, ["b"], "of b"))).not.toContain("of b");
});

test("posts without text of the visitor's own are not laid to the publisher", () => {
	const data = own();
	expect(shown(data, answer(data, ["b"], null))).toMatch(
		/Your files hold no text/,
	);
});
