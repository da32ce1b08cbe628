import { findingKey, type RuleFinding } from '@nexus/finops';
import {
  ANOMALY_TITLE,
  createToldAnomalies,
  episodeLine,
  ruleLine,
  type OpenEpisode,
  type ToldAnomalies,
} from '@nexus/finops-ledger';
import { sendNotice, type NoticeResult } from '@nexus/runtime/outbound';
import type { Language } from '../letters/language.ts';
import type { Redis } from './open-sources.ts';
import { outboundPolicy, type WatchSettings } from './watch-settings.ts';

/** Something that is wrong, as it is told: its key is told once in so many seconds. */
export type Anomaly = { key: string; line: string; seconds: number; facts: RuleFinding | OpenEpisode };

/** An episode is told once: longer than it can last. */
const EPISODE_SECONDS = 36 * 86_400;

/** What was found, as lines. */
export function anomaliesOf(
  { findings, episodes }: { findings: readonly RuleFinding[]; episodes: readonly OpenEpisode[] },
  { windowMin, language }: { windowMin: number; language: Language },
): Anomaly[] {
  return [
    ...findings.map((facts) => ({
      key: findingKey(facts),
      line: ruleLine(facts, language),
      seconds: windowMin * 60,
      facts,
    })),
    // Those without an explanation are part of one that has it.
    ...episodes
      .filter(({ episode, explanation }) => explanation !== undefined && episode.state !== 'muted')
      .map((facts) => ({
        key: `spend:${facts.episode.id}`,
        line: episodeLine(facts, language),
        seconds: EPISODE_SECONDS,
        facts,
      })),
  ];
}

/** Remembers what the chats were told, over all processes; without Redis everything is new each time. */
export function toldToChat(redis: Redis | undefined, owner: string): ToldAnomalies {
  if (redis !== undefined) return createToldAnomalies(redis, { receiver: 'chat', owner });
  return { claim: () => Promise.resolve(true), commit: () => Promise.resolve(), release: () => Promise.resolve() };
}

/** Those that nobody was told about within their time; each is claimed until it is committed or released. */
export async function claimFresh(anomalies: readonly Anomaly[], told: ToldAnomalies): Promise<Anomaly[]> {
  const fresh: Anomaly[] = [];
  for (const anomaly of anomalies) {
    if (await told.claim(anomaly.key)) fresh.push(anomaly);
  }
  return fresh;
}

/** Sends one notice about all of them. Never rejects. */
export function sendAnomalies(anomalies: readonly Anomaly[], settings: WatchSettings): Promise<NoticeResult> {
  return sendNotice(
    { title: ANOMALY_TITLE, lines: anomalies.map(({ line }) => line) },
    { slackUrl: settings.SLACK_WEBHOOK_URL, teamsUrl: settings.TEAMS_WEBHOOK_URL, prefer: settings.NOTIFY_PREFER },
    outboundPolicy(settings),
  );
}
