import { oneOf } from '../setting-types.ts';
import { variable } from '../settings.ts';
import { webhookUrl } from './webhook-url.ts';

/** Where notices for operators go: contract 6.8. */
export const noticeVariables = {
  SLACK_WEBHOOK_URL: variable({
    group: 'Notices',
    type: webhookUrl,
    default: '',
    text: 'incoming webhook of Slack for notices to operators',
  }),
  TEAMS_WEBHOOK_URL: variable({
    group: 'Notices',
    type: webhookUrl,
    default: '',
    text: 'Workflows webhook of Teams for notices to operators',
  }),
  NOTIFY_PREFER: variable({
    group: 'Notices',
    type: oneOf(['slack', 'teams', 'both']),
    default: 'slack',
    text: 'which of them gets a notice; where one is missing or fails the other one does',
  }),
};
