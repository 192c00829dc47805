import "./settings-panel.css";
import { type Signal, useSignal } from "@preact/signals";
import { render } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { formatBytes, formatCounted } from "../../../lib/text/format.ts";
import { engineState } from "../engine/engine.ts";
import {
	askToPersist,
	clearCache,
	type Device,
	readDevice,
	readSuitable,
	type Suitable,
	setCacheBudget,
} from "./device.ts";
import { OwnDataSection } from "./own-data-section.tsx";
import { changeSettings, settings } from "./settings.ts";

const CACHE_CHOICES = [0, 100e6, 250e6, 500e6, 1e9, 2e9, 5e9, 10e9, 20e9];
const MEMORY_CHOICES = [100e6, 250e6, 500e6, 1e9, 1.5e9, 2e9, 3e9];
/** Of what the browser lets the site store: pages, engine and drafts need some, too. */
const QUOTA_SHARE = 0.8;
const REFRESH_MILLISECONDS = 2000;

let host: HTMLElement | undefined;

/** Opens the panel over the page; Escape or Close gives the focus back to what opened it. */
export function openSettings(): void {
	host ??= document.body.appendChild(document.createElement("div"));
	const box = host;
	render(<SettingsPanel onClose={() => render(null, box)} />, box);
}

function SettingsPanel({ onClose }: { readonly onClose: () => void }) {
	const dialog = useRef<HTMLDialogElement>(null);
	const closeButton = useRef<HTMLButtonElement>(null);
	const device = useSignal<Device | null>(null);
	const suitable = useSignal<Suitable | null>(null);
	const notice = useSignal("");
	const refresh = async () => {
		device.value = await readDevice();
	};
	useEffect(() => {
		dialog.current?.showModal();
		void readSuitable().then((found) => {
			suitable.value = found;
		});
		void refresh();
		const timer = setInterval(() => void refresh(), REFRESH_MILLISECONDS);
		return () => clearInterval(timer);
	}, []);
	const clear = async () => {
		await clearCache();
		await refresh();
		notice.value = "Cleared";
	};
	const persist = async () => {
		const isGranted = await askToPersist();
		await refresh();
		notice.value = isGranted
			? "The browser keeps it"
			: "The browser does not promise it";
	};
	const setCache = async (bytes: number | null) => {
		await setCacheBudget(bytes);
		await refresh();
		notice.value = "Saved";
	};
	const setMemory = async (bytes: number | null) => {
		changeSettings({ memoryBytes: bytes });
		await refresh();
		notice.value = "Saved: holds from the next query";
	};
	const close = () => dialog.current?.close();
	return (
		<dialog
			ref={dialog}
			class="settings"
			aria-labelledby="settings-title"
			onClose={onClose}
		>
			<div class="settings-box">
				<header class="settings-head">
					<h2 id="settings-title">Settings of this device</h2>
					<p class="settings-said" role="status">
						{notice.value}
					</p>
					<button
						ref={closeButton}
						type="button"
						class="button"
						onClick={close}
					>
						Close
					</button>
				</header>
				<Cache
					device={device.value}
					suitable={suitable.value}
					onChange={setCache}
					onClear={clear}
					onPersist={persist}
				/>
				<OwnDataSection
					onErased={() => {
						notice.value = "Erased";
						// The button that was pressed is gone with its section.
						closeButton.current?.focus();
					}}
				/>
				<Memory
					device={device.value}
					suitable={suitable.value}
					onChange={setMemory}
				/>
				<Engine device={device.value} />
			</div>
		</dialog>
	);
}

function Cache(props: {
	readonly device: Device | null;
	readonly suitable: Suitable | null;
	readonly onChange: (bytes: number | null) => Promise<void>;
	readonly onClear: () => Promise<void>;
	readonly onPersist: () => Promise<void>;
}) {
	const { device, suitable, onChange, onClear, onPersist } = props;
	const isBusy = useSignal(false);
	const room = (suitable?.quotaBytes ?? 0) * QUOTA_SHARE;
	return (
		<section aria-labelledby="settings-cache">
			<h3 id="settings-cache">Kept for the next visit</h3>
			<p>
				{device?.cacheKind === "memory"
					? "This browser lets the site keep nothing: what you have looked at is kept until you leave the page."
					: "Data that you have looked at stay on this device: a second look needs no network. What you have not used for longest goes first."}
			</p>
			<Use
				label="Kept for the next visit"
				bytes={device?.cacheBytes}
				budgetBytes={device?.cacheBudgetBytes}
			/>
			<div class="controls">
				<Budget
					label="Keep at most"
					chosen={settings.value.cacheBytes}
					suitable={suitable?.cacheBytes}
					choices={CACHE_CHOICES.filter((bytes) => bytes <= room)}
					busy={isBusy}
					onChange={onChange}
				/>
				<button
					type="button"
					class="button"
					disabled={isBusy.value || (device?.cacheBytes ?? 0) === 0}
					onClick={() => void busily(isBusy, onClear)}
				>
					Clear
				</button>
			</div>
			{device !== null && !navigator.onLine && (
				<p>
					You are offline: what you clear cannot be read again until the network
					is back. Only tables in memory stay, while this page is open.
				</p>
			)}
			{device?.cacheKind === "opfs" && (
				<div class="settings-persistence">
					<p>
						{device.isPersisted
							? "The browser keeps it until you clear it."
							: "The browser may clear it when this device runs short of space."}
					</p>
					{!device.isPersisted && (
						<button
							type="button"
							class="button"
							onClick={() => void onPersist()}
						>
							Ask it not to
						</button>
					)}
				</div>
			)}
		</section>
	);
}

