import { computed, signal } from "@preact/signals";
import { expect, test } from "vitest";
import { lossOfReload, tellUnkept } from "./unkept.ts";

test("what a reload would lose is named as it comes and goes, and nothing else is said", () => {
	const rides = signal(0);
	const files = signal<readonly string[]>([]);
	const said: string[] = [];
	lossOfReload.subscribe((sentence) => said.push(sentence));
	tellUnkept(computed(() => (rides.value > 0 ? ["your own rides"] : [])));
	tellUnkept(files);
	rides.value = 1;
	rides.value = 2;
	files.value = ["your files", "your tables"];
	rides.value = 0;
	files.value = [];
	expect(said).toEqual([
		"",
		"Your own rides are not kept, and will be gone then.",
		"Your own rides, your files and your tables are not kept, and will be gone then.",
		"Your files and your tables are not kept, and will be gone then.",
		"",
	]);
});
