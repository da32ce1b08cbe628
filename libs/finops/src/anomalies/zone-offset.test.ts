import { expect, test } from '@jest/globals';
import { zoneOffsetSeconds } from './zone-offset.ts';

const winter = Date.UTC(2026, 0, 15) / 1000;
const summer = Date.UTC(2026, 6, 15) / 1000;

test.each([
  ['UTC', winter, 0],
  ['Asia/Seoul', winter, 9 * 3600],
  ['Europe/Berlin', winter, 3600],
  ['Europe/Berlin', summer, 7200],
  ['America/St_Johns', winter, -3.5 * 3600],
  ['Asia/Kathmandu', summer, 5.75 * 3600],
])('%s at %d', (zone, instant, seconds) => expect(zoneOffsetSeconds(zone, instant)).toBe(seconds));

test('an unknown zone is an error', () => expect(() => zoneOffsetSeconds('Mars/Base', winter)).toThrow(RangeError));
