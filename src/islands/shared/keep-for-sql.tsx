import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { OwnKind } from "../../lib/own-files.ts";
import { sqlToKeepFor } from "./own-sql.ts";
import { sqlHref } from "./provenance.tsx";

/**
 * Asks to keep the visitor's own data where their SQL is wanted and they are not kept
 * yet, and then goes there. Once a page. `keep` tells whether they are kept now.
 */
export function KeepForSql(props: {
	readonly kind: OwnKind;
	readonly keep: () => Promise<boolean>;
	/** What went wrong, where they could not be kept. */
	readonly problem: () => string;
}) {
	const { kind, keep } = props;
	const dialog = useRef<HTMLDialogElement>(null);
	const isBusy = useSignal(false);
	const fault = useSignal("");
	const display = sqlToKeepFor.value;
	useEffect(() => {
		if (display !== null) dialog.current?.showModal();
		else dialog.current?.close();
	}, [display !== null]);
	const close = () => {
		sqlToKeepFor.value = null;
		fault.value = "";
	};
	const keepAndGo = async () => {
		isBusy.value = true;
		const isKept = await keep();
		isBusy.value = false;
		if (!isKept) fault.value = props.problem();
		else if (sqlToKeepFor.peek() !== null) {
			const address = sqlHref(sqlToKeepFor.peek() ?? "");
			close();
			location.assign(address);
		}
	};
	return (
		<dialog
			ref={dialog}
			class="keep-for-sql"
			aria-labelledby="keep-for-sql-title"
			onClose={close}
		>
			{display !== null && (
				<>
					<h2 id="keep-for-sql-title">The SQL behind your own {kind}</h2>
					<p>
						The SQL page is another page of this site: it finds your {kind} once
						they are kept on this device. Nothing is uploaded, and you can erase
						them at any time.
					</p>
					<p role="status" class="keep-for-sql-fault">
						{fault.value}
					</p>
					<div class="controls">
						<button
							type="button"
							class="button button-primary"
							disabled={isBusy.value}
							onClick={() => void keepAndGo()}
						>
							Keep them and see the SQL
						</button>
						<button type="button" class="button" onClick={close}>
							Cancel
						</button>
					</div>
				</>
			)}
		</dialog>
	);
}
