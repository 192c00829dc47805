import { describe, expect, test } from "vitest";
import { buildFrom } from "../../tests/support/in-memory-build.ts";
import { zipOf } from "../../tests/support/zip-writer.ts";
import { weather } from "./weather.ts";

/**
 * What a file is read as: `station/module/measure [unit] first time: values`, and its
 * columns that were left out.
 */
async function read(content: string) {
	const lake = await buildFrom(weather, { "weather/file.csv": content });
	const rows = await lake.query(`
		SELECT concat(station, '/', coalesce(module, '-'), '/', measure,
			coalesce(' [' || unit || ']', ''), ' ', strftime(min(ts), '%Y-%m-%dT%H:%M'), ': ',
			string_agg(coalesce(value::VARCHAR, 'null'), ' ' ORDER BY ts)) AS text
		FROM readings GROUP BY station, module, measure, unit ORDER BY text`);
	lake.close();
	return {
		series: rows.map(({ text }) => text),
		rejects: lake.rejects.map(({ line, reason }) => `${line}: ${reason}`),
		leftOut: (lake.reports["weather/file.csv"]?.notes ?? []).flatMap((note) =>
			note.startsWith("columns left out: ") ? [note.slice(18)] : [],
		),
	};
}

test.each<{
	what: string;
	content: string;
	series: string[];
	leftOut: string[];
	rejects?: RegExp[];
}>([
	{
		what: "NOAA, summaries of days",
		content: `"STATION","DATE","SOURCE","LATITUDE","LONGITUDE","ELEVATION","NAME","CALL_SIGN","TEMP","TEMP_ATTRIBUTES","MAX","MAX_ATTRIBUTES","FRSHTT"
"01001099999","2024-01-01","4","70.93","-8.67","9.0","JAN MAYEN, NO","99999","  19.9","24","  22.1"," ","000000"
"01001099999","2024-01-02","7","70.93","-8.67","9.0","JAN MAYEN, NO","99999","  21.9","23","  23.1","*","001000"
`,
		series: [
			"01001099999/-/MAX [°F] 2024-01-01T00:00: 22.1 23.1",
			"01001099999/-/TEMP [°F] 2024-01-01T00:00: 19.9 21.9",
		],
		leftOut: [
			"SOURCE, LATITUDE, LONGITUDE, ELEVATION, NAME, CALL_SIGN, TEMP_ATTRIBUTES, MAX_ATTRIBUTES, FRSHTT",
		],
	},
	{
		what: "NOAA, summaries of days, without their codes of what is missing",
		content: `"STATION","DATE","TEMP","TEMP_ATTRIBUTES","DEWP","SLP","STP","VISIB","WDSP","MXSPD","GUST","MAX","MIN","PRCP","SNDP","FRSHTT"
"S","2024-01-01","9999.9"," 0","9999.9","9999.9","999.9","999.9","999.9","999.9","999.9","9999.9","9999.9","99.99","999.9","000000"
"S","2024-01-02","  99.9","24","  -9.9"," 999.9","9999.9","  9.9","  9.9"," 99.9"," 99.9","  99.9","  99.9"," 9.99"," 99.9","000000"
"S","2024-01-03","  19.9","24","  11.6","1002.8"," 999.8","  6.2"," 12.4"," 17.1"," 25.1","  25.7","  13.6"," 0.01","  5.9","001000"
`,
		series: [
			"S/-/DEWP [°F] 2024-01-01T00:00: null -9.9 11.6",
			"S/-/GUST [kn] 2024-01-01T00:00: null 99.9 25.1",
			"S/-/MAX [°F] 2024-01-01T00:00: null 99.9 25.7",
			"S/-/MIN [°F] 2024-01-01T00:00: null 99.9 13.6",
			"S/-/MXSPD [kn] 2024-01-01T00:00: null 99.9 17.1",
			"S/-/PRCP [in] 2024-01-01T00:00: null 9.99 0.01",
			"S/-/SLP [hPa] 2024-01-01T00:00: null 999.9 1002.8",
			"S/-/SNDP [in] 2024-01-01T00:00: null 99.9 5.9",
			"S/-/STP [hPa] 2024-01-01T00:00: null null 999.8",
			"S/-/TEMP [°F] 2024-01-01T00:00: null 99.9 19.9",
			"S/-/VISIB [mi] 2024-01-01T00:00: null 9.9 6.2",
			"S/-/WDSP [kn] 2024-01-01T00:00: null 9.9 12.4",
		],
		leftOut: ["TEMP_ATTRIBUTES, FRSHTT"],
	},
	{
		what: "DWD, whose times are digits",
		content: `STATIONS_ID;MESS_DATUM;QN_9;TT_TU;RF_TU;eor
         44;2024010123;    3;   8.4;  81.0;eor
         44;2024010200;    3;   8.1;  82.0;eor
`,
		series: [
			"44/-/RF_TU 2024-01-01T23:00: 81.0 82.0",
			"44/-/TT_TU 2024-01-01T23:00: 8.4 8.1",
		],
		leftOut: ["eor"],
	},
	{
		what: "DWD, every ten minutes",
		content: `STATIONS_ID;MESS_DATUM;  QN;PP_10;TT_10;eor
         44;202401010000;    3;   -999;   8.4;eor
         44;202401010010;    3;   -999;   8.1;eor
`,
		series: [
			"44/-/PP_10 2024-01-01T00:00: null null",
			"44/-/TT_10 2024-01-01T00:00: 8.4 8.1",
		],
		leftOut: ["eor"],
	},
	{
		what: "pages of stations, whose cells have units",
		content: `Date,Time,Temperature,Humidity,Wind,Speed,Rain
2024/01/01,12:04 AM,55.4 °F,81 °%,NNW,1.0 °mph,0.00 in
2024/01/01,12:09 AM,-0.2 °F,82 °%,North,--,1.00 in
2024/01/01,12:14 AM,-0.3 °F,82 °%,North,12.0 °mph,1.00 in
`,
		series: [
			"file/-/Humidity [%] 2024-01-01T00:04: 81.0 82.0 82.0",
			"file/-/Rain [in] 2024-01-01T00:04: 0.0 1.0 1.0",
			"file/-/Speed [mph] 2024-01-01T00:04: 1.0 null 12.0",
			"file/-/Temperature [°F] 2024-01-01T00:04: 55.4 -0.2 -0.3",
		],
		leftOut: ["Wind"],
	},
	{
		what: "cells with units and decimal commas, and others that have several, or marks",
		content: `time;temp;wind;power;marked
2024-01-01T00:00Z;12,3°C;5 km/h;1.234 W;7s
2024-01-01T01:00Z;-0,1 °C;7 mph;12,5 W;8s
`,
		series: [
			"file/-/power [W] 2024-01-01T00:00: 1234.0 12.5",
			"file/-/temp [°C] 2024-01-01T00:00: 12.3 -0.1",
		],
		leftOut: ["wind, marked"],
	},
	{
		what: "a long table, each of whose values has its unit",
		content: `time,sensor,measure,value
2024-01-01T00:00Z,a,temp,12.3 °C
2024-01-01T00:00Z,a,humidity,55 %
2024-01-01T00:00Z,a,count,7
`,
		series: [
			"file/a/count 2024-01-01T00:00: 7.0",
			"file/a/humidity [%] 2024-01-01T00:00: 55.0",
			"file/a/temp [°C] 2024-01-01T00:00: 12.3",
		],
		leftOut: [],
	},
	{
		what: "WeatherLink of Davis, whose names take two rows",
		content: `\t\tTemp\tHi\tLow\tOut\tWind\tWind\tHi\t\tRain
Date\tTime\tOut\tTemp\tTemp\tHum\tSpeed\tDir\tSpeed\tRain\tRate
13/06/23\t12:10a\t13.3\t13.4\t13.2\t92\t1.6\tW\t4.8\t0.2\t0.0
14/06/23\t12:20p\t14.3\t14.4\t14.2\t91\t0.0\t---\t0.0\t---\t0.0
`,
		series: [
			"file/-/Hi Speed 2023-06-13T00:10: 4.8 0.0",
			"file/-/Hi Temp 2023-06-13T00:10: 13.4 14.4",
			"file/-/Low Temp 2023-06-13T00:10: 13.2 14.2",
			"file/-/Out Hum 2023-06-13T00:10: 92.0 91.0",
			"file/-/Rain 2023-06-13T00:10: 0.2 null",
			"file/-/Rain Rate 2023-06-13T00:10: 0.0 0.0",
			"file/-/Temp Out 2023-06-13T00:10: 13.3 14.3",
			"file/-/Wind Speed 2023-06-13T00:10: 1.6 0.0",
		],
		leftOut: ["Wind Dir"],
	},
	{
		what: "Ecowitt, with groups above the names",
		content: `"","Outdoor","","Indoor","","Pressure"
"Time","Temperature(℃)","Humidity(%)","Temperature(℃)","Humidity(%)","Relative(hPa)"
"2024-01-01 00:00","4.1","87","21.5","55","1013.2"
"2024-01-01 00:05","4.0","88","21.4","55","1013.1"
`,
		series: [
			"file/-/Indoor Humidity [%] 2024-01-01T00:00: 55.0 55.0",
			"file/-/Indoor Temperature [℃] 2024-01-01T00:00: 21.5 21.4",
			"file/-/Outdoor Humidity [%] 2024-01-01T00:00: 87.0 88.0",
			"file/-/Outdoor Temperature [℃] 2024-01-01T00:00: 4.1 4.0",
			"file/-/Pressure Relative [hPa] 2024-01-01T00:00: 1013.2 1013.1",
		],
		leftOut: [],
	},
	{
		what: "E-REDES, below remarks, in words that are not known",
		content: `Leituras;;;
CPE:;PT0002000012345678AB;;
;;;
Data;Hora;Consumo registado (kW), Ativa;Estado
2024/01/01;00:15;0,123;Real
2024/01/01;24:00;0,456;Real
`,
		series: [
			"file/-/Consumo registado (kW), Ativa 2024-01-01T00:15: 0.123 0.456",
		],
		leftOut: ["Estado"],
	},
	{
		what: "Home Assistant's energy, whose header holds the times",
		content: `entity_id,type,unit,2024-01-01T00:00:00.000+01:00,2024-01-01T01:00:00.000+01:00,2024-01-01T02:00:00.000+01:00
sensor.grid,grid_consumption,kWh,0.12,0.3,0.25
sensor.cost,grid_cost,EUR,0.03,,0.07
`,
		series: [
			"file/-/sensor.cost [EUR] 2023-12-31T23:00: 0.03 null 0.07",
			"file/-/sensor.grid [kWh] 2023-12-31T23:00: 0.12 0.3 0.25",
		],
		leftOut: ["type"],
	},
	{
		what: "stations below the days of a header",
		content: `station;1.2.2024;2.2.2024;13.2.2024
A;1,5;2,5;3,5
B;4;5
`,
		series: [
			"A/-/value 2024-02-01T00:00: 1.5 2.5 3.5",
			"B/-/value 2024-02-01T00:00: 4.0 5.0 null",
		],
		leftOut: [],
	},
	{
		what: "Fronius, with units in a row and a blank name at the end",
		content: `Date and time,Energy from inverter | Symo 8.2-3-M (1),Consumption,
[dd.MM.yyyy HH:mm],[Wh],[Wh]
14.06.2023 12:00,512.3,101.2
14.06.2023 12:05,515.0,99
`,
		series: [
			"file/-/Consumption [Wh] 2023-06-14T12:00: 101.2 99.0",
			"file/-/Energy from inverter | Symo 8.2-3-M (1) [Wh] 2023-06-14T12:00: 512.3 515.0",
		],
		leftOut: [],
	},
	{
		what: "FMI, with year, month and day beside the time of day",
		content: `Observation station,Year,Month,Day,Time [Local time],Average temperature [°C]
Helsinki Kaisaniemi,2024,5,1,00:00,8.4
Helsinki Kaisaniemi,2024,5,1,01:00,8.1
`,
		series: [
			"Helsinki Kaisaniemi/-/Average temperature [°C] 2024-05-01T00:00: 8.4 8.1",
		],
		leftOut: [],
	},
	{
		what: "SMHI, with the time of day in Swedish",
		content: `Stationsnamn;Stationsnummer
Stockholm;98210

Datum;Tid (UTC);Lufttemperatur;Kvalitet;;Tidsutsnitt:
2024-05-01;00:00:00;11.3;G;;Kvalitetskontrollerade data
2024-05-01;01:00:00;11.0;Y;;
`,
		series: ["file/-/Lufttemperatur 2024-05-01T00:00: 11.3 11.0"],
		leftOut: ["Kvalitet, (unnamed), Tidsutsnitt:"],
	},
	{
		what: "EPA, with dates and times of two zones",
		content: `"Site Num","Parameter Name","Date Local","Time Local","Date GMT","Time GMT","Sample Measurement","Units of Measure","Date of Last Change"
"0010","Ozone","2024-01-01","23:00","2024-01-02","05:00",0.021,"ppm","2024-04-01"
"0010","Ozone","2024-01-02","00:00","2024-01-02","06:00",0.022,"ppm","2024-04-01"
`,
		series: ["file/-/Ozone [ppm] 2024-01-02T05:00: 0.021 0.022"],
		leftOut: ["Site Num, Date Local, Time Local"],
	},
	{
		what: "dates and times of a name of their own, with units of a letter",
		content: `MeterID,ReadingDate,ReadingTime,Temp,Version
M1,2024-01-13,00:30,55.4F,1
M1,2024-01-13,01:00,56F,2
`,
		series: ["M1/-/Temp [F] 2024-01-13T00:30: 55.4 56.0"],
		leftOut: [],
	},
	{
		what: "NOAA's reference network, with clocks of digits",
		content: `UTC_DATE,UTC_TIME,LST_DATE,LST_TIME,AIR_TEMPERATURE
20240501,0005,20240430,1705,25.1
20240501,1310,20240501,0610,25.0
`,
		series: ["file/-/AIR_TEMPERATURE 2024-05-01T00:05: 25.1 25.0"],
		leftOut: ["LST_DATE, LST_TIME"],
	},
	{
		what: "the Met Office's history of a station, of months, whose cells blanks part",
		content: `Oxford
Location: 450900E 207200N, Lat 51.761 Lon -1.262, 63 metres amsl
Estimated data is marked with a * after the  value.
Missing data (more than 2 days missing in month) is marked by  ---.
   yyyy  mm   tmax    tmin    rain     sun
              degC    degC      mm   hours
   2023  11   10.9     4.6    61.8     ---
   2023  12    9.4*    4.9    98.6    36.0#  Provisional
   2024   1    8.4     1.7    62.8    70.2#  Provisional
`,
		series: [
			"file/-/rain [mm] 2023-11-01T00:00: 61.8 98.6 62.8",
			"file/-/sun [hours] 2023-11-01T00:00: null 36.0 70.2",
			"file/-/tmax [degC] 2023-11-01T00:00: 10.9 9.4 8.4",
			"file/-/tmin [degC] 2023-11-01T00:00: 4.6 4.9 1.7",
		],
		leftOut: [],
	},
	{
		what: "a table that blanks part, without units",
		content: `UTC_DATE UTC_TIME AIR_TEMPERATURE PRECIPITATION
20240501   0005      25.1   0.0
20240501   0010      -5.0   0.2
`,
		series: [
			"file/-/AIR_TEMPERATURE 2024-05-01T00:05: 25.1 -5.0",
			"file/-/PRECIPITATION 2024-05-01T00:05: 0.0 0.2",
		],
		leftOut: [],
	},
	{
		what: "months of a table",
		content: "Year,Month,mm\n2023,12,61.8\n2024,1,3\n",
		series: ["file/-/mm 2023-12-01T00:00: 61.8 3.0"],
		leftOut: [],
	},
	{
		what: "meters whose registers are named by OBIS",
		content: `meterid;obis;timestamp;value;unit
M1;1-0:1.8.0;2024-01-01T00:00:00+01:00;1234,5;kWh
M1;1-0:2.8.0;2024-01-01T00:00:00+01:00;3,5;kWh
`,
		series: [
			"M1/-/1-0:1.8.0 [kWh] 2023-12-31T23:00: 1234.5",
			"M1/-/1-0:2.8.0 [kWh] 2023-12-31T23:00: 3.5",
		],
		leftOut: [],
	},
	{
		what: "meters of several buildings",
		content: `building_id,meter,timestamp,meter_reading
0,0,2024-01-01 00:00:00,1.5
1,0,2024-01-01 00:00:00,2.5
0,1,2024-01-01 00:00:00,3.5
`,
		series: [
			"0/0/meter_reading 2024-01-01T00:00: 1.5",
			"0/1/meter_reading 2024-01-01T00:00: 3.5",
			"1/0/meter_reading 2024-01-01T00:00: 2.5",
		],
		leftOut: [],
	},
	{
		what: "PVGIS, with a colon in its digits",
		content: `Latitude (decimal degrees):\t45.000

time,T2m
20240101:0010,2.5
20240101:1310,2.2
`,
		series: ["file/-/T2m 2024-01-01T00:10: 2.5 2.2"],
		leftOut: [],
	},
	{
		what: "Shelly, whose phases are no units",
		content: `Date/time UTC,Active energy Wh (A),Max V
2024-01-01 00:00,2.9,234.1
2024-01-01 00:01,3.1,234.2
`,
		series: [
			"file/-/Active energy Wh (A) 2024-01-01T00:00: 2.9 3.1",
			"file/-/Max V 2024-01-01T00:00: 234.1 234.2",
		],
		leftOut: [],
	},
	{
		what: "Meteostat, with the hour beside the date",
		content: `date,hour,temp,rhum,wdir,coco,temp_source
2024-01-01,0,8.4,81,270,3,dwd_hourly
2024-01-01,1,8.1,82,260,3,dwd_hourly
`,
		series: [
			"file/-/coco 2024-01-01T00:00: 3.0 3.0",
			"file/-/rhum 2024-01-01T00:00: 81.0 82.0",
			"file/-/temp 2024-01-01T00:00: 8.4 8.1",
			"file/-/wdir 2024-01-01T00:00: 270.0 260.0",
		],
		leftOut: ["temp_source"],
	},
	{
		what: "the Met Office",
		content: `ob_end_time,id_type,id,version_num,src_id,rec_st_ind,wind_speed,air_temperature,air_temperature_q
2024-01-01 00:00:00,WMO,3772,1,708,1011,10,8,1
2024-01-01 01:00:00,WMO,3772,1,708,1011,11,8,6
`,
		series: [
			"file/-/air_temperature 2024-01-01T00:00: 8.0 8.0",
			"file/-/wind_speed 2024-01-01T00:00: 10.0 11.0",
		],
		leftOut: ["id_type, id, src_id, rec_st_ind, air_temperature_q"],
	},
	{
		what: "Netatmo",
		content: `Innen;;;
Timestamp;"Timezone : Europe/Berlin";Temperature;CO2
1704063600;"2024/01/01 00:00:00";20.1;512
1704063900;"2024/01/01 00:05:00";20.2;520
`,
		series: [
			"file/-/CO2 2023-12-31T23:00: 512.0 520.0",
			"file/-/Temperature 2023-12-31T23:00: 20.1 20.2",
		],
		leftOut: ["Timezone : Europe/Berlin"],
	},
	{
		what: "Davis, with years of two digits",
		content: `"Date & Time","Temp - °F","Wind Direction"
"1/12/24 11:45 PM","35.1","NNW"
"1/13/24 12:00 AM","35.0","NW"
`,
		series: ["file/-/Temp [°F] 2024-01-12T23:45: 35.1 35.0"],
		leftOut: ["Wind Direction"],
	},
	{
		what: "Ecowitt",
		content: `Time,Outdoor Temperature(℃),Solar(W/m²),Wind Direction(º),WH65 Battery,PM2.5 Air Quality
2024-01-01 00:00,3.4,0,270,0,42
2024-01-01 00:05,3.5,0,280,0,43
`,
		series: [
			"file/-/Outdoor Temperature [℃] 2024-01-01T00:00: 3.4 3.5",
			"file/-/PM2.5 Air Quality 2024-01-01T00:00: 42.0 43.0",
			"file/-/Solar [W/m²] 2024-01-01T00:00: 0.0 0.0",
			"file/-/WH65 Battery 2024-01-01T00:00: 0.0 0.0",
			"file/-/Wind Direction [º] 2024-01-01T00:00: 270.0 280.0",
		],
		leftOut: [],
	},
	{
		what: "Shelly",
		content: `channel,timestamp,a_voltage,total_act_energy
0,1704067200,231,12.3
1,1704067200,232,12.4
`,
		series: [
			"file/0/a_voltage 2024-01-01T00:00: 231.0",
			"file/0/total_act_energy 2024-01-01T00:00: 12.3",
			"file/1/a_voltage 2024-01-01T00:00: 232.0",
			"file/1/total_act_energy 2024-01-01T00:00: 12.4",
		],
		leftOut: [],
	},
	{
		what: "Home Assistant",
		content: `entity_id,state,last_changed
sensor.roof,8.4,2024-01-01T00:00:00.000Z
sensor.roof,unavailable,2024-01-01T02:00:00.000Z
sensor.hall,20,2024-01-01T00:00:00.000Z
`,
		series: [
			"file/-/sensor.hall 2024-01-01T00:00: 20.0",
			"file/-/sensor.roof 2024-01-01T00:00: 8.4 null",
		],
		leftOut: [],
	},
	{
		what: "a Green Button meter, with the time apart",
		content: `Name,JANE DOE
Account Number,1234567890

TYPE,DATE,START TIME,END TIME,USAGE (kWh),COST,NOTES
Electric usage,2024-01-01,00:00,00:14,0.12,$0.03,
Electric usage,2024-01-01,00:15,00:29,0.13,$0.03,
`,
		series: ["file/-/USAGE [kWh] 2024-01-01T00:00: 0.12 0.13"],
		leftOut: ["TYPE, END TIME, COST, NOTES"],
	},
	{
		what: "an Octopus meter",
		content: `Consumption (kwh), Estimated Cost Inc. Tax (p), Start, End
0.123, 3.45, 2024-01-01T00:00:00+00:00, 2024-01-01T00:30:00+00:00
0.125, 3.55, 2024-01-01T00:30:00+00:00, 2024-01-01T01:00:00+00:00
`,
		series: [
			"file/-/Consumption [kwh] 2024-01-01T00:00: 0.123 0.125",
			"file/-/Estimated Cost Inc. Tax [p] 2024-01-01T00:00: 3.45 3.55",
		],
		leftOut: ["End"],
	},
	{
		what: "London's meters, each a station",
		content: `LCLid,stdorToU,DateTime,KWH/hh (per half hour) 
MAC000002,Std,2012-10-12 00:30:00.0000000,0
MAC000003,Std,2012-10-12 00:30:00.0000000,0.123
`,
		series: [
			"MAC000002/-/KWH/hh [per half hour] 2012-10-12T00:30: 0.0",
			"MAC000003/-/KWH/hh [per half hour] 2012-10-12T00:30: 0.123",
		],
		leftOut: ["stdorToU"],
	},
	{
		what: "Fluvius, with day and clock apart and a row a register",
		content: `Van (datum);Van (tijdstip);Tot (datum);Tot (tijdstip);EAN-code;Meter;Metertype;Register;Volume;Eenheid;Validatiestatus
13-01-2024;00:00:00;13-01-2024;00:15:00;="541448820000000017";1SAG1;Digitale meter;Afname Dag;0,123;kWh;Gevalideerd
13-01-2024;00:00:00;13-01-2024;00:15:00;="541448820000000017";1SAG1;Digitale meter;Injectie Dag;0,000;kWh;Gevalideerd
13-01-2024;00:15:00;13-01-2024;00:30:00;="541448820000000017";1SAG1;Digitale meter;Afname Dag;1,5;kWh;Geschat
`,
		series: [
			"541448820000000017/-/Afname Dag [kWh] 2024-01-13T00:00: 0.123 1.5",
			"541448820000000017/-/Injectie Dag [kWh] 2024-01-13T00:00: 0.0",
		],
		leftOut: ["Tot (datum), Tot (tijdstip), Meter, Metertype, Validatiestatus"],
	},
	{
		what: "DSMR, the hour that comes twice by its season",
		content: `time;import
231029020000S;1234,567
231029023000S;1234,667
231029020000W;1234,767
`,
		series: ["file/-/import 2023-10-29T00:00: 1234.567 1234.667 1234.767"],
		leftOut: [],
	},
	{
		what: "Enedis, with what it says of the meter above",
		content: `Identifiant PRM;Type de données;Date de début;Date de fin;Grandeur métier;Unité;Pas en minutes
01234567890123;Courbe de charge;13/01/2024;14/01/2024;Consommation;W;30
Horodate;Valeur
2024-01-13T00:30:00+01:00;250
2024-01-13T01:00:00+01:00;300
`,
		series: [
			"01234567890123/Consommation/Valeur [W] 2024-01-12T23:30: 250.0 300.0",
		],
		leftOut: [],
	},
	{
		what: "Datadis, whose hours go to 24",
		content: `CUPS;Fecha;Hora;Consumo_kWh;Metodo_obtencion
ES0031000000000000AB;13/01/2024;1;0,123;R
ES0031000000000000AB;13/01/2024;24;0,5;R
`,
		series: [
			"ES0031000000000000AB/-/Consumo [kWh] 2024-01-13T01:00: 0.123 0.5",
		],
		leftOut: ["Metodo_obtencion"],
	},
	{
		what: "Texas, with what is drawn and what is fed in",
		content: `ESIID,USAGE_DATE,REVISION_DATE,USAGE_START_TIME,USAGE_END_TIME,USAGE_KWH,ESTIMATED_ACTUAL,CONSUMPTION_SURPLUSGENERATION
'10443720000000001,01/13/2024,01/14/2024 05:00:00, 00:00, 00:15,.123,A,Consumption
'10443720000000001,01/13/2024,01/14/2024 05:00:00, 00:15, 00:30,0,A,Consumption
'10443720000000001,01/13/2024,01/14/2024 05:00:00, 00:15, 00:30,0,A,Surplus Generation
`,
		series: [
			"10443720000000001/Consumption/USAGE [kWh] 2024-01-13T00:00: 0.123 0.0",
			"10443720000000001/Surplus Generation/USAGE [kWh] 2024-01-13T00:15: 0.0",
		],
		leftOut: ["REVISION_DATE, USAGE_END_TIME, ESTIMATED_ACTUAL"],
	},
	{
		what: "a load curve of Germany, from a clock to a clock",
		content: `Datum;von;bis;Wert (kWh);Status
13.01.2024;00:00;00:15;0;W
13.01.2024;00:15;00:30;0;W
`,
		series: ["file/-/Wert [kWh] 2024-01-13T00:00: 0.0 0.0"],
		leftOut: ["bis, Status"],
	},
	{
		what: "a utility's periods in words",
		content: `"For location: 1 Main St"

"Energy consumption time period","Usage(kWh)","Reading quality"
"2024-01-13 00:00:00 to 2024-01-13 01:00:00","0.123",""
"2024-01-13 01:00:00 to 2024-01-13 02:00:00","0.125",""
`,
		series: ["file/-/Usage [kWh] 2024-01-13T00:00: 0.123 0.125"],
		leftOut: ["Reading quality"],
	},
	{
		what: "AEMET, with decimal commas in quotes",
		content: `fecha,indicativo,altitud,tmed,prec,tmax,horatmax
2024-01-13,3195,667,"8,4","0,0","12,0",14:10
2024-01-14,3195,667,"-8,5",Ip,"1,125",14:20
2024-01-15,3195,667,"8,6","0,2","13,5",14:30
`,
		series: [
			"3195/-/prec 2024-01-13T00:00: 0.0 null 0.2",
			"3195/-/tmax 2024-01-13T00:00: 12.0 1.125 13.5",
			"3195/-/tmed 2024-01-13T00:00: 8.4 -8.5 8.6",
		],
		leftOut: ["altitud, horatmax"],
	},
	{
		what: "KNMI, in tenths as its comments say",
		content: `# T         : Temperatuur (in 0.1 graden Celsius) op 1.50 m hoogte
# FH        : Uurgemiddelde windsnelheid (in 0.1 m/s)
# RH        : Uursom van de neerslag (in 0.1 mm) (-1 voor <0.05 mm)
# U         : Relatieve vochtigheid (in procenten)
# STN,YYYYMMDD,   HH,   FH,    T,   RH,    U
  260,20240113,    1,   50,   -4,   -1,   90
  260,20240113,   24,   40,     ,   12,   91
`,
		series: [
			"260/-/FH [m/s] 2024-01-13T01:00: 5.0 4.0",
			"260/-/RH [mm] 2024-01-13T01:00: 0.0 1.2",
			"260/-/T [°C] 2024-01-13T01:00: -0.4 null",
			"260/-/U 2024-01-13T01:00: 90.0 91.0",
		],
		leftOut: [],
	},
	{
		what: "ECA&D, in tenths, without what is suspect or missing",
		content: `FILE FORMAT (MISSING VALUE CODE IS -9999):

24-28 TG   : mean temperature in 0.1 &#176;C
30-34 Q_TG : quality code for TG (0='valid'; 1='suspect'; 9='missing')

STAID, SOUID,    DATE,   TG, Q_TG
   244,100000,20240113,  -84,    0
   244,100000,20240114,-9999,    9
   244,100000,20240115,  321,    1
   244,100000,20240116,   81,    0
`,
		series: ["244/-/TG [°C] 2024-01-13T00:00: -8.4 null null 8.1"],
		leftOut: ["SOUID, Q_TG"],
	},
	{
		what: "numbers of accounts and points, which measure nothing",
		content: `Mittauspisteen tunnus;Tuotteen tyyppi;Account Number;Alkuaika;Määrä
643000000000000017;8716867000030;7;2024-01-12T22:00:00Z;0,123
643000000000000017;8716867000030;7;2024-01-12T23:00:00Z;0,125
`,
		series: ["643000000000000017/-/Määrä 2024-01-12T22:00: 0.123 0.125"],
		leftOut: ["Tuotteen tyyppi, Account Number"],
	},
	{
		what: "names that say mark where the cells say measure",
		content: `time,sourceId,power_source [V],signal_source,sun_elevation,elevation_m,code,state,name
2024-01-01 00:00Z,7,12,1.5,30,420,12345,WA,Roof
2024-01-01 01:00Z,7,13,2,31,420,02345,WA,Roof
`,
		series: [
			"Roof/-/power_source [V] 2024-01-01T00:00: 12.0 13.0",
			"Roof/-/signal_source 2024-01-01T00:00: 1.5 2.0",
			"Roof/-/sun_elevation 2024-01-01T00:00: 30.0 31.0",
		],
		leftOut: ["sourceId, elevation_m, code, state"],
	},
	{
		what: "NDBC's buoys, in real time, whose header is two comments",
		content: `#YY  MM DD hh mm WDIR WSPD GST  WVHT   DPD   APD MWD   PRES  ATMP  WTMP  DEWP  VIS PTDY  TIDE
#yr  mo dy hr mn degT m/s  m/s     m   sec   sec degT   hPa  degC  degC  degC  nmi  hPa    ft
2024 01 31 16 50  MM   MM   MM   2.1    12   7.2 310     MM    MM  13.5    MM   MM +0.3    MM
2024 01 31 16 40  MM   MM   MM    MM    MM    MM  MM     MM    MM  13.4    MM   MM   MM    MM
2024 01 31 16 30  MM   MM   MM    MM    MM    MM  MM     MM    MM  13.3    MM   MM   MM    MM
`,
		series: [
			"file/-/APD [s] 2024-01-31T16:30: null null 7.2",
			"file/-/DPD [s] 2024-01-31T16:30: null null 12.0",
			"file/-/MWD [°] 2024-01-31T16:30: null null 310.0",
			"file/-/PTDY [hPa] 2024-01-31T16:30: null null 0.3",
			"file/-/WTMP [°C] 2024-01-31T16:30: 13.3 13.4 13.5",
			"file/-/WVHT [m] 2024-01-31T16:30: null null 2.1",
		],
		leftOut: ["WDIR, WSPD, GST, PRES, ATMP, DEWP, VIS, TIDE"],
	},
	{
		what: "NDBC's history, in which nines say that there is no value",
		content: `YYYY MM DD hh mm  WD  WSPD GST  WVHT  DPD   APD  MWD  BAR    ATMP  WTMP  DEWP  VIS
2006 01 01 00 50  99  9.0 11.1  3.94 13.79  8.60 311  999.0  12.0  13.4 999.0 99.0
2006 01 01 01 50 999 99.0 99.0 99.00 99.00 99.00 999 9999.0 999.0  13.5 999.0 99.0
`,
		series: [
			"file/-/APD [s] 2006-01-01T00:50: 8.6 null",
			"file/-/ATMP [°C] 2006-01-01T00:50: 12.0 null",
			"file/-/BAR [hPa] 2006-01-01T00:50: 999.0 null",
			"file/-/DPD [s] 2006-01-01T00:50: 13.79 null",
			"file/-/GST [m/s] 2006-01-01T00:50: 11.1 null",
			"file/-/MWD [°] 2006-01-01T00:50: 311.0 null",
			"file/-/WD [°] 2006-01-01T00:50: 99.0 null",
			"file/-/WSPD [m/s] 2006-01-01T00:50: 9.0 null",
			"file/-/WTMP [°C] 2006-01-01T00:50: 13.4 13.5",
			"file/-/WVHT [m] 2006-01-01T00:50: 3.94 null",
		],
		leftOut: ["DEWP, VIS"],
	},
	{
		what: "NDBC's oldest history and its winds, with years of two digits",
		content: `YY MM DD hh mm DIR SPD  GDR GSP  GMN
95 01 01 00 00 138 03.3 140 04.3 0005
95 01 01 00 10 140 03.4 999 99.0 9999
`,
		series: [
			"file/-/DIR [°] 1995-01-01T00:00: 138.0 140.0",
			"file/-/GDR [°] 1995-01-01T00:00: 140.0 null",
			"file/-/GSP [m/s] 1995-01-01T00:00: 4.3 null",
			"file/-/SPD [m/s] 1995-01-01T00:00: 3.3 3.4",
		],
		leftOut: ["GMN"],
	},
	{
		what: "NOAA's reference network as it is, hourly and without a header",
		content: `94075 20230101 0100 20221231 1800  2.622 -105.54   40.04    -5.9    -5.8    -5.6    -6.0     0.2      3 0      9 3      0 0 C    -8.9 0    -8.6 0    -9.2 0    73 0 -99.000   0.131 -99.000 -99.000 -99.000 -9999.0     0.2 -9999.0 -9999.0 -9999.0
94075 20230101 0200 20221231 1900  2.622 -105.54   40.04 -9999.0 -9999.0 -9999.0 -9999.0 -9999.0 -99999 0      8 0 -99999 0 U -9999.0 0 -9999.0 0 -9999.0 0 -9999 0 -99.000   0.132 -99.000 -99.000 -99.000 -9999.0     0.3 -9999.0 -9999.0 -9999.0
`,
		series: [
			"94075/-/P_CALC [mm] 2023-01-01T01:00: 0.2 null",
			"94075/-/RH_HR_AVG [%] 2023-01-01T01:00: 73.0 null",
			"94075/-/SOIL_MOISTURE_10 [m³/m³] 2023-01-01T01:00: 0.131 0.132",
			"94075/-/SOIL_TEMP_10 [°C] 2023-01-01T01:00: 0.2 0.3",
			"94075/-/SOLARAD [W/m²] 2023-01-01T01:00: 3.0 null",
			"94075/-/SOLARAD_MIN [W/m²] 2023-01-01T01:00: 0.0 null",
			"94075/-/SUR_TEMP [°C] 2023-01-01T01:00: -8.9 null",
			"94075/-/SUR_TEMP_MAX [°C] 2023-01-01T01:00: -8.6 null",
			"94075/-/SUR_TEMP_MIN [°C] 2023-01-01T01:00: -9.2 null",
			"94075/-/T_CALC [°C] 2023-01-01T01:00: -5.9 null",
			"94075/-/T_HR_AVG [°C] 2023-01-01T01:00: -5.8 null",
			"94075/-/T_MAX [°C] 2023-01-01T01:00: -5.6 null",
			"94075/-/T_MIN [°C] 2023-01-01T01:00: -6.0 null",
		],
		leftOut: [
			"SOLARAD_MAX, SOIL_MOISTURE_5, SOIL_MOISTURE_20, SOIL_MOISTURE_50, SOIL_MOISTURE_100, SOIL_TEMP_5, SOIL_TEMP_20, SOIL_TEMP_50, SOIL_TEMP_100",
		],
	},
	{
		what: "NOAA's reference network every five minutes, wind that is missing and a temperature that is wrong",
		content: `94075 20230101 0005 20221231 1705  2.622 -105.54   40.04    -5.9     0.0      0 0    -8.9 C 0    73 0 -99.000 -9999.0  1134 0   1.45 0
94075 20230101 0010 20221231 1710  2.622 -105.54   40.04    -6.0     0.1      0 0    55.5 C 3    74 0   0.121    -0.9  1130 0 -99.00 0
`,
		series: [
			"94075/-/AIR_TEMPERATURE [°C] 2023-01-01T00:05: -5.9 -6.0",
			"94075/-/PRECIPITATION [mm] 2023-01-01T00:05: 0.0 0.1",
			"94075/-/RELATIVE_HUMIDITY [%] 2023-01-01T00:05: 73.0 74.0",
			"94075/-/SOIL_MOISTURE_5 [m³/m³] 2023-01-01T00:05: null 0.121",
			"94075/-/SOIL_TEMPERATURE_5 [°C] 2023-01-01T00:05: null -0.9",
			"94075/-/SOLAR_RADIATION [W/m²] 2023-01-01T00:05: 0.0 0.0",
			"94075/-/WETNESS [Ω] 2023-01-01T00:05: 1134.0 1130.0",
			"94075/-/WIND_1_5 [m/s] 2023-01-01T00:05: 1.45 null",
		],
		leftOut: ["SURFACE_TEMPERATURE"],
	},
	{
		what: "NOAA's reference network by day",
		content: `94075 20230101  2.622 -105.54   40.04    -1.4    -9.0    -5.2    -5.5     0.0     8.29 C     4.6   -15.2    -7.4    95.0    46.7    71.8 -99.000 -99.000 -99.000 -99.000 -99.000 -9999.0 -9999.0 -9999.0 -9999.0     4.1
`,
		series: [
			"94075/-/P_DAILY_CALC [mm] 2023-01-01T00:00: 0.0",
			"94075/-/RH_DAILY_AVG [%] 2023-01-01T00:00: 71.8",
			"94075/-/RH_DAILY_MAX [%] 2023-01-01T00:00: 95.0",
			"94075/-/RH_DAILY_MIN [%] 2023-01-01T00:00: 46.7",
			"94075/-/SOIL_TEMP_100_DAILY [°C] 2023-01-01T00:00: 4.1",
			"94075/-/SOLARAD_DAILY [MJ/m²] 2023-01-01T00:00: 8.29",
			"94075/-/SUR_TEMP_DAILY_AVG [°C] 2023-01-01T00:00: -7.4",
			"94075/-/SUR_TEMP_DAILY_MAX [°C] 2023-01-01T00:00: 4.6",
			"94075/-/SUR_TEMP_DAILY_MIN [°C] 2023-01-01T00:00: -15.2",
			"94075/-/T_DAILY_AVG [°C] 2023-01-01T00:00: -5.5",
			"94075/-/T_DAILY_MAX [°C] 2023-01-01T00:00: -1.4",
			"94075/-/T_DAILY_MEAN [°C] 2023-01-01T00:00: -5.2",
			"94075/-/T_DAILY_MIN [°C] 2023-01-01T00:00: -9.0",
		],
		leftOut: [
			"SOIL_MOISTURE_5_DAILY, SOIL_MOISTURE_10_DAILY, SOIL_MOISTURE_20_DAILY, SOIL_MOISTURE_50_DAILY, SOIL_MOISTURE_100_DAILY, SOIL_TEMP_5_DAILY, SOIL_TEMP_10_DAILY, SOIL_TEMP_20_DAILY, SOIL_TEMP_50_DAILY",
		],
	},
	{
		what: "NOAA's Local Climatological Data, with marks behind numbers, traces and two reports of one time",
		content: `"STATION","DATE","REPORT_TYPE","SOURCE","HourlyDryBulbTemperature","HourlyPrecipitation","HourlyPressureTendency","HourlySeaLevelPressure","HourlyVisibility","HourlyWindDirection","HourlyWindSpeed","Sunrise","DailySnowDepth","REM"
"72565003017","2023-01-01T00:53:00","FM-15","7","31","T","0","29.79","10.00V","350","7","","","MET"
"72565003017","2023-01-01T01:53:00","FM-15","7","30s","0.02s","1","29.78","9.94","VRB","3","","","MET"
"72565003017","2023-01-01T02:53:00","FM-15","7","29","0.01","3","29.77","*","000","0","","","MET"
"72565003017","2023-01-01T02:53:00","FM-16","7","28","0.01","3","29.77","*","000","0","","","MET"
"72565003017","2023-01-01T23:59:00","SOD  ","6","","","","","","","","0720","T","SOD"
`,
		series: [
			"72565003017/-/DailySnowDepth [in] 2023-01-01T00:53: null null null 0.0",
			"72565003017/-/HourlyDryBulbTemperature [°F] 2023-01-01T00:53: 31.0 null 29.0 null",
			"72565003017/-/HourlyPrecipitation [in] 2023-01-01T00:53: 0.0 null 0.01 null",
			"72565003017/-/HourlyPressureTendency 2023-01-01T00:53: 0.0 1.0 3.0 null",
			"72565003017/-/HourlySeaLevelPressure [inHg] 2023-01-01T00:53: 29.79 29.78 29.77 null",
			"72565003017/-/HourlyVisibility [mi] 2023-01-01T00:53: 10.0 9.94 null null",
			"72565003017/-/HourlyWindDirection [°] 2023-01-01T00:53: 350.0 null 0.0 null",
			"72565003017/-/HourlyWindSpeed [mph] 2023-01-01T00:53: 7.0 3.0 0.0 null",
		],
		leftOut: ["REPORT_TYPE, SOURCE, Sunrise, REM"],
		rejects: [
			/^5: replaced: 28.0 °F of version 0 here, 29.0 °F of version 1 in/,
		],
	},
	{
		what: "two inverters of SMA, whose times have the form that the header says",
		content: `sep=;
Version CSV1|Tool SE|Linebreaks CR/LF|Delimiter semicolon|Decimalpoint comma|Precision 3

;SN: 2100070361;SN: 2100070361;SN: 2100070559;SN: 2100070559
;SB 4000TL-20;SB 4000TL-20;SB 4000TL-20;SB 4000TL-20
;2100070361;2100070361;2100070559;2100070559
;Total yield;Power;Total yield;Power
;Counter;Analog;Counter;Analog
dd/MM/yyyy HH:mm:ss;kWh;kW;kWh;kW
01/06/2024 00:00:00; 70860,938; 0,000; 70212,784; 0,000
01/06/2024 00:05:00; 70860,940; 0,024; 70212,785;
`,
		series: [
			"file/2100070361/Power [kW] 2024-06-01T00:00: 0.0 0.024",
			"file/2100070361/Total yield [kWh] 2024-06-01T00:00: 70860.938 70860.94",
			"file/2100070559/Power [kW] 2024-06-01T00:00: 0.0 null",
			"file/2100070559/Total yield [kWh] 2024-06-01T00:00: 70212.784 70212.785",
		],
		leftOut: [],
	},
	{
		what: "months without a day, under a name that says so and in the header",
		content: `Month,Passengers
1949-01,112
1949-02,118
`,
		series: ["file/-/Passengers 1949-01-01T00:00: 112.0 118.0"],
		leftOut: [],
	},
	{
		what: "years with decimals, which are no months",
		content: `decimal,time,ppm
1958.2,1958-03-15,315.7
1958.5,1958-06-15,317.3
`,
		series: [
			"file/-/decimal 1958-03-15T00:00: 1958.2 1958.5",
			"file/-/ppm 1958-03-15T00:00: 315.7 317.3",
		],
		leftOut: [],
	},
	{
		what: "meters below the months of a header",
		content: `Meter,Unit,Jan 2024,Feb 2024
A1,kWh,120.5,110.2
B2,kWh,80,
`,
		series: [
			"A1/-/value [kWh] 2024-01-01T00:00: 120.5 110.2",
			"B2/-/value [kWh] 2024-01-01T00:00: 80.0 null",
		],
		leftOut: [],
	},
	{
		what: "GISTEMP, a row a year and a column a month",
		content: `Land-Ocean: Global Means
Year,Jan,Feb,Mar,Apr,May,Jun,Jul,Aug,Sep,Oct,Nov,Dec,J-D,DJF
2023,.87,.97,1.2,1,.94,1.08,1.19,1.19,1.48,1.34,1.42,1.37,1.17,.88
2024,1.24,1.44,***,,,,,,,,,,***,1.35
`,
		series: [
			"file/-/value 2023-01-01T00:00: 0.87 0.97 1.2 1.0 0.94 1.08 1.19 1.19 1.48 1.34 1.42 1.37 1.24 1.44 null null null null null null null null null null",
		],
		leftOut: ["J-D, DJF"],
	},
	{
		what: "nanoseconds since 1970, as InfluxDB writes them",
		content: `name,time,value
power,1700000000000000000,1
power,1700000060000000000,2
`,
		series: ["file/-/power 2023-11-14T22:13: 1.0 2.0"],
		leftOut: [],
	},
	{
		what: "a time of day behind its date, in a language that is not known",
		content: `Datum;Čas;Teplota (°C)
01.02.2024;00:00;1,5
01.02.2024;00:15;1,6
01.02.2024;00:30;1,7
`,
		series: ["file/-/Teplota [°C] 2024-02-01T00:00: 1.5 1.6 1.7"],
		leftOut: [],
	},
	{
		what: "a time at which something of the day was, behind its date",
		content: `Date,Sunrise,Tmax
2024-02-01,07:12,1.5
2024-02-02,07:11,1.6
2024-02-03,07:10,1.7
`,
		series: ["file/-/Tmax 2024-02-01T00:00: 1.5 1.6 1.7"],
		leftOut: ["Sunrise"],
	},
	{
		what: "columns of which most cells say that there is no value",
		content: `time,gust [m/s],rain [mm],remark
2024-01-01 00:00Z,NA,nan,a
2024-01-01 01:00Z,NA,null,5
2024-01-01 02:00Z,3.5,--,b
2024-01-01 03:00Z,#N/A,0.2,c
`,
		series: [
			"file/-/gust [m/s] 2024-01-01T00:00: null null 3.5 null",
			"file/-/rain [mm] 2024-01-01T00:00: null null null 0.2",
		],
		leftOut: ["remark"],
	},
	{
		what: "a logger of Campbell's, with units and kinds of values below its names",
		content: `"TOA5","CR1000","CR1000","1234","CR1000.Std.27","CPU:prog.CR1","1234","Table1"
"TIMESTAMP","RECORD","AirTC_Avg","RH","WS_ms_Avg","Note"
"TS","RN","Deg C","%","meters/second",""
"","","Avg","Smp","Avg","Smp"
"2024-01-01 00:00:00",0,1.2,80,1.5,"a"
"2024-01-01 00:10:00",1,"NAN",81,1.6,"b"
`,
		series: [
			"file/-/AirTC_Avg [Deg C] 2024-01-01T00:00: 1.2 null",
			"file/-/RH [%] 2024-01-01T00:00: 80.0 81.0",
			"file/-/WS_ms_Avg [meters/second] 2024-01-01T00:00: 1.5 1.6",
		],
		leftOut: ["RECORD, Note"],
	},
	{
		what: "units below the names, without brackets",
		content: `Timestamp,T_air,RH,P
,degC,%,hPa
2024-01-01 00:00,1.2,80,1013
2024-01-01 00:10,1.3,81,1013
`,
		series: [
			"file/-/P [hPa] 2024-01-01T00:00: 1013.0 1013.0",
			"file/-/RH [%] 2024-01-01T00:00: 80.0 81.0",
			"file/-/T_air [degC] 2024-01-01T00:00: 1.2 1.3",
		],
		leftOut: [],
	},
	{
		what: "hours by where they end, of plants with several inverters",
		content: `Oper Day,Hour Ending,PLANT_ID,SOURCE_KEY,AC_POWER
2024-01-31,1,4135001,1BY6WEcLGh8j5v7,5.5
2024-01-31,1,4135001,1IF53ai7Xc0U56Y,6.5
2024-01-31,24,4135001,1IF53ai7Xc0U56Y,7.5
`,
		series: [
			"4135001/1BY6WEcLGh8j5v7/AC_POWER 2024-01-31T01:00: 5.5",
			"4135001/1IF53ai7Xc0U56Y/AC_POWER 2024-01-31T01:00: 6.5 7.5",
		],
		leftOut: [],
	},
	{
		what: "a table that blanks part, a line of dashes below its header and one measure",
		content: `date       time     temp
---------- -------- ----
2024-01-01 00:00:00 1.5
2024-01-01 01:00:00 2.5
`,
		series: ["file/-/temp 2024-01-01T00:00: 1.5 2.5"],
		leftOut: [],
	},
	{
		what: "Open-Meteo, hours and below them days",
		content: `latitude,longitude,elevation
52.52,13.41,38.0

time,temperature_2m (°C)
2024-07-01T00:00Z,18.1
2024-07-01T01:00Z,17.9

time,temperature_2m_max (°C)
2024-07-01,24.1
2024-07-02,25.1
`,
		series: [
			"file/-/temperature_2m [°C] 2024-07-01T00:00: 18.1 17.9",
			"file/-/temperature_2m_max [°C] 2024-07-01T00:00: 24.1 25.1",
		],
		leftOut: [],
	},
	{
		what: "InfluxDB, with annotations above each of its tables",
		content: `#group,false,true,false,false,true
#datatype,string,long,dateTime:RFC3339,double,string
#default,_result,,,,
,result,table,_time,_value,_field
,,0,2024-01-01T00:00:00Z,20.1,temperature

#group,false,true,false,false,true
#datatype,string,long,dateTime:RFC3339,double,string
#default,_result,,,,
,result,table,_time,_value,_field
,,0,2024-01-01T01:00:00Z,20.2,temperature

#group,false,true,false,false,true,true
#datatype,string,long,dateTime:RFC3339,double,string,string
#default,_result,,,,,
,result,table,_time,_value,_field,sensor_id
,,1,2024-01-01T00:00:00Z,51,humidity,A1
`,
		series: [
			"file/-/temperature 2024-01-01T00:00: 20.1 20.2",
			"file/A1/humidity 2024-01-01T00:00: 51.0",
		],
		leftOut: ["(unnamed), result, table"],
	},
	{
		what: "files put one behind the other, of which one has its columns in another order",
		content: `time,temperature (°C),humidity (%)
2024-01-01T00:00Z,1.5,80
time,temperature (°C),humidity (%)
2024-01-01T01:00Z,1.6,81
time,humidity (%),temperature (°C)
2024-01-01T02:00Z,82,1.7
`,
		series: [
			"file/-/humidity [%] 2024-01-01T00:00: 80.0 81.0 82.0",
			"file/-/temperature [°C] 2024-01-01T00:00: 1.5 1.6 1.7",
		],
		leftOut: [],
	},
	{
		what: "a header below what is no table of its signs, nor of its quotes",
		content: `Name,Longitude
"Home",2.3
Timestamp;"Timezone : Europe/Paris";Temperature
1711846800;"2024/03/31 02:00:00";10.1
`,
		series: ["file/-/Temperature 2024-03-31T01:00: 10.1"],
		leftOut: ["Timezone : Europe/Paris"],
	},
	{
		what: "SMHI, days, below a table of what the station is",
		content: `Parameternamn;Beskrivning;Enhet
Lufttemperatur;medelvärde 1 dygn;celsius

Tidsperiod (fr.o.m);Tidsperiod (t.o.m);Höjd (meter över havet)
1996-10-01 00:00:00;2024-01-01 00:00:00;392.303

Från Datum Tid (UTC);Till Datum Tid (UTC);Representativt dygn;Lufttemperatur;Kvalitet
1996-10-01 00:00:01;1996-10-02 00:00:00;1996-10-01;3.1;G
1996-10-02 00:00:01;1996-10-03 00:00:00;1996-10-02;4.1;G
`,
		series: ["file/-/Lufttemperatur 1996-10-01T00:00: 3.1 4.1"],
		leftOut: ["Till Datum Tid, Representativt dygn, Kvalitet"],
	},
	{
		what: "MIDAS, below a hundred lines of which one names a time",
		content: `Conventions,G,BADC-CSV,1
${"comments,G,none\n".repeat(100)}long_name,ob_time,Date and time of observation
long_name,air_temperature,Air temperature
units,air_temperature,degC
data
ob_time,id,air_temperature,air_temperature_q
2023-01-01 00:00:00,03772,11.2,6
`,
		series: ["file/-/air_temperature 2023-01-01T00:00: 11.2"],
		leftOut: ["id, air_temperature_q"],
	},
	{
		what: "Open-Meteo, whose zone stands above",
		content: `latitude,longitude,elevation,utc_offset_seconds,timezone,timezone_abbreviation
52.52,13.41,38.0,7200,Europe/Berlin,CEST

time,temperature_2m (°C)
2024-07-01T00:00,18.1
2024-07-01T01:00,17.9

time,temperature_2m_max (°C)
2024-07-02T00:00,25.1
`,
		series: [
			"file/-/temperature_2m [°C] 2024-06-30T22:00: 18.1 17.9",
			"file/-/temperature_2m_max [°C] 2024-07-01T22:00: 25.1",
		],
		leftOut: [],
	},
	{
		what: "NSRDB, whose hours from UTC stand above",
		content: `Source,City,Time Zone,Local Time Zone
NSRDB,-,-7,-7
Year,Month,Day,Hour,Minute,GHI
2017,1,1,0,30,1.5
`,
		series: ["file/-/GHI 2017-01-01T07:30: 1.5"],
		leftOut: [],
	},
	{
		what: "IEM, with the place of its clocks in a comment, and the station in a column",
		content: `#DEBUG: Time Zone     -> America/Chicago
#DEBUG: Entries Found -> -1
station,valid,tmpf
DSM,2024-03-10 00:54,45.00
DSM,2024-03-10 03:54,44.00
`,
		series: ["DSM/-/tmpf 2024-03-10T06:54: 45.0 44.0"],
		leftOut: [],
	},
	{
		what: "USGS, with a zone beside each time and widths below the names",
		content: `# Data provided for site 01646500
agency_cd	site_no	datetime	tz_cd	1_00060	1_00060_cd
5s	15s	20d	6s	14n	10s
USGS	01646500	2024-03-10 01:45	EST	11200	P
USGS	01646500	2024-03-10 03:00	EDT	-999999	P
`,
		series: ["01646500/-/1_00060 2024-03-10T06:45: 11200.0 null"],
		leftOut: ["agency_cd, 1_00060_cd"],
	},
	{
		what: "CAMS, with intervals of ISO 8601 below comments of which the last names the columns",
		content: `# Time reference: Universal time (UT)
# Columns:
# 1. Observation period (ISO 8601)
#
# Observation period;TOA;albedo
2020-06-01T12:00:00.0/2020-06-01T12:01:00.0;18.0699;0.1359
2020-06-01T12:01:00.0/2020-06-01T12:02:00.0;18.0584;0.1359
`,
		series: [
			"file/-/TOA 2020-06-01T12:00: 18.0699 18.0584",
			"file/-/albedo 2020-06-01T12:00: 0.1359 0.1359",
		],
		leftOut: [],
	},
	{
		what: "INMET, whose clocks of digits say UTC",
		content: `ESTACAO:;BRASILIA
Data;Hora UTC;TEMPERATURA DO AR (°C);
2024/01/01;0000 UTC;21,7;
2024/01/01;0100 UTC;21,4;
`,
		series: ["file/-/TEMPERATURA DO AR [°C] 2024-01-01T00:00: 21.7 21.4"],
		leftOut: ["(unnamed)"],
	},
	{
		what: "Aranet, whose header says that the day is first",
		content: `Time(dd/mm/yyyy),Carbon dioxide(ppm)
01/02/2024 10:00:00,600
`,
		series: ["file/-/Carbon dioxide [ppm] 2024-02-01T10:00: 600.0"],
		leftOut: [],
	},
	{
		what: "typical years, whose header says that the month is first",
		content: `723170,"GREENSBORO",NC,-5.0,36.100,-79.950,273
Date (MM/DD/YYYY),Time (HH:MM),GHI (W/m^2),Lprecip depth (mm)
01/02/1988,01:00,0,-9900
01/02/1988,24:00,5,1
`,
		series: [
			"file/-/GHI [W/m^2] 1988-01-02T01:00: 0.0 5.0",
			"file/-/Lprecip depth [mm] 1988-01-02T01:00: null 1.0",
		],
		leftOut: [],
	},
	{
		what: "Météo-France, hours, with a quality beside each value",
		content: `NUM_POSTE;NOM_USUEL;ALTI;AAAAMMJJHH;RR1;QRR1;T;QT
75114001;MONTSOURIS;75;2024010100;0.0;1;8.1;1
75114001;MONTSOURIS;75;2024010101;0.2;1;8.0;1
`,
		series: [
			"75114001/-/ALTI 2024-01-01T00:00: 75.0 75.0",
			"75114001/-/RR1 2024-01-01T00:00: 0.0 0.2",
			"75114001/-/T 2024-01-01T00:00: 8.1 8.0",
		],
		leftOut: ["NOM_USUEL, QRR1, QT"],
	},
	{
		what: "carbon dioxide by month, with the year as a fraction beside it",
		content: `year,month,decimal date,average
1958,3,1958.2027,315.71
1958,4,1958.2877,-99.99
`,
		series: ["file/-/average 1958-03-01T00:00: 315.71 null"],
		leftOut: ["decimal date"],
	},
	{
		what: "Home Assistant's statistics, in which an id tells the series",
		content: `statistic_id	unit	start	min	max
sensor.temperature	°C	17.03.2024 02:00	5.1	6.2
sensor.humidity	%	17.03.2024 02:00	55	66
`,
		series: [
			"file/sensor.humidity/max [%] 2024-03-17T02:00: 66.0",
			"file/sensor.humidity/min [%] 2024-03-17T02:00: 55.0",
			"file/sensor.temperature/max [°C] 2024-03-17T02:00: 6.2",
			"file/sensor.temperature/min [°C] 2024-03-17T02:00: 5.1",
		],
		leftOut: [],
	},
	{
		what: "Tibber, whose unit is not that of the cost behind it",
		content: `From;To;Consumption;Unit;Cost
2024-03-31 01:00;2024-03-31 03:00;1.234;kWh;0.23
2024-03-31 03:00;2024-03-31 04:00;2.3;kWh;0.3
`,
		series: [
			"file/-/Consumption [kWh] 2024-03-31T01:00: 1.234 2.3",
			"file/-/Cost 2024-03-31T01:00: 0.23 0.3",
		],
		leftOut: ["To"],
	},
	{
		what: "meteoblue, with units in a line above and heights in brackets",
		content: `location,Basel,Basel
unit,°C,km/h
level,2 m elevation corrected,10 m
timestamp,Basel Temperature [2 m elevation corrected],Basel Wind Speed [10 m]
20240101T0000,5.12,10.1
`,
		series: [
			"file/-/Basel Temperature [2 m elevation corrected] [°C] 2024-01-01T00:00: 5.12",
			"file/-/Basel Wind Speed [10 m] [km/h] 2024-01-01T00:00: 10.1",
		],
		leftOut: [],
	},
	{
		what: "NASA's POWER, with days of the year, of which one is none",
		content: `-BEGIN HEADER-
NASA/POWER
-END HEADER-
YEAR,DOY,T2M
2024,1,1.5
2024,60,1.3
2023,366,1.1
`,
		series: ["file/-/T2M 2024-01-01T00:00: 1.5 1.3"],
		leftOut: [],
		rejects: [/^7: not a time: day 366 of 2023/],
	},
	{
		what: "Frost, whose values are named by elements",
		content: `sourceId;referenceTime;elementId;value;unit;qualityCode
SN18700:0;2024-01-01T00:00:00.000Z;air_temperature;-5.1;degC;0
SN18700:0;2024-01-01T00:00:00.000Z;relative_humidity;88;percent;0
`,
		series: [
			"SN18700:0/-/air_temperature [degC] 2024-01-01T00:00: -5.1",
			"SN18700:0/-/relative_humidity [percent] 2024-01-01T00:00: 88.0",
		],
		leftOut: ["qualityCode"],
	},
	{
		what: "year, month and day in Portuguese, and numbers of rows",
		content: `No.;Ano;Mes;Dia;Hora;T
1;2024;1;1;0;12,1
2;2024;1;1;1;12,0
`,
		series: ["file/-/T 2024-01-01T00:00: 12.1 12.0"],
		leftOut: ["No."],
	},
	{
		what: "WeatherLink.com, with units behind dashes, and others behind names",
		content: `"Date & Time","Barometer - in Hg","Temp - °F","Rain Rate - in/h","Solar Rad - W/m^2","Dew°C","Phase - A","Energy - in","Rain - in"
"1/31/24 12:05 AM","30.01","45.3","0.1","12","5.1","3","4","5"
`,
		series: [
			"file/-/Barometer [in Hg] 2024-01-31T00:05: 30.01",
			"file/-/Dew [°C] 2024-01-31T00:05: 5.1",
			"file/-/Energy - in 2024-01-31T00:05: 4.0",
			"file/-/Phase - A 2024-01-31T00:05: 3.0",
			"file/-/Rain Rate [in/h] 2024-01-31T00:05: 0.1",
			"file/-/Rain [in] 2024-01-31T00:05: 5.0",
			"file/-/Solar Rad [W/m^2] 2024-01-31T00:05: 12.0",
			"file/-/Temp [°F] 2024-01-31T00:05: 45.3",
		],
		leftOut: [],
	},
	{
		what: "Synoptic, whose units below the names are words of all kinds",
		content: `# STATION: MTMET
# ELEVATION [ft]: 4996
Station_ID,Date_Time,air_temp_set_1,volt_set_1
,,Celsius,volts
MTMET,2017-01-03T08:30:00Z,-4.82,13.54
`,
		series: [
			"MTMET/-/air_temp_set_1 [Celsius] 2017-01-03T08:30: -4.82",
			"MTMET/-/volt_set_1 [volts] 2017-01-03T08:30: 13.54",
		],
		leftOut: [],
	},
	{
		what: "LinzNetz, with units in words of the name",
		content: `Von;Bis;Verbrauch in kWh;Ersatzwert in kWh
19.02.2022 00:00;19.02.2022 00:15;0,138;
25.02.2022 23:45;26.02.2022 00:00;0,137;0,200
`,
		series: [
			"file/-/Ersatzwert [kWh] 2022-02-19T00:00: null 0.2",
			"file/-/Verbrauch [kWh] 2022-02-19T00:00: 0.138 0.137",
		],
		leftOut: ["Bis"],
	},
	{
		what: "Japan's agency, with marks below names",
		content: `ダウンロードした時刻：2024/02/01 10:00:00

,東京,東京,東京
年月日時,気温(℃),気温(℃),気温(℃)
,,,
,,品質情報,均質番号
2024/1/1 1:00:00,5.1,8,1
2024/1/1 2:00:00,4.9,8,1
`,
		series: ["file/-/気温 [℃] 2024-01-01T01:00: 5.1 4.9"],
		leftOut: ["気温(℃) 品質情報, 気温(℃) 均質番号"],
	},
])("$what", async ({ content, series, leftOut, rejects = [] }) => {
	const given = await read(content);
	expect(given).toEqual({
		series,
		rejects: rejects.map((reject) => expect.stringMatching(reject)),
		leftOut,
	});
});