function Memory(props: {
	readonly device: Device | null;
	readonly suitable: Suitable | null;
	readonly onChange: (bytes: number | null) => Promise<void>;
}) {
	const { device, suitable, onChange } = props;
	const isBusy = useSignal(false);
	return (
		<section aria-labelledby="settings-memory">
			<h3 id="settings-memory">Tables in memory</h3>
			<p>
				What a query reads stays in memory while this page is open, so that the
				next one is at once. A query that needs more is refused, or goes slice
				by slice. The engine itself takes some of what it may use.
			</p>
			<Use
				label="Tables in memory"
				bytes={device?.residentBytes}
				budgetBytes={device?.residentBudgetBytes}
			/>
			<Budget
				label="Use at most"
				chosen={settings.value.memoryBytes}
				suitable={suitable?.memoryBytes}
				choices={MEMORY_CHOICES}
				busy={isBusy}
				onChange={onChange}
			/>
		</section>
	);
}

function Engine({ device }: { readonly device: Device | null }) {
	const state = engineState.value;
	return (
		<section aria-labelledby="settings-engine">
			<h3 id="settings-engine">Engine</h3>
			<p>
				{device?.engine !== null && device?.engine !== undefined
					? `DuckDB ${device.engine.engine} on ${formatCounted(device.engine.threads, "thread")}, reading version ${device.engine.version.slice(0, 8)} of the data.`
					: state.kind === "loading"
						? "On its way."
						: state.kind === "failed"
							? `It did not start: ${state.message}`
							: "Not started: it comes when a question needs it."}
			</p>
		</section>
	);
}

/** How much of a budget is used; a box of the same size until it is known. */
function Use(props: {
	readonly label: string;
	readonly bytes: number | undefined;
	readonly budgetBytes: number | undefined;
}) {
	const { label, bytes, budgetBytes } = props;
	if (bytes === undefined || budgetBytes === undefined)
		return <p class="settings-use">…</p>;
	const text = `${formatBytes(bytes)} of ${formatBytes(budgetBytes)}`;
	return (
		<div class="settings-use">
			<meter
				aria-label={label}
				aria-valuetext={text}
				min={0}
				max={Math.max(1, budgetBytes)}
				value={Math.min(bytes, budgetBytes)}
			/>
			<span>{text}</span>
		</div>
	);
}

function Budget(props: {
	readonly label: string;
	readonly chosen: number | null;
	readonly suitable: number | undefined;
	readonly choices: readonly number[];
	readonly busy: Signal<boolean>;
	readonly onChange: (bytes: number | null) => Promise<void>;
}) {
	const { label, chosen, suitable, choices, busy, onChange } = props;
	const all = new Set(chosen === null ? choices : [...choices, chosen]);
	return (
		<label class="field">
			<span class="label">{label}</span>
			<select
				value={String(chosen)}
				disabled={busy.value}
				onChange={({ currentTarget: { value } }) =>
					void busily(busy, () =>
						onChange(value === "null" ? null : Number(value)),
					)
				}
			>
				<option value="null">
					{suitable === undefined
						? "What suits the device"
						: `What suits the device: ${formatBytes(suitable)}`}
				</option>
				{[...all]
					.sort((a, b) => a - b)
					.map((bytes) => (
						<option key={bytes} value={String(bytes)}>
							{bytes === 0 ? "Nothing" : formatBytes(bytes)}
						</option>
					))}
			</select>
		</label>
	);
}

async function busily(
	busy: Signal<boolean>,
	task: () => Promise<void>,
): Promise<void> {
	busy.value = true;
	try {
		await task();
	} finally {
		busy.value = false;
	}
}
