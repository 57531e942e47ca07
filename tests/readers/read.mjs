// node read.mjs <most occurrences of an entry>
// In: a JSON list of calendars. Out: a JSON list of lists of entries.
// ical.js is looked for in the folder this is run in.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const ICAL = createRequire(`${process.cwd()}/`)("ical.js");
const mostOccurrences = Number(process.argv[2]);

function instant(time) {
  if (time.zone === ICAL.Timezone.localTimezone) {
    throw new Error(`${time} is no instant`);
  }
  return time.toJSDate().toISOString();
}

function entry({ item, startDate, endDate }) {
  return {
    uid: item.uid,
    starts_at: instant(startDate),
    ends_at: instant(endDate),
    summary: item.summary ?? "",
    status: item.component.getFirstPropertyValue("status") ?? "",
    sequence: item.sequence ?? 0,
    location: item.location ?? "",
    description: item.description ?? "",
  };
}

function occurrences(event) {
  if (!event.isRecurring()) {
    return [{ item: event, startDate: event.startDate, endDate: event.endDate }];
  }
  const found = [];
  const iterator = event.iterator();
  for (let next = iterator.next(); next; next = iterator.next()) {
    if (found.push(event.getOccurrenceDetails(next)) > mostOccurrences) {
      throw new Error(`${event.uid} recurs without end`);
    }
  }
  return found;
}

// No zone is registered with ICAL.TimezoneService: what counts is the VTIMEZONE of the same file.
function read(ics) {
  return new ICAL.Component(ICAL.parse(ics))
    .getAllSubcomponents("vevent")
    .map((component) => new ICAL.Event(component))
    .filter((event) => !event.isRecurrenceException()) // its master gives it
    .flatMap(occurrences)
    .map(entry);
}

process.stdout.write(JSON.stringify(JSON.parse(readFileSync(0, "utf-8")).map(read)));