describe("the same readings", () => {
	const HOURS = Array.from({ length: 48 }, (_, half) => ({
		at: new Date(Date.UTC(2024, 0, 13, 0, 30 * half)).toISOString(),
		value: half === 7 ? null : half - 12.5,
	}));
	type Hour = (typeof HOURS)[number];
	const clock = ({ at }: Hour) => at.slice(11, 16);
	const text = ({ value }: Hour, missing = "") =>
		value === null ? missing : String(value);
	const file = (header: string, row: (hour: Hour) => string) =>
		`${header}\n${HOURS.map((hour) => `${row(hour)}\n`).join("")}`;
	const day = (names: readonly string[], date: string) =>
		`meter,date,${names.join()}\nS,${date},${HOURS.map((hour) => text(hour)).join()}\n`;
	const german = file(
		"Station;Datum;Uhrzeit;Temperatur au\xdfen [\xb0C]",
		(hour) =>
			["S", "13.01.2024", clock(hour), text(hour).replace(".", ",")].join(";"),
	);
	const plain = (station: string) =>
		file("station,time,t", (hour) => [station, hour.at, text(hour)].join());

	test.each<[string, string, string | Uint8Array, string?]>([
		[
			"of months first",
			"a.csv",
			file(
				"station,time,t",
				(hour) => `S,1/13/2024 ${clock(hour)},${text(hour)}`,
			),
		],
		["of Windows-1252", "a.csv", Buffer.from(german, "latin1"), "°C"],
		["of UTF-16", "a.csv", Buffer.from(`\uFEFF${german}`, "utf16le"), "°C"],
		[
			"of ISD, in tenths",
			"a.csv",
			file('"STATION","DATE","CALL_SIGN","WND","TMP"', ({ at, value }) => {
				const tenths = String(Math.abs((value ?? 0) * 10)).padStart(4, "0");
				const sign = (value ?? 0) < 0 ? "-" : "+";
				// Missing, or of a code that calls it wrong.
				const cell = value === null ? "+0400,3" : `${sign}${tenths},1`;
				return `"S","${at.slice(0, 19)}","KLGA ","999,9,C,0000,1","${cell}"`;
			}),
			"°C",
		],
		[
			"with year, month, day, hour and minute apart",
			"a.psv",
			file("Station|Year|Month|Day|Hour|Minute|t", (hour) => {
				const [hours, minutes] = clock(hour).split(":").map(Number);
				return ["S", 2024, 1, 13, hours, minutes, text(hour)].join("|");
			}),
		],
		[
			"under a comment that names the columns",
			"a.txt",
			file("# of KNMI's kind\n# STN,YYYYMMDD,HH,MINUTE,    t", (hour) => {
				const [hours, minutes] = clock(hour).split(":").map(Number);
				return ["  S", 20240113, hours, minutes, text(hour, "   ")].join();
			}),
		],
		[
			"with a row of units",
			"a.csv",
			file("Station;Date and time;t\n;[dd.MM.yyyy HH:mm];[°C]", (hour) =>
				[
					"S",
					`13.01.2024 ${clock(hour)}`,
					text(hour, "n/a").replace(".", ","),
				].join(";"),
			),
			"°C",
		],
		[
			"of a HOBO, whose header has zone and unit",
			"S.csv",
			file(
				'"Plot Title: S"\n"#","Date Time, GMT+01:00","Temp, °C (LGR S/N: 1, SEN S/N: 2)"',
				({ at, value }) => {
					const local = new Date(Date.parse(at) + 3600e3).toISOString();
					return `1,01/${local.slice(8, 10)}/24 ${local.slice(11, 19)},${value ?? ""}`;
				},
			),
			"°C",
		],
		[
			"of InfluxDB, long, between other columns",
			"a.csv",
			file(
				"#datatype,string,long,dateTime:RFC3339,double,string,string\n,result,table,_start,_time,_value,_field,station",
				(hour) => `,,0,2024-01-01T00:00:00Z,${hour.at},${text(hour)},t,S`,
			),
		],
		[
			"from a time to a time",
			"S.csv",
			file(
				"MTU,t",
				(hour) =>
					`13.01.2024 ${clock(hour)} - 13.01.2024 ${clock(hour)},${text(hour)}`,
			),
		],
		[
			"in a zip",
			"b.zip",
			zipOf({ "a.txt": plain("S"), "about.txt": "nothing" }),
		],
		["a row a day, of clocks", "a.csv", day(HOURS.map(clock), "2024-01-13")],
		[
			"a row a day, from a clock to a clock",
			"a.csv",
			day(
				HOURS.map(
					(hour, at) => `${clock(hour)}-${clock(HOURS[(at + 1) % 48] ?? hour)}`,
				),
				"2024-01-13",
			),
		],
		[
			"a row a day, of numbers",
			"a.csv",
			day(
				HOURS.map((_, half) => `HH${half + 1}`),
				"13/01/2024",
			),
		],
	])("%s", async (_, name, content, unit) => {
		const lake = await buildFrom(weather, { [`weather/${name}`]: content });
		const rows = await lake.query(
			"SELECT station, strftime(ts, '%Y-%m-%dT%H:%M:00.000Z') AS at, unit, value FROM readings WHERE measure NOT LIKE 'wind%' ORDER BY ts",
		);
		lake.close();
		expect(lake.rejects).toEqual([]);
		expect(rows).toEqual(
			HOURS.map((hour) => ({ station: "S", unit: unit ?? null, ...hour })),
		);
	});
});

