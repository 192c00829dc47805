/** What the visitor has run in this browser: a click puts a text into the editor. */
export function HistoryList(props: {
	readonly texts: readonly string[];
	readonly onText: (sql: string) => void;
	readonly onForget: () => void;
}) {
	const { texts, onText, onForget } = props;
	if (texts.length === 0) return null;
	return (
		<details class="sql-fold sql-history">
			<summary>Queries you ran</summary>
			<div>
				<ul>
					{texts.map((sql) => (
						<li key={sql}>
							<button
								type="button"
								class="sql-history-text"
								title={sql}
								onClick={() => onText(sql)}
							>
								{sql.replace(/\s+/g, " ").trim()}
							</button>
						</li>
					))}
				</ul>
				<button type="button" class="button" onClick={onForget}>
					Forget them
				</button>
			</div>
		</details>
	);
}
