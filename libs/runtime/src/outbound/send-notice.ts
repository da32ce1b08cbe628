import { cutText } from '../cut-text.ts';
import { chatSentence } from './chat-sentence.ts';
import { postWebhook, type OutboundPolicy } from './post-webhook.ts';

/** Something operators are told. Lines may hold text of users: it is masked and made inert before it is sent. */
export type Notice = { title: string; lines: readonly string[] };

export type NoticeChannel = 'slack' | 'teams';

/** Addresses are secrets, and empty where there is none. `prefer` is tried first; with `both` each gets the notice. */
export type NoticeSettings = { slackUrl: string; teamsUrl: string; prefer: NoticeChannel | 'both' };

/**
 * What became of a notice. `delivered` is empty when nobody got it; then `failed` says why, and is empty too when no
 * address is set. Errors hold no address.
 */
export type NoticeResult = { delivered: NoticeChannel[]; failed: { channel: NoticeChannel; error: string }[] };

/** Contract 12.3. */
const TIMEOUT_MS = 10_000;
/** Slack cuts a message after 40,000 characters and shows one of a few thousand well. */
const MOST_SLACK = 3500;
/** A Workflows message of Teams may have about 28 KB; contract 12.1 stays below. */
const MOST_TEAMS_BYTES = 21_000;
const MOST_LINES = 40;

/**
 * Sends a notice to the preferred channel, and to the other one when that is missing or fails; with `both` to each. One
 * try each: who calls again sends again. Never rejects.
 */
export async function sendNotice(
  notice: Notice,
  settings: NoticeSettings,
  policy: Omit<OutboundPolicy, 'timeoutMs'>,
): Promise<NoticeResult> {
  const urls = { slack: settings.slackUrl, teams: settings.teamsUrl };
  const order: NoticeChannel[] = settings.prefer === 'teams' ? ['teams', 'slack'] : ['slack', 'teams'];
  const result: NoticeResult = { delivered: [], failed: [] };
  for (const channel of order.filter((each) => urls[each] !== '')) {
    if (result.delivered.length > 0 && settings.prefer !== 'both') break;
    const error = await deliver(channel, { url: urls[channel], notice, policy });
    if (error === undefined) result.delivered.push(channel);
    else result.failed.push({ channel, error });
  }
  return result;
}

type Delivery = { url: string; notice: Notice; policy: Omit<OutboundPolicy, 'timeoutMs'> };

/** Why it was not delivered; undefined when it was. */
async function deliver(channel: NoticeChannel, { url, notice, policy }: Delivery): Promise<string | undefined> {
  if (!URL.canParse(url)) return 'the address is not a URL';
  const body = JSON.stringify(channel === 'slack' ? slackBody(notice) : teamsBody(notice));
  const headers = { 'content-type': 'application/json', 'user-agent': 'nexus' };
  const answer = await postWebhook(new URL(url), { headers, body }, { ...policy, timeoutMs: TIMEOUT_MS });
  if ('error' in answer) return answer.error;
  if (answer.status >= 200 && answer.status < 300) return undefined;
  const redirect = answer.status >= 300 && answer.status < 400;
  return `${new URL(url).host} answered ${answer.status}${redirect ? ': redirects are not followed' : ''}`;
}

/** What Slack's incoming webhooks take: contract 12.2. */
export function slackBody(notice: Notice): { text: string } {
  const [title, ...lines] = inertLines(notice);
  // Angle brackets are gone by now; an ampersand could still begin an entity that stands for one.
  const text = [title, ...lines.map((line) => `• ${line}`)].join('\n').replaceAll('&', '&amp;');
  return { text: cutText(text, MOST_SLACK) };
}

/** What a Workflows webhook of Teams takes: an adaptive card, contract 12.1. */
export function teamsBody(notice: Notice): Record<string, unknown> {
  const [title = '', ...lines] = inertLines(notice);
  let shown = lines;
  let body = cardOf(title, shown);
  while (shown.length > 1 && Buffer.byteLength(JSON.stringify(body)) > MOST_TEAMS_BYTES) {
    shown = shown.slice(0, -1);
    body = cardOf(title, [...shown, '…']);
  }
  return body;
}

function inertLines({ title, lines }: Notice): string[] {
  const shown = lines.length <= MOST_LINES ? lines : [...lines.slice(0, MOST_LINES), '…'];
  return [title, ...shown].map(chatSentence);
}

function cardOf(title: string, lines: readonly string[]): Record<string, unknown> {
  const texts = lines.map((text) => ({ type: 'TextBlock', text: inertMarkdown(text), wrap: true }));
  const content = {
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    type: 'AdaptiveCard',
    version: '1.5',
    body: [{ type: 'TextBlock', text: inertMarkdown(title), weight: 'Bolder', size: 'Medium', wrap: true }, ...texts],
  };
  const contentType = 'application/vnd.microsoft.card.adaptive';
  return { type: 'message', attachments: [{ contentType, contentUrl: null, content }] };
}

/** Text blocks read a small Markdown, in which a backslash takes the meaning of the character after it. */
function inertMarkdown(text: string): string {
  return text.replace(/[\\`*_[\]()#~]/g, '\\$&');
}
