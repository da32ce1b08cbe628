/**
 * Measures one conversion: `node -C @nexus/source apps/worker-excel-kakao/src/convert-chat.bench.ts <messages> [format]`
 * prints one JSON object. The export is made by another process, so that the peak memory is that of the conversion.
 */
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { generateConversation } from './chat-export/testing/conversation.ts';
import { renderExport } from './chat-export/testing/render-export.ts';
import type { RenderOptions } from './chat-export/testing/render-export.ts';
import { convertChat } from './convert-chat.ts';

const FORMATS: readonly RenderOptions['format'][] = ['windows', 'android', 'ios', 'macos'];

const [count = '1000000', formatName = 'windows', target] = process.argv.slice(2);
const messages = Number(count);
const format = FORMATS.find((name) => name === formatName);
if (!Number.isSafeInteger(messages) || messages < 1 || format === undefined) {
  process.stderr.write(`usage: convert-chat.bench.ts <messages> [${FORMATS.join('|')}]\n`);
  process.exitCode = 2;
} else if (target === undefined) {
  await measure(messages, format);
} else {
  await generate(messages, { format, language: 'ko', clock: '12', encoding: 'utf-8' }, target);
}

async function generate(size: number, options: RenderOptions, path: string): Promise<void> {
  const file = createWriteStream(path);
  for (const chunk of renderExport(generateConversation({ seed: 1, messages: size }), options)) {
    if (!file.write(chunk)) await once(file, 'drain');
  }
  file.end();
  await once(file, 'finish');
}

async function measure(size: number, name: RenderOptions['format']): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'convert-chat-bench-'));
  try {
    const path = join(directory, 'export');
    const script = fileURLToPath(import.meta.url);
    const made = spawnSync(process.execPath, [...process.execArgv, script, String(size), name, path], {
      stdio: 'inherit',
    });
    if (made.status !== 0) throw new Error(`The export to convert could not be made (exit code ${made.status}).`);
    const output = join(directory, 'chat.xlsx');
    const cpuBefore = process.cpuUsage();
    const before = process.hrtime.bigint();
    const inputs = [{ name: 'export', path }];
    const { counts } = await convertChat({ inputs, output, timezone: 'Asia/Seoul', temporaryDirectory: directory });
    const seconds = Number(process.hrtime.bigint() - before) / 1e9;
    const cpu = process.cpuUsage(cpuBefore);
    const result = {
      messages: counts.messages,
      format: name,
      seconds: round(seconds),
      messages_per_second: Math.round(counts.messages / seconds),
      peak_rss_mb: Math.round(process.resourceUsage().maxRSS / 1024),
      cpu_seconds: round((cpu.user + cpu.system) / 1e6),
      input_mb: round((await stat(path)).size / 1e6),
      workbook_mb: round((await stat(output)).size / 1e6),
    };
    process.stdout.write(`${JSON.stringify(result)}\n`);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
