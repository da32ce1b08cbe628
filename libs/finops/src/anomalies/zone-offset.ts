/**
 * Seconds that a zone's clocks are ahead of UTC at an instant (seconds since 1970). Throws RangeError for a zone that the
 * runtime does not know.
 */
export function zoneOffsetSeconds(zone: string, instant: number): number {
  // The first formatter of a process takes megabytes of languages.
  if (zone === 'UTC') return 0;
  const format = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' });
  const name = format.formatToParts(instant * 1000).find(({ type }) => type === 'timeZoneName')?.value ?? 'GMT';
  const [, sign = '+', hours = '0', minutes = '0', seconds = '0'] =
    /^GMT([+-])(\d\d):(\d\d)(?::(\d\d))?$/.exec(name) ?? [];
  const ahead = Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
  return sign === '-' ? -ahead : ahead;
}
