import { useRef, useState } from "preact/hooks";
import type { CatalogTable } from "../../lib/catalog/catalog.ts";
import { sentenceOf } from "../shared/error-sentence.ts";
import { copied } from "../shared/files/clipboard.ts";
import { sign } from "../shared/lake/keys.ts";
import { lakeUrl } from "../shared/lake/lake.ts";
import { filesOf, READERS, type Reader, readerSnippet } from "./files.ts";

/** How another program reads a table; the list of files comes when it is opened. */
export function Elsewhere({ table }: { readonly table: CatalogTable }) {
	const [paths, setPaths] = useState<readonly string[] | Error | null>(null);
	const [reader, setReader] = useState<Reader>("DuckDB");
	/** What became of copying. */
	const [said, setSaid] = useState("");
	const code = useRef<HTMLTextAreaElement>(null);
	const open = (event: Event) => {
		if (!(event.currentTarget as HTMLDetailsElement).open) return;
		if (Array.isArray(paths)) return;
		readPaths(table).then(setPaths, (error: unknown) =>
			setPaths(error instanceof Error ? error : new Error(String(error))),
		);
	};
	const snippet = Array.isArray(paths)
		? readerSnippet(reader, table, lakeUrl(), paths)
		: null;
	const copy = async (text: string) => {
		if (await copied(text)) {
			setSaid("Copied.");
			return;
		}
		code.current?.focus();
		code.current?.select();
		setSaid("The browser did not let it be copied: it is selected.");
	};
	return (
		<details class="elsewhere" onToggle={open}>
			<summary>
				Read it elsewhere
				<span class="visually-hidden">: {table.name}</span>
			</summary>
			<fieldset class="elsewhere-readers">
				<legend class="visually-hidden">Program</legend>
				{READERS.map((each) => (
					<button
						key={each}
						type="button"
						aria-pressed={each === reader}
						onClick={() => {
							setReader(each);
							setSaid("");
						}}
					>
						{each}
					</button>
				))}
				{snippet !== null && (
					<button
						type="button"
						class="elsewhere-copy"
						onClick={() => void copy(snippet)}
					>
						Copy
					</button>
				)}
			</fieldset>
			{paths === null && <p class="muted small">Reading the manifest …</p>}
			{paths instanceof Error && (
				<p class="elsewhere-failure" role="alert">
					{sentenceOf(paths)}
				</p>
			)}
			{snippet !== null && (
				<textarea
					ref={code}
					class="elsewhere-code"
					aria-label={`${reader} code that reads ${table.name}`}
					rows={Math.min(14, snippet.split("\n").length)}
					readOnly
					value={snippet}
				/>
			)}
			<p class="elsewhere-said" role="status">
				{said}
			</p>
		</details>
	);
}

async function readPaths(table: CatalogTable): Promise<string[]> {
	if (table.manifest.blocks.length === 0) return [];
	const address = new URL(table.manifest.path, lakeUrl()).href;
	const response = await fetch(await sign(new Request(address)));
	if (!response.ok) throw new Error(`${address} answered ${response.status}`);
	return filesOf(table, new Uint8Array(await response.arrayBuffer()));
}