test("NOAA's daily values without a header are in their units, and those that failed a check have none", async () => {
	const { series, rejects, leftOut } =
		await read(`USW00094728,20240101,TMAX,-61,,,W,2400
USW00094728,20240101,SNWD,20,,,W,2400
USW00094728,20240102,TMAX,999,,X,W,2400
USW00094728,20240103,TMAX,7,,,W,
`);
	expect({ series, rejects, leftOut }).toEqual({
		series: [
			"USW00094728/-/SNWD [mm] 2024-01-01T00:00: 20.0",
			"USW00094728/-/TMAX [°C] 2024-01-01T00:00: -6.1 null 0.7",
		],
		rejects: [],
		leftOut: [],
	});
});

test("under a header, too, in tenths only as NCEI writes them", async () => {
	const header =
		'"STATION","DATE","NAME","PRCP","PRCP_ATTRIBUTES","SNOW","SNOW_ATTRIBUTES","TMAX","TMAX_ATTRIBUTES"';
	const build = async (rows: string) => {
		const lake = await read(`${header}\n${rows}\n`);
		return lake.series;
	};
	expect(
		await build(
			`"S","2024-01-01","N, US","  133",",,W,2400","   51",",,W,","  106",",I,W,2400"
"S","2024-01-02","N, US","    0","T,,W,2400",,,"  -39",",,W,"
"S","2024-01-03","N, US",,,,,"    4",",,W,"`,
		),
	).toEqual([
		"S/-/PRCP [mm] 2024-01-01T00:00: 13.3 0.0 null",
		"S/-/SNOW [mm] 2024-01-01T00:00: 51.0 null null",
		"S/-/TMAX [°C] 2024-01-01T00:00: null -3.9 0.4",
	]);
	// As somebody has asked for them: °F and inches, or °C and mm.
	const own = `"S","2024-01-01","N, US","0.52",",,W","0.0",",,W,2400","51",",I,W,2400"
"S","2024-01-02","N, US","0.00","T,,W,2400","","","39",",,W,2400"
"S","2024-01-03","N, US","","","","","40",",,W,2400"`;
	expect(await build(own)).toEqual([
		"S/-/PRCP 2024-01-01T00:00: 0.52 0.0 null",
		"S/-/SNOW 2024-01-01T00:00: 0.0 null null",
		"S/-/TMAX 2024-01-01T00:00: null 39.0 40.0",
	]);
	const lake = await buildFrom(weather, {
		"weather/a.csv": `${header}\n${own}\n`,
	});
	lake.close();
	expect(lake.reports["weather/a.csv"]?.notes).toContain(
		"units of GHCN daily are those that were asked for, which it does not tell",
	);
	// Of months, whose marks are others: days that are missing come first.
	expect(
		await build(
			`"S","2024-01","N","52.1","1,,,W","3.0",",,,W","51.1",",M,,W"\n"S","2024-02","N","50.1",",,,W","3.0",",,,W","51.1","2,,X,W"`,
		),
	).toEqual(
		await build(
			`"S","2024-01","N","52.1","","3.0","","51.1",""\n"S","2024-02","N","50.1","","3.0","","51.1",""`,
		),
	);
});

