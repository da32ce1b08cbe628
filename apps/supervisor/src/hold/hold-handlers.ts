import type { ProblemReply, Routes } from '@nexus/contracts';
import type { Handlers } from '@nexus/runtime/http';
import { actorOf } from '../task/task-ports.ts';
import { letterDecision } from '../triage/letter-view.ts';
import { callOf } from '../triage/move-letters.ts';
import { purgeOrder, requeueOrder } from '../triage/move-orders.ts';
import { peekLetters } from '../triage/peek-letters.ts';
import { purgeLetters, requeueLetters } from '../triage/requeue-letters.ts';
import type { TriagePorts } from '../triage/triage-ports.ts';
import { holdTemplate } from './hold-template.ts';

type HoldRoutes = Pick<
  Routes,
  | 'holdPeek'
  | 'holdPurge'
  | 'holdRequeue'
  | 'holdPr'
  | 'holdGithubIssue'
  | 'holdSuggestFix'
  | 'holdFixIssue'
  | 'holdFixPr'
  | 'holdFixPrCi'
>;

const notYet: ProblemReply<'NOT_IMPLEMENTED'> = {
  problem: 'NOT_IMPLEMENTED',
  message:
    'the autofix-bot of this release cannot take held letters yet; take title and text from GET /hold/pr, open the pull request or issue by hand, and send the letters back with POST /hold/requeue',
};

/** Letters that wait for a change of code: looking, deleting, sending back, and the text of a pull request about them. */
export function createHoldHandlers(ports: TriagePorts): Handlers<HoldRoutes> {
  const refuse = () => Promise.resolve(notYet);
  return {
    holdPeek: ({ query, credential }) => peekLetters(ports, 'hold', { query, by: actorOf(credential) }),
    holdPurge: ({ query, credential }) =>
      purgeLetters(ports, callOf(purgeOrder('holdPurge', 'hold', query), query, credential)),
    holdRequeue: ({ query, credential }) =>
      requeueLetters(ports, callOf(requeueOrder('holdRequeue', 'hold', query), query, credential)),

    async holdPr({ query }) {
      const { letters, policy, runbookBaseUrl } = ports;
      const page = await letters.page('hold', { filter: {}, limit: query.limit });
      // Without a cursor there is none that could be wrong.
      const found = page === 'invalid_cursor' ? [] : page.letters;
      const items = found.map((letter) => {
        const decision = letterDecision(letter, policy, ports.now());
        return holdTemplate(letter, { decision, runbookBaseUrl });
      });
      return { status: 200, body: { count: items.length, items } };
    },

    holdGithubIssue: refuse,
    holdSuggestFix: refuse,
    holdFixIssue: refuse,
    holdFixPr: refuse,
    holdFixPrCi: refuse,
  };
}
