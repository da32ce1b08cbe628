const TOLD = /LEDGER_(CORRUPT|FULL|AMOUNT) (\S+) ?(.*?)(?: script: [0-9a-f]{40}.*)?$/s;

/** The error of a script in words; any other error as it is. */
export function ledgerFault(error: unknown): unknown {
  const [, kind, key = '', field = ''] = TOLD.exec(error instanceof Error ? error.message : '') ?? [];
  if (kind === undefined) return error;
  const where = `Redis key ${key}${field === '' ? '' : `, field ${JSON.stringify(field)}`}`;
  return new Error(textOf(kind, where), { cause: error });
}

/** For a value of a key that is not what the ledger wrote there. */
export function corruptValue(key: string, field = ''): Error {
  return new Error(textOf('CORRUPT', `Redis key ${key}${field === '' ? '' : `, field ${JSON.stringify(field)}`}`));
}

function textOf(kind: string, where: string): string {
  if (kind === 'CORRUPT') {
    return `The ledger cannot read ${where}: something else wrote there. Nothing was changed. Run \`nexus ledger reconcile\`, then \`nexus ledger rebuild\`.`;
  }
  if (kind === 'FULL')
    return `The sum in ${where} would pass 2^53 nano-USD, which cannot be counted exactly. Nothing was changed.`;
  return 'An amount is not a whole number from 0 to 2^50.';
}
