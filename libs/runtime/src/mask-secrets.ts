/** What stands in the place of a secret. It matches no pattern below, so masking twice is masking once. */
export const MASKED = '[masked]';

/**
 * Words that make a field secret when they are its whole name or its end (`ADMIN_API_KEY`, `client-secret`,
 * `botToken`); compared in snake case. `key_id`, `tokens_in`, `tokens_out` and `max_output_tokens` end in none of them.
 */
const secretWords = [
  'password', 'passwd', 'pwd', 'passphrase', 'secret', 'token', 'api_key', 'apikey', 'admin_key', 'agent_key',
  'secret_key', 'access_key', 'private_key', 'signing_key', 'encryption_key', 'authorization', 'cookie', 'credential', 'credentials',
  'webhook_url', 'nexus_key', 'secrets', 'passwords', 'api_keys', 'keys_json', 'secrets_json', 'x_api_key',
]; // prettier-ignore

const secretName = new RegExp(`(?:^|_)(?:${secretWords.join('|')})$`);
const secretNames = new Map<string, boolean>();

function snakeCase(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/[-.\s]+/g, '_')
    .toLowerCase();
}

/** True for the name of a field whose whole value is a secret. */
export function isSecretFieldName(name: string): boolean {
  const known = secretNames.get(name);
  if (known !== undefined) return known;
  const answer = name.length <= 100 && secretName.test(snakeCase(name));
  // Field names are few; a stranger's JSON must not grow this without bound.
  if (secretNames.size < 2000) secretNames.set(name, answer);
  return answer;
}

/**
 * Tokens recognised by their shape; prefixes as in gitleaks' rules (MIT), lengths looser, for a masker should rather
 * hide too much. Every repetition is bounded and starts behind a literal, so time is linear in the text.
 */
const tokenShapes = [
  'sk-[A-Za-z0-9_-]{16,200}', // OpenAI, Anthropic and others
  'gh[pousr]_[A-Za-z0-9]{20,255}',
  'github_pat_[A-Za-z0-9_]{20,255}',
  'glpat-[A-Za-z0-9_-]{20,100}',
  'xox[abeoprs]-[A-Za-z0-9-]{10,255}',
  'xapp-[A-Za-z0-9-]{10,255}',
  'A(?:KIA|SIA|BIA|CCA)[A-Z2-7]{16}',
  'AIza[A-Za-z0-9_-]{30,60}',
  'ya29\\.[A-Za-z0-9_-]{20,512}',
  'npm_[A-Za-z0-9]{20,100}',
  'hf_[A-Za-z0-9]{20,100}',
  'pplx-[A-Za-z0-9]{20,100}',
  '[sr]k_(?:live|test)_[A-Za-z0-9]{10,200}',
  'whsec_[A-Za-z0-9+/=]{16,200}',
  'nx_(?:live|test)_[A-Za-z0-9_-]{16,200}',
  'eyJ[A-Za-z0-9_-]{8,4096}\\.eyJ[A-Za-z0-9_-]{4,8192}(?:\\.[A-Za-z0-9_-]{0,4096})?', // JSON Web Token
  '[0-9a-f]{32}\\.[A-Za-z0-9]{16}(?![A-Za-z0-9])', // Z.ai / GLM
  '\\d{8,10}:[A-Za-z0-9_-]{35}(?![A-Za-z0-9_-])', // Telegram
].join('|');

const tokens = new RegExp(`(?<![A-Za-z0-9_])(?:${tokenShapes})`, 'g');

