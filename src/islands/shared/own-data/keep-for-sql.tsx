import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { OwnKind } from "../../../lib/sql/own-files.ts";
import { sqlHref } from "../provenance.tsx";
import { sqlToKeepFor } from "./own-sql.ts";

/**
 * Asks to keep the visitor's own data where their SQL is wanted and they are not kept
 * yet, and then goes there. Once a page. `keep` tells whether they are kept now. It goes
 * on where the dialog is closed meanwhile, and what became of it is said then.
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
	/** What became of a keeping whose dialog was closed before. */
	const said = useSignal("");
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
		fault.value = "";
		said.value = "";
		const isKept = await keep();
		isBusy.value = false;
		const display = sqlToKeepFor.peek();
		if (display === null)
			said.value = isKept
				? `Your own ${kind} are kept on this device now.`
				: props.problem();
		else if (isKept) {
			const address = sqlHref(display);
			close();
			location.assign(address);
		} else fault.value = props.problem();
	};
	return (
		<>
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
							The SQL page is another page of this site: it finds your {kind}{" "}
							once they are kept on this device. Nothing is uploaded, and you
							can erase them at any time.
						</p>
						<p role="alert" class="keep-for-sql-fault">
							{fault.value}
						</p>
						<div class="controls">
							<button
								type="button"
								class="button button-primary"
								disabled={isBusy.value}
								onClick={() => void keepAndGo()}
							>
								{isBusy.value ? "Keeping …" : "Keep them and see the SQL"}
							</button>
							<button type="button" class="button" onClick={close}>
								{isBusy.value ? "Close" : "Cancel"}
							</button>
						</div>
					</>
				)}
			</dialog>
			<p class="visually-hidden" role="status">
				{said.value}
			</p>
		</>
	);
}