test("of a zip's tables those that cannot be used are rejected by name, and texts that are none noted", async () => {
	const lake = await buildFrom(weather, {
		"weather/a.zip": zipOf({
			"good.csv": "time,t\n2024-01-13,1\n",
			"torn.csv": "time,t\n13/01/2024,1\n01/14/2024,1\n",
			"row.csv": "time,t\n2024-01-13,1\nsoon,1\n",
			"about.txt": "Readings, by whom?\n",
		}),
		"weather/licence.txt": "Do, as you like.\n",
	});
	expect(
		await lake.query("SELECT station FROM readings ORDER BY station"),
	).toEqual([{ station: "good" }, { station: "row" }]);
	lake.close();
	expect(lake.rejects.map(({ file, line }) => [file, line])).toEqual([
		["weather/a.zip/torn.csv", 3],
		["weather/a.zip/row.csv", 3],
	]);
	for (const path of ["weather/a.zip", "weather/licence.txt"])
		expect(lake.reports[path]?.notes.join()).toContain(
			"left out, as no table of readings",
		);
});

test("an hour beside the date counts where the date has none, and may be written as numbers are", async () => {
	expect(
		await read("date,hour,t\n2024-05-01 07:30,7,1\n2024-05-01 08:30,8,2\n"),
	).toMatchObject({ series: ["file/-/t 2024-05-01T07:30: 1.0 2.0"] });
	expect(
		await read(
			"date,hour,t\n2024-05-01,7.0,1\n2024-05-01,24,2\n2024-05-01,26,2\n",
		),
	).toMatchObject({
		series: ["file/-/t 2024-05-01T07:00: 1.0 2.0"],
		rejects: ["4: not a time: 2024-05-01 26; write it as 2024-01-31T14:05:00Z"],
	});
	const midnights =
		"2024-05-01 00:00:00,7,1\n2024-05-01 00:00:00,8,2\n2024-05-01T00:00,9,3\n";
	for (const content of [
		`date,hour,t\n${midnights}`,
		`date,time,t\n${midnights.replaceAll(/,(\d),/g, ",0$1:00,")}`,
	])
		expect(await read(content)).toMatchObject({
			series: ["file/-/t 2024-05-01T07:00: 1.0 2.0 3.0"],
			rejects: [],
		});
});

