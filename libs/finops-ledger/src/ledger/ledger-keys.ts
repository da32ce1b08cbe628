/** All keys of the ledger begin with it, so that its scripts run on one slot of a Redis Cluster. */
export const KEY_PREFIX = '{nexus}:';

export const ledgerKeys = {
  hold: (id: string) => `${KEY_PREFIX}spend:hold:${id}`,
  /** Open reservations by the ms at which they expire. */
  holds: `${KEY_PREFIX}spend:holds`,
  caps: `${KEY_PREFIX}budget:caps`,
  budget: (month: string) => `${KEY_PREFIX}budget:${month}`,
  /** Combinations of tags in the order of their numbers, which begin at 1. */
  combinations: `${KEY_PREFIX}spend:dims:names`,
  dayCells: (day: string) => `${KEY_PREFIX}spend:d:${day}`,
  /** `hour` = hours since 1970. */
  hourCells: (hour: number) => `${KEY_PREFIX}spend:h:${hour}`,
  lines: (month: string) => `${KEY_PREFIX}ledger:${month}`,
  months: `${KEY_PREFIX}ledger:months`,
  /** How often cells or counters were rebuilt. */
  rebuilt: `${KEY_PREFIX}ledger:rebuilt`,
};
