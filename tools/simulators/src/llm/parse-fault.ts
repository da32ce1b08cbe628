import { FAULT_FIELDS, FAULT_KINDS, type FieldType } from './fault-fields.ts';
import { type Fault, type FaultKind, GLM_CODES, isErrorFault } from './fault.ts';
import { isObject, type JsonObject, parseJson } from './json-value.ts';
import type { SimulatedProvider } from './simulated-provider.ts';

const GLM_ONLY: readonly FaultKind[] = ['glmCode', 'networkErrorFinish', 'gluedFrame'];
const RETRY_AFTER_FORMS = ['seconds', 'milliseconds', 'date', 'none'];

/** A fault as people type it: `hang`, `slow:500`, or JSON, `{"kind":"throttled","seconds":30}`. Throws if it is none. */
export function parseFault(text: string, provider: SimulatedProvider): Fault {
  if (text.startsWith('{')) return checkFault(parseJson(text) ?? text, provider);
  const colon = text.indexOf(':');
  const kind = colon < 0 ? text : text.slice(0, colon);
  if (!isKind(kind)) throw noSuchFault(kind);
  if (colon < 0) return checkFault({ kind }, provider);
  const [field, type] = Object.entries(FAULT_FIELDS[kind])[0] ?? [];
  if (field === undefined || type === undefined) throw invalidFault(`the fault ${kind} takes no value.`);
  const value = text.slice(colon + 1);
  return checkFault({ kind, [field]: valueOf(value, type) }, provider);
}

/** The value if it is a fault this provider can show; otherwise throws what is wrong with it. */
export function checkFault(value: unknown, provider: SimulatedProvider): Fault {
  if (!isObject(value)) throw invalidFault('a fault is a JSON object such as {"kind":"hang"}.');
  const { kind } = value;
  if (!isKind(kind)) throw noSuchFault(String(kind));
  if (GLM_ONLY.includes(kind) && provider !== 'glm')
    throw invalidFault(`only glm knows the fault ${kind}, not ${provider}.`);
  checkFields(value, { kind, provider });
  return value as unknown as Fault;
}

function checkFields(value: JsonObject, { kind, provider }: { kind: FaultKind; provider: SimulatedProvider }): void {
  const fields = FAULT_FIELDS[kind];
  const stranger = Object.keys(value).find((name) => name !== 'kind' && !(name in fields));
  if (stranger !== undefined) {
    throw invalidFault(
      `the fault ${kind} has no field ${JSON.stringify(stranger)}; it has: ${Object.keys(fields).join(', ') || 'none'}.`,
    );
  }
  for (const [name, type] of Object.entries(fields)) {
    if (!fits(value[name], type))
      throw invalidFault(
        `the fault ${kind} needs ${name} as a ${type.replace('?', '')}, such as ${kind}:${example(type)}`,
      );
    if (type === 'fault?' && value[name] !== undefined) checkInner(value[name], { name, provider });
  }
  if (kind === 'glmCode' && !GLM_CODES.some((code) => code === value['code']))
    throw invalidFault(`the codes of glm are ${GLM_CODES.join(', ')}.`);
  const { code } = value;
  if (kind === 'status' && !(Number.isInteger(code) && Number(code) >= 200 && Number(code) <= 599)) {
    throw invalidFault('the code of a status is an integer from 200 to 599.');
  }
  if (kind === 'throttled' && value['as'] !== undefined && !RETRY_AFTER_FORMS.some((form) => form === value['as'])) {
    throw invalidFault(`the field as of throttled is one of ${RETRY_AFTER_FORMS.join(', ')}.`);
  }
}

function checkInner(value: unknown, { name, provider }: { name: string; provider: SimulatedProvider }): void {
  const fault = checkFault(value, provider);
  if (name === 'error' && !isErrorFault(fault))
    throw invalidFault(`the field error takes an HTTP error, not ${fault.kind}.`);
}

function fits(value: unknown, type: FieldType): boolean {
  if (value === undefined) return type.endsWith('?');
  switch (type.replace('?', '')) {
    case 'number':
      return typeof value === 'number' && Number.isFinite(value);
    case 'text':
      return typeof value === 'string';
    case 'any':
      return true;
    default:
      return isObject(value);
  }
}

function valueOf(text: string, type: FieldType): unknown {
  if (type.startsWith('number')) return text.trim() === '' ? undefined : Number(text);
  return type.startsWith('text') ? text : parseJson(text);
}

function example(type: FieldType): string {
  if (type.startsWith('number')) return '500';
  return type.startsWith('text') ? 'words' : '{"input":7}';
}

function isKind(kind: unknown): kind is FaultKind {
  return FAULT_KINDS.some((known) => known === kind);
}

function noSuchFault(kind: string): Error {
  return invalidFault(`there is no fault ${JSON.stringify(kind)}. There are: ${FAULT_KINDS.join(', ')}.`);
}

function invalidFault(message: string): Error {
  return Object.assign(new Error(message), { code: 'INVALID_FAULT' });
}