test("a row a day whose clocks are the ends of its periods ends at the next midnight", async () => {
	const clocks = Array.from({ length: 48 }, (_, half) => {
		const minutes = 30 * half + 30;
		return `${Math.trunc(minutes / 60) % 24}:${String(minutes % 60).padStart(2, "0")}`;
	});
	const values = clocks.map((_, half) => half + 1);
	const rows = `2024-05-13,${values}\n2024-05-14,${values.map((value) => value + 48)}\n`;
	const expected = {
		series: [
			`file/-/value 2024-05-13T00:30: ${Array.from({ length: 96 }, (_, half) => `${half + 1}.0`).join(" ")}`,
		],
		rejects: [],
	};
	expect(await read(`date,${clocks}\n${rows}`)).toMatchObject(expected);
	expect(
		await read(`date,${clocks.join().replace(/0:00$/, "24:00")}\n${rows}`),
	).toMatchObject(expected);
	// A gas day, from six to six.
	const gas = Array.from({ length: 24 }, (_, hour) => `${(hour + 6) % 24}:00`);
	expect(
		await read(`date,${gas}\n2024-05-13,${gas.map((_, hour) => hour)}\n`),
	).toMatchObject({
		series: [
			`file/-/value 2024-05-13T06:00: ${gas.map((_, hour) => `${hour}.0`).join(" ")}`,
		],
	});
});

