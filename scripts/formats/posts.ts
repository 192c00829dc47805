import { FileError } from "../../src/lib/formats/file-error.ts";
import type { Post } from "../../src/lib/formats/post.ts";
import { type PostsFile, readPosts } from "../../src/lib/formats/posts.ts";
import { mayHoldPosts } from "../../src/lib/formats/posts-names.ts";
import { isTar } from "../../src/lib/formats/tar.ts";
import type { ParseOutput, SourceFile } from "../datasets/dataset.ts";
import type { ArchivedFile } from "./archived-file.ts";
import { entryBytes, fileBytes, plainName } from "./bytes.ts";
import { cellsOf, csvRows } from "./csv.ts";
import { tarFiles } from "./tar.ts";
import { isZip, zipEntries } from "./zip.ts";

/** `entry` names the file within an archive, null where there is none. */
export type TakePost = (post: Post, line: number, entry: string | null) => void;

/**
 * Reads the posts of a file of any of the formats, also packed with gzip, or of a zip
 * or tar archive of such files. A file within an archive that holds no posts, or cannot be used, is told
 * and the others stay; throws a FileError where it breaks off after some of its posts.
 */
export async function readPostsFile(
	file: SourceFile,
	out: ParseOutput,
	take: TakePost,
): Promise<void> {
	const archived = isZip(file.path)
		? zipEntries(file, mayHoldPosts, out.note)
		: isTar(file.path)
			? tarFiles(file, mayHoldPosts, out.note)
			: null;
	if (archived !== null) {
		await readArchive(archived, out, take);
		return;
	}
	await readPlain(
		{ name: plainName(file.path), bytes: fileBytes(file) },
		{ out, entry: null, take },
	);
}

async function readArchive(
	files: AsyncIterable<ArchivedFile>,
	out: ParseOutput,
	take: TakePost,
): Promise<void> {
	/** Of the entries before, whose counts are in the report already. */
	let taken = 0;
	try {
		for await (const entry of files) {
			let own = 0;
			const takeOwn: TakePost = (...post) => {
				own += 1;
				take(...post);
			};
			try {
				await readPlain(
					{ name: plainName(entry.name), bytes: entryBytes(entry) },
					{ out, entry: entry.name, take: takeOwn },
				);
				taken += own;
			} catch (error) {
				if (!(error instanceof FileError) || own > 0 || entry.hasEnded())
					throw error;
				out.reject(error.line, error.message, error.sample, entry.name);
			}
		}
	} catch (error) {
		out.count("posts of rejected files", taken);
		throw error;
	}
}

async function readPlain(
	file: PostsFile,
	{
		out,
		entry,
		take,
	}: {
		readonly out: ParseOutput;
		readonly entry: string | null;
		readonly take: TakePost;
	},
): Promise<void> {
	try {
		await readPosts(
			file,
			{ rows: csvRows, cells: cellsOf },
			{
				reject: (line, reason, sample) =>
					out.reject(line, reason, sample, entry ?? undefined),
				count: (name, by) => out.count(name, by),
				note: (text) => out.note(entry === null ? text : `${entry} ${text}`),
				drain: () => out.drain(),
			},
			(post, line) => take(post, line, entry),
		);
	} finally {
		// What holds no posts is not read to its end.
		await file.bytes.return(undefined);
	}
}
