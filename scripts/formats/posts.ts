import type { Post } from "../../src/lib/formats/post.ts";
import { readPosts } from "../../src/lib/formats/posts.ts";
import type { ParseOutput, SourceFile } from "../datasets/dataset.ts";
import { fileBytes, plainName } from "./bytes.ts";
import { cellsOf, csvRows } from "./csv.ts";

/** Reads the posts of a file of any of the formats, also packed with gzip. */
export function readPostsFile(
	file: SourceFile,
	out: ParseOutput,
	take: (post: Post, line: number) => void,
): Promise<void> {
	return readPosts(
		{ name: plainName(file.path), bytes: fileBytes(file) },
		{ rows: csvRows, cells: cellsOf },
		out,
		take,
	);
}