test("as many numbered columns as a day has hours are its hours where their names say so, else measures", async () => {
	const columns = (name: string) =>
		Array.from({ length: 24 }, (_, at) => `${name}${at + 1}`);
	const lakeOf = (name: string) =>
		buildFrom(weather, {
			"weather/file.csv": `date,${columns(name)}\n2024-05-13,${columns("")}\n`,
		});
	for (const name of [
		"",
		"h",
		"HR",
		"HE_",
		"Hour ",
		"Hour Ending ",
		"Interval",
		"kWh_hh",
		"V",
		"Stunde ",
	]) {
		const lake = await lakeOf(name);
		const [row] = await lake.query(
			"SELECT count(DISTINCT measure)::INTEGER AS measures, max(ts)::VARCHAR AS last FROM readings",
		);
		lake.close();
		expect([name, row]).toEqual([
			name,
			{ measures: 1, last: "2024-05-13 23:00:00" },
		]);
	}
	for (const name of ["probe", "Sensor ", "cell_v", "T"]) {
		const lake = await lakeOf(name);
		const [row] = await lake.query(
			"SELECT count(DISTINCT measure)::INTEGER AS measures, max(ts)::VARCHAR AS last FROM readings",
		);
		lake.close();
		expect([name, row]).toEqual([
			name,
			{ measures: 24, last: "2024-05-13 00:00:00" },
		]);
		expect(lake.reports["weather/file.csv"]?.notes.join()).toContain(
			`its 24 columns ${name.trim()} and a number are a measure each`,
		);
	}
});

