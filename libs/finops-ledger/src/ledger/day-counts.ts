/** What became of the reservations made on a day, in its zone. `late` were settled after they expired or were lost. */
export type DayCounts = {
  day: string;
  made: number;
  settled: number;
  voided: number;
  expired: number;
  late: number;
  refused: number;
};
