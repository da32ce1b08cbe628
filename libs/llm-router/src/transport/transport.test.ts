import { afterEach, describe, expect, test } from '@jest/globals';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Exchange } from './exchange.ts';
import { isTransportFault, type TransportFault } from './transport-fault.ts';
import { createTransport, type Transport } from './transport.ts';

const opened: { server: Server; transport: Transport }[] = [];

/** A server of the test's own and connections to it. */
async function start(listener: RequestListener, connections = 4) {
  const sockets = new Set<Socket>();
  const server = createServer(listener).on('connection', (socket) => sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const transport = createTransport({ connections });
  opened.push({ server, transport });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/path?x=1`;

  function open(signal = new AbortController().signal, headers: Record<string, string> = {}): Promise<Exchange> {
    return transport.open({ url, headers, body: '{"한":"글"}', signal });
  }

  return { open, sockets, transport, url };
}

async function read(exchange: Exchange): Promise<string> {
  let text = '';
  for (let piece = await exchange.next(); piece !== undefined; piece = await exchange.next()) text += piece;
  return text;
}

async function faultOf(pending: Promise<unknown>): Promise<TransportFault> {
  const thrown: unknown = await pending.then(
    (value) => value,
    (error: unknown) => error,
  );
  if (!isTransportFault(thrown)) throw new Error('No fault.', { cause: thrown });
  return thrown;
}

function gate(): { passed: Promise<void>; pass: () => void } {
  let pass = (): void => undefined;
  const passed = new Promise<void>((resolve) => (pass = resolve));
  return { passed, pass };
}

afterEach(async () => {
  for (const { server, transport } of opened.splice(0)) {
    await transport.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

describe('the transport', () => {
  test('sends the body whole and keeps the connection for the next call', async () => {
    const { open, sockets } = await start((request, response) => {
      let body = '';
      request.setEncoding('utf8').on('data', (text: string) => (body += text));
      request.on('end', () => response.end(`${request.method} ${request.url} ${body}`));
    }, 1);
    for (let call = 0; call < 3; call += 1) {
      const exchange = await open();
      expect(exchange.status).toBe(200);
      expect(await read(exchange)).toBe('POST /path?x=1 {"한":"글"}');
    }
    expect(sockets.size).toBe(1);
  });

  test('a call that waits for a connection ends with its signal and was never sent', async () => {
    const held = gate();
    let hits = 0;
    const { open } = await start((_request, response) => {
      hits += 1;
      void held.passed.then(() => response.end('done'));
    }, 1);
    const first = open();
    const controller = new AbortController();
    const second = faultOf(open(controller.signal));
    controller.abort('caller');
    expect(await second).toMatchObject({ transport: 'aborted', sent: false });
    held.pass();
    expect(await read(await first)).toBe('done');
    expect(hits).toBe(1);
    expect(await read(await open())).toBe('done');
    expect(hits).toBe(2);
  });

  test('a signal in the middle of a body ends it, and the server sees it', async () => {
    const gone = gate();
    const { open } = await start((_request, response) => {
      response.on('close', gone.pass);
      response.write('half');
    });
    const controller = new AbortController();
    const exchange = await open(controller.signal);
    expect(await exchange.next()).toBe('half');
    const rest = faultOf(exchange.next());
    controller.abort('timeout');
    expect(await rest).toMatchObject({ transport: 'aborted', sent: true });
    await gone.passed;
  });

  test('an exchange that is given up closes its socket; a finished one is not touched', async () => {
    const gone = gate();
    const { open, sockets } = await start((request, response) => {
      if (request.headers['x-hang'] === undefined) return void response.end('whole');
      response.on('close', gone.pass);
      response.write('half');
    }, 1);
    const finished = await open();
    expect(await read(finished)).toBe('whole');
    finished.destroy();
    expect(await read(await open())).toBe('whole');
    expect(sockets.size).toBe(1);
    const hanging = await open(undefined, { 'x-hang': '1' });
    hanging.destroy();
    await gone.passed;
  });

  test('a released exchange lets its connection be used again', async () => {
    const { open, sockets } = await start((_request, response) => {
      response.write('everything that matters');
      response.end(' and a tail'.repeat(50_000));
    }, 1);
    const exchange = await open();
    expect(await exchange.next()).toContain('everything');
    exchange.release();
    // As a reader's `finally` does.
    exchange.destroy();
    // There is one connection: the next call waits until the rest of this body was read.
    await read(await open());
    expect(sockets.size).toBe(1);
  });

  test('a slow reader loses nothing', async () => {
    const whole = '가나다라마바사'.repeat(100_000);
    const { open } = await start((_request, response) => response.end(whole));
    const exchange = await open();
    let text = '';
    for (let piece = await exchange.next(); piece !== undefined; piece = await exchange.next()) {
      text += piece;
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(text === whole).toBe(true);
  });

  test('an answer without end is cut off', async () => {
    const { open } = await start((_request, response) => {
      const chunk = 'x'.repeat(1024 * 1024);
      response.on('close', () => response.removeAllListeners('drain'));
      const more = (): void => void (response.write(chunk) ? setImmediate(more) : response.once('drain', more));
      more();
    });
    expect(await faultOf(open().then(read))).toMatchObject({ transport: 'too_large', sent: true });
  });

  test('a connection that breaks is cut, one that never was is unreachable', async () => {
    const { open, transport, url } = await start((request) => request.socket.destroy());
    expect(await faultOf(open())).toMatchObject({ transport: 'cut', sent: true });
    const signal = new AbortController().signal;
    const nobody = { url: 'http://127.0.0.1:1/', headers: {}, body: '', signal };
    expect(await faultOf(transport.open(nobody))).toMatchObject({ transport: 'unreachable', sent: false });
    const unsendable = { url, headers: { 'x-key': 'secret\r\nx' }, body: '', signal };
    const fault = await faultOf(transport.open(unsendable));
    expect(fault.sent).toBe(false);
    expect(fault.message).not.toContain('secret');
  });

  test('closing ends what is under way', async () => {
    const arrived = gate();
    const { open, transport } = await start(() => arrived.pass());
    const call = faultOf(open());
    await arrived.passed;
    await transport.close();
    expect(await call).toMatchObject({ transport: 'cut', sent: true });
  });
});
