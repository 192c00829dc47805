import { expect, test } from "vitest";
import { mayHoldPosts } from "./posts-names.ts";

test.each([
	"2014_09.js",
	"posts/2014_09.JS",
	"data/tweets.js",
	"twitter-2024-05-01.zip/data/tweets-part1.js",
	"data/js/tweets/2014_09.js",
	"archive/data/js/tweets/2014_09.js",
	"tweets.csv",
	"outbox.json",
	"stream.jsonl.gz",
	"table.tsv",
])("posts may lie in %s", (path) => expect(mayHoldPosts(path)).toBe(true));

test.each([
	"assets/js/runtime.1a2b.js",
	"archive/assets/js/modules.js",
	"js/application.js",
	"lib/hogan/hogan.js",
	"Your archive.html",
	"data/tweets_media/1.jpg",
	"readme.txt.gz",
])("no posts lie in %s", (path) => expect(mayHoldPosts(path)).toBe(false));