test("clocks that come twice in a row of a day stay what they are, and conflict", async () => {
	const clocks = Array.from({ length: 24 }, (_, hour) => `${hour}:00`);
	const { rejects } = await read(
		`date,${clocks},${clocks}\n2024-05-13,${clocks.map(() => 1)},${clocks.map(() => 2)}\n`,
	);
	expect(rejects).toHaveLength(48);
});

test.each([
	[
		"Local Time,UTC Time,Temp [°C]",
		"2024-05-13 14:00,2024-05-13 12:00,8\n2024-05-13 15:00,2024-05-13 13:00,9",
		"Temp [°C] 2024-05-13T12:00: 8.0 9.0",
		"Local Time",
	],
	[
		"timestamp_local,temp,timestamp_utc",
		"2024-05-13T14:00:00,8,2024-05-13T12:00:00\n2024-05-13T15:00:00,9,2024-05-13T13:00:00",
		"temp 2024-05-13T12:00: 8.0 9.0",
		"timestamp_local",
	],
	[
		"Balancing Authority,Data Date,Hour Number,Local Time at End of Hour,UTC Time at End of Hour,Demand (MW)",
		"PJM,05/13/2024,1,05/13/2024 1:00:00 AM,05/13/2024 5:00:00 AM,80\nPJM,05/13/2024,2,05/13/2024 2:00:00 AM,05/13/2024 6:00:00 AM,79",
		"Demand [MW] 2024-05-13T05:00: 80.0 79.0",
		"Balancing Authority, Data Date, Local Time at End of Hour",
	],
	// Of something else, of a clock alone, or of what has its zone.
	[
		"time,end_time_utc,t",
		"2024-05-13 14:00,2024-05-13 12:00,8",
		"t 2024-05-13T14:00: 8.0",
		"end_time_utc",
	],
	[
		"date,created_at_utc,t",
		"2024-05-13,2024-05-14 12:00,8",
		"t 2024-05-13T00:00: 8.0",
		"created_at_utc",
	],
	[
		"local_time,utc_time,t",
		"2024-05-13 14:00,12:00,8",
		"t 2024-05-13T14:00: 8.0",
		"utc_time",
	],
	[
		"local_time,utc_time,t",
		"2024-05-13T14:00+01:00,2024-05-13 12:00,8",
		"t 2024-05-13T13:00: 8.0",
		"utc_time",
	],
])(
	"of a local time and one of UTC the latter counts, where both tell when: %s",
	async (header, rows, series, leftOut) => {
		const found = await read(`${header}\n${rows}\n`);
		expect(found.rejects).toEqual([]);
		expect(found.series).toContain(`file/-/${series}`);
		expect(found.leftOut.join()).toContain(leftOut);
	},
);

