import type { ParityCase, Seen } from './parity-case.ts';

/** The cases, in the order of the table. The first are what fallback is for; all others were seen to go wrong somewhere. */
export const parityCases: ParityCase[] = [
  { name: '500', right: 'B answers', fault: { kind: 'serverError' }, passes: fellOver },
  { name: '429', right: 'B answers', fault: { kind: 'throttled', as: 'none' }, passes: fellOver },
  { name: '401, key refused', right: 'B answers', fault: { kind: 'badKey' }, passes: fellOver },
  { name: '404, model missing', right: 'B answers', fault: { kind: 'modelMissing' }, passes: fellOver },
  { name: 'no answer within the timeout', right: 'B answers', fault: { kind: 'hang' }, passes: fellOver },
  { name: 'an error inside a 200', right: 'B answers', fault: { kind: 'errorIn200' }, passes: fellOver },
  { name: 'a page of HTML with 200', right: 'B answers', fault: { kind: 'html200' }, passes: fellOver },
  { name: 'JSON cut short', right: 'B answers', fault: { kind: 'brokenJson' }, passes: fellOver },
  { name: 'socket cut in the body', right: 'B answers', fault: { kind: 'cutSocketMidBody' }, passes: fellOver },
  { name: '200 with an empty text', right: 'B answers', fault: { kind: 'emptyAnswer' }, passes: fellOver },
  {
    name: '400, the request is wrong',
    right: 'the caller is told; B is not asked',
    fault: { kind: 'badRequest' },
    passes: ({ answers, hits }) => answers[0]?.status === 400 && hits.a === 1 && hits.b === 0,
  },
  {
    name: 'no usage',
    right: 'A answers, usage is estimated',
    fault: { kind: 'noUsage' },
    passes: wholeFromA,
  },
  {
    name: '500 once, then well again; 2 retries',
    right: 'A answers the second try',
    fault: { kind: 'serverError' },
    once: true,
    retries: 2,
    passes: ({ answers, hits }) => answers[0]?.by === 'A' && hits.a === 2 && hits.b === 0,
  },
  {
    name: 'no money left; 2 retries',
    right: 'B answers, A is asked once',
    fault: { kind: 'noMoney' },
    retries: 2,
    passes: fellOver,
  },
  {
    name: '429 with Retry-After 600; 2 retries',
    right: 'B answers, A is asked once',
    fault: { kind: 'throttled', seconds: 600 },
    retries: 2,
    passes: fellOver,
  },
  {
    name: '429 with Retry-After 600, 3 calls',
    right: 'B answers all, A is left alone after the first',
    fault: { kind: 'throttled', seconds: 600 },
    calls: 3,
    passes: leftAlone,
  },
  {
    name: '429 with a date in Retry-After, 3 calls',
    right: 'B answers all, A is left alone after the first',
    fault: { kind: 'throttled', seconds: 600, as: 'date' },
    calls: 3,
    passes: leftAlone,
  },
  {
    name: 'no money left, 3 calls',
    right: 'B answers all, A is left alone after the first',
    fault: { kind: 'noMoney' },
    calls: 3,
    passes: leftAlone,
  },
  {
    name: '500, 10 calls',
    right: 'B answers all, A is left alone after a few failures',
    fault: { kind: 'serverError' },
    calls: 10,
    passes: ({ answers, hits }) => answers.every(({ by, complete }) => by === 'B' && complete) && hits.a < 10,
  },
  {
    name: 'stream: nothing wrong',
    right: 'A streams',
    fault: { kind: 'usageLastChunkOnly' },
    stream: true,
    passes: wholeFromA,
  },
  {
    name: 'stream: an error before the first text',
    right: 'B streams',
    fault: { kind: 'errorAfterFirstEvent' },
    stream: true,
    passes: fellOver,
  },
  {
    name: 'stream: an error after some text',
    right: 'the caller is told',
    fault: { kind: 'errorAfterFirstEvent', events: 6 },
    stream: true,
    passes: brokeOff,
  },
  {
    name: 'stream: ends in order, but too early',
    right: 'the caller is told',
    fault: { kind: 'cleanEofWithoutMarker' },
    stream: true,
    passes: brokeOff,
  },
  {
    name: 'stream: socket cut after some text',
    right: 'the caller is told',
    fault: { kind: 'cutStreamAfter', events: 6 },
    stream: true,
    passes: brokeOff,
  },
  {
    name: 'stream: no usage',
    right: 'A streams, usage is estimated',
    fault: { kind: 'usageNever' },
    stream: true,
    passes: wholeFromA,
  },
];

/** A was asked once and nothing of it reached the caller. */
function fellOver({ answers, hits }: Seen): boolean {
  return answers.every(({ by, complete }) => by === 'B' && complete) && hits.a === 1 && hits.b === 1;
}

/** All of A's answer, with usage. */
function wholeFromA({ answers, hits }: Seen): boolean {
  return answers.every(({ by, complete, tokens = 0 }) => by === 'A' && complete && tokens > 0) && hits.b === 0;
}

function leftAlone({ answers, hits }: Seen): boolean {
  return answers.every(({ by, complete }) => by === 'B' && complete) && hits.a === 1;
}

/** Text was on its way already: nobody else can go on with it, but nobody may take it for the whole. */
function brokeOff({ answers }: Seen): boolean {
  return answers.every(({ by, failed }) => by === 'A' && failed);
}
