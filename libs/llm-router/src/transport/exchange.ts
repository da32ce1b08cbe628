import { StringDecoder } from 'node:string_decoder';
import type { Dispatcher } from 'undici';
import { reasonOf, transportFault, type TransportFault } from './transport-fault.ts';

/** Answers have at most 8192 output tokens: anything of this size is no answer. */
const MOST_BYTES = 16 * 1024 * 1024;
/** Text a slow reader may leave waiting before the socket is paused. */
const MOST_WAITING = 256 * 1024;
/** How long a server may take to end a body whose last event was read, before its socket is closed. */
const END_GRACE_MS = 1000;

type Controller = Dispatcher.DispatchController;
type Waiter<Value> = { resolve(value: Value): void; reject(error: Error): void };

/** Headers of an answer, names in lower case. */
export type WireHeaders = Readonly<Record<string, string | string[] | undefined>>;

/**
 * One request and its answer: lives from dispatch until the body ended, broke, or was given up. The signal ends it at any
 * point, also while it waits for a free connection; its socket is closed then, so that the server notices.
 */
export class Exchange implements Dispatcher.DispatchHandler {
  status = 0;
  headers: WireHeaders = {};
  readonly #signal: AbortSignal;
  readonly #decoder = new StringDecoder('utf8');
  #controller: Controller | undefined;
  #waiting = '';
  #bytes = 0;
  #paused = false;
  #discarding = false;
  #ended = false;
  #fault: TransportFault | undefined;
  #endTimer: NodeJS.Timeout | undefined;
  #opening: Waiter<this> | undefined;
  #reading: Waiter<string | undefined> | undefined;

  constructor(signal: AbortSignal) {
    this.#signal = signal;
    signal.addEventListener('abort', this.#onAbort, { once: true });
  }

  /** Resolves with this exchange when status and headers are there; rejects with a {@link TransportFault}. Call it once. */
  opened(): Promise<this> {
    return new Promise((resolve, reject) => {
      if (this.#fault !== undefined) return reject(this.#fault);
      this.#opening = { resolve, reject };
    });
  }

  /** The text that came since the last call, whole characters only; undefined at the end of the body. */
  next(): Promise<string | undefined> {
    if (this.#waiting !== '') return Promise.resolve(this.#take());
    if (this.#fault !== undefined) return Promise.reject(this.#fault);
    if (this.#ended) return Promise.resolve(undefined);
    return new Promise((resolve, reject) => (this.#reading = { resolve, reject }));
  }

  /** Gives the exchange up: an unfinished one is closed with its socket. Does nothing after the end or a release. */
  destroy(): void {
    if (!this.#discarding) this.#giveUp();
  }

  #giveUp(): void {
    this.#fail(transportFault('aborted', this.#controller !== undefined, 'given up'));
  }

  /** Everything needed was read: lets the body end by itself so that the connection can be used again. */
  release(): void {
    if (this.#ended || this.#fault !== undefined) return;
    this.#discarding = true;
    this.#resume();
    this.#endTimer = setTimeout(() => this.#giveUp(), END_GRACE_MS).unref();
  }

  onRequestStart(controller: Controller): void {
    this.#controller = controller;
    if (this.#fault !== undefined) controller.abort(this.#fault);
  }

  onResponseStart(_controller: Controller, status: number, headers: WireHeaders): void {
    if (status < 200) return;
    this.status = status;
    this.headers = headers;
    this.#opening?.resolve(this);
    this.#opening = undefined;
  }

  onResponseData(controller: Controller, chunk: Buffer): void {
    this.#bytes += chunk.length;
    if (this.#bytes > MOST_BYTES) return this.#fail(transportFault('too_large', true, `${MOST_BYTES} bytes`));
    if (this.#discarding) return;
    this.#waiting += this.#decoder.write(chunk);
    this.#hand();
    if (this.#waiting.length <= MOST_WAITING) return;
    this.#paused = true;
    controller.pause();
  }

  onResponseEnd(): void {
    this.#waiting += this.#decoder.end();
    this.#ended = true;
    this.#forget();
    this.#hand();
    this.#reading?.resolve(undefined);
    this.#reading = undefined;
  }

  onResponseError(_controller: Controller | undefined, error: Error): void {
    this.#fail(this.#faultOf(error));
  }

  #faultOf(error: Error): TransportFault {
    const reason = reasonOf(error);
    if (this.#controller !== undefined) return transportFault('cut', true, reason);
    if (reason === 'UND_ERR_CONNECT_TIMEOUT' || reason === 'ETIMEDOUT')
      return transportFault('connect_timeout', false, reason);
    return transportFault('unreachable', false, reason);
  }

  #onAbort = (): void => this.#fail(transportFault('aborted', this.#controller !== undefined, 'signal'));

  #fail(fault: TransportFault): void {
    if (this.#ended || this.#fault !== undefined) return;
    this.#fault = fault;
    this.#forget();
    this.#opening?.reject(fault);
    this.#reading?.reject(fault);
    this.#opening = undefined;
    this.#reading = undefined;
    this.#controller?.abort(fault);
  }

  /** Nothing outlives the exchange. */
  #forget(): void {
    clearTimeout(this.#endTimer);
    this.#signal.removeEventListener('abort', this.#onAbort);
  }

  #hand(): void {
    if (this.#reading === undefined || this.#waiting === '') return;
    const reading = this.#reading;
    this.#reading = undefined;
    reading.resolve(this.#take());
  }

  #take(): string {
    const text = this.#waiting;
    this.#waiting = '';
    this.#resume();
    return text;
  }

  #resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#controller?.resume();
  }
}
