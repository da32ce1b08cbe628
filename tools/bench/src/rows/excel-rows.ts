import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient, type Task } from '@nexus/contracts';
import { startTestRedis } from '@nexus/local-redis';
import { freePort, runForJson, startQuietScript, untilReady } from '../child.ts';
import { peakMegabytes } from '../machine.ts';
import { type Benchmark, row } from '../row.ts';

type Conversion = {
  messages: number;
  seconds: number;
  messages_per_second: number;
  peak_rss_mb: number;
  cpu_seconds: number;
};

const MESSAGES = 1_000_000;

/** A chat export of a million messages to a workbook: how fast it is converted, and what the whole worker needs for it. */
export const excelConversion: Benchmark = {
  name: 'excel',
  what: 'chat export of 1,000,000 messages to a workbook',
  async run(report) {
    report(`excel: converting ${MESSAGES} messages`);
    const result = await runForJson<Conversion>('apps/worker-excel-kakao/src/convert-chat.bench.ts', [
      String(MESSAGES),
    ]);
    report(`excel: the worker converts ${MESSAGES} messages`);
    const worker = await convertInWorker();
    return [
      row({
        id: 'excel.rate',
        what: 'chat export → workbook, 1,000,000 messages',
        value: result.messages_per_second,
        unit: 'messages/s',
        bar: { kind: 'at-least', bar: 15_000, aim: 40_000 },
        base: {
          messages: result.messages,
          seconds: result.seconds.toFixed(1),
          cpu_us_per_message: ((result.cpu_seconds * 1e6) / result.messages).toFixed(1),
          peak_rss_mb: Math.round(result.peak_rss_mb),
        },
      }),
      row({
        id: 'excel.memory',
        what: 'peak memory of the worker, from its start through 1,000,000 messages',
        value: worker.peakMegabytes,
        unit: 'MB',
        bar: { kind: 'at-most', bar: 300 },
        base: { messages: MESSAGES, seconds_with_transfer: worker.seconds.toFixed(1) },
      }),
    ];
  },
};

/** The whole way: upload, task, worker process, finished workbook. */
async function convertInWorker(): Promise<{ peakMegabytes: number; seconds: number }> {
  const redis = await startTestRedis();
  const directory = await mkdtemp(join(tmpdir(), 'nexus-bench-'));
  const port = await freePort();
  const baseUrl = `http://127.0.0.1:${port}`;
  const env = { REDIS_URL: redis.url, NEXUS_DATA_DIR: directory, NEXUS_PORT: String(port), SUPERVISOR_URL: baseUrl };
  const supervisor = startQuietScript('apps/supervisor/src/main.ts', join(directory, 'supervisor.log'), env);
  await untilReady(port);
  const worker = startQuietScript('apps/worker-excel-kakao/src/main.ts', join(directory, 'worker.log'), {
    ...env,
    NEXUS_WORKER_PORT: '0',
  });
  try {
    const client = createClient({ baseUrl, key: 'dev-key', timeoutMs: 60_000 });
    const file = await client.uploadFile({ headers: { 'x-file-name': 'bench.txt' }, body: windowsExport(MESSAGES) });
    if (!file.ok) throw new Error(file.message);
    const payload = { action: 'chat_to_excel', files: [file.body.file_id] };
    const created = await client.createExcelKakao({ headers: {}, body: { payload } });
    if (!created.ok) throw new Error(created.message);
    const events = await client.watchTask({ params: { task_id: created.body.task_id }, headers: {} });
    if (!events.ok) throw new Error(events.message);
    let last: Task | undefined;
    for await (const { data } of events.body) last = data;
    if (last?.status !== 'succeeded') throw new Error(last?.error?.message ?? 'the task did not end');
    const seconds = (Date.parse(last.finished_at ?? '') - Date.parse(last.started_at ?? '')) / 1000;
    return { peakMegabytes: peakMegabytes(worker.pid), seconds };
  } finally {
    await worker.stop();
    await supervisor.stop();
    await redis.stop();
    await rm(directory, { recursive: true, force: true });
  }
}

/** A Windows export of 40 people, 200 messages a minute. */
function windowsExport(messages: number): string {
  const lines = ['주문방 님과 카카오톡 대화', '저장한 날짜 : 2026-11-20 18:03:22', ''];
  lines.push('--------------- 2026년 11월 18일 수요일 ---------------');
  for (let at = 0; at < messages; at += 1) {
    const minute = String(Math.floor(at / 200) % 60).padStart(2, '0');
    const hour = 1 + (Math.floor(at / 12_000) % 11);
    lines.push(`[손님${at % 40}] [오후 ${hour}:${minute}] 사과 ${at}상자 주문합니다, 문 앞에 놔주세요`);
  }
  return `${lines.join('\r\n')}\r\n`;
}
