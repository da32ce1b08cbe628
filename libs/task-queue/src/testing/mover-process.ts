/**
 * A supervisor in a process of its own that moves letters and dies at a given command.
 * Usage: node mover-process.ts URL QUEUE ACTION COMMAND before|after
 * ACTION requeue | hold | purge moves 700 letters in one request, `operation` carries out the operation there is. The
 * process kills itself before it sends its nth command to Redis or after the answer to it, and prints `done` when there were
 * fewer.
 */
import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { createDeadLetters } from '../create-dead-letters.ts';
import type { Disposition, MoveRequest } from '../dead-letters.ts';

const [url = '', queueName = '', action = '', nth = '0', when = 'before'] = process.argv.slice(2);
const connection = new Redis(url, { maxRetriesPerRequest: null });
await connection.ping();

let sent = 0;
const send = connection.sendCommand.bind(connection);
connection.sendCommand = (command, stream) => {
  sent += 1;
  const fatal = sent === Number(nth);
  if (fatal && when === 'before') process.kill(process.pid, 'SIGKILL');
  const answer = send(command, stream);
  if (fatal) void command.promise.finally(() => process.kill(process.pid, 'SIGKILL'));
  return answer;
};

const letters = createDeadLetters({
  connection,
  queueName,
  taskTtlSeconds: 604_800,
  newToken: randomUUID,
  now: Date.now,
});

function request(disposition: Disposition, over: Partial<MoveRequest> = {}): MoveRequest {
  const operation_id = randomUUID();
  return {
    park: 'dlq',
    filter: {},
    verdicts: () => [{ do: disposition }],
    limits: { moves: 700 },
    locks: 'respect',
    dryRun: false,
    budget: { key: operation_id, kept: false },
    alert: false,
    record: { operation_id, name: 'fault', action: 'requeue', by: 'fault', audit: {} },
    ...over,
  };
}

if (action === 'operation') {
  const step = await letters.operations.take();
  if (step === undefined) throw new Error('there is no operation to take');
  const { operation_id, name, by, request: asked } = step.operation;
  const frozen = asked['frozen'] as MoveRequest['frozen'];
  const record = { operation_id, name, action: 'requeue', by, audit: {} };
  for (let finished = false; !finished;) {
    const outcome = await step.advance(
      request('requeue', { limits: {}, frozen, record, budget: { key: `op:${operation_id}`, kept: true } }),
      250,
    );
    if (typeof outcome === 'string') throw new Error(outcome);
    finished = outcome.finished;
  }
  await step.update({ status: 'succeeded' });
  await step.release();
} else {
  await letters.move(request(action as Disposition));
}
process.stdout.write('done\n');
connection.disconnect();
