import {
  comparableHoursBack,
  explain,
  HOUR_SECONDS,
  kindOfScope,
  zoneOffsetSeconds,
  type Episode,
  type EpisodeEvent,
  type Explanation,
  type HourCell,
} from '@nexus/finops';
import type { OpenEpisode } from '@nexus/finops-ledger';
import type { HourSource } from './take-in-hours.ts';

/** The open episodes after some events: those before, without the resolved, with what changed. */
export function afterEvents(before: readonly OpenEpisode[], events: readonly EpisodeEvent[]): Map<string, OpenEpisode> {
  const open = new Map(before.map((each) => [each.episode.id, each]));
  for (const { type, episode } of events) {
    if (type === 'resolved') open.delete(episode.id);
    else open.set(episode.id, { ...open.get(episode.id), episode });
  }
  return open;
}

/** How much of an episode another one has to make up to be its cause. */
const CAUSE_SHARE = 0.5;
/** Explaining one takes reading a dozen hours. */
const MOST_EXPLAINED = 20;

/**
 * Of the episodes that opened, those to tell people about, with what explains them: one cause shows in many scopes (the
 * total, a team, its project, a model), and is told once, by the scope that says most. `told` are episodes that are
 * open and were told.
 */
export async function episodesToTell(
  opened: readonly Episode[],
  { told, ledger, zone }: { told: readonly OpenEpisode[]; ledger: HourSource; zone: string },
): Promise<OpenEpisode[]> {
  const read = rememberHours(ledger);
  const known = [...told];
  const telling: OpenEpisode[] = [];
  const largestFirst = opened.toSorted((one, other) => weightOf(other) - weightOf(one));
  for (const episode of largestFirst.slice(0, MOST_EXPLAINED)) {
    const explained = { episode, explanation: await explainEpisode(episode, read, zone) };
    if (isPartOf(explained, known)) continue;
    known.push(explained);
    telling.push(explained);
  }
  return telling;
}

/** Of scopes with about the same difference the narrower one says more. */
const narrowness = { project: 1.3, team: 1.2, model: 1.1, purpose: 1, provider: 1, total: 1 } as const;

function weightOf({ scope, impact }: Episode): number {
  return Math.abs(impact) * narrowness[kindOfScope(scope)];
}

async function explainEpisode(
  { scope, last }: Episode,
  read: (hour: number) => Promise<HourCell[]>,
  zone: string,
): Promise<Explanation> {
  const back = comparableHoursBack(last, zoneOffsetSeconds(zone, last));
  const comparable = await Promise.all(back.map((hours) => read(last - hours * HOUR_SECONDS)));
  return explain(scope, { hour: last, cells: await read(last), comparable });
}

function isPartOf({ episode, explanation }: OpenEpisode, told: readonly OpenEpisode[]): boolean {
  const alike = told.filter((each) => each.episode.kind === episode.kind);
  const scopes = new Set(alike.map((each) => each.episode.scope));
  const named = new Set(alike.flatMap((each) => each.explanation?.contributors.map(({ scope }) => scope) ?? []));
  if (named.has(episode.scope)) return true;
  const { contributors = [], difference = 0 } = explanation ?? {};
  const causes = contributors.filter((each) => Math.abs(each.difference) >= CAUSE_SHARE * Math.abs(difference));
  // A model that two teams use is no sign of a common cause; a project is.
  return causes.some(({ scope }) => scopes.has(scope) || (kindOfScope(scope) === 'project' && named.has(scope)));
}

function rememberHours(ledger: HourSource): (hour: number) => Promise<HourCell[]> {
  const hours = new Map<number, Promise<HourCell[]>>();
  return (hour) => {
    const known = hours.get(hour) ?? ledger.hourCells(hour, hour);
    hours.set(hour, known);
    return known;
  };
}
