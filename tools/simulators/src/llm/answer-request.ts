import { deliver, sendFailure, sendJson } from './deliver.ts';
import { type Fault, isErrorFault } from './fault.ts';
import type { Exchange } from './write-response.ts';

/** What the provider says to a request: first about its path, its key and its body, then what was scripted. */
export async function answerRequest(exchange: Exchange, fault: Fault | undefined): Promise<void> {
  const { wire, call } = exchange;
  const door = wire.door(call);
  const models = wire.models(call);
  if (door === undefined && models === undefined) return sendFailure(exchange, { kind: 'noSuchPath' });
  if (!wire.hasKey(call)) return sendFailure(exchange, { kind: 'missingKey' });
  if (door === undefined) {
    return fault !== undefined && isErrorFault(fault) ? sendFailure(exchange, fault) : sendJson(exchange, models);
  }
  if (call.body === undefined)
    return sendFailure(exchange, { kind: 'badRequest', message: 'We could not parse the JSON body of your request.' });
  const problem = door.check(call);
  return problem === undefined ? deliver(exchange, door, fault) : sendFailure(exchange, problem);
}
