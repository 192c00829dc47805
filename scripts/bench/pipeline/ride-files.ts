import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { randomFrom } from "../../../src/lib/random.ts";

/**
 * Writes rides as a Garmin device does, some 234 bytes a point, that set out from
 * one town and wander; gives their size in bytes. The same files every time.
 */
export async function writeRides(
	folder: string,
	files: number,
	pointsEach: number,
): Promise<number> {
	await mkdir(folder, { recursive: true });
	let bytes = 0;
	for (let index = 0; index < files; index++) {
		const text = ride(index, pointsEach);
		bytes += Buffer.byteLength(text);
		await writeFile(join(folder, `${index}.gpx`), text);
	}
	return bytes;
}

/** A ride of some points, the same for the same index. */
export function ride(index: number, pointsEach: number): string {
	const random = randomFrom(index);
	let latitude = 47.4 + random() * 0.05;
	let longitude = 8.5 + random() * 0.05;
	let elevation = 400;
	let heading = random() * 2 * Math.PI;
	const start = Date.UTC(2024, 0, 1) + index * 43_200_000;
	const points: string[] = [];
	for (let point = 0; point < pointsEach; point++) {
		heading += (random() - 0.5) * 0.4;
		latitude += Math.cos(heading) * 0.00009;
		longitude += Math.sin(heading) * 0.00013;
		elevation += random() - 0.5;
		points.push(`   <trkpt lat="${latitude.toFixed(7)}" lon="${longitude.toFixed(7)}">
    <ele>${elevation.toFixed(1)}</ele>
    <time>${new Date(start + point * 1000).toISOString().slice(0, 19)}Z</time>
    <extensions>
     <gpxtpx:TrackPointExtension>
      <gpxtpx:hr>${120 + Math.floor(random() * 40)}</gpxtpx:hr>
      <gpxtpx:cad>${70 + Math.floor(random() * 30)}</gpxtpx:cad>
     </gpxtpx:TrackPointExtension>
    </extensions>
   </trkpt>`);
	}
	return `<?xml version="1.0" encoding="UTF-8"?>
<gpx creator="Device" version="1.1" xmlns="http://www.topografix.com/GPX/1/1" xmlns:gpxtpx="http://www.garmin.com/xmlschemas/TrackPointExtension/v1">
 <metadata><time>${new Date(start).toISOString()}</time></metadata>
 <trk>
  <name>Ride ${index}</name>
  <type>cycling</type>
  <trkseg>
${points.join("\n")}
  </trkseg>
 </trk>
</gpx>
`;
}
