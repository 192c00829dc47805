import { mountIsland } from "../charts/mount.tsx";
import { openCatalog, readRollup } from "../shared/lake/lake.ts";
import { followAddress, WeatherIsland } from "./island.tsx";
import { weatherData } from "./model.ts";
import { NoReadings } from "./view.tsx";

void mountIsland({
	async load() {
		const { catalog } = await openCatalog();
		if (!catalog.datasets.some(({ name }) => name === "weather")) return null;
		return weatherData(catalog, await readRollup("readings_per_day"));
	},
	view(data) {
		followAddress(data);
		return <WeatherIsland data={data} />;
	},
	missing: () => <NoReadings />,
});
