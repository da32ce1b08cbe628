import { runForJson } from '../child.ts';
import { type Benchmark, row } from '../row.ts';

type Conversion = {
  messages: number;
  seconds: number;
  messages_per_second: number;
  peak_rss_mb: number;
  cpu_seconds: number;
};

const MESSAGES = 1_000_000;

/** A chat export of a million messages to a workbook: speed, and the most memory the converting process ever held. */
export const excelConversion: Benchmark = {
  name: 'excel',
  what: 'chat export of 1,000,000 messages to a workbook',
  async run(report) {
    report(`excel: converting ${MESSAGES} messages`);
    const result = await runForJson<Conversion>('apps/worker-excel-kakao/src/convert-chat.bench.ts', [
      String(MESSAGES),
    ]);
    const base = {
      messages: result.messages,
      seconds: result.seconds.toFixed(1),
      cpu_us_per_message: ((result.cpu_seconds * 1e6) / result.messages).toFixed(1),
    };
    return [
      row({
        id: 'excel.rate',
        what: 'chat export → workbook, 1,000,000 messages',
        value: result.messages_per_second,
        unit: 'messages/s',
        bar: { kind: 'at-least', bar: 15_000, aim: 40_000 },
        base,
      }),
      row({
        id: 'excel.memory',
        what: 'peak memory of the converting process, 1,000,000 messages',
        value: result.peak_rss_mb,
        unit: 'MB',
        bar: { kind: 'at-most', bar: 300 },
        base,
      }),
    ];
  },
};