/** Webhook addresses are keys: whoever knows one may post. The host stays, so that one sees which it was. */
const webhooks =
  /(hooks\.slack\.com\/(?:services|workflows|triggers)\/|discord(?:app)?\.com\/api\/webhooks\/|\.webhook\.office\.com\/webhookb2\/|api\.telegram\.org\/bot|chat\.googleapis\.com\/v1\/spaces\/)[^\s"'<>\\)\]]{1,1024}/gi;

const urlPassword = /(\b[a-z][a-z0-9+.-]{1,20}:\/\/)([^\s/@:"'\\]{0,128}):([^\s/@"'\\]{1,256})@/gi;
const urlSignature =
  /([?&](?:sig|signature|key|api_key|apikey|token|access_token|x-amz-signature|x-goog-signature)=)[^\s&"'<>\\#]{4,1024}/gi;
/** A word of letters only, such as "bearer values", is prose. */
const bearer =
  /\b(bearer|basic|negotiate)(\s{1,8})(?=[A-Za-z]{0,64}[0-9+/=._~-]|[A-Za-z]{20})[A-Za-z0-9+/=._~-]{6,4096}/gi;

/** `NAME=value`, `name: value`, `"name":"value"` with a secret name. The name must end right before the sign. */
const assignmentName =
  '[A-Za-z0-9_.-]{0,40}(?:password|passwd|pwd|passphrase|secret|token|api[_-]?key|admin[_-]?key|agent[_-]?key|secret[_-]?key|access[_-]?key|private[_-]?key|authorization|cookie|credentials?|webhook[_-]?url)';
const assignment = new RegExp(
  `(?<![A-Za-z0-9_.-])(${assignmentName})(\\\\?["']?\\s{0,4}[:=]\\s{0,4})(\\\\?["'\`]?)((?:(?:bearer|basic)\\s{1,4})?)((?!\\[masked\\]|(?:bearer|basic|negotiate)\\b)[^\\s"'\`,;&}\\])<>\\\\]{4,4096})`,
  'gi',
);

/** Any of these must be there before a pattern above can match: one cheap look at most texts. */
const hints =
  /sk-|gh[pousr]_|github_pat_|glpat-|xox|xapp-|A(?:KIA|SIA|BIA|CCA)|AIza|ya29|npm_|hf_|pplx-|k_live|k_test|whsec_|nx_live|nx_test|eyJ|(?<![0-9a-f])[0-9a-f]{32}\.|(?<!\d)\d{8,10}:|\/\/|passw|pwd|passphrase|secret|token|key|authorization|cookie|credential|webhook|bearer|basic|negotiate|sig=|BEGIN /i;

const pemBegin = '-----BEGIN ';
const pemEnd = '-----END ';

/** PEM blocks by two searches: the usual lazy expression is quadratic on repeated beginnings. */
function maskPrivateKeys(text: string): string {
  let from = text.indexOf(pemBegin);
  if (from < 0) return text;
  let masked = '';
  let done = 0;
  while (from >= 0) {
    const lineEnd = text.indexOf('-----', from + pemBegin.length);
    const label = lineEnd < 0 ? '' : text.slice(from + pemBegin.length, Math.min(lineEnd, from + 60));
    if (!label.includes('PRIVATE KEY')) {
      from = text.indexOf(pemBegin, from + pemBegin.length);
      continue;
    }
    const end = text.indexOf(pemEnd, lineEnd);
    const close = end < 0 ? -1 : text.indexOf('-----', end + pemEnd.length);
    masked += text.slice(done, from) + MASKED;
    done = close < 0 ? text.length : close + 5;
    from = text.indexOf(pemBegin, done);
  }
  return masked + text.slice(done);
}

/** Puts {@link MASKED} over every key, token, password, webhook address and Bearer value in a text. Linear, idempotent. */
export function maskSecrets(text: string): string {
  if (!hints.test(text)) return text;
  return maskPrivateKeys(text)
    .replace(webhooks, `$1${MASKED}`)
    .replace(tokens, MASKED)
    .replace(urlPassword, `$1$2:${MASKED}@`)
    .replace(urlSignature, `$1${MASKED}`)
    .replace(bearer, `$1$2${MASKED}`)
    .replace(assignment, maskAssignment);
}

function maskAssignment(whole: string, ...groups: string[]): string {
  const [name = '', sign = '', quote = '', scheme = '', value = ''] = groups;
  // An unquoted number behind a quoted name is a JSON number: it becomes another number, so that the text stays JSON.
  const bareNumber = quote === '' && /["']/.test(sign) && /^-?\d+(\.\d+)?$/.test(value);
  if (bareNumber) return `${name}${sign}0`;
  if (quote === '' && /^(?:true|false|null|undefined|none|\[|\{)/i.test(value)) return whole;
  return `${name}${sign}${quote}${scheme}${MASKED}`;
}