test("clocks of a place that the header names are told in UTC, and one that it shows never or twice is rejected", async () => {
	expect(
		await read(
			"timestamp(America/Los_Angeles),temp(ºF)\n2024/05/13 14:00:00,71\n2024/01/13 14:00:00,50\n2024/03/10 01:30:00,51\n2024/03/10 02:30:00,52\n2024/03/10 03:30:00,53\n2024/11/03 01:30:00,54\n2024/11/03 02:00:00,55\n",
		),
	).toEqual({
		series: ["file/-/temp [ºF] 2024-01-13T22:00: 50.0 51.0 53.0 71.0 55.0"],
		rejects: [5, 7].map((line) =>
			expect.stringMatching(
				new RegExp(`^${line}: clocks were set in America/Los_Angeles, `),
			),
		),
		leftOut: [],
	});
	for (const [header, at] of [
		["time (Etc/GMT+5)", "19:00"],
		["Date/Time (Asia/Kolkata)", "08:30"],
		["Date/Time", "14:00"],
		["time (utc+2)", "12:00"],
		["time_utc", "14:00"],
	])
		expect(await read(`${header},t\n2024-05-13 14:00,1\n`)).toMatchObject({
			series: [`file/-/t 2024-05-13T${at}: 1.0`],
			rejects: [],
		});
	expect(
		(await read("time (Europe/Atlantis),t\n2024-05-13 14:00,1\n")).rejects,
	).toEqual([
		expect.stringContaining("a zone that is not known, Europe/Atlantis"),
	]);
});

test("zones that lines above tell are of tables whose header tells none, and what is no zone tells nothing", async () => {
	for (const [line, header, at] of [
		["Time zone: Europe/Zurich (CET/CEST)", "time", "12:00"],
		["Zeitzone;+01:00", "time", "13:00"],
		['"Time zone","UTC-3"', "time", "17:00"],
		["# Timezone: America/Chicago", "time_utc", "14:00"],
		["Timezone: local", "time", "14:00"],
	])
		expect(
			await read(`Station,Roof\n${line}\n${header},t\n2024-05-13 14:00,1\n`),
		).toMatchObject({
			series: [`file/-/t 2024-05-13T${at}: 1.0`],
			rejects: [],
		});
});

test("of places in several zones no zone above is that of all", async () => {
	const { series } = await read(
		"location_id,utc_offset_seconds\n0,3600\n1,7200\n\nlocation_id,time,t\n0,2024-01-01T10:00,1\n1,2024-01-01T10:00,2\n",
	);
	expect(series).toEqual([
		"0/-/t 2024-01-01T10:00: 1.0",
		"1/-/t 2024-01-01T10:00: 2.0",
	]);
});

test("a zone beside a time is the row's, and of one that is not known nothing is taken", async () => {
	const { series, leftOut } = await read(
		"time,timezone,t\n2024-05-13 14:00,CEST,1\n2024-05-13 14:00,+01:00,2\n2024-05-13 14:00,UTC+3,3\n",
	);
	expect(series).toEqual(["file/-/t 2024-05-13T11:00: 3.0 1.0 2.0"]);
	expect(leftOut).toEqual([]);
	expect(
		await read("time,timezone,t\n2024-05-13 14:00,local,1\n"),
	).toMatchObject({
		series: ["file/-/t 2024-05-13T14:00: 1.0"],
		leftOut: ["timezone"],
	});
});

test("a zone beside a time may be a place or a number, and rows of one that is not known are rejected", async () => {
	const { series, rejects } = await read(
		"time,tz,t\n2024-01-01 00:00,America/Chicago,1\n2024-07-01 00:00,America/Chicago,2\n2024-07-01 08:00,-21600,3\n2024-07-01 09:30,-5.5,4\n2024-07-01 12:00,Central Time,5\n2024-03-10 02:30,America/Chicago,6\n",
	);
	expect(series).toEqual(["file/-/t 2024-01-01T06:00: 1.0 2.0 3.0 4.0"]);
	expect(rejects).toEqual([
		expect.stringContaining("6: its zone is not known: Central Time"),
		expect.stringContaining("7: clocks were set in America/Chicago"),
	]);
});

test.each([
	["2024-01-31 09:05:00 EST", "Time"],
	["2024-01-31 08:05 America/Chicago", "Time"],
	["20240131 09:05:00 US/Eastern", "Time"],
	["2024-01-31T15:05:00+01:00[Europe/Berlin]", "Time"],
	[
		"Wed Jan 31 2024 15:05:00 GMT+0100 (Central European Standard Time)",
		"Time",
	],
	["Wed Jan 31 15:05:00 CET 2024", "Time"],
	["2024-01-31 09:05", "Time (EST)"],
	["31.01.2024 15:05", "MTU (CET/CEST)"],
	["1/31/2024, 2:05\u202fPM", "Time"],
	["31/01/2024 2:05:00\u00a0p.\u00a0m.", "Time"],
	["31.01.2024, 14:05", "Time"],
	["January 31, 2024 at 02:05PM", "Time"],
	["Mi 31.01.2024 14:05", "Time"],
	["Wed Jan 31 14:05:00 2024", "Time"],
	["31-01-2024 14.05", "Time"],
])("a time is read as people have it: %s below %s", async (time, header) => {
	expect(await read(`${header};t\n${time};1\n`)).toMatchObject({
		series: ["file/-/t 2024-01-31T14:05: 1.0"],
		rejects: [],
	});
});

test("a date and an hour without minutes are a time", async () => {
	const { series } = await read("time,t\n2024-01-31T14,1\n2024-01-31 15,2\n");
	expect(series).toEqual(["file/-/t 2024-01-31T14:00: 1.0 2.0"]);
});

test("a measure in another unit is no mark of the first", async () => {
	const { series } = await read(
		"time,temp,temp_f,weather,weather_code\n2024-05-01,10,50,rain,61\n",
	);
	expect(series).toEqual([
		"file/-/temp 2024-05-01T00:00: 10.0",
		"file/-/temp_f [°F] 2024-05-01T00:00: 50.0",
		"file/-/weather_code 2024-05-01T00:00: 61.0",
	]);
});

test("of two numbers that a comma parts in quotes none is made", async () => {
	const { series } = await read(
		'time,t,sun\n2024-05-01,1,"0150,1"\n2024-05-02,2,"0250,1"\n',
	);
	expect(series).toEqual(["file/-/t 2024-05-01T00:00: 1.0 2.0"]);
});

test("seconds since 1970 that might be a date and an hour are seconds where one of them is no date", async () => {
	const { series } = await read(
		"time,t\n2024010100,1\n2024010700,2\n2024014000,3\n",
	);
	expect(series).toEqual(["file/-/t 2034-02-20T01:01: 1.0 2.0 3.0"]);
});

test("an hour 25 is rejected with what to do", async () => {
	const { series, rejects } = await read(
		"CUPS;Fecha;Hora;AE_kWh\nES1;29/10/2023;1;0,5\nES1;29/10/2023;25;0,6\n",
	);
	expect(series).toEqual(["ES1/-/AE [kWh] 2023-10-29T01:00: 0.5"]);
	expect(rejects).toEqual([
		expect.stringMatching(/^3: an hour 25, .*with their zone/),
	]);
});

test("a row of more cells than a header of times is rejected", async () => {
	const { series, rejects } = await read(
		"station,2024-01-01,2024-01-02,2024-01-03\nA,1,2,3\nB,1,2,3,4\n",
	);
	expect(series).toEqual(["A/-/value 2024-01-01T00:00: 1.0 2.0 3.0"]);
	expect(rejects).toEqual(["3: 5 cells where the header has 4"]);
});

test("a table below another that holds no readings is rejected where it begins, and the other stays", async () => {
	const { series, rejects } = await read(
		"time,t\n2024-01-01,1\n2024-01-02,2\nstart time,end time\nsunrise at 8:00,late\n",
	);
	expect(series).toEqual(["file/-/t 2024-01-01T00:00: 1.0 2.0"]);
	expect(rejects).toEqual([
		expect.stringMatching(/^4: another table begins here, .*file of its own/),
	]);
	expect(
		await read(
			"time,t\n2024-01-01,1\n2024-01-02,2\ntime,h\n01/02/2024,3\n01/03/2024,4\n",
		),
	).toMatchObject({
		series: ["file/-/t 2024-01-01T00:00: 1.0 2.0"],
		rejects: [expect.stringMatching(/^4: another .*day or the month/)],
	});
	expect(
		(await read("time,t\n2024-01-01,1\n2024-01-02,2\ntime,h\n")).rejects,
	).toEqual([expect.stringMatching(/^4: another .*nothing but a header/)]);
});

test("of a hundred tables below one another the rest is rejected", async () => {
	const tables = Array.from(
		{ length: 102 },
		(_, day) => `time,t${day}\n2024-01-01,1\n2024-01-02,2\n`,
	);
	const { series, rejects } = await read(tables.join(""));
	expect(series).toHaveLength(100);
	expect(rejects).toEqual([expect.stringMatching(/^301: another table/)]);
});
