import { afterEach, describe, expect, test } from '@jest/globals';
import { startLlmSimulator } from '@nexus/simulators';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { run } from './simulate.ts';

const root = join(import.meta.dirname, '../../../..');
const context = { root, workingDirectory: root, environment: {} };
const children: ChildProcess[] = [];

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

/** The real command in a process of its own, and its first line. */
async function simulate(...words: string[]): Promise<{ child: ChildProcess; line: string; rest: Promise<string> }> {
  const main = join(root, 'tools/cli/src/main.ts');
  const child = spawn(process.execPath, ['-C', '@nexus/source', main, 'simulate', 'llm', '--port', '0', ...words], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.push(child);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const { value } = await lines.next();
  const rest = (async () => {
    const more: string[] = [];
    for (let next = await lines.next(); next.done !== true; next = await lines.next()) more.push(next.value);
    return more.join('\n');
  })();
  return { child, line: String(value), rest };
}

async function stop(child: ChildProcess): Promise<unknown> {
  const ended = once(child, 'exit');
  child.kill('SIGINT');
  return (await ended)[0];
}

describe('nexus simulate llm', () => {
  test('prints one JSON document, answers at these addresses, does what --fault says, stops at Ctrl-C', async () => {
    const { child, line, rest } = await simulate('--json', '--fault', 'openai=noMoney');
    const { url, environment } = JSON.parse(line) as { url: string; environment: Record<string, string> };
    const names = Object.keys(environment);
    expect(names).toEqual(expect.arrayContaining(['GEMINI_API_BASE', 'OPENAI_API_KEY', 'GLM_API_BASE']));
    const gemini = await fetch(`${environment['GEMINI_API_BASE']}/models/gemini-3-flash-preview:generateContent`, {
      method: 'POST',
      headers: { 'x-goog-api-key': environment['GEMINI_API_KEY'] ?? '' },
      body: JSON.stringify({ contents: [{ role: 'user', parts: [{ text: '잘 있었니' }] }] }),
    });
    expect(await gemini.text()).toContain('잘 있었니');
    const openai = await fetch(`${environment['OPENAI_API_BASE']}/responses`, {
      method: 'POST',
      headers: { authorization: `Bearer ${environment['OPENAI_API_KEY']}` },
      body: JSON.stringify({ model: 'gpt-5.2', input: 'hello' }),
    });
    expect([openai.status, await openai.json()]).toMatchObject([429, { error: { code: 'insufficient_quota' } }]);
    const hits = await (await fetch(`${url}/_hits?provider=openai`)).text();
    expect(hits).not.toContain(environment['OPENAI_API_KEY']);
    expect(await stop(child)).toBe(0);
    expect(await rest).toBe('');
  });

  test('prints lines for a shell', async () => {
    const { child, line, rest } = await simulate();
    expect(await stop(child)).toBe(0);
    const lines = [line, ...(await rest).split('\n')];
    expect(lines).toHaveLength(10);
    for (const one of lines)
      expect(one).toMatch(/^export [A-Z_]+=(http:\/\/127\.0\.0\.1:\d+\/[a-z\d/]+|simulated-key)$/);
  });

  test.each([
    [[], 'npx nexus simulate llm'],
    [['llm', 'more'], 'npx nexus simulate llm'],
    [['llm', '--port', '70000'], 'from 0 to 65535'],
    [['llm', '--port', ''], 'from 0 to 65535'],
    [['llm', '--fault', 'overloaded'], 'names no provider'],
    [['llm', '--fault', 'grok=overloaded'], 'names no provider'],
    [['llm', '--fault', 'openai=overloded'], 'There are: status'],
    [['llm', '--fault', 'openai=slow'], 'slow:500'],
    [['llm', '--fault', 'openai=slow:fast'], 'slow:500'],
    [['llm', '--fault', 'openai=hang:5'], 'takes no value'],
    [['llm', '--fault', 'openai=gluedFrame'], 'only glm'],
    [['llm', '--fault', 'openai={"kind":'], 'a JSON object'],
  ])('refuses %j and says what to do', async (words, sentence) => {
    await expect(run(words, context)).rejects.toMatchObject({
      message: expect.stringContaining(sentence),
      code: expect.any(String),
    });
  });

  test('says which port is taken', async () => {
    const other = await startLlmSimulator();
    await expect(run(['llm', '--port', String(other.port)], context)).rejects.toMatchObject({
      code: 'PORT_TAKEN',
      message: expect.stringContaining(`port ${other.port}`),
    });
    await other.close();
  });
});
