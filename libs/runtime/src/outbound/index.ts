export { chatSentence, MAX_SENTENCE_LENGTH } from './chat-sentence.ts';
export { noticeVariables } from './notice-variables.ts';
export { addressKind, isLoopbackHost, type AddressKind } from './outbound-address.ts';
export {
  postWebhook,
  type OutboundPolicy,
  type ResolveHost,
  type WebhookAnswer,
  type WebhookMessage,
} from './post-webhook.ts';
export { sendNotice, slackBody, teamsBody, type Notice, type NoticeChannel, type NoticeResult } from './send-notice.ts';
export { webhookUrl } from './webhook-url.ts';
